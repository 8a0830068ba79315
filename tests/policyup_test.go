package tests

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/engine"
)

// up checks an environment with the pack as `make up` has it: it counts what the
// profile asks for and what was found, keeps that beside the environment, and
// fails on what is mandatory, with the fix.
func TestUpKeepsWhatPoliciesSay(t *testing.T) {
	t.Parallel()
	pack := policyPack(t)
	kept := func(dir string) engine.Judgement {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(dir, "dev", "policy.json"))
		if err != nil {
			t.Fatal(err)
		}
		var j engine.Judgement
		if err := json.Unmarshal(text, &j); err != nil {
			t.Fatal(err)
		}
		return j
	}
	level := func(j engine.Judgement, policy, resource, fix string) string {
		for _, f := range j.Findings {
			if f.Policy == policy && f.Resource == resource && strings.Contains(f.Message, "Fix: "+fix) {
				return f.Level + " " + f.Severity
			}
		}
		return "nothing"
	}

	dir := t.TempDir()
	sandbox := cli(t, copyProject(t), dir)
	said := sandbox.must(t, "up", "dev", "--policy-pack", pack)
	for _, want := range []string{"Policies of slipway, profile dev: ", " mandatory, ", " disabled\n", "Policy findings: 0 mandatory, "} {
		if !strings.Contains(said, want) {
			t.Errorf("up does not say %q:\n%s", want, said)
		}
	}
	if j := kept(dir); len(j.Packs) != 1 || j.Packs[0] != "slipway" || level(j, "eks-endpoint-not-public", "cluster-eksCluster", "set vpcConfig.endpointPublicAccess to false") != "advisory high" {
		t.Errorf("kept: %+v", j)
	}
	// A later up without the pack knows nothing of its findings.
	sandbox.must(t, "up", "dev")
	if _, err := os.Stat(filepath.Join(dir, "dev", "policy.json")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what the pack said is kept after an up without it: %v", err)
	}

	dir = t.TempDir()
	sandbox = cli(t, copyProject(t, "config:\n", "config:\n  slipway-policy:profile: prod\n"), dir)
	said, _, err := sandbox.run(t, "up", "dev", "--policy-pack", pack)
	if err == nil {
		t.Fatalf("the keys of dev, which are soon gone, are made in the profile prod:\n%s", said)
	}
	for _, want := range []string{"[mandatory]", "kms-deletion-window", "Fix: set deletionWindowInDays to 30", "profile prod: "} {
		if !strings.Contains(said, want) {
			t.Errorf("up does not say %q:\n%s", want, said)
		}
	}
	if strings.Contains(said, "Policy findings: 0 mandatory") || level(kept(dir), "kms-deletion-window", "data", "set deletionWindowInDays to 30") != "mandatory critical" {
		t.Errorf("kept: %+v\n%s", kept(dir), said)
	}
	for _, r := range sandbox.account(t, "dev") {
		if r.Kind == cloud.KMSKey {
			t.Errorf("%s was made all the same", r.ID)
		}
	}
}
