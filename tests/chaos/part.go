package chaos

import (
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/fault"
)

// DestroyAs deletes everything in an order that the dependencies leave open: of
// the n resources that nothing left waits for, pick says the next.
func (w *World) DestroyAs(pick func(n int) int) error {
	w.plan = fault.NewPlan()
	holds, held := holding(w.state.Resources)
	for len(w.state.Resources) > 0 {
		free := slices.DeleteFunc(slices.Clone(w.state.Resources), func(r apitype.ResourceV3) bool { return held[r.URN] > 0 })
		gone := free[pick(len(free))]
		if err := w.delete(gone); err != nil {
			return err
		}
		for _, urn := range holds[gone.URN] {
			held[urn]--
		}
	}
	return nil
}

// holding are by URN what a resource goes before, and by how many others each is
// held so. Who depends on a component depends on all that was below it by then, as
// in the engine: see DependenciesOf in pulumi/pulumi,
// pkg/resource/graph/dependency_graph.go.
func holding(resources []apitype.ResourceV3) (holds map[resource.URN][]resource.URN, held map[resource.URN]int) {
	holds, held = map[resource.URN][]resource.URN{}, map[resource.URN]int{}
	parents := map[resource.URN]resource.URN{}
	below := map[resource.URN][]resource.URN{}
	for _, r := range resources {
		for _, urn := range outlived(r) {
			holds[r.URN] = append(append(holds[r.URN], urn), below[urn]...)
		}
		holds[r.URN] = append(holds[r.URN], r.Parent)
		for _, urn := range holds[r.URN] {
			held[urn]++
		}
		parents[r.URN] = r.Parent
		for urn := r.Parent; urn != ""; urn = parents[urn] {
			below[urn] = append(below[urn], r.URN)
		}
	}
	return holds, held
}

// outlived are the URNs of what a resource goes before, but for its parent.
func outlived(r apitype.ResourceV3) []resource.URN {
	urns := slices.Concat(r.Dependencies, []resource.URN{r.DeletedWith})
	if i := strings.LastIndex(r.Provider, "::"); i >= 0 {
		urns = append(urns, resource.URN(r.Provider[:i]))
	}
	return urns
}

// Kept counts by kind what a destroy would leave of what the state has.
func (w *World) Kept() map[string]int {
	kept := map[string]int{}
	for _, r := range w.state.Resources {
		if r.RetainOnDelete && calls(r) {
			kept[string(r.Type)]++
		}
		// A database leaves its last snapshot, unless it is told not to.
		if string(r.Type) == cloud.DBInstance && !cloud.Props(r.Inputs).Bool("skipFinalSnapshot") {
			kept[cloud.DBSnapshot]++
		}
	}
	return kept
}
