package cluster_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/cluster"
	"github.com/slipway-iac/slipway/components/iampolicy"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
	"github.com/slipway-iac/slipway/tests/fixture"
)

const (
	component = "slipway:cluster:Cluster"
	plane     = "eks:index:Cluster"
	probe     = "test:index:Probe"
)

// A unit test calls no transforms. What the component's own sets on the control
// plane, TestHarden tests by itself and the environments on the real engine.

// build makes a cluster named "demo" in a network, and what use makes of it.
func build(t *testing.T, change func(*cluster.Args), use func(*pulumi.Context, *cluster.Cluster) error) *sandboxtest.Recording {
	t.Helper()
	return fixture.Run(t, func(ctx *pulumi.Context) error {
		n, err := fixture.Network(ctx)
		if err != nil {
			return err
		}
		args := fixture.ClusterArgs(n)
		change(&args)
		c, err := cluster.New(ctx, "demo", args)
		if err != nil {
			return err
		}
		return use(ctx, c)
	}).Must(t)
}

func asItIs(*cluster.Args) {}

func unused(*pulumi.Context, *cluster.Cluster) error { return nil }

func TestNewMakesExactly(t *testing.T) {
	t.Parallel()
	r := build(t, asItIs, func(_ *pulumi.Context, c *cluster.Cluster) error {
		if c.ClusterName != "demo" || c.ServiceCIDR != "172.20.0.0/16" || c.DNSAddress != "172.20.0.10" {
			t.Errorf("plain outputs are %q, %q, %q", c.ClusterName, c.ServiceCIDR, c.DNSAddress)
		}
		return nil
	})
	own := map[string]int{
		plane: 1, cloud.KMSKey: 2, cloud.KMSAlias: 1, cloud.LogGroup: 1,
		cloud.SecurityGroup: 1, cloud.SecurityGroupIngressRule: 6, cloud.SecurityGroupEgressRule: 1,
	}
	// No add-on, no security group, nothing for nodes.
	theirs := map[string]int{
		cloud.EKSCluster: 1, "eks:index:ServiceRole": 1, cloud.IAMRole: 1, cloud.IAMRolePolicyAttachment: 1,
		cloud.EKSAccessEntry: 1, cloud.EKSAccessPolicyAssociation: 1, "pulumi:providers:kubernetes": 1,
	}
	if d := cmp.Diff(theirs, r.Below(t, plane, "demo").Counts()); d != "" {
		t.Errorf("of pulumi-eks (-want +got):\n%s", d)
	}
	maps.Copy(own, theirs)
	inside := r.Below(t, component, "demo")
	if d := cmp.Diff(own, inside.Counts()); d != "" {
		t.Errorf("in all (-want +got):\n%s", d)
	}
	for _, x := range inside.Resources {
		if x.Name != "demo" && !strings.HasPrefix(x.Name, "demo-") {
			t.Errorf("%s %s is not named after the component", x.Type, x.Name)
		}
	}
}

// What pulumi-eks is asked for, to the letter: the tree that the genuine plugin
// makes of it has EKS's own security group and no other.
func TestControlPlane(t *testing.T) {
	t.Parallel()
	r := build(t, asItIs, unused)
	asked := r.One(t, plane, "demo")
	off := map[string]any{"enabled": false, "resolveConflictsOnCreate": "OVERWRITE", "resolveConflictsOnUpdate": "OVERWRITE"}
	want := cloud.Props{
		"name": "demo", "version": "1.35", "vpcId": "vpc:net",
		"privateSubnetIds":   []any{"subnet:net-control-a", "subnet:net-control-b"},
		"authenticationMode": "API",
		"accessEntries": map[string]any{"deployer": map[string]any{
			"principalArn": fixture.Deployer,
			"accessPolicies": map[string]any{"clusteradmin": map[string]any{
				"accessScope": map[string]any{"type": "cluster"},
				"policyArn":   "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
			}},
		}},
		"enabledClusterLogTypes": cloud.Strings("api", "audit", "authenticator", "controllerManager", "scheduler"),
		"encryptionConfigKeyArn": "arn:key:demo-secrets", "kubernetesServiceIpAddressRange": "172.20.0.0/16",
		"endpointPrivateAccess": true, "endpointPublicAccess": false, "providerCredentialOpts": map[string]any{},
		"corednsAddonOptions": off, "kubeProxyAddonOptions": off, "useDefaultVpcCni": true,
		"createInstanceRole": false, "skipDefaultNodeGroup": true, "skipDefaultSecurityGroups": true,
	}
	if d := cmp.Diff(want, r.Readable(asked)); d != "" {
		t.Error(d)
	}
	// EKS would make the group of the logs, had it not been there.
	needs := []string{
		r.One(t, cloud.LogGroup, "demo-logs").URN, r.One(t, cloud.KMSKey, "demo-secrets").URN, r.One(t, cloud.VPC, "net").URN,
		r.One(t, cloud.Subnet, "net-control-a").URN, r.One(t, cloud.Subnet, "net-control-b").URN,
	}
	slices.Sort(needs)
	if d := cmp.Diff(needs, asked.DependsOn); d != "" {
		t.Errorf("the control plane waits for (-want +got):\n%s", d)
	}
	made := r.One(t, cloud.EKSCluster, "demo-eksCluster")
	encrypted := map[string]any{"provider": map[string]any{"keyArn": "arn:key:demo-secrets"}, "resources": cloud.Strings("secrets")}
	if d := cmp.Diff(encrypted, r.Readable(made)["encryptionConfig"]); d != "" {
		t.Errorf("encryption (-want +got):\n%s", d)
	}
}

