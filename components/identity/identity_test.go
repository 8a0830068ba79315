package identity

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/iampolicy"
	"github.com/slipway-iac/slipway/internal/check"
)

const (
	typeRole        = "aws:iam/role:Role"
	typePolicy      = "aws:iam/rolePolicy:RolePolicy"
	typeAttachment  = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
	typeAssociation = "aws:eks/podIdentityAssociation:PodIdentityAssociation"

	cniPolicy  = "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"
	clusterARN = "arn:aws:eks:us-west-2:123456789012:cluster/prod"
)

func zones(arns []string) iampolicy.Document {
	return iampolicy.Document{iampolicy.Allow("Write", []string{"route53:ChangeResourceRecordSets"}, arns)}
}

func sound() Args {
	return Args{
		ClusterName:    pulumi.String("prod"),
		Namespace:      "external-dns",
		ServiceAccount: "external-dns",
		Policies: []Policy{{Name: "zones", Document: zones, Inputs: []pulumi.StringInput{
			pulumi.String("arn:aws:route53:::hostedzone/Z1"), pulumi.String("arn:aws:route53:::hostedzone/Z2"),
		}}},
	}
}

func build(t *testing.T, args Args) *recording {
	t.Helper()
	r, err := record(func(ctx *pulumi.Context) error {
		_, err := New(ctx, "dns", args)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestNewMakesExactly(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*Args)
		want   map[string]int
	}{
		"one policy": {
			func(*Args) {},
			map[string]int{typeToken: 1, typeRole: 1, typePolicy: 1, typeAssociation: 1},
		},
		"a managed policy": {
			func(a *Args) { a.Policies, a.ManagedPolicyARNs = nil, []string{cniPolicy} },
			map[string]int{typeToken: 1, typeRole: 1, typeAttachment: 1, typeAssociation: 1},
		},
		"both": {
			func(a *Args) { a.ManagedPolicyARNs = []string{cniPolicy} },
			map[string]int{typeToken: 1, typeRole: 1, typePolicy: 1, typeAttachment: 1, typeAssociation: 1},
		},
		"for an add-on": {
			func(a *Args) { a.ClusterName, a.WithoutAssociation = nil, true },
			map[string]int{typeToken: 1, typeRole: 1, typePolicy: 1},
		},
	}
	for title, tt := range tests {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			args := sound()
			tt.change(&args)
			r := build(t, args)
			if diff := cmp.Diff(tt.want, r.counts()); diff != "" {
				t.Errorf("resources (-want +got):\n%s", diff)
			}
			for _, x := range r.resources {
				if x.typ != typeToken && !strings.HasSuffix(x.parent, typeToken+"::dns") {
					t.Errorf("%s %s has parent %q", x.typ, x.name, x.parent)
				}
			}
		})
	}
}

func TestTrustPolicy(t *testing.T) {
	t.Parallel()
	const open = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` +
		`"Principal":{"Service":["pods.eks.amazonaws.com"]},"Action":["sts:AssumeRole","sts:TagSession"]`
	tests := map[string]struct {
		cluster pulumi.StringInput
		want    string
	}{
		"any cluster of the account": {nil, open + `}]}`},
		"one cluster": {pulumi.String(clusterARN), open +
			`,"Condition":{"ArnEquals":{"aws:SourceArn":["` + clusterARN + `"]},` +
			`"StringEquals":{"aws:SourceAccount":["123456789012"]}}}]}`},
	}
	for title, tt := range tests {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			args := sound()
			args.ClusterARN = tt.cluster
			role := build(t, args).one(t, typeRole, "dns")
			if diff := cmp.Diff(tt.want, role.inputs["assumeRolePolicy"]); diff != "" {
				t.Errorf("trust policy (-want +got):\n%s", diff)
			}
		})
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

func TestPermissions(t *testing.T) {
	t.Parallel()
	args := sound()
	args.Policies = append(args.Policies, Static("find", iampolicy.Document{
		iampolicy.Allow("Find", []string{"route53:ListHostedZones"}, []string{"*"}),
	}))
	args.ManagedPolicyARNs = []string{cniPolicy}
	r := build(t, args)
	policies := map[string]string{
		"dns-zones": `{"Version":"2012-10-17","Statement":[{"Sid":"Write","Effect":"Allow","Action":["route53:ChangeResourceRecordSets"],` +
			`"Resource":["arn:aws:route53:::hostedzone/Z1","arn:aws:route53:::hostedzone/Z2"]}]}`,
		"dns-find": `{"Version":"2012-10-17","Statement":[{"Sid":"Find","Effect":"Allow","Action":["route53:ListHostedZones"],"Resource":["*"]}]}`,
	}
	for name, want := range policies {
		if diff := cmp.Diff(map[string]any{"policy": want, "role": "dns"}, r.one(t, typePolicy, name).inputs); diff != "" {
			t.Errorf("policy %s (-want +got):\n%s", name, diff)
		}
	}
	attachment := r.one(t, typeAttachment, "dns-AmazonEKS_CNI_Policy")
	if diff := cmp.Diff(map[string]any{"policyArn": cniPolicy, "role": "dns"}, attachment.inputs); diff != "" {
		t.Errorf("attachment (-want +got):\n%s", diff)
	}
}

func TestAssociationComesLast(t *testing.T) {
	t.Parallel()
	args := sound()
	args.ManagedPolicyARNs = []string{cniPolicy}
	association := build(t, args).one(t, typeAssociation, "dns")
	want := map[string]any{
		"clusterName": "prod", "namespace": "external-dns", "serviceAccount": "external-dns", "roleArn": "arn:aws:test:::dns",
	}
	if diff := cmp.Diff(want, association.inputs); diff != "" {
		t.Errorf("association (-want +got):\n%s", diff)
	}
	for _, name := range []string{"dns-zones", "dns-AmazonEKS_CNI_Policy"} {
		if !slices.ContainsFunc(association.dependsOn, func(urn string) bool { return strings.HasSuffix(urn, "::"+name) }) {
			t.Errorf("the association does not wait for %s: %v", name, association.dependsOn)
		}
	}
}

func TestBoundary(t *testing.T) {
	t.Parallel()
	args := sound()
	args.PermissionsBoundary = pulumi.String("arn:aws:iam::123456789012:policy/limit")
	role := build(t, args).one(t, typeRole, "dns")
	if got := role.inputs["permissionsBoundary"]; got != "arn:aws:iam::123456789012:policy/limit" {
		t.Errorf("boundary is %v", got)
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

func TestNewReportsProblemsBeforeAnyResource(t *testing.T) {
	t.Parallel()
	r, err := record(func(ctx *pulumi.Context) error {
		_, err := New(ctx, "dns", Args{})
		return err
	})
	if err == nil || !strings.Contains(err.Error(), `identity "dns": `) {
		t.Errorf("error is %v", err)
	}
	if len(r.resources) > 0 {
		t.Errorf("resources were registered: %v", r.counts())
	}
}
