// Package cluster makes the control plane of an Amazon EKS cluster: private
// endpoint, access entries, encrypted secrets, all logs with a retention, and
// the security group of its pods.
//
// It makes no nodes, no add-ons and no Kubernetes provider. The control plane
// itself comes from pulumi-eks, which needs the command aws on the machine; of
// its security groups, node groups and add-ons none is used. EKS's own security
// group serves control plane and nodes.
package cluster

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi-eks/sdk/v3/go/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/internal/loggroup"
	"github.com/slipway-iac/slipway/internal/naming"
	"github.com/slipway-iac/slipway/internal/outputs"
	"github.com/slipway-iac/slipway/internal/partition"
)

// typeToken is this component's identity in Pulumi state. Changing it replaces
// every child, so a rename needs an alias.
const typeToken = "slipway:cluster:Cluster"

// logTypes are everything that the control plane can log. See
// https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
var logTypes = []string{"api", "audit", "authenticator", "controllerManager", "scheduler"}

// Cluster is a control plane. Its outputs wait for the whole of it, access
// entries and rules included, so that what is made with them goes before it on
// destroy. Nodes should depend on the Cluster itself.
type Cluster struct {
	pulumi.ResourceState

	// ClusterName and ServiceCIDR are the cluster's name and its Services'
	// range, known at once; DNSAddress is where the cluster's DNS answers.
	ClusterName, ServiceCIDR, DNSAddress string

	// Name is the cluster's name, for what needs the cluster to exist.
	Name pulumi.StringOutput `pulumi:"name"`

	// ARN is the cluster's ARN.
	ARN pulumi.StringOutput `pulumi:"arn"`

	// Version is the Kubernetes minor.
	Version pulumi.StringOutput `pulumi:"version"`

	// Endpoint is the URL of the API server.
	Endpoint pulumi.StringOutput `pulumi:"endpoint"`

	// CertificateAuthority signs the endpoint's certificate; PEM in base64.
	CertificateAuthority pulumi.StringOutput `pulumi:"certificateAuthority"`

	// KubeconfigJSON is a kubeconfig for everybody whom an access entry admits:
	// it names no role and no profile, but has the command `aws eks get-token`
	// ask for a token with whatever credentials its user has. It holds none
	// itself and so is no secret. The machine that deploys may have to assume a
	// role or go through a proxy; [kube.Engine.Kubeconfig] adds that.
	KubeconfigJSON pulumi.StringOutput `pulumi:"kubeconfigJson"`

	// ClusterSecurityGroupID is the group that EKS made, for the interfaces of
	// the control plane and the nodes.
	ClusterSecurityGroupID pulumi.StringOutput `pulumi:"clusterSecurityGroupId"`

	// PodSecurityGroupID is the group for the interfaces of pods.
	PodSecurityGroupID pulumi.StringOutput `pulumi:"podSecurityGroupId"`

	// OIDCIssuer is the URL of the cluster's issuer of service account tokens.
	OIDCIssuer pulumi.StringOutput `pulumi:"oidcIssuer"`

	// SecretsKeyARN is the KMS key of the cluster's Secrets.
	SecretsKeyARN pulumi.StringOutput `pulumi:"secretsKeyArn"`

	// LogGroupARN is where the control plane logs.
	LogGroupARN pulumi.StringOutput `pulumi:"logGroupArn"`
}

// New makes the control plane and what belongs to it.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Cluster, error) {
	args = args.withDefaults(name)
	if err := args.Validate(name); err != nil {
		return nil, fmt.Errorf("cluster %q: %w", name, err)
	}
	c := &Cluster{ClusterName: args.ClusterName, ServiceCIDR: args.ServiceCIDR, DNSAddress: dnsAddress(args.ServiceCIDR)}
	if err := ctx.RegisterComponentResource(typeToken, name, c, opts...); err != nil {
		return nil, err
	}
	key, err := newSecretsKey(ctx, name, args, pulumi.Parent(c))
	if err != nil {
		return nil, fmt.Errorf("cluster %q: %w", name, err)
	}
	logs, err := loggroup.New(ctx, name+"-logs", loggroup.Args{
		Group: naming.ClusterLogGroup(args.ClusterName), Region: args.Region, AccountID: args.AccountID,
		RetentionDays: args.LogRetentionDays, KeyARN: args.LogKeyARN, KeyDeletionDays: args.KeyDeletionDays,
	}, c)
	if err != nil {
		return nil, fmt.Errorf("cluster %q: %w", name, err)
	}
	plane, err := newControlPlane(ctx, name, args, key, logs, c)
	if err != nil {
		return nil, fmt.Errorf("cluster %q: creating the control plane: %w", name, err)
	}
	c.ClusterSecurityGroupID = plane.ClusterSecurityGroupId
	pods, rules, err := newPodGroup(ctx, name, args, c)
	if err != nil {
		return nil, fmt.Errorf("cluster %q: %w", name, err)
	}
	c.PodSecurityGroupID = pods.ID().ToStringOutput()
	c.SecretsKeyARN, c.LogGroupARN = key.Arn, logs.Arn
	c.publish(ctx, args, plane, append(rules, plane))
	return c, ctx.RegisterResourceOutputs(c, c.outputs())
}

