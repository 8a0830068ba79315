package kube

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

const yamlConfig = `
current-context: b
clusters:
- {name: one, cluster: {server: "https://one"}}
- {name: two, cluster: {server: "https://two", proxy-url: "http://proxy:3128"}}
contexts:
- {name: a, context: {cluster: one, user: x}}
- {name: b, context: {cluster: two, user: y}}
users:
- {name: x, user: {exec: {args: [eks, get-token, --region, us-east-1]}}}
- {name: y, user: {exec: {args: [--region=eu-west-1, eks, get-token, --cluster-name, two, --role-arn, "arn:aws:iam::1:role/r"]}}}
`

func TestParseKubeconfig(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text string
		want Kubeconfig
		err  string
	}{
		"JSON":               {config("--role", "r"), Kubeconfig{Server: endpoint, Region: "us-west-2", RoleARN: "r"}, ""},
		"YAML":               {yamlConfig, Kubeconfig{Server: "https://two", Region: "eu-west-1", RoleARN: "arn:aws:iam::1:role/r", Proxied: true}, ""},
		"flag without value": {config("--role"), Kubeconfig{Server: endpoint, Region: "us-west-2"}, ""},
		"nothing":            {"", Kubeconfig{}, `the current context "" names no cluster`},
		"missing context":    {"{current-context: x, contexts: [{name: y}]}", Kubeconfig{}, `the current context "x" names no cluster`},
		"missing cluster":    {"{current-context: x, contexts: [{name: x, context: {cluster: y}}]}", Kubeconfig{}, `the current context "x" names no cluster`},
		"no mapping":         {"[1, 2]", Kubeconfig{}, "kubeconfig: "},
		"no YAML":            {"{", Kubeconfig{}, "kubeconfig: "},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseKubeconfig(tc.text)
			wantError(t, err, tc.err)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzParseKubeconfig(f *testing.F) {
	f.Add(yamlConfig)
	f.Add(config("--role", "r"))
	f.Add("&a [*a]")
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := ParseKubeconfig(text); (err == nil) != (c.Server != "") {
			t.Errorf("%+v, %v", c, err)
		}
	})
}
