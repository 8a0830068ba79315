package kube

import (
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/internal/check"
)

func TestEngineReaches(t *testing.T) {
	t.Parallel()
	open := []string{"198.51.100.0/24", "203.0.113.7/32"}
	cases := map[string]struct {
		engine Engine
		public []string
		fail   string // a part of the error; empty when the engine gets through
	}{
		"a laptop and a private endpoint":         {Engine{}, nil, "runs outside the VPC"},
		"a laptop of unknown address":             {Engine{}, open, ""},
		"a laptop that is let in":                 {Engine{Address: "203.0.113.7"}, open, ""},
		"a laptop in a range that is let in":      {Engine{Address: "198.51.100.200"}, open, ""},
		"a laptop that is not let in":             {Engine{Address: "203.0.113.8"}, open, "add 203.0.113.8/32"},
		"a laptop without a readable address":     {Engine{Address: "home"}, open, "no IP address"},
		"outside may be said":                     {Engine{Location: Outside}, nil, "runs outside the VPC"},
		"in the VPC":                              {Engine{Location: InVPC}, nil, ""},
		"in the VPC nothing public is asked for":  {Engine{Location: InVPC, Address: "203.0.113.8"}, open, ""},
		"through a proxy":                         {Engine{Location: Proxy, ProxyURL: "http://localhost:8888"}, nil, ""},
		"a proxy needs no leave for the laptop's": {Engine{Location: Proxy, Address: "203.0.113.8"}, open, ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := tc.engine.Reaches(tc.public)
			if (tc.fail == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), tc.fail) {
				t.Errorf("got %v, want %q", err, tc.fail)
			}
		})
	}
}

func TestEngineValidate(t *testing.T) {
	t.Parallel()
	const role = "arn:aws:iam::123456789012:role/ci/deployer"
	cases := map[string]struct {
		engine Engine
		fields []string // the beginnings of the problems, in order
	}{
		"zero":                       {Engine{}, nil},
		"complete":                   {Engine{Location: Proxy, Address: "203.0.113.7", ProxyURL: "socks5://localhost:1080", AssumeRoleARN: role}, nil},
		"unknown location":           {Engine{Location: "moon"}, []string{"Location"}},
		"no address":                 {Engine{Address: "203.0.113.7/32"}, []string{"Address"}},
		"an IPv6 address":            {Engine{Address: "2001:db8::1"}, []string{"Address"}},
		"a proxy without its URL":    {Engine{Location: Proxy}, []string{"ProxyURL is required"}},
		"a URL without the location": {Engine{ProxyURL: "http://localhost:8888"}, []string{"ProxyURL is set"}},
		"a URL of another kind":      {Engine{Location: Proxy, ProxyURL: "localhost:8888"}, []string{"ProxyURL is"}},
		"a URL with a password":      {Engine{Location: Proxy, ProxyURL: "http://me:secret@localhost:8888"}, []string{"ProxyURL has a user or password"}},
		"a password in a bad URL":    {Engine{Location: Proxy, ProxyURL: "ftp://me:secret@localhost:8888"}, []string{"ProxyURL is"}},
		"a session for a role":       {Engine{AssumeRoleARN: "arn:aws:sts::123456789012:assumed-role/deployer/me"}, []string{"AssumeRoleARN"}},
		"everything at once":         {Engine{Location: "moon", Address: "x", ProxyURL: "x", AssumeRoleARN: "x"}, []string{"Location", "Address", "ProxyURL is set", "ProxyURL is", "AssumeRoleARN"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := tc.engine.Validate()
			if err == nil {
				if len(tc.fields) > 0 {
					t.Fatalf("nothing is wrong, want %q", tc.fields)
				}
				return
			}
			problems := check.Problems(err)
			if len(problems) != len(tc.fields) {
				t.Fatalf("got %q, want %q", problems, tc.fields)
			}
			for i, p := range problems {
				if !strings.HasPrefix(p.Error(), tc.fields[i]) {
					t.Errorf("problem %d is %q, want %q", i, p, tc.fields[i])
				}
				if strings.Contains(p.Error(), "secret") {
					t.Errorf("the error shows the password: %q", p)
				}
			}
		})
	}
}
