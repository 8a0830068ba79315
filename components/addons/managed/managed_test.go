package managed_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/addons/managed"
	"github.com/slipway-iac/slipway/components/nodes"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
	"github.com/slipway-iac/slipway/tests/fixture"
)

const (
	identities  = "slipway:identity:Identity"
	before      = "slipway:managed:BeforeNodes"
	after       = "slipway:managed:AfterNodes"
	probe       = "test:index:Probe"
	versionOf   = "aws:eks/getAddonVersion:getAddonVersion"
	cniPolicy   = "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"
	ebsPolicy   = "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"
	spreadRules = `"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"topology.kubernetes.io/zone","whenUnsatisfiable":"ScheduleAnyway",` +
		`"labelSelector":{"matchLabels":{"k8s-app":"kube-dns"}}}]`
)

// buildBefore installs the add-ons "addons" in a cluster without nodes.
func buildBefore(t *testing.T, change func(*managed.BeforeArgs)) *sandboxtest.Recording {
	t.Helper()
	return fixture.Run(t, func(ctx *pulumi.Context) error {
		g, err := fixture.New(ctx)
		if err != nil {
			return err
		}
		args := fixture.BeforeArgs(g.Network, g.Cluster)
		change(&args)
		_, err = managed.NewBeforeNodes(ctx, "addons", args)
		return err
	}).Must(t)
}

// runAfter installs the add-ons "addons" in a cluster with nodes.
func runAfter(t *testing.T, change func(*pulumi.Context, *managed.AfterArgs) error) *sandboxtest.Recording {
	t.Helper()
	return fixture.Run(t, func(ctx *pulumi.Context) error {
		g, err := fixture.New(ctx)
		if err != nil {
			return err
		}
		cni, err := g.BeforeNodes(ctx)
		if err != nil {
			return err
		}
		group, err := nodes.New(ctx, "nodes", g.NodeArgs(cni))
		if err != nil {
			return err
		}
		args := managed.AfterArgs{
			ClusterName: g.Cluster.Name, KubernetesVersion: "1.35", Region: fixture.Region, Nodes: group.Ready,
		}
		if err := change(ctx, &args); err != nil {
			return err
		}
		made, err := managed.NewAfterNodes(ctx, "addons", args)
		if err != nil {
			return err
		}
		return ctx.RegisterComponentResourceV2(probe, "workload", nil, &pulumi.ResourceState{}, pulumi.DependsOn(made.Ready))
	})
}

func asItIs(*pulumi.Context, *managed.AfterArgs) error { return nil }

// expected is what every add-on has in common: among it AWS's default version.
func expected(t *testing.T, r *sandboxtest.Recording, addon string, more cloud.Props) cloud.Props {
	t.Helper()
	answer, err := r.Account.Invoke(cloud.Session{Region: fixture.Region}, versionOf, cloud.Props{"addonName": addon, "kubernetesVersion": "1.35"})
	if err != nil {
		t.Fatal(err)
	}
	return cloud.Props{
		"addonName": addon, "clusterName": "demo", "addonVersion": answer.Str("version"), "preserve": false,
		"resolveConflictsOnCreate": "OVERWRITE", "resolveConflictsOnUpdate": "OVERWRITE",
	}.With(more)
}

func association(role, account string) cloud.Props {
	return cloud.Props{"podIdentityAssociations": []any{map[string]any{"roleArn": "arn:role:" + role, "serviceAccount": account}}}
}

func destroy(t *testing.T, r *sandboxtest.Recording) {
	t.Helper()
	r.LeavesNothing(t)
}