func TestPublicEndpointHasItsRanges(t *testing.T) {
	t.Parallel()
	r := build(t, func(a *cluster.Args) { a.PublicCIDRs = []string{"203.0.113.0/24"} }, unused)
	got := r.One(t, cloud.EKSCluster, "demo-eksCluster").Inputs.Obj("vpcConfig")
	want := cloud.Props{
		"endpointPrivateAccess": true, "endpointPublicAccess": true, "publicAccessCidrs": cloud.Strings("203.0.113.0/24"),
		"subnetIds": got["subnetIds"],
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// Principals of another account stand for any that exist.
func TestAccess(t *testing.T) {
	t.Parallel()
	const people, robot = "arn:aws:iam::999988887777:role/people", "arn:aws:iam::999988887777:user/robot"
	r := build(t, func(a *cluster.Args) {
		a.Access = map[string]cluster.Entry{
			"people": {PrincipalARN: people, Policies: map[cluster.Policy][]string{cluster.View: nil, cluster.Edit: {"shop", "stock"}}},
			"robot":  {PrincipalARN: robot, Groups: []string{"robots"}},
		}
	}, unused)
	entries := map[string]cloud.Props{
		"demo-deployer": {"clusterName": "demo", "principalArn": fixture.Deployer},
		"demo-people":   {"clusterName": "demo", "principalArn": people},
		"demo-robot":    {"clusterName": "demo", "principalArn": robot, "kubernetesGroups": cloud.Strings("robots")},
	}
	if d := cmp.Diff(entries, inputsOf(r, cloud.EKSAccessEntry)); d != "" {
		t.Errorf("entries (-want +got):\n%s", d)
	}
	policy := func(principal, name string, scope map[string]any) cloud.Props {
		return cloud.Props{
			"clusterName": "demo", "principalArn": principal, "accessScope": scope,
			"policyArn": "arn:aws:eks::aws:cluster-access-policy/" + name,
		}
	}
	whole := map[string]any{"type": "cluster"}
	policies := map[string]cloud.Props{
		"demo-deployer-clusteradmin": policy(fixture.Deployer, "AmazonEKSClusterAdminPolicy", whole),
		"demo-people-view":           policy(people, "AmazonEKSViewPolicy", whole),
		"demo-people-edit": policy(people, "AmazonEKSEditPolicy", map[string]any{
			"type": "namespace", "namespaces": cloud.Strings("shop", "stock"),
		}),
	}
	if d := cmp.Diff(policies, inputsOf(r, cloud.EKSAccessPolicyAssociation)); d != "" {
		t.Errorf("policies (-want +got):\n%s", d)
	}
}

func TestKeysAndLogs(t *testing.T) {
	t.Parallel()
	r := build(t, asItIs, unused)
	secrets, err := iampolicy.Document{
		iampolicy.KeyAdministration("aws", fixture.AccountID),
		{
			Sid: "PassToCluster", Effect: "Allow", Principal: &iampolicy.Principal{AWS: []string{fixture.Deployer}},
			Action: []string{"kms:CreateGrant", "kms:DescribeKey"}, Resource: []string{"*"},
		},
	}.JSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"demo-secrets", "demo-logs"} {
		got := r.Readable(r.One(t, cloud.KMSKey, name))
		delete(got, "description")
		delete(got, "policy")
		want := cloud.Props{"enableKeyRotation": true, "deletionWindowInDays": 30.0, "tags": map[string]any{"Name": name}}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("key %s (-want +got):\n%s", name, d)
		}
	}
	if d := cmp.Diff(secrets, r.One(t, cloud.KMSKey, "demo-secrets").Inputs["policy"]); d != "" {
		t.Errorf("who may use the key of secrets (-want +got):\n%s", d)
	}
	const group = "arn:aws:logs:" + fixture.Region + ":" + fixture.AccountID + ":log-group:/aws/eks/demo/cluster"
	if policy := r.One(t, cloud.KMSKey, "demo-logs").Inputs.Str("policy"); !strings.Contains(policy, `"`+group+`"`) {
		t.Errorf("the key of the logs is not bound to their group: %s", policy)
	}
	want := map[string]cloud.Props{"demo-logs": {
		"name": "/aws/eks/demo/cluster", "retentionInDays": 90.0, "kmsKeyId": "arn:key:demo-logs", "tags": map[string]any{"Name": "demo-logs"},
	}}
	if d := cmp.Diff(want, inputsOf(r, cloud.LogGroup)); d != "" {
		t.Errorf("log group (-want +got):\n%s", d)
	}
	if d := cmp.Diff(cloud.Props{"targetKeyId": "key:demo-secrets"}, r.Readable(r.One(t, cloud.KMSAlias, "demo-secrets"))); d != "" {
		t.Errorf("alias (-want +got):\n%s", d)
	}
}

