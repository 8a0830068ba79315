package nodes_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/nodes"
	"github.com/slipway-iac/slipway/components/tags"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
	"github.com/slipway-iac/slipway/tests/fixture"
)

const component = "slipway:nodes:NodeGroup"

type change func(*pulumi.Context, *nodes.Args) error

// run makes the group "system" on a ground that has all that nodes need.
func run(t *testing.T, c change) (*sandboxtest.Recording, *nodes.NodeGroup) {
	t.Helper()
	var group *nodes.NodeGroup
	r := fixture.Run(t, func(ctx *pulumi.Context) error {
		g, err := fixture.New(ctx)
		if err != nil {
			return err
		}
		before, err := g.BeforeNodes(ctx)
		if err != nil {
			return err
		}
		args := g.NodeArgs(before)
		if err := c(ctx, &args); err != nil {
			return err
		}
		group, err = nodes.New(ctx, "system", args)
		return err
	})
	return r, group
}

// build is run for what AWS accepts.
func build(t *testing.T, c change) *sandboxtest.Recording {
	t.Helper()
	r, _ := run(t, c)
	return r.Must(t)
}

// with changes plain arguments.
func with(f func(*nodes.Args)) change {
	return func(_ *pulumi.Context, a *nodes.Args) error { f(a); return nil }
}

func asItIs(*pulumi.Context, *nodes.Args) error { return nil }

func TestNewMakesExactly(t *testing.T) {
	t.Parallel()
	made := func(roles, attachments int) map[string]int {
		counts := map[string]int{cloud.LaunchTemplate: 1, cloud.EKSNodeGroup: 1}
		if roles > 0 {
			counts[cloud.IAMRole], counts[cloud.IAMRolePolicyAttachment] = roles, attachments
		}
		return counts
	}
	tests := map[string]struct {
		change change
		want   map[string]int
	}{
		"by default":               {asItIs, made(1, 2)},
		"with Session Manager":     {with(func(a *nodes.Args) { a.Group.SessionManager = true }), made(1, 3)},
		"with a role of another":   {roleOfAnother, made(0, 0)},
		"with a number of its own": {exact(nodes.AL2023, "arm64"), made(1, 2)},
	}
	for title, tt := range tests {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			r := build(t, tt.change)
			inside := r.Below(t, component, "system")
			if diff := cmp.Diff(tt.want, inside.Counts()); diff != "" {
				t.Errorf("resources (-want +got):\n%s", diff)
			}
			for _, x := range inside.Resources {
				if x.Parent != r.One(t, component, "system").URN {
					t.Errorf("%s %s has parent %q", x.Type, x.Name, x.Parent)
				}
			}
		})
	}
}

// roleOfAnother gives the nodes a role that was made elsewhere.
func roleOfAnother(ctx *pulumi.Context, a *nodes.Args) error {
	role, err := iam.NewRole(ctx, "theirs", &iam.RoleArgs{AssumeRolePolicy: pulumi.String(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)})
	if err != nil {
		return err
	}
	for _, policy := range nodes.NodePolicies() {
		attachment, err := iam.NewRolePolicyAttachment(ctx, "theirs-"+policy, &iam.RolePolicyAttachmentArgs{
			Role: role.Name, PolicyArn: pulumi.String("arn:aws:iam::aws:policy/" + policy),
		})
		if err != nil {
			return err
		}
		a.Ready = append(a.Ready, attachment)
	}
	a.RoleARN = role.Arn
	return nil
}

