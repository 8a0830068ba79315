package permissions

import (
	"slices"
	"sync"
	"testing"

	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/addons/certmanager"
	"github.com/slipway-iac/slipway/components/addons/externaldns"
	"github.com/slipway-iac/slipway/components/addons/karpenter"
	"github.com/slipway-iac/slipway/components/addons/nodelocaldns"
	"github.com/slipway-iac/slipway/components/data/backup"
	"github.com/slipway-iac/slipway/components/data/bucket"
	"github.com/slipway-iac/slipway/components/data/key"
	"github.com/slipway-iac/slipway/components/data/postgres"
	"github.com/slipway-iac/slipway/components/data/secret"
	"github.com/slipway-iac/slipway/components/dns/zone"
	"github.com/slipway-iac/slipway/components/instances"
	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
	"github.com/slipway-iac/slipway/stacks/sample"
	"github.com/slipway-iac/slipway/tests/fixture"
)

var (
	once      sync.Once
	recording *sandboxtest.Recording
)

// recorded is what the program made. It runs once for all tests.
func recorded(t *testing.T) *sandboxtest.Recording {
	t.Helper()
	once.Do(func() { recording = fixture.Run(t, everything) })
	if recording == nil {
		t.Fatal("the program did not run")
	}
	return recording.Must(t)
}

// everything is a program with each component that makes a role, or that runs
// something in the cluster.
func everything(ctx *pulumi.Context) error {
	g, inside, err := fixture.Serving(ctx)
	if err != nil {
		return err
	}
	if err := controllers(ctx, g, inside); err != nil {
		return err
	}
	return data(ctx, g, inside)
}

func controllers(ctx *pulumi.Context, g fixture.Ground, inside kube.Target) error {
	dev, err := zone.New(ctx, "dev", zone.Args{Domain: "example.com"})
	if err != nil {
		return err
	}
	if _, err := externaldns.New(ctx, "records", externaldns.Args{
		Cluster: inside, ClusterARN: g.Cluster.ARN, OwnerID: "demo",
		ZoneIDs: []pulumi.StringInput{dev.ID}, Domains: []string{"example.com"},
	}); err != nil {
		return err
	}
	if _, err := certmanager.New(ctx, "certificates", certmanager.Args{
		Cluster: inside, ClusterARN: g.Cluster.ARN, Region: fixture.Region, Email: "platform@example.com",
		Zones: []certmanager.Zone{{Domain: "example.com", ID: dev.ID}},
	}); err != nil {
		return err
	}
	if _, err := nodelocaldns.New(ctx, "dns", nodelocaldns.Args{Cluster: inside, ServiceCIDR: g.Cluster.ServiceCIDR}); err != nil {
		return err
	}
	_, err = karpenter.New(ctx, "scale", karpenter.Args{
		Cluster: inside, Region: fixture.Region, AccountID: fixture.AccountID,
		SecurityGroupIDs: []pulumi.StringInput{g.Cluster.ClusterSecurityGroupID},
		Networking:       instances.Networking{CustomNetworking: true, PrefixDelegation: true},
		Pools:            map[string]karpenter.Pool{"general": {InstanceTypes: []string{"m7g.large"}, CPU: 32, MemoryGiB: 128}},
	})
	return err
}

// data is what keeps data, and the sample application that uses it.
func data(ctx *pulumi.Context, g fixture.Ground, inside kube.Target) error {
	k, err := key.New(ctx, "data", key.Args{Region: fixture.Region, AccountID: fixture.AccountID, Description: "Data"})
	if err != nil {
		return err
	}
	media, err := bucket.New(ctx, "media", bucket.Args{Region: fixture.Region, AccountID: fixture.AccountID, Kind: bucket.Media, KeyARN: k.ARN})
	if err != nil {
		return err
	}
	db, err := postgres.New(ctx, "db", postgres.Args{
		Region: fixture.Region, AccountID: fixture.AccountID, VPCID: g.Network.VPCID, SubnetIDs: g.Network.DataSubnetIDs,
		Clients: map[string]pulumi.StringInput{"pods": g.Cluster.PodSecurityGroupID}, KeyARN: k.ARN, InstanceClass: "db.m7g.large",
	})
	if err != nil {
		return err
	}
	if _, err := backup.New(ctx, "backups", backup.Args{Region: fixture.Region, AccountID: fixture.AccountID, KeyARN: k.ARN}); err != nil {
		return err
	}
	driver, err := awseks.NewAddon(ctx, "driver", &awseks.AddonArgs{
		ClusterName: g.Cluster.Name, AddonName: pulumi.String("aws-secrets-store-csi-driver-provider"),
	}, pulumi.DependsOn(inside.Ready))
	if err != nil {
		return err
	}
	mounting := inside
	mounting.Ready = append(slices.Clone(inside.Ready), driver)
	if _, err := secret.New(ctx, "token", secret.Args{
		Description: "Token", Region: fixture.Region, KeyARN: k.ARN,
		Pods: secret.Pods{Cluster: mounting, Namespace: "default", ServiceAccount: "shop"},
	}); err != nil {
		return err
	}
	_, err = sample.New(ctx, "sample", sample.Args{
		Cluster: inside, Region: fixture.Region, ServiceCIDR: g.Cluster.ServiceCIDR,
		Host: "sample.example.com", CertificateARN: pulumi.String(fixture.Certificate), LoadBalancerCIDRs: []string{"10.0.0.0/22"},
		Bucket:   sample.Bucket{ARN: media.ARN, KeyARN: k.ARN},
		Database: sample.Database{Host: db.Endpoint, User: "sample", ConnectARN: db.ConnectARN("sample"), CIDRs: []string{"10.0.48.0/20"}},
	})
	return err
}