func TestLogKeyOfTheCaller(t *testing.T) {
	t.Parallel()
	policy, err := iampolicy.Document{
		iampolicy.KeyAdministration("aws", fixture.AccountID),
		{
			Effect: "Allow", Principal: &iampolicy.Principal{Service: []string{"logs." + fixture.Region + ".amazonaws.com"}},
			Action: []string{"kms:*"}, Resource: []string{"*"},
		},
	}.JSON()
	if err != nil {
		t.Fatal(err)
	}
	r := fixture.Run(t, func(ctx *pulumi.Context) error {
		key, err := kms.NewKey(ctx, "theirs", &kms.KeyArgs{Policy: pulumi.String(policy)})
		if err != nil {
			return err
		}
		n, err := fixture.Network(ctx)
		if err != nil {
			return err
		}
		args := fixture.ClusterArgs(n)
		args.LogKeyARN = key.Arn
		_, err = cluster.New(ctx, "demo", args)
		return err
	}).Must(t)
	if got := r.Readable(r.One(t, cloud.LogGroup, "demo-logs"))["kmsKeyId"]; got != "arn:key:theirs" {
		t.Errorf("the key is %v", got)
	}
	if n := len(r.Below(t, component, "demo").Of(cloud.KMSKey)); n != 1 {
		t.Errorf("%d keys, want only that of the secrets", n)
	}
}

func TestNewReportsEveryProblemAndMakesNothing(t *testing.T) {
	t.Parallel()
	name := strings.Repeat("n", 44)
	r := fixture.Run(t, func(ctx *pulumi.Context) error {
		_, err := cluster.New(ctx, name, cluster.Args{
			ClusterName: "a b", Version: "x", ServiceCIDR: "x", PublicCIDRs: []string{"x"},
			Support: "x", LogRetentionDays: 2, KeyDeletionDays: 1,
		})
		return err
	})
	if r.Err == nil {
		t.Fatal("no error")
	}
	for _, field := range []string{
		`cluster "` + name + `"`, "name is", "ClusterName", "Version", "Region", "AccountID", "VPCID", "SubnetIDs", "VPCCIDRs",
		"ServiceCIDR", "PublicCIDRs", "Admins is required", "DeployerARN", "Support", "LogRetentionDays", "KeyDeletionDays",
	} {
		if !strings.Contains(r.Err.Error(), field) {
			t.Errorf("nothing about %s in: %v", field, r.Err)
		}
	}
	if len(r.Resources) > 0 {
		t.Errorf("%d resources were made", len(r.Resources))
	}
}

// inputsOf are the inputs of the component's resources of a type, by name.
func inputsOf(r *sandboxtest.Recording, typ string) map[string]cloud.Props {
	all := map[string]cloud.Props{}
	for _, x := range r.Of(typ) {
		if x.Name == "demo" || strings.HasPrefix(x.Name, "demo-") {
			all[x.Name] = r.Readable(x)
		}
	}
	return all
}
