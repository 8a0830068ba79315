package nodes

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/instances"
	"github.com/slipway-iac/slipway/components/tags"
)

const (
	typeRole       = "aws:iam/role:Role"
	typeAttachment = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
	typeTemplate   = "aws:ec2/launchTemplate:LaunchTemplate"
	typeGroup      = "aws:eks/nodeGroup:NodeGroup"
)

func soundArgs() Args {
	return Args{
		Cluster:   Cluster{Name: pulumi.String("prod"), Version: "1.35"},
		Group:     sound(),
		SubnetIDs: pulumi.ToStringArray([]string{"subnet-a", "subnet-b"}),
		Tags:      tags.Set{"owner": "platform"},
	}
}

// exactArgs are of a group whose nodes EKS tells nothing.
func exactArgs(os OS) Args {
	args := soundArgs()
	args.Group.OS, args.Group.ExactMaxPods = os, true
	args.Group.Labels = map[string]string{"workload": "batch"}
	args.Group.Taints = []Taint{{Key: "dedicated", Value: "batch", Effect: NoSchedule}}
	args.Networking = instances.Networking{CustomNetworking: true}
	args.AMIID = pulumi.String("ami-0123456789abcdef0")
	args.Cluster.Endpoint = pulumi.String("https://example.eks.amazonaws.com")
	args.Cluster.CertificateAuthority = pulumi.String("Y2VydGlmaWNhdGU=")
	args.Cluster.ServiceCIDR = pulumi.String("172.20.0.0/16")
	return args
}

