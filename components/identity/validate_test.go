package identity

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/iampolicy"
	"github.com/slipway-iac/slipway/internal/check"
)

const cniPolicy = "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"

func sound() Args {
	return Args{
		ClusterName: pulumi.String("prod"), Namespace: "external-dns", ServiceAccount: "external-dns",
		Policies: []Policy{{
			Name: "zones",
			Document: func(arns []string) iampolicy.Document {
				return iampolicy.Document{iampolicy.Allow("Write", []string{"route53:ChangeResourceRecordSets"}, arns)}
			},
			Inputs: []pulumi.StringInput{pulumi.String("arn:aws:route53:::hostedzone/Z1")},
		}},
	}
}

func TestTrustOfWhatIsNoCluster(t *testing.T) {
	t.Parallel()
	for _, arn := range []string{"prod", "arn:aws:iam::123456789012:role/x", "arn:aws:eks:us-west-2::cluster/prod"} {
		if _, err := trustCluster(arn); err == nil {
			t.Errorf("%q was taken for a cluster", arn)
		}
	}
}

func TestValidation(t *testing.T) {
	t.Parallel()
	long := Static("long", iampolicy.Document{iampolicy.Allow("Long", []string{strings.Repeat("x", 7000)}, []string{"*"})})
	tests := map[string]struct {
		name   string
		change func(*Args)
		want   []string // the beginning of each problem, in order
	}{
		"sound": {"dns", func(*Args) {}, nil},
		"nothing at all": {"dns", func(a *Args) { *a = Args{} }, []string{
			"ClusterName is required", `Namespace is ""`, `ServiceAccount is ""`, "Policies is required",
		}},
		"a name too long":                      {strings.Repeat("x", 57), func(*Args) {}, []string{`name is "xxx`}},
		"the longest name":                     {strings.Repeat("x", 56), func(*Args) {}, nil},
		"a namespace in capitals":              {"dns", func(a *Args) { a.Namespace = "DNS" }, []string{`Namespace is "DNS"`}},
		"a namespace too long":                 {"dns", func(a *Args) { a.Namespace = strings.Repeat("x", 64) }, []string{`Namespace is`}},
		"a service account with an underscore": {"dns", func(a *Args) { a.ServiceAccount = "a_b" }, []string{`ServiceAccount is "a_b"`}},
		"a policy without a name":              {"dns", func(a *Args) { a.Policies[0].Name = "" }, []string{`Policies.Name is ""`}},
		"a policy without a document":          {"dns", func(a *Args) { a.Policies[0].Document = nil }, []string{"Policies.Document is required: write what zones allows"}},
		"a policy twice":                       {"dns", func(a *Args) { a.Policies = append(a.Policies, a.Policies[0]) }, []string{`Policies.Name is "zones": want each name once`}},
		"a policy too long":                    {"dns", func(a *Args) { a.Policies = []Policy{long} }, []string{"Policies.Document: policy long: policy has 7"}},
		"a policy's name for its ARN":          {"dns", func(a *Args) { a.ManagedPolicyARNs = []string{"AmazonEKS_CNI_Policy"} }, []string{`ManagedPolicyARNs is "AmazonEKS_CNI_Policy"`}},
		"a managed policy twice":               {"dns", func(a *Args) { a.ManagedPolicyARNs = []string{cniPolicy, cniPolicy} }, []string{"ManagedPolicyARNs is"}},
		"a policy of China":                    {"dns", func(a *Args) { a.ManagedPolicyARNs = []string{"arn:aws-cn:iam::aws:policy/service-role/X"} }, nil},
	}
	for title, tt := range tests {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			args := sound()
			tt.change(&args)
			var got []string
			if err := args.validate(tt.name); err != nil {
				for _, problem := range check.Problems(err) {
					got = append(got, problem.Error())
				}
			}
			if !slices.EqualFunc(got, tt.want, strings.HasPrefix) {
				t.Errorf("problems are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}
