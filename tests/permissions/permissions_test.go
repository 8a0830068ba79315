package permissions

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/internal/golden"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
)

// inlineLimit is what the inline policies of a role may have together. See
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const inlineLimit = 10240

// role is a role with its policies.
type role struct {
	name    string
	trusts  string
	inline  map[string]string
	managed []string
}

// roles are all roles that a program made, by name.
func roles(t *testing.T, r *sandboxtest.Recording) []role {
	t.Helper()
	var all []role
	for _, x := range r.Of(cloud.IAMRole) {
		one := role{name: x.Name, trusts: principals(t, x.Inputs.Str("assumeRolePolicy")), inline: map[string]string{}}
		for _, p := range r.Of(cloud.IAMRolePolicy) {
			if p.Inputs.Str("role") == x.ID {
				one.inline[p.Name] = p.Inputs.Str("policy")
			}
		}
		for _, a := range r.Of(cloud.IAMRolePolicyAttachment) {
			if a.Inputs.Str("role") == x.ID {
				one.managed = append(one.managed, a.Inputs.Str("policyArn"))
			}
		}
		one.managed = append(one.managed, x.Inputs.Strs("managedPolicyArns")...)
		slices.Sort(one.managed)
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b role) int { return strings.Compare(a.name, b.name) })
	return all
}

func parse(t *testing.T, text string) iam.Document {
	t.Helper()
	d, err := iam.ParseDocument(text)
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return d
}

func principals(t *testing.T, text string) string {
	t.Helper()
	var all []string
	for _, s := range parse(t, text).Statements {
		for _, kind := range slices.Sorted(maps.Keys(s.Principals)) {
			all = append(all, s.Principals[kind]...)
		}
	}
	return strings.Join(all, ", ")
}

func TestGoldenRoles(t *testing.T) {
	t.Parallel()
	r := recorded(t)
	var lines []string
	for _, x := range roles(t, r) {
		lines = append(lines, x.name, "  is for "+x.trusts)
		total := 0
		for _, name := range slices.Sorted(maps.Keys(x.inline)) {
			size := len(x.inline[name])
			total += size
			lines = append(lines, fmt.Sprintf("  %s: %d characters", name, size))
		}
		if len(x.inline) > 0 {
			lines = append(lines, fmt.Sprintf("  together %d of %d", total, inlineLimit))
		}
		if total > inlineLimit {
			t.Errorf("the policies of role %s have %d characters, IAM allows %d", x.name, total, inlineLimit)
		}
		for _, arn := range x.managed {
			lines = append(lines, "  "+arn)
		}
		if len(x.inline)+len(x.managed) == 0 {
			t.Errorf("role %s may do nothing: it is not needed, or something was not read", x.name)
		}
	}
	golden.Equal(t, filepath.Join("testdata", "roles.golden"), strings.Join(lines, "\n")+"\n")
}

// everywhere are the statements for every resource, and why.
var everywhere = map[string]string{
	"lb-surroundings/Describe":     "EC2's and ELB's Describe actions know no resource",
	"lb-surroundings/Certificates": "listing knows no resource; what is described is named by annotations of Ingresses that are not made yet",
	"lb-surroundings/WebACLs":      "web ACL and load balancer are named by annotations of Ingresses that are not made yet",
	"records-records/FindZones":    "listing zones knows no resource",
	"scale-profiles/ListProfiles":  "listing instance profiles knows no resource",
	"scale-discovery/See":          "EC2's Describe actions know no resource; the region is a condition",
	"scale-discovery/ReadPrices":   "the price list knows no resource",
}

// tooWide says what is wrong with a statement, whatever it is for.
func tooWide(s iam.Statement) []string {
	var problems []string
	if s.Effect != "Allow" {
		return nil
	}
	if len(s.NotActions)+len(s.NotResources) > 0 {
		problems = append(problems, "allows everything but something")
	}
	for _, action := range s.Actions {
		if service, what, _ := strings.Cut(action, ":"); what == "*" || strings.Contains(service, "*") {
			problems = append(problems, "allows "+action+": name the actions")
		}
	}
	return problems
}

func TestNoPolicyIsWiderThanItsReason(t *testing.T) {
	t.Parallel()
	r := recorded(t)
	used := map[string]bool{}
	for _, x := range roles(t, r) {
		for name, text := range x.inline {
			for _, s := range parse(t, text).Statements {
				at := name + "/" + s.Sid
				for _, problem := range tooWide(s) {
					t.Errorf("%s %s", at, problem)
				}
				if s.Effect != "Allow" || !slices.Contains(s.Resources, "*") {
					continue
				}
				used[at] = true
				if everywhere[at] == "" {
					t.Errorf("%s is for every resource, without a reason in the table: %v", at, s.Actions)
				}
			}
		}
	}
	for at := range everywhere {
		if !used[at] {
			t.Errorf("%s is no statement for every resource any more: take it out of the table", at)
		}
	}
	if policies := r.Of(cloud.IAMPolicy); len(policies) > 0 {
		t.Errorf("%s is a managed policy of ours, which this test does not read", policies[0].Name)
	}
}

func TestTooWide(t *testing.T) {
	t.Parallel()
	for statement, want := range map[string]int{
		`"Effect":"Allow","Action":"s3:GetObject","Resource":"*"`:            0,
		`"Effect":"Allow","Action":["s3:Get*"],"Resource":"*"`:               0,
		`"Effect":"Deny","Action":"*","Resource":"*"`:                        0,
		`"Effect":"Allow","Action":"*","Resource":"*"`:                       1,
		`"Effect":"Allow","Action":["s3:*","ec2:*"],"Resource":"*"`:          2,
		`"Effect":"Allow","NotAction":"iam:PassRole","Resource":"*"`:         1,
		`"Effect":"Allow","Action":"s3:GetObject","NotResource":"arn:aws:x"`: 1,
	} {
		d := parse(t, `{"Version":"2012-10-17","Statement":[{`+statement+`}]}`)
		if got := tooWide(d.Statements[0]); len(got) != want {
			t.Errorf("%s: %q, want %d problems", statement, got, want)
		}
	}
}