func build(t *testing.T, args Args) *recording {
	t.Helper()
	r, err := record(func(ctx *pulumi.Context) error {
		_, err := New(ctx, "system", args)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestNewMakesExactly(t *testing.T) {
	t.Parallel()
	whole := map[string]int{typeToken: 1, typeRole: 1, typeAttachment: 2, typeTemplate: 1, typeGroup: 1}
	tests := map[string]struct {
		change func(*Args)
		want   map[string]int
	}{
		"by default":               {func(*Args) {}, whole},
		"with Session Manager":     {func(a *Args) { a.Group.SessionManager = true }, with(whole, typeAttachment, 3)},
		"with a role of another":   {func(a *Args) { a.RoleARN = pulumi.String("arn:aws:iam::1:role/x") }, with(with(whole, typeRole, 0), typeAttachment, 0)},
		"with a number of its own": {func(a *Args) { *a = exactArgs(AL2023) }, whole},
	}
	for title, tt := range tests {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			args := soundArgs()
			tt.change(&args)
			r := build(t, args)
			if diff := cmp.Diff(tt.want, r.counts()); diff != "" {
				t.Errorf("resources (-want +got):\n%s", diff)
			}
			for _, x := range r.resources {
				if x.typ != typeToken && !strings.HasSuffix(x.parent, typeToken+"::system") {
					t.Errorf("%s %s has parent %q", x.typ, x.name, x.parent)
				}
			}
		})
	}
}

func TestNodeGroup(t *testing.T) {
	t.Parallel()
	args := soundArgs()
	args.Group.Capacity = Spot
	args.Group.InstanceTypes = []string{"m7g.large", "m6g.large"}
	args.Group.Labels = map[string]string{"workload": "batch"}
	args.Group.Taints = []Taint{{Key: "dedicated", Value: "batch", Effect: NoSchedule}, {Key: "slow", Effect: PreferNoSchedule}}
	args.Group.Surge = Surge{MaxUnavailablePercentage: 25}
	args.Group.ReleaseVersion = "1.35.0-20260715"
	group := build(t, args).one(t, typeGroup, "system")
	want := map[string]any{
		"clusterName":    "prod",
		"nodeRoleArn":    "arn:aws:test:::system",
		"subnetIds":      []any{"subnet-a", "subnet-b"},
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
		"scalingConfig":  map[string]any{"minSize": 1.0, "desiredSize": 1.0, "maxSize": 3.0},
		"updateConfig":   map[string]any{"maxUnavailablePercentage": 25.0},
		"launchTemplate": map[string]any{"id": "system-id", "version": "7"},
	}
	if diff := cmp.Diff(want, group.inputs); diff != "" {
		t.Errorf("node group (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"scalingConfig.desiredSize"}, group.ignoreChanges); diff != "" {
		t.Errorf("changes ignored (-want +got):\n%s", diff)
	}
}

func TestLaunchTemplate(t *testing.T) {
	t.Parallel()
	args := soundArgs()
	args.KMSKeyARN = pulumi.String("arn:aws:kms:us-west-2:1:key/k")
	args.Group.DetailedMonitoring = true
	template := build(t, args).one(t, typeTemplate, "system")
	tagged := func(kind string) any {
		return map[string]any{"resourceType": kind, "tags": map[string]any{"Name": "system", "owner": "platform"}}
	}
	want := map[string]any{
		"description": "Nodes of group system",
		"metadataOptions": map[string]any{
			"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 1.0,
		},
		"monitoring": map[string]any{"enabled": true},
		"blockDeviceMappings": []any{map[string]any{"deviceName": "/dev/xvda", "ebs": map[string]any{
			"volumeType": "gp3", "volumeSize": 50.0, "encrypted": "true", "deleteOnTermination": "true",
			"kmsKeyId": "arn:aws:kms:us-west-2:1:key/k",
		}}},
		"tagSpecifications": []any{tagged("instance"), tagged("volume"), tagged("network-interface")},
	}
	// Exact, so that what EKS forbids in a template, and an image, user data or
	// security groups that would change what EKS does, cannot slip in.
	if diff := cmp.Diff(want, template.inputs); diff != "" {
		t.Errorf("launch template (-want +got):\n%s", diff)
	}
}

func TestBottlerocketVolumes(t *testing.T) {
	t.Parallel()
	args := soundArgs()
	args.Group.OS, args.Group.DiskGiB = Bottlerocket, 80
	template := build(t, args).one(t, typeTemplate, "system")
	volume := func(name string, gib float64) any {
		return map[string]any{"deviceName": name, "ebs": map[string]any{
			"volumeType": "gp3", "volumeSize": gib, "encrypted": "true", "deleteOnTermination": "true",
		}}
	}
	want := []any{volume("/dev/xvda", 4), volume("/dev/xvdb", 80)}
	if diff := cmp.Diff(want, template.inputs["blockDeviceMappings"]); diff != "" {
		t.Errorf("volumes (-want +got):\n%s", diff)
	}
}

func TestExactMaxPods(t *testing.T) {
	t.Parallel()
	for _, os := range []OS{AL2023, Bottlerocket} {
		t.Run(string(os), func(t *testing.T) {
			t.Parallel()
			args := exactArgs(os)
			r := build(t, args)
			template := r.one(t, typeTemplate, "system-exact")
			if got := template.inputs["imageId"]; got != "ami-0123456789abcdef0" {
				t.Errorf("image is %v", got)
			}
			want, err := bootstrap{
				cluster: "prod", endpoint: "https://example.eks.amazonaws.com", certificate: "Y2VydGlmaWNhdGU=",
				serviceCIDR: "172.20.0.0/16", maxPods: 20, labels: args.Group.Labels, taints: args.Group.Taints,
			}.userData(os)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := template.inputs["userData"].(string); got != want {
				document, err := base64.StdEncoding.DecodeString(got)
				t.Errorf("user data is %s (%v)", document, err)
			}
			group := r.one(t, typeGroup, "system")
			for _, key := range []string{"amiType", "version", "releaseVersion"} {
				if got, set := group.inputs[key]; set {
					t.Errorf("%s is %v beside an AMI in the template", key, got)
				}
			}
			// The autoscaler and EKS read them here all the same.
			if group.inputs["labels"] == nil || group.inputs["taints"] == nil {
				t.Error("labels and taints are not on the node group")
			}
			if diff := cmp.Diff(map[string]any{"id": "system-exact-id", "version": "7"}, group.inputs["launchTemplate"]); diff != "" {
				t.Errorf("launch template (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNodesWaitForWhatTheyNeed(t *testing.T) {
	t.Parallel()
	r, err := record(func(ctx *pulumi.Context) error {
		route, err := ec2.NewRoute(ctx, "nat", &ec2.RouteArgs{RouteTableId: pulumi.String("rtb-1")})
		if err != nil {
			return err
		}
		args := soundArgs()
		args.Ready = []pulumi.Resource{route}
		_, err = New(ctx, "system", args)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	group := r.one(t, typeGroup, "system")
	for _, name := range []string{"nat", "system-AmazonEKSWorkerNodePolicy", "system-AmazonEC2ContainerRegistryPullOnly"} {
		if !slices.ContainsFunc(group.dependsOn, func(urn string) bool { return strings.HasSuffix(urn, "::"+name) }) {
			t.Errorf("the node group does not wait for %s: %v", name, group.dependsOn)
		}
	}
}

func TestRole(t *testing.T) {
	t.Parallel()
	args := soundArgs()
	args.Group.SessionManager, args.Partition = true, "aws-us-gov"
	r := build(t, args)
	want := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["ec2.amazonaws.com"]},"Action":["sts:AssumeRole"]}]}`
	if got := r.one(t, typeRole, "system").inputs["assumeRolePolicy"]; got != want {
		t.Errorf("trust policy is %v", got)
	}
	for _, policy := range []string{"AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonSSMManagedInstanceCore"} {
		attachment := r.one(t, typeAttachment, "system-"+policy)
		if got, want := attachment.inputs["policyArn"], "arn:aws-us-gov:iam::aws:policy/"+policy; got != want {
			t.Errorf("policy is %v, want %s", got, want)
		}
	}
}

func TestPodsAndWarnings(t *testing.T) {
	t.Parallel()
	_, err := record(func(ctx *pulumi.Context) error {
		args := soundArgs()
		args.Group.InstanceTypes = []string{"m6g.large", "t4g.small"}
		group, err := New(ctx, "system", args)
		if err != nil {
			return err
		}
		if group.MaxPods != 11 {
			t.Errorf("nodes take %d pods, want 11", group.MaxPods)
		}
		matchAll(t, group.Warnings, []string{`every node takes 11 pods.* m6g.large \(29\)`})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func with(counts map[string]int, typ string, count int) map[string]int {
	changed := map[string]int{typ: count}
	for k, v := range counts {
		if k != typ {
			changed[k] = v
		}
	}
	if count == 0 {
		delete(changed, typ)
	}
	return changed
}
