package provider

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/slipway-iac/slipway/sandbox"
	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func TestNewSession(t *testing.T) {
	t.Parallel()
	account, err := sandbox.Open("", "210987654321")
	if err != nil {
		t.Fatal(err)
	}
	const caller, role = "arn:aws:iam::210987654321:user/me", "arn:aws:iam::210987654321:role/deployer"
	session := func(change func(s *cloud.Session)) cloud.Session {
		s := cloud.Session{Region: "eu-west-1", Caller: caller, DefaultTags: map[string]string{}}
		change(&s)
		return s
	}
	plain := session(func(*cloud.Session) {})
	assumed := session(func(s *cloud.Session) { s.Caller = role })
	tagged := session(func(s *cloud.Session) { s.DefaultTags = map[string]string{"a": "b"} })
	tests := map[string]struct {
		config cloud.Props
		want   cloud.Session
		err    string
	}{
		"region":                {nil, plain, ""},
		"no region":             {cloud.Props{"region": nil}, session(func(s *cloud.Session) { s.Region = "" }), ""},
		"unknown region":        {cloud.Props{"region": "eu-west-9"}, plain, "invalid AWS Region: eu-west-9"},
		"region to come":        {cloud.Props{"region": cloud.Unknown}, session(func(s *cloud.Session) { s.Region = "" }), ""},
		"default tags":          {cloud.Props{"defaultTags": object{"tags": object{"a": "b"}}}, tagged, ""},
		"default tags as JSON":  {cloud.Props{"defaultTags": `{"tags":{"a":"b"}}`}, tagged, ""},
		"role":                  {cloud.Props{"assumeRole": object{"roleArn": role}}, assumed, ""},
		"role as JSON":          {cloud.Props{"assumeRole": `{"roleArn":"` + role + `"}`}, assumed, ""},
		"roles as JSON":         {cloud.Props{"assumeRoles": `[{"roleArn":"` + caller + `"},{"roleArn":"` + role + `"}]`}, assumed, ""},
		"role of another":       {cloud.Props{"assumeRole": object{"roleArn": "arn:aws:iam::111111111111:role/x"}}, plain, "cannot assume IAM Role (arn:aws:iam::111111111111:role/x)"},
		"role that is none":     {cloud.Props{"assumeRole": object{"roleArn": "deployer"}}, plain, "cannot assume IAM Role (deployer)"},
		"role without an ARN":   {cloud.Props{"assumeRole": object{"sessionName": "x"}}, plain, ""},
		"allowed":               {cloud.Props{"allowedAccountIds": list{"111111111111", "210987654321"}}, plain, ""},
		"allowed as JSON":       {cloud.Props{"allowedAccountIds": `["210987654321"]`}, plain, ""},
		"not allowed":           {cloud.Props{"allowedAccountIds": `["111111111111"]`}, plain, "AWS account ID not allowed: 210987654321"},
		"forbidden":             {cloud.Props{"forbiddenAccountIds": list{"210987654321"}}, plain, "AWS account ID not allowed: 210987654321"},
		"forbidden for another": {cloud.Props{"forbiddenAccountIds": list{"111111111111"}}, plain, ""},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := cloud.Props{"region": "eu-west-1"}.With(tc.config)
			before := config.Clone()
			got, err := NewSession(account, caller, config)
			if tc.err != "" {
				wantError(t, err, tc.err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(before, config, unknowns); diff != "" {
				t.Errorf("the configuration was changed: %s", diff)
			}
		})
	}
}

func TestDiffConfig(t *testing.T) {
	t.Parallel()
	_, servers := open(t, Options{})
	tests := map[string]struct {
		provider             string
		olds, news           cloud.Props
		changed, replacement bool
	}{
		"the same":          {"aws", cloud.Props{"region": "a", "version": "1"}, cloud.Props{"region": "a", "version": "2"}, false, false},
		"region":            {"aws", cloud.Props{"region": "a"}, cloud.Props{"region": "b"}, true, true},
		"region to come":    {"aws", cloud.Props{"region": "a"}, cloud.Props{"region": cloud.Unknown}, true, false},
		"tags":              {"aws", cloud.Props{"region": "a"}, cloud.Props{"region": "a", "defaultTags": "{}"}, true, false},
		"kubeconfig":        {"kubernetes", cloud.Props{"kubeconfig": "a"}, cloud.Props{"kubeconfig": "b"}, true, false},
		"no longer said":    {"kubernetes", cloud.Props{"namespace": "a"}, nil, true, false},
		"nothing to say":    {"eks", nil, nil, false, false},
		"eks, like another": {"eks", nil, cloud.Props{"a": "b"}, true, false},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := connect(t, servers, tc.provider)
			got, err := e.DiffConfig(t.Context(), &pulumirpc.DiffRequest{Olds: e.wire(tc.olds), News: e.wire(tc.news)})
			if err != nil {
				t.Fatal(err)
			}
			if (got.GetChanges() == pulumirpc.DiffResponse_DIFF_SOME) != tc.changed || (len(got.GetReplaces()) > 0) != tc.replacement {
				t.Errorf("got %v", got)
			}
		})
	}
}
