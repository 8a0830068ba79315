package key_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/data/key"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/s3"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
)

const (
	component = "slipway:key:Key"
	account   = cloud.DefaultAccountID
	appARN    = "arn:aws:iam::" + account + ":role/app"
	trust     = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
)

// run makes the key "orders" for a role "app" and the users given besides.
func run(t *testing.T, change func(*key.Args)) *sandboxtest.Recording {
	t.Helper()
	return sandboxtest.Run(t, sandboxtest.Options{}, func(ctx *pulumi.Context) error {
		app, err := iam.NewRole(ctx, "app", &iam.RoleArgs{Name: pulumi.String("app"), AssumeRolePolicy: pulumi.String(trust)})
		if err != nil {
			return err
		}
		args := key.Args{
			Region: "us-west-2", AccountID: account, Description: "Orders",
			Users: []key.User{
				{Name: "App", Principals: []pulumi.StringInput{app.Arn}},
				{Name: "Database", Through: []string{"rds"}},
				{Name: "AppObjects", Principals: []pulumi.StringInput{app.Arn}, Through: []string{"s3"}},
				{Name: "Alarms", Service: "cloudwatch"},
			},
		}
		change(&args)
		_, err = key.New(ctx, "orders", args)
		return err
	})
}

func asItIs(*key.Args) {}