func TestNodeGroup(t *testing.T) {
	t.Parallel()
	r := build(t, with(func(a *nodes.Args) {
		a.Group.Capacity = nodes.Spot
		a.Group.InstanceTypes = []string{"m7g.large", "m6g.large"}
		a.Group.Labels = map[string]string{"workload": "batch"}
		a.Group.Taints = []nodes.Taint{{Key: "dedicated", Value: "batch", Effect: nodes.NoSchedule}, {Key: "slow", Effect: nodes.PreferNoSchedule}}
		a.Group.Surge = nodes.Surge{MaxUnavailablePercentage: 25}
		a.Group.ReleaseVersion = "1.35.0-20260715"
	}))
	group := r.One(t, cloud.EKSNodeGroup, "system")
	want := cloud.Props{
		"clusterName":    "demo",
		"nodeRoleArn":    "arn:role:system",
		"subnetIds":      []any{"subnet:net-private-a", "subnet:net-private-b"},
		"amiType":        "AL2023_ARM_64_STANDARD",
		"version":        "1.35",
		"releaseVersion": "1.35.0-20260715",
		"capacityType":   "SPOT",
		"instanceTypes":  []any{"m7g.large", "m6g.large"},
		"labels":         map[string]any{"workload": "batch"},
		"taints": []any{
			map[string]any{"key": "dedicated", "value": "batch", "effect": "NO_SCHEDULE"},
			map[string]any{"key": "slow", "effect": "PREFER_NO_SCHEDULE"},
		},
		"scalingConfig":  map[string]any{"minSize": 2.0, "desiredSize": 2.0, "maxSize": 3.0},
		"updateConfig":   map[string]any{"maxUnavailablePercentage": 25.0},
		"launchTemplate": map[string]any{"id": "launchTemplate:system", "version": "1"},
	}
	if diff := cmp.Diff(want, r.Readable(group)); diff != "" {
		t.Errorf("node group (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"scalingConfig.desiredSize"}, group.IgnoreChanges); diff != "" {
		t.Errorf("changes ignored (-want +got):\n%s", diff)
	}
}

func TestLaunchTemplate(t *testing.T) {
	t.Parallel()
	r := build(t, func(ctx *pulumi.Context, a *nodes.Args) error {
		key, err := kms.NewKey(ctx, "volumes", nil)
		if err != nil {
			return err
		}
		a.KMSKeyARN, a.Group.DetailedMonitoring, a.Tags = key.Arn, true, tags.Set{"owner": "platform"}
		return nil
	})
	tagged := func(kind string) any {
		return map[string]any{"resourceType": kind, "tags": map[string]any{"Name": "system", "owner": "platform"}}
	}
	want := cloud.Props{
		"description": "Nodes of group system",
		"metadataOptions": map[string]any{
			"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 1.0,
		},
		"monitoring": map[string]any{"enabled": true},
		"blockDeviceMappings": []any{map[string]any{"deviceName": "/dev/xvda", "ebs": map[string]any{
			"volumeType": "gp3", "volumeSize": 50.0, "encrypted": "true", "deleteOnTermination": "true", "kmsKeyId": "arn:key:volumes",
		}}},
		"tagSpecifications": []any{tagged("instance"), tagged("volume"), tagged("network-interface")},
	}
	// Exact, so that what EKS forbids in a template, and an image, user data or
	// security groups that would change what EKS does, cannot slip in.
	if diff := cmp.Diff(want, r.Readable(r.One(t, cloud.LaunchTemplate, "system"))); diff != "" {
		t.Errorf("launch template (-want +got):\n%s", diff)
	}
}

func TestBottlerocketVolumes(t *testing.T) {
	t.Parallel()
	r := build(t, with(func(a *nodes.Args) { a.Group.OS, a.Group.DiskGiB = nodes.Bottlerocket, 80 }))
	volume := func(name string, gib float64) any {
		return map[string]any{"deviceName": name, "ebs": map[string]any{
			"volumeType": "gp3", "volumeSize": gib, "encrypted": "true", "deleteOnTermination": "true",
		}}
	}
	want := []any{volume("/dev/xvda", 4), volume("/dev/xvdb", 80)}
	if diff := cmp.Diff(want, r.One(t, cloud.LaunchTemplate, "system").Inputs["blockDeviceMappings"]); diff != "" {
		t.Errorf("volumes (-want +got):\n%s", diff)
	}
}

func TestRole(t *testing.T) {
	t.Parallel()
	r := build(t, with(func(a *nodes.Args) { a.Group.SessionManager = true }))
	want := cloud.Props{
		"description":      "Nodes of group system",
		"assumeRolePolicy": `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["ec2.amazonaws.com"]},"Action":["sts:AssumeRole"]}]}`,
	}
	if diff := cmp.Diff(want, r.Readable(r.One(t, cloud.IAMRole, "system"))); diff != "" {
		t.Errorf("role (-want +got):\n%s", diff)
	}
	group := r.One(t, cloud.EKSNodeGroup, "system")
	for _, policy := range []string{"AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonSSMManagedInstanceCore"} {
		attachment := r.One(t, cloud.IAMRolePolicyAttachment, "system-"+policy)
		if diff := cmp.Diff(cloud.Props{"role": "role:system", "policyArn": "arn:aws:iam::aws:policy/" + policy}, r.Readable(attachment)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", policy, diff)
		}
		if !group.WaitsFor(attachment) {
			t.Errorf("the node group does not wait for %s: %v", policy, group.DependsOn)
		}
	}
}

// The account has only the policies of its own partition.
func TestPolicyOfAnotherPartitionIsRefused(t *testing.T) {
	t.Parallel()
	r, _ := run(t, with(func(a *nodes.Args) { a.Partition = "aws-us-gov" }))
	if r.Err == nil || !regexp.MustCompile(`arn:aws-us-gov:iam::aws:policy/Amazon`).MatchString(r.Err.Error()) {
		t.Errorf("error is %v", r.Err)
	}
}

func TestPodsAndWarnings(t *testing.T) {
	t.Parallel()
	r, group := run(t, with(func(a *nodes.Args) {
		a.Group.InstanceTypes, a.Networking.CustomNetworking, a.Networking.PrefixDelegation = []string{"m6g.large", "t4g.small"}, false, false
	}))
	r.Must(t)
	if group.MaxPods != 11 {
		t.Errorf("nodes take %d pods, want 11", group.MaxPods)
	}
	want := regexp.MustCompile(`every node takes 11 pods.* m6g.large \(29\)`)
	if len(group.Warnings) != 1 || !want.MatchString(group.Warnings[0]) {
		t.Errorf("warnings are %q, want one like %s", group.Warnings, want)
	}
}

func TestNewReportsProblemsBeforeAnyResource(t *testing.T) {
	t.Parallel()
	r := fixture.Run(t, func(ctx *pulumi.Context) error {
		_, err := nodes.New(ctx, "system", nodes.Args{})
		return err
	})
	if r.Err == nil || !strings.Contains(r.Err.Error(), `node group "system": `) || !strings.Contains(r.Err.Error(), "Group.Size.Max") {
		t.Errorf("error is %v", r.Err)
	}
	if len(r.Resources) > 0 {
		t.Errorf("resources were registered: %v", r.Counts())
	}
}

// A group waits for all that its arguments say, down to the last of what a
// component among it is made of.
func TestNodesWaitForWhatTheyNeed(t *testing.T) {
	t.Parallel()
	r := build(t, asItIs)
	group := r.One(t, cloud.EKSNodeGroup, "system")
	needed := slices.Concat(r.Of(cloud.Route), r.Of(cloud.RouteTableAssociation), r.Of(cloud.VPCEndpoint),
		r.Below(t, "slipway:managed:BeforeNodes", fixture.BeforeName).Of(cloud.EKSAddon), r.Of(cloud.SecurityGroupIngressRule))
	for _, x := range needed {
		own := !strings.HasPrefix(x.Name, "net-data") && !strings.HasPrefix(x.Name, "net-control")
		if group.WaitsFor(x) != own {
			t.Errorf("the node group waits for %s %s: %t, want %t", x.Type, x.Name, group.WaitsFor(x), own)
		}
	}
}
