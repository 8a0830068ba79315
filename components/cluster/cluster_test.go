package cluster

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/iampolicy"
)

const deployer = "arn:aws:iam::123456789012:role/deployer"

// good are arguments with nothing but what is required.
func good() Args {
	return Args{
		Region: "us-west-2", AccountID: "123456789012",
		VPCID: pulumi.String("vpc-1"), VPCCIDRs: []string{"10.0.0.0/16", "100.64.0.0/16"},
		SubnetIDs:   pulumi.ToStringArray([]string{"subnet-1", "subnet-2"}),
		DeployerARN: deployer, Admins: map[string]string{"deployer": deployer},
	}
}

func build(t *testing.T, args Args) (*recording, *Cluster) {
	t.Helper()
	var c *Cluster
	r, err := record(func(ctx *pulumi.Context) (err error) {
		c, err = New(ctx, "demo", args)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r, c
}

func TestNewMakesExactly(t *testing.T) {
	t.Parallel()
	r, c := build(t, good())
	want := map[string]int{
		typeToken: 1, "eks:index:Cluster": 1,
		"aws:kms/key:Key": 2, "aws:kms/alias:Alias": 1, "aws:cloudwatch/logGroup:LogGroup": 1,
		"aws:ec2/securityGroup:SecurityGroup":                       1,
		"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": 6,
		"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":   1,
	}
	if d := cmp.Diff(want, r.counts()); d != "" {
		t.Error(d)
	}
	for _, x := range r.resources {
		if x.typ != typeToken && !strings.HasSuffix(x.parent, typeToken+"::demo") {
			t.Errorf("%s %s is below %q", x.typ, x.name, x.parent)
		}
		if !strings.HasPrefix(x.name, "demo") {
			t.Errorf("%s %s is not named after the component", x.typ, x.name)
		}
	}
	if c.ClusterName != "demo" || c.ServiceCIDR != "172.20.0.0/16" || c.DNSAddress != "172.20.0.10" {
		t.Errorf("plain outputs are %q, %q, %q", c.ClusterName, c.ServiceCIDR, c.DNSAddress)
	}
}

// What pulumi-eks is asked for, to the letter: the tree that the genuine plugin
// makes of it has EKS's own security group and no other.
func TestControlPlane(t *testing.T) {
	t.Parallel()
	r, _ := build(t, good())
	plane := r.one(t, "eks:index:Cluster", "demo")
	off := map[string]any{"enabled": false, "resolveConflictsOnCreate": "OVERWRITE", "resolveConflictsOnUpdate": "OVERWRITE"}
	want := map[string]any{
		"name": "demo", "version": "1.35", "vpcId": "vpc-1", "privateSubnetIds": []any{"subnet-1", "subnet-2"},
		"authenticationMode": "API",
		"accessEntries": map[string]any{"deployer": map[string]any{
			"principalArn": deployer,
			"accessPolicies": map[string]any{"clusteradmin": map[string]any{
				"accessScope": map[string]any{"type": "cluster"},
				"policyArn":   "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
			}},
		}},
		"enabledClusterLogTypes": []any{"api", "audit", "authenticator", "controllerManager", "scheduler"},
		"encryptionConfigKeyArn": "arn:of:demo-secrets", "kubernetesServiceIpAddressRange": "172.20.0.0/16",
		"endpointPrivateAccess": true, "endpointPublicAccess": false, "providerCredentialOpts": map[string]any{},
		"corednsAddonOptions": off, "kubeProxyAddonOptions": off, "useDefaultVpcCni": true,
		"createInstanceRole": false, "skipDefaultNodeGroup": true, "skipDefaultSecurityGroups": true,
	}
	if d := cmp.Diff(want, plane.inputs); d != "" {
		t.Error(d)
	}
	if !plane.remote || !plane.waitsFor("demo-logs") {
		t.Errorf("remote %t, waits for %q: want the log group among them", plane.remote, plane.dependsOn)
	}
}

func TestPublicEndpointHasItsRanges(t *testing.T) {
	t.Parallel()
	args := good()
	args.PublicCIDRs = []string{"203.0.113.0/24"}
	r, _ := build(t, args)
	plane := r.one(t, "eks:index:Cluster", "demo")
	got := []any{plane.inputs["endpointPrivateAccess"], plane.inputs["endpointPublicAccess"], plane.inputs["publicAccessCidrs"]}
	if d := cmp.Diff([]any{true, true, []any{"203.0.113.0/24"}}, got); d != "" {
		t.Error(d)
	}
}

func TestKeysAndLogs(t *testing.T) {
	t.Parallel()
	r, _ := build(t, good())
	for _, name := range []string{"demo-secrets", "demo-logs"} {
		key := r.one(t, "aws:kms/key:Key", name)
		if key.inputs["enableKeyRotation"] != true || key.inputs["deletionWindowInDays"] != 30.0 {
			t.Errorf("%s: rotation %v, deletion after %v days", name, key.inputs["enableKeyRotation"], key.inputs["deletionWindowInDays"])
		}
	}
	logs := r.one(t, "aws:cloudwatch/logGroup:LogGroup", "demo-logs")
	want := map[string]any{"name": "/aws/eks/demo/cluster", "retentionInDays": 90.0, "kmsKeyId": "arn:of:demo-logs"}
	if d := cmp.Diff(want, logs.inputs); d != "" {
		t.Error(d)
	}
}

func TestLogKeyOfTheCaller(t *testing.T) {
	t.Parallel()
	args := good()
	args.LogKeyARN = pulumi.String("arn:theirs")
	r, _ := build(t, args)
	if got := r.one(t, "aws:cloudwatch/logGroup:LogGroup", "demo-logs").inputs["kmsKeyId"]; got != "arn:theirs" {
		t.Errorf("the key is %v", got)
	}
	if n := r.counts()["aws:kms/key:Key"]; n != 1 {
		t.Errorf("%d keys, want only that of the secrets", n)
	}
}

func TestSecretsPolicy(t *testing.T) {
	t.Parallel()
	got, err := secretsPolicy("us-west-2", "123456789012", deployer).JSON()
	if err != nil {
		t.Fatal(err)
	}
	want, err := iampolicy.Document{
		iampolicy.KeyAdministration("aws", "123456789012"),
		{
			Sid: "PassToCluster", Effect: "Allow", Principal: &iampolicy.Principal{AWS: []string{deployer}},
			Action: []string{"kms:CreateGrant", "kms:DescribeKey"}, Resource: []string{"*"},
		},
	}.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestPodGroup(t *testing.T) {
	t.Parallel()
	r, _ := build(t, good())
	group := r.one(t, "aws:ec2/securityGroup:SecurityGroup", "demo-pods")
	if d := cmp.Diff(map[string]any{"Name": "demo-pods"}, group.inputs["tags"]); d != "" {
		t.Errorf("the group must have no tag of a cluster: %s", d)
	}
	for _, inline := range []string{"ingress", "egress"} {
		if _, ok := group.inputs[inline]; ok {
			t.Errorf("the group has inline %s rules", inline)
		}
	}
	const pods, cluster = "demo-pods-id", "sg-eks"
	port := func(protocol string, n float64) map[string]any {
		return map[string]any{"securityGroupId": cluster, "referencedSecurityGroupId": pods, "ipProtocol": protocol, "fromPort": n, "toPort": n}
	}
	want := map[string]map[string]any{
		"demo-pods-self":       {"securityGroupId": pods, "referencedSecurityGroupId": pods, "ipProtocol": "-1"},
		"demo-pods-cluster":    {"securityGroupId": pods, "referencedSecurityGroupId": cluster, "ipProtocol": "-1"},
		"demo-pods-out":        {"securityGroupId": pods, "cidrIpv4": "0.0.0.0/0", "ipProtocol": "-1"},
		"demo-cluster-api":     port("tcp", 443),
		"demo-cluster-kubelet": port("tcp", 10250),
		"demo-cluster-dns-tcp": port("tcp", 53),
		"demo-cluster-dns-udp": port("udp", 53),
	}
	got := map[string]map[string]any{}
	for _, x := range r.resources {
		if strings.HasPrefix(x.typ, "aws:vpc/securityGroup") {
			if d, _ := x.inputs["description"].(string); !descriptionPattern.MatchString(d) {
				t.Errorf("%s: EC2 refuses the description %q", x.name, d)
			}
			got[x.name] = maps.Clone(x.inputs)
			delete(got[x.name], "description")
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// What is made with an output goes before the access entries and rules.
func TestOutputsWaitForTheWholeCluster(t *testing.T) {
	t.Parallel()
	outputs := map[string]func(*Cluster) pulumi.StringOutput{
		"name":      func(c *Cluster) pulumi.StringOutput { return c.Name },
		"arn":       func(c *Cluster) pulumi.StringOutput { return c.ARN },
		"endpoint":  func(c *Cluster) pulumi.StringOutput { return c.Endpoint },
		"authority": func(c *Cluster) pulumi.StringOutput { return c.CertificateAuthority },
		"config":    func(c *Cluster) pulumi.StringOutput { return c.KubeconfigJSON },
		"group":     func(c *Cluster) pulumi.StringOutput { return c.ClusterSecurityGroupID },
		"pods":      func(c *Cluster) pulumi.StringOutput { return c.PodSecurityGroupID },
		"issuer":    func(c *Cluster) pulumi.StringOutput { return c.OIDCIssuer },
		"version":   func(c *Cluster) pulumi.StringOutput { return c.Version },
	}
	values := map[string]string{
		"name": "demo", "arn": "arn:aws:eks:us-west-2:123456789012:cluster/demo", "endpoint": "https://abc.eks.test",
		"authority": "Y2E=", "config": kubeconfig, "group": "sg-eks", "pods": "demo-pods-id", "issuer": "https://oidc.test/id", "version": "1.35",
	}
	r, err := record(func(ctx *pulumi.Context) error {
		c, err := New(ctx, "demo", good())
		if err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(outputs)) {
			if _, err := ec2.NewSecurityGroup(ctx, "uses-"+name, &ec2.SecurityGroupArgs{Description: outputs[name](c)}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range outputs {
		user := r.one(t, "aws:ec2/securityGroup:SecurityGroup", "uses-"+name)
		if got := user.inputs["description"]; got != values[name] {
			t.Errorf("%s is %q, want %q", name, got, values[name])
		}
		for _, needed := range []string{"demo", "demo-cluster-api", "demo-pods-out"} {
			if !user.waitsFor(needed) {
				t.Errorf("what uses %s waits for %q: want %s among them", name, user.dependsOn, needed)
			}
		}
	}
}