func TestNewMakesExactly(t *testing.T) {
	t.Parallel()
	r := run(t, asItIs).Must(t)
	if d := cmp.Diff(map[string]int{cloud.KMSKey: 1, cloud.KMSAlias: 1}, r.Below(t, component, "orders").Counts()); d != "" {
		t.Errorf("resources (-want +got):\n%s", d)
	}
	got := r.Readable(r.One(t, cloud.KMSKey, "orders"))
	delete(got, "policy") // It is evaluated below.
	want := cloud.Props{
		"description": "Orders", "enableKeyRotation": true, "deletionWindowInDays": 30.0, "tags": map[string]any{"Name": "orders"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("key (-want +got):\n%s", d)
	}
	r.LeavesNothing(t)
}

// Each user reaches the key by its own way and no other.
func TestPolicy(t *testing.T) {
	t.Parallel()
	policy := run(t, asItIs).Must(t).One(t, cloud.KMSKey, "orders").Inputs.Str("policy")
	const rds, s3Service = "rds.us-west-2.amazonaws.com", "s3.us-west-2.amazonaws.com"
	via := func(account, service string) map[string]string {
		return map[string]string{"kms:CallerAccount": account, "kms:ViaService": service}
	}
	grant := func(forAWS string) map[string]string {
		c := via(account, rds)
		c["kms:GrantIsForAWSResource"] = forAWS
		return c
	}
	const anyone, foreign = "arn:aws:iam::" + account + ":user/clerk", "arn:aws:iam::210987654321:role/thief"
	cases := map[string]struct {
		kind, who, action string
		context           map[string]string
		want              s3.Decision
	}{
		"the role itself":                 {"AWS", appARN, "kms:Decrypt", nil, s3.Allowed},
		"a foreign role":                  {"AWS", foreign, "kms:Decrypt", nil, s3.Silent},
		"a foreign role through RDS":      {"AWS", foreign, "kms:Decrypt", via("210987654321", rds), s3.Silent},
		"a foreign role's grant":          {"AWS", foreign, "kms:CreateGrant", via("210987654321", rds), s3.Silent},
		"alarms of this account":          {"Service", "cloudwatch.amazonaws.com", "kms:GenerateDataKey", map[string]string{"aws:SourceAccount": account}, s3.Allowed},
		"alarms of another":               {"Service", "cloudwatch.amazonaws.com", "kms:GenerateDataKey", map[string]string{"aws:SourceAccount": "210987654321"}, s3.Silent},
		"a service that is no user":       {"Service", "sns.amazonaws.com", "kms:GenerateDataKey", map[string]string{"aws:SourceAccount": account}, s3.Silent},
		"a foreign admin":                 {"AWS", foreign, "kms:PutKeyPolicy", nil, s3.Silent},
		"the account, where IAM decides":  {"AWS", anyone, "kms:PutKeyPolicy", nil, s3.Allowed},
		"a service may not change it":     {"Service", "cloudwatch.amazonaws.com", "kms:PutKeyPolicy", map[string]string{"aws:SourceAccount": account}, s3.Silent},
		"through a service no user named": {"AWS", foreign, "kms:Decrypt", via("210987654321", s3Service), s3.Silent},
	}
	for name, tc := range cases {
		got, err := s3.Decide(policy, s3.Request{Kind: tc.kind, Principal: tc.who, Action: tc.action, Resource: "*", Context: tc.context})
		if err != nil || got != tc.want {
			t.Errorf("%s: got %s, %v, want %s", name, got, err, tc.want)
		}
	}
	// The account's own statement allows its identities, by their IAM policies,
	// all the rest; without it the ways show.
	ways := strings.Replace(policy, `arn:aws:iam::`+account+`:root`, "arn:aws:iam::999999999999:root", 1)
	for name, tc := range map[string]struct {
		who, action string
		context     map[string]string
		want        s3.Decision
	}{
		"anyone through RDS":           {anyone, "kms:Decrypt", via(account, rds), s3.Allowed},
		"anyone through S3":            {anyone, "kms:Decrypt", via(account, s3Service), s3.Silent},
		"anyone directly":              {anyone, "kms:Decrypt", map[string]string{"kms:CallerAccount": account}, s3.Silent},
		"RDS in another region":        {anyone, "kms:Decrypt", via(account, "rds.eu-west-1.amazonaws.com"), s3.Silent},
		"a grant for a database":       {anyone, "kms:CreateGrant", grant("true"), s3.Allowed},
		"a grant for somebody":         {anyone, "kms:CreateGrant", grant("false"), s3.Silent},
		"the role cannot grant itself": {appARN, "kms:CreateGrant", nil, s3.Silent},
	} {
		got, err := s3.Decide(ways, s3.Request{Kind: "AWS", Principal: tc.who, Action: tc.action, Resource: "*", Context: tc.context})
		if err != nil || got != tc.want {
			t.Errorf("%s: got %s, %v, want %s", name, got, err, tc.want)
		}
	}
}

func TestServicesHaveTheNamesOfTheirPartition(t *testing.T) {
	t.Parallel()
	r := sandboxtest.Run(t, sandboxtest.Options{Region: "cn-north-1"}, func(ctx *pulumi.Context) error {
		_, err := key.New(ctx, "orders", key.Args{
			Region: "cn-north-1", AccountID: account, Description: "Orders", Users: []key.User{{Name: "Database", Through: []string{"rds"}}},
		})
		return err
	}).Must(t)
	policy := r.One(t, cloud.KMSKey, "orders").Inputs.Str("policy")
	for _, want := range []string{"arn:aws-cn:iam::" + account + ":root", "rds.cn-north-1.amazonaws.com.cn"} {
		if !strings.Contains(policy, want) {
			t.Errorf("%s is not in %s", want, policy)
		}
	}
}

// KMS knows every principal of a key's policy.
func TestUnknownPrincipalIsRefused(t *testing.T) {
	t.Parallel()
	r := run(t, func(a *key.Args) {
		a.Users = []key.User{{Name: "Nobody", Principals: []pulumi.StringInput{pulumi.String("arn:aws:iam::" + account + ":role/no")}}}
	})
	if r.Err == nil || !strings.Contains(r.Err.Error(), "MalformedPolicyDocumentException") {
		t.Errorf("error is %v", r.Err)
	}
}

func TestNewReportsEveryProblem(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change func(*key.Args)
		want   []string
	}{
		"nothing": {func(a *key.Args) { *a = key.Args{} }, []string{
			"Region is required", `AccountID is "": want the 12 digits`, "Description is required",
		}},
		"a window too short":  {func(a *key.Args) { a.DeletionDays = 6 }, []string{"DeletionDays is 6: want 7 to 30"}},
		"a window too long":   {func(a *key.Args) { a.DeletionDays = 31 }, []string{"DeletionDays is 31: want 7 to 30"}},
		"a user without ways": {func(a *key.Args) { a.Users = []key.User{{Name: "A"}} }, []string{"Users.A.Principals is required"}},
		"a user twice": {func(a *key.Args) { a.Users = append(a.Users, key.User{Name: "App", Service: "sns"}) }, []string{
			`Users.Name is "App": want each name once`,
		}},
		"a user's name":          {func(a *key.Args) { a.Users = []key.User{{Name: "the app", Service: "sns"}} }, []string{`Users.Name is "the app"`}},
		"a service and more":     {func(a *key.Args) { a.Users[3].Through = []string{"s3"} }, []string{`Users.Alarms.Service is "cloudwatch": want it alone`}},
		"a principal left out":   {func(a *key.Args) { a.Users[0].Principals = []pulumi.StringInput{nil} }, []string{"Users.App.Principals is required: pass the ARN"}},
		"a service's whole name": {func(a *key.Args) { a.Users[3].Service = "sns.amazonaws.com" }, []string{`Users.Alarms.Service is "sns.amazonaws.com"`}},
		"a way's whole name":     {func(a *key.Args) { a.Users[1].Through = []string{"rds.amazonaws.com"} }, []string{`Users.Database.Through is "rds.amazonaws.com"`}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, tc.change)
			if r.Err == nil {
				t.Fatal("no error")
			}
			for _, want := range append(tc.want, `key "orders": `) {
				if !strings.Contains(r.Err.Error(), want) {
					t.Errorf("%q is not in %v", want, r.Err)
				}
			}
			if n := len(r.Of(cloud.KMSKey)); n != 0 {
				t.Errorf("%d keys were registered", n)
			}
		})
	}
}