// newControlPlane has pulumi-eks make the control plane, its role and the
// access entries.
func newControlPlane(ctx *pulumi.Context, name string, args Args, key *kms.Key, logs *cloudwatch.LogGroup, owner *Cluster) (*eks.Cluster, error) {
	yes, no, mode := true, false, eks.AuthenticationModeApi
	plane := &eks.ClusterArgs{
		Name:                            pulumi.String(args.ClusterName),
		Version:                         pulumi.String(args.Version),
		VpcId:                           args.VPCID.ToStringOutput(),
		PrivateSubnetIds:                args.SubnetIDs,
		EndpointPrivateAccess:           pulumi.Bool(true),
		EndpointPublicAccess:            pulumi.Bool(len(args.PublicCIDRs) > 0),
		KubernetesServiceIpAddressRange: pulumi.String(args.ServiceCIDR),
		EncryptionConfigKeyArn:          key.Arn,
		EnabledClusterLogTypes:          pulumi.ToStringArray(logTypes),
		AuthenticationMode:              &mode,
		AccessEntries:                   accessEntries(args),
		// With an AWS provider of the program's own pulumi-eks insists on this
		// argument, and without it takes over the profile of whoever runs the
		// program. Empty is right: see KubeconfigJSON.
		ProviderCredentialOpts: eks.KubeconfigOptionsArgs{},
		// Add-ons are made elsewhere, each with a role of its own. Those that
		// pulumi-eks makes belong to this one call, which returns when they are
		// ready: CoreDNS would wait for nodes that wait for the cluster.
		UseDefaultVpcCni:      &yes,
		KubeProxyAddonOptions: &eks.KubeProxyAddonOptionsArgs{Enabled: &no},
		CorednsAddonOptions:   &eks.CoreDnsAddonOptionsArgs{Enabled: &no},
		SkipDefaultNodeGroup:  &yes,
		CreateInstanceRole:    &no,
		// The node group that pulumi-eks would make carries the tag
		// kubernetes.io/cluster/<name> as EKS's own does, see newPodGroup.
		SkipDefaultSecurityGroups: &yes,
	}
	if len(args.PublicCIDRs) > 0 {
		plane.PublicAccessCidrs = pulumi.ToStringArray(args.PublicCIDRs)
	}
	return eks.NewCluster(ctx, name, plane, pulumi.Parent(owner),
		pulumi.Transforms([]pulumi.ResourceTransform{args.harden}),
		// EKS makes the group itself, unencrypted and kept for ever, when it is
		// not there at the first line; the same when it goes before the cluster.
		pulumi.DependsOn([]pulumi.Resource{logs}))
}

// publish fills in the outputs, which wait for all resources given.
func (c *Cluster) publish(ctx *pulumi.Context, args Args, plane *eks.Cluster, all []pulumi.Resource) {
	after := func(in pulumi.StringInput) pulumi.StringOutput { return outputs.After(ctx, in, all...) }
	arn := "arn:" + partition.Of(args.Region) + ":eks:" + args.Region + ":" + args.AccountID + ":cluster/" + args.ClusterName
	c.Name, c.ARN, c.Version = after(pulumi.String(args.ClusterName)), after(pulumi.String(arn)), after(pulumi.String(args.Version))
	c.KubeconfigJSON = after(plane.KubeconfigJson)
	c.Endpoint = outputs.String(c.KubeconfigJSON, func(text string) (string, error) {
		connection, err := kube.ReadKubeconfig(text)
		return connection.Server, err
	})
	c.CertificateAuthority = outputs.String(c.KubeconfigJSON, func(text string) (string, error) {
		connection, err := kube.ReadKubeconfig(text)
		return connection.CertificateAuthority, err
	})
	c.ClusterSecurityGroupID, c.PodSecurityGroupID = after(c.ClusterSecurityGroupID), after(c.PodSecurityGroupID)
	c.OIDCIssuer = after(plane.OidcProviderUrl)
}

func (c *Cluster) outputs() pulumi.Map {
	return pulumi.Map{
		"name": c.Name, "arn": c.ARN, "version": c.Version, "endpoint": c.Endpoint,
		"certificateAuthority": c.CertificateAuthority, "kubeconfigJson": c.KubeconfigJSON,
		"clusterSecurityGroupId": c.ClusterSecurityGroupID, "podSecurityGroupId": c.PodSecurityGroupID,
		"oidcIssuer": c.OIDCIssuer, "secretsKeyArn": c.SecretsKeyARN, "logGroupArn": c.LogGroupARN,
	}
}
