package upstream

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"k8s.io/utils/clock"
	karpenter "sigs.k8s.io/karpenter/pkg/apis/v1"
)

// decode reads a golden file of a component into a type, strictly.
func decode(t *testing.T, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		t.Errorf("%s: %v", path, err)
	}
}

const karpenterFiles = "../../components/addons/karpenter/testdata/"

func TestNodePools(t *testing.T) {
	files, err := filepath.Glob(karpenterFiles + "nodepool.*.json")
	if err != nil || len(files) < 2 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for _, path := range files {
		var pool karpenter.NodePool
		decode(t, path, &pool)
		if err := pool.RuntimeValidate(t.Context()); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if len(pool.Spec.Disruption.Budgets) == 0 || len(pool.Spec.Limits) != 2 || pool.Spec.Template.Spec.ExpireAfter.Duration == nil {
			t.Errorf("%s: budgets, limits or expiry did not arrive: %+v", path, pool.Spec)
		}
		for _, b := range pool.Spec.Disruption.Budgets {
			if _, err := b.IsActive(clock.RealClock{}); err != nil {
				t.Errorf("%s: the budget of %s is never active: %v", path, b.Nodes, err)
			}
		}
	}
}

// A decoder that takes everything proves nothing.
func TestUnknownFieldsAreRefused(t *testing.T) {
	d := json.NewDecoder(bytes.NewReader([]byte(`{"spec":{"template":{"spec":{"expiresAfter":"720h"}}}}`)))
	d.DisallowUnknownFields()
	if err := d.Decode(&karpenter.NodePool{}); err == nil {
		t.Error("a misspelt field was taken")
	}
}
