package tests

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/engine"
)

// stateResource is what a deployment says of one resource.
type stateResource struct {
	URN     string         `json:"urn"`
	Type    string         `json:"type"`
	Parent  string         `json:"parent"`
	ID      string         `json:"id"`
	Custom  bool           `json:"custom"`
	Protect bool           `json:"protect"`
	Inputs  map[string]any `json:"inputs"`
	Outputs map[string]any `json:"outputs"`
}

func (r stateResource) name() string { return r.URN[strings.LastIndex(r.URN, "::")+2:] }

func stateOf(t *testing.T, s *engine.Session) []stateResource {
	t.Helper()
	exported, err := s.Stack.Export(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Resources []stateResource `json:"resources"`
	}
	if err := json.Unmarshal(exported.Deployment, &d); err != nil {
		t.Fatal(err)
	}
	return d.Resources
}

// tree renders the resources of a state as an indented tree, in alphabetical
// order, so that a diff shows what came, went or moved.
func tree(resources []stateResource) string {
	children := map[string][]stateResource{}
	for _, r := range resources {
		children[r.Parent] = append(children[r.Parent], r)
	}
	var out strings.Builder
	var walk func(parent string, depth int)
	walk = func(parent string, depth int) {
		list := children[parent]
		slices.SortFunc(list, func(a, b stateResource) int { return strings.Compare(a.Type+a.name(), b.Type+b.name()) })
		for _, r := range list {
			out.WriteString(strings.Repeat("  ", depth) + r.Type + "  " + r.name())
			if r.Protect {
				out.WriteString("  (protected)")
			}
			out.WriteString("\n")
			walk(r.URN, depth+1)
		}
	}
	walk("", 0)
	return out.String()
}
