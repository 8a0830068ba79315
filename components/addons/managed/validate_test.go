package managed

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/internal/check"
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

// The managed policies of another partition have ARNs of that partition.
func TestPartition(t *testing.T) {
	t.Parallel()
	got := AfterArgs{Region: "cn-north-1"}.ebsPermissions().ManagedPolicyARNs
	if d := cmp.Diff([]string{"arn:aws-cn:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"}, got); d != "" {
		t.Error(d)
	}
}
