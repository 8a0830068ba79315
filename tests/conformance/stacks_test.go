package conformance

import (
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/engine"
	"github.com/slipway-iac/slipway/sandbox/kube"
	"github.com/slipway-iac/slipway/sandbox/provider"
	"github.com/slipway-iac/slipway/stacks/platform"
)

var root = filepath.Join("..", "..")

// made is one AWS resource of a finished stack.
type made struct {
	urn           resource.URN
	id            string
	inputs, state cloud.Props
	session       cloud.Session
	// after are the URNs of what it depends on.
	after []string
}

func (m made) token() string { return string(m.urn.Type()) }

// stack is a finished stack: its AWS resources in the order in which they were
// made, and the account that they are in.
type stack struct {
	name      string
	account   *cloud.Account
	resources []made
}

// up brings an environment of a project up on the real engine, in an account of
// its own.
func up(t *testing.T, project, name string) stack {
	t.Helper()
	config, err := platform.ReadFile(filepath.Join(project, "stacks", "Pulumi."+name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	tools, err := filepath.Abs(filepath.Join(root, "tools"))
	if err != nil {
		t.Fatal(err)
	}
	pulumi, err := engine.FindPulumi(t.Context(), "", filepath.Join(root, ".sandbox"), tools, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	s, err := engine.Environment{
		Name: name, Dir: t.TempDir(), ProjectDir: project, Program: platform.Deploy, Pulumi: pulumi,
		AccountID: config.AccountID, Caller: config.DeployerRoleARN, SaveOnce: true,
		Engine: kube.Engine{Location: kube.Location(config.Engine.Location), Address: netip.MustParseAddr("203.0.113.10")},
	}.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := s.Up(t.Context()); err != nil {
		t.Fatalf("%s: %v", t.Name(), err)
	}
	exported, err := s.Stack.Export(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return stack{name, s.Account, awsResources(t, s.Account, config.DeployerRoleARN, exported.Deployment)}
}

func awsResources(t *testing.T, account *cloud.Account, caller string, deployment json.RawMessage) []made {
	t.Helper()
	var d struct {
		Resources []struct {
			URN      resource.URN   `json:"urn"`
			ID       string         `json:"id"`
			Provider string         `json:"provider"`
			Inputs   map[string]any `json:"inputs"`
			Outputs  map[string]any `json:"outputs"`
			After    []string       `json:"dependencies"`
		} `json:"resources"`
	}
	if err := json.Unmarshal(deployment, &d); err != nil {
		t.Fatal(err)
	}
	sessions := map[string]cloud.Session{}
	var out []made
	for _, r := range d.Resources {
		switch {
		case r.URN.Type() == "pulumi:providers:aws":
			session, err := provider.NewSession(account, caller, r.Inputs)
			if err != nil {
				t.Fatal(err)
			}
			sessions[string(r.URN)+"::"+r.ID] = session
		case strings.HasPrefix(string(r.URN.Type()), "aws:"):
			session, ok := sessions[r.Provider]
			if !ok {
				t.Fatalf("%s has the unknown provider %s", r.URN, r.Provider)
			}
			out = append(out, made{r.URN, r.ID, r.Inputs, r.Outputs, session, r.After})
		}
	}
	return out
}
