package tests

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"

	yaml "github.com/slipway-iac/slipway/policy/example"
	"github.com/slipway-iac/slipway/policy/pack"
)

// stateFile is a program as `pulumi stack export` writes it after an update.
func stateFile(t *testing.T, resources []policyx.AnalyzerResource) string {
	t.Helper()
	const providers = "urn:pulumi:example::policy::pulumi:providers:%s::chosen"
	var list []map[string]any
	packages := map[string]bool{}
	for _, r := range resources {
		packages[strings.Split(r.Type, ":")[0]] = true
	}
	for _, name := range slices.Sorted(maps.Keys(packages)) {
		list = append(list, map[string]any{"urn": fmt.Sprintf(providers, name), "custom": true, "id": "p", "type": "pulumi:providers:" + name})
	}
	for _, r := range resources {
		properties := resource.ToResourcePropertyMap(r.Properties).Mappable()
		list = append(list, map[string]any{
			"urn": r.URN, "custom": true, "id": r.Name + "-id", "type": r.Type, "inputs": properties, "outputs": properties,
			"provider":             fmt.Sprintf(providers, strings.Split(r.Type, ":")[0]) + "::p",
			"propertyDependencies": r.PropertyDependencies, "protect": r.Options.Protect,
		})
	}
	text, err := json.Marshal(map[string]any{"version": 3, "deployment": map[string]any{
		"manifest": map[string]any{"time": "2026-11-25T00:00:00Z", "magic": "", "version": ""}, "resources": list,
	}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "state.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The pack checks an exported state of anyone's, as a program and, under the
// name of a plugin, for the folder of its source.
func TestPolicyAnalyzeOfAnExportedState(t *testing.T) {
	t.Parallel()
	program := policyPack(t)
	dir := filepath.Join("testdata", "insecure")
	text, err := os.ReadFile(filepath.Join(dir, "findings.golden"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		name, rest, _ := strings.Cut(line, "  ")
		policy, _, _ := strings.Cut(rest, ":")
		want[finding(policy, name)] = true
	}
	text, err = os.ReadFile(filepath.Join(dir, "Pulumi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	resources, err := yaml.Load(string(text), "", yaml.Updated)
	if err != nil {
		t.Fatal(err)
	}
	state := stateFile(t, resources)
	settings := filepath.Join(t.TempDir(), "settings.json")
	if err := os.WriteFile(settings, []byte(`{"pack-settings": {"profile": "regulated"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	plugins := t.TempDir()
	if err := os.Symlink(program, filepath.Join(plugins, "pulumi-analyzer-policy-go")); err != nil {
		t.Fatal(err)
	}
	source, err := filepath.Abs(filepath.Join(root, "policy"))
	if err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"program": program, "folder": source} {
		cmd := exec.Command(pulumiProgram(t), "policy", "analyze", "--file", state, "--policy-pack", path, "--policy-pack-config", settings, "--json")
		cmd.Env = append(os.Environ(), "PATH="+plugins+string(os.PathListSeparator)+os.Getenv("PATH"),
			"PULUMI_HOME="+t.TempDir(), "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true", "PULUMI_SKIP_UPDATE_CHECK=true")
		out, err := cmd.Output()
		var exit *exec.ExitError
		if err == nil {
			t.Fatalf("%s: nothing was found:\n%s", name, out)
		} else if !errors.As(err, &exit) {
			t.Fatal(err)
		}
		got := map[string]bool{}
		for line := range strings.Lines(string(out)) {
			var event struct {
				PolicyEvent struct {
					ResourceURN resource.URN `json:"resourceUrn"`
					PolicyName  string       `json:"policyName"`
				} `json:"policyEvent"`
			}
			if json.Unmarshal([]byte(line), &event) == nil && event.PolicyEvent.PolicyName != "" {
				got[finding(event.PolicyEvent.PolicyName, event.PolicyEvent.ResourceURN.Name())] = true
			}
		}
		for f := range want {
			if !got[f] {
				t.Errorf("%s: %s was not found (%d findings)\n%s", name, f, len(got), exit.Stderr)
				break
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: %d findings, want %d", name, len(got), len(want))
		}
	}
}

// finding is a policy and the resource that it is about. What could not be
// evaluated of a whole stack is about none: it is reported on the stack's own
// resource, or on the first where a list has no stack.
func finding(policy, name string) string {
	if policy == pack.UnknownID {
		return policy
	}
	return policy + " " + name
}