func TestBeforeNodes(t *testing.T) {
	t.Parallel()
	r := buildBefore(t, func(*managed.BeforeArgs) {})
	made := r.Below(t, before, "addons")
	// No association: an add-on makes its own, and cannot adopt another.
	counts := map[string]int{cloud.EKSAddon: 3, identities: 1, cloud.IAMRole: 1, cloud.IAMRolePolicyAttachment: 1}
	if d := cmp.Diff(counts, made.Counts()); d != "" {
		t.Errorf("resources (-want +got):\n%s", d)
	}
	group := r.One(t, cloud.SecurityGroup, "demo-pods").ID
	zone := func(letter string) string {
		subnet := r.One(t, cloud.Subnet, "net-pod-"+letter).ID
		return fmt.Sprintf(`"us-west-2%s":{"id":%q,"securityGroups":[%q]}`, letter, subnet, group)
	}
	values := `{"enableNetworkPolicy":"true","eniConfig":{"create":true,"region":"us-west-2","subnets":{` + zone("a") + `,` + zone("b") + `}},` +
		`"env":{"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG":"true","AWS_VPC_K8S_CNI_EXTERNALSNAT":"false","ENABLE_PREFIX_DELEGATION":"true",` +
		`"ENABLE_SUBNET_DISCOVERY":"false","ENI_CONFIG_LABEL_DEF":"topology.kubernetes.io/zone","WARM_PREFIX_TARGET":"1"}}`
	want := map[string]cloud.Props{
		"eks-pod-identity-agent": nil, "kube-proxy": nil,
		"vpc-cni": association("addons-vpc-cni", "aws-node").With(cloud.Props{"configurationValues": values}),
	}
	for addon, more := range want {
		x := r.One(t, cloud.EKSAddon, "addons-"+addon)
		if d := cmp.Diff(expected(t, r, addon, more), r.Readable(x)); d != "" {
			t.Errorf("%s (-want +got):\n%s", addon, d)
		}
		if x.Parent != r.One(t, before, "addons").URN {
			t.Errorf("%s is below %q", addon, x.Parent)
		}
	}
	permission := r.One(t, cloud.IAMRolePolicyAttachment, "addons-vpc-cni-AmazonEKS_CNI_Policy")
	if d := cmp.Diff(cloud.Props{"role": "role:addons-vpc-cni", "policyArn": cniPolicy}, r.Readable(permission)); d != "" {
		t.Errorf("permission of the CNI (-want +got):\n%s", d)
	}
	cni := r.One(t, cloud.EKSAddon, "addons-vpc-cni")
	if agent := r.One(t, cloud.EKSAddon, "addons-eks-pod-identity-agent"); !cni.WaitsFor(agent) || !cni.WaitsFor(permission) {
		t.Errorf("the CNI waits for %q: want the agent and the permissions of its role among them", cni.DependsOn)
	}
	destroy(t, r)
}

func TestKeepPodAddresses(t *testing.T) {
	t.Parallel()
	r := buildBefore(t, func(a *managed.BeforeArgs) { a.KeepPodAddresses = true })
	values := r.One(t, cloud.EKSAddon, "addons-vpc-cni").Inputs.Str("configurationValues")
	if !strings.Contains(values, `"AWS_VPC_K8S_CNI_EXTERNALSNAT":"true"`) {
		t.Error(values)
	}
}

