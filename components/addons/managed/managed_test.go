package managed

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/iampolicy"
	"github.com/slipway-iac/slipway/components/versions"
	"github.com/slipway-iac/slipway/internal/check"
)

const (
	addonType      = "aws:eks/addon:Addon"
	attachmentType = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
	groupType      = "aws:ec2/securityGroup:SecurityGroup"
)

func goodBefore() BeforeArgs {
	return BeforeArgs{
		ClusterName: pulumi.String("demo"), KubernetesVersion: "1.35", Region: "us-west-2",
		PodSubnets: map[string]pulumi.StringInput{
			"us-west-2b": pulumi.String("subnet-b"), "us-west-2a": pulumi.String("subnet-a"),
		},
		PodSecurityGroupID: pulumi.String("sg-pods"),
	}
}

func buildBefore(t *testing.T, args BeforeArgs) *recording {
	t.Helper()
	r, err := record(func(ctx *pulumi.Context) error {
		_, err := NewBeforeNodes(ctx, "addons", args)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// buildAfter installs the add-ons on "nodes", a security group.
func buildAfter(t *testing.T, change func(*AfterArgs)) *recording {
	t.Helper()
	r, err := record(func(ctx *pulumi.Context) error {
		nodes, err := ec2.NewSecurityGroup(ctx, "nodes", nil)
		if err != nil {
			return err
		}
		args := AfterArgs{ClusterName: pulumi.String("demo"), KubernetesVersion: "1.35", Region: "us-west-2", Nodes: []pulumi.Resource{nodes}}
		change(&args)
		_, err = NewAfterNodes(ctx, "addons", args)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// expected is what every add-on has in common.
func expected(addon string, more map[string]any) map[string]any {
	want := map[string]any{
		"addonName": addon, "clusterName": "demo", "addonVersion": "default of " + addon, "preserve": false,
		"resolveConflictsOnCreate": "OVERWRITE", "resolveConflictsOnUpdate": "OVERWRITE",
	}
	for k, v := range more {
		want[k] = v
	}
	return want
}

func association(role, account string) []any {
	return []any{map[string]any{"roleArn": "arn:of:" + role, "serviceAccount": account}}
}

func TestBeforeNodes(t *testing.T) {
	t.Parallel()
	r := buildBefore(t, goodBefore())
	if d := cmp.Diff([]string{"addons-eks-pod-identity-agent", "addons-kube-proxy", "addons-vpc-cni"}, r.names(addonType)); d != "" {
		t.Fatal(d)
	}
	agent, proxy := r.one(t, addonType, "addons-eks-pod-identity-agent"), r.one(t, addonType, "addons-kube-proxy")
	if d := cmp.Diff(expected("eks-pod-identity-agent", nil), agent.inputs); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(expected("kube-proxy", nil), proxy.inputs); d != "" {
		t.Error(d)
	}
	cni := r.one(t, addonType, "addons-vpc-cni")
	if d := cmp.Diff(expected("vpc-cni", map[string]any{
		"podIdentityAssociations": association("addons-vpc-cni", "aws-node"),
		"configurationValues": `{"enableNetworkPolicy":"true","eniConfig":{"create":true,"region":"us-west-2","subnets":{` +
			`"us-west-2a":{"id":"subnet-a","securityGroups":["sg-pods"]},"us-west-2b":{"id":"subnet-b","securityGroups":["sg-pods"]}}},` +
			`"env":{"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG":"true","AWS_VPC_K8S_CNI_EXTERNALSNAT":"false","ENABLE_PREFIX_DELEGATION":"true",` +
			`"ENABLE_SUBNET_DISCOVERY":"false","ENI_CONFIG_LABEL_DEF":"topology.kubernetes.io/zone","WARM_PREFIX_TARGET":"1"}}`,
	}), cni.inputs); d != "" {
		t.Error(d)
	}
	if !cni.waitsFor(addonType, "addons-eks-pod-identity-agent") || !cni.waitsFor(attachmentType, "addons-vpc-cni-AmazonEKS_CNI_Policy") {
		t.Errorf("the CNI waits for %q: want the agent and the permissions of its role among them", cni.dependsOn)
	}
	for _, x := range r.resources {
		if x.typ == addonType && !strings.HasSuffix(x.parent, beforeToken+"::addons") {
			t.Errorf("%s is below %q", x.name, x.parent)
		}
	}
	if n := len(r.names("aws:eks/podIdentityAssociation:PodIdentityAssociation")); n > 0 {
		t.Errorf("%d associations: want those of the add-ons, which cannot adopt others", n)
	}
}

func TestKeepPodAddresses(t *testing.T) {
	t.Parallel()
	args := goodBefore()
	args.KeepPodAddresses = true
	values, _ := buildBefore(t, args).one(t, addonType, "addons-vpc-cni").inputs["configurationValues"].(string)
	if !strings.Contains(values, `"AWS_VPC_K8S_CNI_EXTERNALSNAT":"true"`) {
		t.Error(values)
	}
}

func TestAfterNodes(t *testing.T) {
	t.Parallel()
	r := buildAfter(t, func(*AfterArgs) {})
	want := map[string]map[string]any{
		"coredns": {"configurationValues": `{"autoScaling":{"enabled":true,"minReplicas":2,"maxReplicas":10},` +
			`"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"topology.kubernetes.io/zone","whenUnsatisfiable":"ScheduleAnyway",` +
			`"labelSelector":{"matchLabels":{"k8s-app":"kube-dns"}}}]}`},
		"aws-ebs-csi-driver": {"podIdentityAssociations": association("addons-aws-ebs-csi-driver", "ebs-csi-controller-sa")},
		"metrics-server":     nil,
	}
	if got := r.names(addonType); len(got) != len(want) {
		t.Errorf("got %q", got)
	}
	for name, more := range want {
		addon := r.one(t, addonType, "addons-"+name)
		if d := cmp.Diff(expected(name, more), addon.inputs); d != "" {
			t.Error(d)
		}
		if !addon.waitsFor(groupType, "nodes") {
			t.Errorf("%s waits for %q: want the nodes among them", name, addon.dependsOn)
		}
	}
	attached := r.one(t, attachmentType, "addons-aws-ebs-csi-driver-AmazonEBSCSIDriverPolicy").inputs["policyArn"]
	if attached != "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy" {
		t.Errorf("the driver's policy is %v", attached)
	}
}

func TestVolumeKey(t *testing.T) {
	t.Parallel()
	const key = "arn:aws:kms:us-west-2:123456789012:key/1"
	r := buildAfter(t, func(a *AfterArgs) { a.VolumeKeyARN = pulumi.String(key) })
	text, _ := r.one(t, "aws:iam/rolePolicy:RolePolicy", "addons-aws-ebs-csi-driver-volume-key").inputs["policy"].(string)
	var policy struct{ Statement iampolicy.Document }
	if err := json.Unmarshal([]byte(text), &policy); err != nil {
		t.Fatal(err)
	}
	if len(policy.Statement) != 2 {
		t.Fatalf("%d statements in %s", len(policy.Statement), text)
	}
	for _, s := range policy.Statement {
		if d := cmp.Diff([]string{key}, s.Resource); d != "" {
			t.Errorf("%s: %s", s.Sid, d)
		}
		for _, action := range s.Action {
			if grant := strings.Contains(action, "Grant"); grant != (s.Condition != nil) {
				t.Errorf("%s: grants, and nothing else, need their condition", action)
			}
		}
	}
}

// The managed policies of another partition have ARNs of that partition.
func TestPartition(t *testing.T) {
	t.Parallel()
	r := buildAfter(t, func(a *AfterArgs) { a.Region = "cn-north-1" })
	attached := r.one(t, attachmentType, "addons-aws-ebs-csi-driver-AmazonEBSCSIDriverPolicy").inputs["policyArn"]
	if attached != "arn:aws-cn:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy" {
		t.Errorf("the driver's policy is %v", attached)
	}
}

func TestVersionIsTheDefaultUnlessPinned(t *testing.T) {
	t.Parallel()
	pinned := versions.Addon{Name: "vpc-cni", Pins: map[string]versions.Pin{"1.35": {Version: "v1.20.0-eksbuild.1"}}}
	cases := map[string]struct {
		kubernetes, want string
		asked            []map[string]any
	}{
		"pinned":               {"1.35", "v1.20.0-eksbuild.1", nil},
		"pinned for elsewhere": {"1.36", "default of vpc-cni", []map[string]any{{"addonName": "vpc-cni", "kubernetesVersion": "1.36"}}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := record(func(ctx *pulumi.Context) error {
				owner, err := ec2.NewSecurityGroup(ctx, "owner", nil)
				if err != nil {
					return err
				}
				i := installer{ctx: ctx, name: "addons", cluster: pulumi.String("demo"), kubernetes: tc.kubernetes, owner: owner}
				_, err = i.install(pinned, settings{})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := r.one(t, addonType, "addons-vpc-cni").inputs["addonVersion"]; got != tc.want {
				t.Errorf("the version is %v, want %s", got, tc.want)
			}
			if d := cmp.Diff(tc.asked, r.asked); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestValidateReportsEveryProblem(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		err  error
		want []string
	}{
		"before, all good":    {goodBefore().validate(), nil},
		"before, nothing set": {BeforeArgs{}.validate(), []string{"ClusterName", "KubernetesVersion:", "Region", "PodSubnets", "PodSecurityGroupID"}},
		"before, a zone of another region": {func() error {
			args := goodBefore()
			args.PodSubnets = map[string]pulumi.StringInput{"us-west-1a": pulumi.String("subnet-a"), "us-west-2a": nil, "a": pulumi.String("subnet-b")}
			return args.validate()
		}(), []string{"PodSubnets", "PodSubnets", "PodSubnets.us-west-2a"}},
		"after, nothing set": {AfterArgs{}.Validate(), []string{"ClusterName", "KubernetesVersion:", "Region", "Nodes"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []error
			if tc.err != nil {
				got = check.Problems(tc.err)
			}
			if len(got) != len(tc.want) {
				t.Fatalf("got %q, want %q", got, tc.want)
			}
			for i, p := range got {
				if !strings.HasPrefix(p.Error(), tc.want[i]+" ") {
					t.Errorf("problem %d is %q, want %q", i, p, tc.want[i])
				}
			}
		})
	}
}
