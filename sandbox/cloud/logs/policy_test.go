package logs_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/logs"
)

const (
	groupARN = "arn:aws:logs:us-west-2:123456789012:log-group:/dns/example.com"
	admits   = `{"Statement":{"Effect":"Allow","Principal":{"Service":"route53.amazonaws.com"},"Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"` + groupARN + `:*"}}`
)

func policy(name, document string) cloud.Props {
	return cloud.Props{"policyName": name, "policyDocument": document}
}

func TestResourcePolicyRefusals(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ document, code string }{
		"no statement": {`{"Statement":[]}`, "InvalidParameterException"},
		"no principal": {`{"Statement":{"Effect":"Allow","Action":"logs:*","Resource":"*"}}`, "InvalidParameterException"},
		"a ghost":      {strings.Replace(admits, `"Service":"route53.amazonaws.com"`, `"AWS":"arn:aws:iam::123456789012:role/no"`, 1), "InvalidParameterException"},
		"one more":     {admits, "LimitExceededException"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := open(t)
			for i := range 10 {
				if name != "one more" && i > 0 {
					break
				}
				if _, err := a.Create(session, cloud.LogResourcePolicy, fmt.Sprint(i), policy(fmt.Sprint("p", i), admits)); err != nil {
					t.Fatal(err)
				}
			}
			_, err := a.Create(session, cloud.LogResourcePolicy, "new", policy("new", tc.document))
			wantCode(t, err, tc.code)
			if name == "one more" {
				// One of a name that is there takes its place.
				if _, err := a.Create(session, cloud.LogResourcePolicy, "again", policy("p0", admits)); err != nil {
					t.Error(err)
				}
				return
			}
			_, err = a.Update(session, cloud.LogResourcePolicy, "p0", policy("p0", tc.document))
			wantCode(t, err, tc.code)
		})
	}
	problems, err := open(t).Check(cloud.LogResourcePolicy, policy("p", `{"Statement":"`+strings.Repeat("a", 5120)+`"}`))
	if err != nil || len(problems) != 1 || problems[0].Property != "policyDocument" {
		t.Errorf("got %v, %v", problems, err)
	}
}

func TestAdmits(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		document string
		want     bool
	}{
		"the group's streams": {admits, true},
		"groups of a prefix":  {strings.Replace(admits, "/dns/example.com:*", "/dns/*", 1), true},
		"any region":          {strings.Replace(admits, "us-west-2:123456789012", "*:*", 1), true},
		"another group":       {strings.Replace(admits, "example.com", "example.org", 1), false},
		"half of it":          {strings.Replace(admits, `,"logs:PutLogEvents"`, "", 1), false},
		"another service":     {strings.Replace(admits, "route53.", "es.", 1), false},
		"another account's":   {strings.TrimSuffix(admits, "}}") + `,"Condition":{"StringEquals":{"aws:SourceAccount":"210987654321"}}}}`, false},
		"denied":              {strings.Replace(admits, "Allow", "Deny", 1), false},
	} {
		a := open(t)
		if _, err := a.Create(session, cloud.LogResourcePolicy, "p", policy("p", tc.document)); err != nil {
			t.Fatal(name, err)
		}
		_ = a.Change(session, "ask", func(tx *cloud.Tx) error {
			if got := logs.Admits(tx, "route53.amazonaws.com", groupARN, "logs:CreateLogStream", "logs:PutLogEvents"); got != tc.want {
				t.Errorf("%s: got %v, want %v", name, got, tc.want)
			}
			return nil
		})
	}
}