func TestAfterNodes(t *testing.T) {
	t.Parallel()
	r := runAfter(t, asItIs).Must(t)
	counts := map[string]int{cloud.EKSAddon: 3, identities: 1, cloud.IAMRole: 1, cloud.IAMRolePolicyAttachment: 1}
	if d := cmp.Diff(counts, r.Below(t, after, "addons").Counts()); d != "" {
		t.Errorf("resources (-want +got):\n%s", d)
	}
	want := map[string]cloud.Props{
		"coredns":            {"configurationValues": `{"autoScaling":{"enabled":true,"minReplicas":2,"maxReplicas":10},` + spreadRules + `}`},
		"aws-ebs-csi-driver": association("addons-aws-ebs-csi-driver", "ebs-csi-controller-sa"),
		"metrics-server":     nil,
	}
	group := r.One(t, cloud.EKSNodeGroup, "nodes")
	for name, more := range want {
		addon := r.One(t, cloud.EKSAddon, "addons-"+name)
		if d := cmp.Diff(expected(t, r, name, more), r.Readable(addon)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
		if !addon.WaitsFor(group) {
			t.Errorf("%s waits for %q: want the nodes among them", name, addon.DependsOn)
		}
		if !r.One(t, probe, "workload").WaitsFor(addon) {
			t.Errorf("what waits for Ready does not wait for %s", name)
		}
	}
	permission := r.One(t, cloud.IAMRolePolicyAttachment, "addons-aws-ebs-csi-driver-AmazonEBSCSIDriverPolicy")
	if d := cmp.Diff(cloud.Props{"role": "role:addons-aws-ebs-csi-driver", "policyArn": ebsPolicy}, r.Readable(permission)); d != "" {
		t.Errorf("permission of the driver (-want +got):\n%s", d)
	}
	if driver := r.One(t, cloud.EKSAddon, "addons-aws-ebs-csi-driver"); !driver.WaitsFor(permission) {
		t.Errorf("the driver waits for %q: want the permissions of its role among them", driver.DependsOn)
	}
	destroy(t, r)
}

func TestOmit(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ omit, want []string }{
		"metrics":      {[]string{"metrics-server"}, []string{"addons-aws-ebs-csi-driver", "addons-coredns"}},
		"volumes":      {[]string{"aws-ebs-csi-driver"}, []string{"addons-coredns", "addons-metrics-server"}},
		"all that can": {[]string{"aws-ebs-csi-driver", "metrics-server"}, []string{"addons-coredns"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := runAfter(t, func(_ *pulumi.Context, a *managed.AfterArgs) error { a.Omit = tc.omit; return nil }).Must(t)
			var got []string
			for _, x := range r.Below(t, after, "addons").Of(cloud.EKSAddon) {
				got = append(got, x.Name)
			}
			slices.Sort(got)
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Errorf("add-ons (-want +got):\n%s", d)
			}
		})
	}
}

// Without nodes the Deployments of these add-ons never get their replicas. EKS
// makes the add-on first and fails later.
func TestAfterNodesWithoutNodes(t *testing.T) {
	t.Parallel()
	r := fixture.Run(t, func(ctx *pulumi.Context) error {
		g, err := fixture.New(ctx)
		if err != nil {
			return err
		}
		_, err = managed.NewAfterNodes(ctx, "addons", managed.AfterArgs{
			ClusterName: g.Cluster.Name, KubernetesVersion: "1.35", Region: fixture.Region, Nodes: g.Cluster.Ready,
		})
		return err
	})
	if r.Err == nil || !strings.Contains(r.Err.Error(), "InsufficientNumberOfReplicas") {
		t.Fatalf("error is %v, want InsufficientNumberOfReplicas", r.Err)
	}
	if len(r.Of(cloud.EKSAddon)) == 0 {
		t.Error("no add-on was made before it failed")
	}
	destroy(t, r)
}

func TestVolumeKey(t *testing.T) {
	t.Parallel()
	r := runAfter(t, func(ctx *pulumi.Context, a *managed.AfterArgs) error {
		key, err := kms.NewKey(ctx, "volumes", nil)
		if err != nil {
			return err
		}
		a.VolumeKeyARN = key.Arn
		return nil
	}).Must(t)
	// Grants, and nothing else, have a condition.
	key := r.One(t, cloud.KMSKey, "volumes").Outputs.Str("arn")
	want := `{"Version":"2012-10-17","Statement":[` +
		`{"Sid":"Grant","Effect":"Allow","Action":["kms:CreateGrant","kms:ListGrants","kms:RevokeGrant"],"Resource":["` + key + `"],` +
		`"Condition":{"Bool":{"kms:GrantIsForAWSResource":["true"]}}},` +
		`{"Sid":"Use","Effect":"Allow","Action":["kms:Encrypt","kms:Decrypt","kms:ReEncrypt*","kms:GenerateDataKey*","kms:DescribeKey"],` +
		`"Resource":["` + key + `"]}]}`
	policy := r.One(t, cloud.IAMRolePolicy, "addons-aws-ebs-csi-driver-volume-key")
	if d := cmp.Diff(cloud.Props{"role": "role:addons-aws-ebs-csi-driver", "policy": want}, r.Readable(policy)); d != "" {
		t.Errorf("policy (-want +got):\n%s", d)
	}
	if !r.One(t, cloud.EKSAddon, "addons-aws-ebs-csi-driver").WaitsFor(policy) {
		t.Error("the driver does not wait for its permission to use the key")
	}
}
