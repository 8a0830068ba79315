package tests

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"

	"github.com/slipway-iac/slipway/internal/golden"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/engine"
	"github.com/slipway-iac/slipway/sandbox/latency"
	"github.com/slipway-iac/slipway/sandbox/timeline"
	"github.com/slipway-iac/slipway/stacks/platform"
)

func config(t testing.TB, name string) platform.Environment {
	t.Helper()
	e, err := platform.ReadFile(filepath.Join(root, "stacks", "Pulumi."+name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Each environment lives its whole life on the real engine: it comes up, a
// second up and a preview and a refresh find nothing to do, and it goes as its
// tier says.
func TestEnvironmentLifecycleGolden(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"dev", "staging", "prod"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := config(t, name)
			dir := t.TempDir()
			s, out := environment(t, name, dir, c)
			took := &strings.Builder{}
			made := timed(t, s, took, "up", func() error {
				_, err := s.Up(t.Context())
				return err
			}, out)
			defer func() { golden.Equal(t, filepath.Join("testdata", name+".timeline.golden"), took.String()) }()
			resources := stateOf(t, s)
			golden.Equal(t, filepath.Join("testdata", name+".golden"), tree(resources))
			assertGraph(t, resources)
			assertNoSecrets(t, s, c, dir, out.String())
			assertBucketsRefuse(t, resources)
			assertDataIsHeard(t, s, c)
			if c.Sample {
				assertOrder(t, made, latency.Create)
				assertRequest(t, s, c)
			}

			if _, err := s.Stack.Preview(t.Context(), optpreview.ExpectNoChanges()); err != nil {
				t.Errorf("a preview after up: %v", err)
			}
			if result, err := s.Stack.Refresh(t.Context()); err != nil {
				t.Errorf("a refresh after up: %v", err)
			} else if changes := *result.Summary.ResourceChanges; len(changes) != 1 || changes["same"] == 0 {
				t.Errorf("a refresh after up found changes: %v\n%s", changes, result.StdOut)
			}
			if _, err := s.Stack.Up(t.Context(), optup.ExpectNoChanges()); err != nil {
				t.Errorf("a second up: %v", err)
			}

			protected, err := s.Protected(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if c.Protect != (len(protected) > 0) {
				t.Fatalf("protect is %v and these resources are protected: %v", c.Protect, protected)
			}
			if c.Protect {
				return // TestProtectionIsLiftedBySwitch goes on from here.
			}
			gone := timed(t, s, took, "destroy", func() error {
				_, err := s.Destroy(t.Context())
				return err
			}, out)
			if c.Sample {
				assertOrder(t, gone, latency.Delete)
			}
			assertLeft(t, s.Account.Resources(), c.Retained())
		})
	}
}

// timed does something and writes down how long AWS would have taken.
func timed(t *testing.T, s *engine.Session, to io.Writer, verb string, do func() error, out *output) *timeline.Timeline {
	t.Helper()
	took, err := s.Timed(t.Context(), do)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	fmt.Fprintf(to, "%s: ", verb)
	took.Print(to)
	return took
}

// assertGraph holds what is true of every environment.
func assertGraph(t *testing.T, resources []stateResource) {
	t.Helper()
	byURN := map[string]stateResource{}
	for _, r := range resources {
		byURN[r.URN] = r
	}
	for _, r := range resources {
		if _, ok := byURN[r.Parent]; !ok && r.Type != "pulumi:pulumi:Stack" && !strings.HasPrefix(r.name(), "default") {
			t.Errorf("%s has no parent", r.URN)
		}
		if tags, taggable := r.Outputs["tagsAll"].(map[string]any); taggable {
			for _, key := range []string{"platform", "environment"} {
				if tags[key] == nil {
					t.Errorf("%s has no tag %s", r.URN, key)
				}
			}
		}
		switch r.Type {
		case cloud.LogGroup:
			if r.Inputs["kmsKeyId"] == nil || r.Inputs["retentionInDays"] == nil {
				t.Errorf("%s is not encrypted by a key of ours, or keeps logs for ever", r.URN)
			}
		case cloud.KMSKey:
			if r.Inputs["enableKeyRotation"] != true {
				t.Errorf("%s does not rotate", r.URN)
			}
		case cloud.SecurityGroupRule, cloud.SecurityGroupIngressRule:
			text, err := json.Marshal(r.Inputs)
			if err != nil {
				t.Fatal(err)
			}
			if r.Inputs["type"] != "egress" && strings.Contains(string(text), "0.0.0.0/0") {
				t.Errorf("%s admits the internet", r.URN)
			}
		}
	}
}

// assertLeft compares what is left in an account with what may be left: kinds
// by number.
func assertLeft(t *testing.T, resources []*cloud.Resource, want map[string]int) {
	t.Helper()
	got := map[string]int{}
	var names []string
	for _, r := range resources {
		if r.Scheduled != "" || r.Kind == cloud.BucketObject && bucketIs(resources, r.Props.Str("bucket")) {
			continue // An object stays with its bucket.
		}
		got[r.Kind]++
		names = append(names, r.Kind+" "+r.ID+" "+r.Owner)
	}
	slices.Sort(names)
	for kind, n := range want {
		if got[kind] != n {
			t.Errorf("%d of %s are left, want %d", got[kind], kind, n)
		}
		delete(got, kind)
	}
	for kind, n := range got {
		t.Errorf("%d of %s are left, want none", n, kind)
	}
	if t.Failed() {
		t.Log(strings.Join(names, "\n"))
	}
}

func bucketIs(among []*cloud.Resource, name string) bool {
	return slices.ContainsFunc(among, func(r *cloud.Resource) bool { return r.Kind == cloud.Bucket && r.ID == name })
}
