package nodes_test

import (
	"encoding/base64"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/nodes"
	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// exact gives the group the image that EKS recommends, and a number of pods.
func exact(os nodes.OS, arch string) change {
	return func(ctx *pulumi.Context, a *nodes.Args) error {
		name := "/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/" + arch + "/standard/recommended/image_id"
		if os == nodes.Bottlerocket {
			name = "/aws/service/bottlerocket/aws-k8s-1.35/" + arch + "/latest/image_id"
		}
		image, err := ssm.LookupParameter(ctx, &ssm.LookupParameterArgs{Name: name})
		if err != nil {
			return err
		}
		a.Group.OS, a.Group.ExactMaxPods, a.Group.InstanceTypes = os, true, []string{typeOf[arch]}
		a.AMIID = pulumi.String(image.Value)
		return nil
	}
}

func TestExactMaxPods(t *testing.T) {
	t.Parallel()
	for _, os := range []nodes.OS{nodes.AL2023, nodes.Bottlerocket} {
		t.Run(string(os), func(t *testing.T) {
			t.Parallel()
			var told nodes.Group
			r, made := run(t, func(ctx *pulumi.Context, a *nodes.Args) error {
				a.Group.Labels = map[string]string{"workload": "batch"}
				a.Group.Taints = []nodes.Taint{{Key: "dedicated", Value: "batch", Effect: nodes.NoSchedule}}
				err := exact(os, "arm64")(ctx, a)
				told = a.Group
				return err
			})
			template := r.Must(t).One(t, cloud.LaunchTemplate, "system-exact")
			plane := r.One(t, cloud.EKSCluster, "demo-eksCluster").Outputs
			want, err := nodes.UserData(told, "demo", plane.Str("endpoint"), plane.Obj("certificateAuthority").Str("data"), "172.20.0.0/16", made.MaxPods)
			if err != nil {
				t.Fatal(err)
			}
			if got := template.Inputs.Str("userData"); got != want {
				document, err := base64.StdEncoding.DecodeString(got)
				t.Errorf("user data is %s (%v)", document, err)
			}
			group := r.Readable(r.One(t, cloud.EKSNodeGroup, "system"))
			for _, key := range []string{"amiType", "version", "releaseVersion"} {
				if group.Has(key) {
					t.Errorf("%s is %v beside an AMI in the template", key, group[key])
				}
			}
			// The autoscaler and EKS read them here all the same.
			if !group.Has("labels") || !group.Has("taints") {
				t.Error("labels and taints are not on the node group")
			}
			if diff := cmp.Diff(map[string]any{"id": "launchTemplate:system-exact", "version": "1"}, group["launchTemplate"]); diff != "" {
				t.Errorf("launch template (-want +got):\n%s", diff)
			}
			for _, node := range joined(t, r) {
				if node.MaxPods != made.MaxPods {
					t.Errorf("a node takes %d pods, want %d", node.MaxPods, made.MaxPods)
				}
			}
		})
	}
}
