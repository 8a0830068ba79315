package sandboxtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// Destroy deletes what the program made, newest first.
func (r *Recording) Destroy() error {
	return r.DestroyAs(func(n int) int { return n - 1 })
}

// DestroyAs deletes what the program made in an order that its dependencies
// leave open: of the n resources that nothing left waits for, pick says the
// next. A refusal ends it.
func (r *Recording) DestroyAs(pick func(n int) int) error {
	left := slices.Clone(r.Resources)
	holds := r.holders()
	for len(left) > 0 {
		free := slices.DeleteFunc(slices.Clone(left), func(x Resource) bool { return holds[x.URN] > 0 })
		next := free[pick(len(free))]
		if err := r.delete(next); err != nil {
			return fmt.Errorf("%s: %w", next.URN, err)
		}
		for _, urn := range r.needs(next) {
			holds[urn]--
		}
		left = slices.DeleteFunc(left, func(x Resource) bool { return x.URN == next.URN })
	}
	return nil
}

// holders counts for each URN the resources that must go before it.
func (r *Recording) holders() map[string]int {
	holds := map[string]int{}
	for _, x := range r.Resources {
		for _, urn := range r.needs(x) {
			holds[urn]++
		}
	}
	return holds
}

// needs are the URNs of what a resource goes before, as the engine has it: what
// it depends on, its provider, its parent, and of a component it depends on all
// that was in it by then.
func (r *Recording) needs(x Resource) []string {
	var urns []string
	within := map[string]bool{}
	for _, y := range r.Resources {
		if y.URN == x.URN {
			break
		}
		depended := slices.Contains(x.DependsOn, y.URN) || within[y.Parent]
		within[y.URN] = depended && y.ID == ""
		if depended || y.URN == x.Parent || strings.HasPrefix(x.Provider, y.URN+"::") {
			urns = append(urns, y.URN)
		}
	}
	return urns
}

func (r *Recording) delete(x Resource) error {
	switch {
	case strings.HasPrefix(x.Type, "aws:"):
		return r.Account.Delete(r.session(x.Provider), x.Type, x.ID)
	case strings.HasPrefix(x.Type, "kubernetes:"):
		client, err := r.client(x)
		if err != nil {
			return err
		}
		if x.Type == kube.ReleaseToken {
			return client.Uninstall(objects.ParseID(x.ID))
		}
		apiVersion, kind, err := kube.GroupKind(x.Type)
		if err != nil {
			return err
		}
		return client.Delete(apiVersion, kind, objects.ParseID(x.ID))
	}
	return nil // Components and providers are nowhere but in the program.
}

// LeavesNothing destroys everything, and fails the test for what is left in the
// account then.
func (r *Recording) LeavesNothing(t testing.TB) {
	t.Helper()
	if err := r.Destroy(); err != nil {
		t.Fatal(err)
	}
	if left := r.Left(); len(left) > 0 {
		t.Errorf("left in the account: %v", left)
	}
}

// Left counts by type what came into the account since the program began and is
// still there. What waits for its scheduled deletion does not count.
func (r *Recording) Left() map[string]int {
	left := map[string]int{}
	for _, x := range r.Account.Resources() {
		if x.Scheduled == "" && !r.before[place(x)] {
			left[x.Kind]++
		}
	}
	return left
}

func placesOf(account *cloud.Account) map[string]bool {
	places := map[string]bool{}
	for _, x := range account.Resources() {
		places[place(x)] = true
	}
	return places
}

func place(x *cloud.Resource) string { return strings.Join([]string{x.Kind, x.Region, x.ID}, " ") }
