package kube

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// everybodys is a kubeconfig as pulumi-eks writes it.
const everybodys = `{"apiVersion":"v1","clusters":[{"cluster":{"server":"https://abc.gr7.eu-central-1.eks.amazonaws.com",` +
	`"certificate-authority-data":"Y2E="},"name":"kubernetes"}],"contexts":[{"context":{"cluster":"kubernetes","user":"aws"},"name":"aws"}],` +
	`"current-context":"aws","kind":"Config","users":[{"name":"aws","user":{"exec":{"apiVersion":"client.authentication.k8s.io/v1beta1",` +
	`"command":"aws","args":["--region","eu-central-1","eks","get-token","--cluster-name","demo","--output","json"],` +
	`"env":[{"name":"KUBERNETES_EXEC_INFO","value":"{\"apiVersion\": \"client.authentication.k8s.io/v1beta1\"}"}]}}}]}`

func TestReadKubeconfig(t *testing.T) {
	t.Parallel()
	got, err := ReadKubeconfig(everybodys)
	if err != nil {
		t.Fatal(err)
	}
	want := Connection{Server: "https://abc.gr7.eu-central-1.eks.amazonaws.com", CertificateAuthority: "Y2E="}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for name, text := range map[string]string{"not JSON": "apiVersion: v1", "no cluster": `{}`, "two clusters": `{"clusters":[{},{}]}`} {
		if _, err := ReadKubeconfig(text); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestEngineKubeconfig(t *testing.T) {
	t.Parallel()
	const role = "arn:aws:iam::123456789012:role/deployer"
	server := `"server":"https://abc.gr7.eu-central-1.eks.amazonaws.com"`
	cases := map[string]struct {
		engine   Engine
		old, new string // what differs from everybody's
	}{
		"its own credentials": {Engine{}, "", ""},
		"in the VPC":          {Engine{Location: InVPC}, "", ""},
		"an assumed role":     {Engine{AssumeRoleARN: role}, `"--output","json"]`, `"--output","json","--role","` + role + `"]`},
		"a proxy":             {Engine{Location: Proxy, ProxyURL: "http://localhost:8888"}, server, `"proxy-url":"http://localhost:8888",` + server},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := tc.engine.Kubeconfig(everybodys)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(value(t, strings.Replace(everybodys, tc.old, tc.new, 1)), value(t, got)); d != "" {
				t.Error(d)
			}
			again, err := tc.engine.Kubeconfig(everybodys)
			if err != nil || again != got {
				t.Errorf("a second call gives %q, %v; the first gave %q", again, err, got)
			}
		})
	}
}

func TestEngineKubeconfigRefuses(t *testing.T) {
	t.Parallel()
	all := Engine{Location: Proxy, ProxyURL: "http://localhost:8888", AssumeRoleARN: "arn:aws:iam::123456789012:role/deployer"}
	for name, text := range map[string]string{
		"not JSON":            "apiVersion: v1",
		"no cluster":          `{"users":[{"user":{"exec":{"args":[]}}}]}`,
		"no user":             `{"clusters":[{"cluster":{}}]}`,
		"a user with a token": `{"clusters":[{"cluster":{}}],"users":[{"user":{"token":"x"}}]}`,
		"an empty cluster":    `{"clusters":[{}],"users":[{"user":{"exec":{"args":[]}}}]}`,
	} {
		if got, err := all.Kubeconfig(text); err == nil {
			t.Errorf("%s: no error, but %s", name, got)
		}
	}
}

func value(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}
