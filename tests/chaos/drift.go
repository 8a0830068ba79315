package chaos

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/drift"
	"github.com/slipway-iac/slipway/sandbox/fault"
	"github.com/slipway-iac/slipway/sandbox/recovery"
)

// Mendable chooses one of the [Drifts].
func Mendable(state *apitype.DeploymentV3, seed uint64, account *cloud.Account) (drift.Target, bool) {
	used := depended(state)
	random := rand.New(rand.NewPCG(seed, 0))
	for range 100 {
		t, ok := drift.Choose(account, random)
		if !ok {
			return t, false
		}
		if mendable(state, used, t) {
			return t, true
		}
	}
	return drift.Target{}, false
}

func depended(state *apitype.DeploymentV3) map[resource.URN]bool {
	used := map[resource.URN]bool{}
	for _, r := range state.Resources {
		for _, urn := range r.Dependencies {
			used[urn] = true
		}
	}
	return used
}

// mendable tells whether an up can mend a drift without replacing what others
// depend on, and without the engine being locked out of the cluster. Twins that a
// recovery left alone are left alone here too: no refresh looks at them.
func mendable(state *apitype.DeploymentV3, used map[resource.URN]bool, t drift.Target) bool {
	if t.Kind.Name == "deleted" && (used[resource.URN(t.Resource.MadeBy)] || t.Resource.Kind == cloud.EKSAccessPolicyAssociation) {
		return false
	}
	return recovery.Knows(state, t.Resource)
}

// Drifts are all drifts of the whole environment that an up can mend.
func (l *Life) Drifts() []drift.Target {
	w := l.Whole()
	used := depended(w.state)
	var all []drift.Target
	for _, t := range drift.Possible(w.account) {
		if mendable(w.state, used, t) {
			all = append(all, t)
		}
	}
	return all
}

// Drift makes one drift of the whole environment: a refresh finds exactly that,
// an up mends it, and a destroy still leaves what it should.
func (l *Life) Drift(t drift.Target) (Judgement, error) {
	s := &scene{Case: Case{Verb: up}, l: l, w: l.Whole(), short: true}
	if j, err := s.w.drifted(t); err != nil {
		return j, err
	}
	err := s.destroyed()
	if errors.Is(err, errEnough) {
		return Judgement{}, nil
	}
	if err != nil {
		return Judgement{}, fmt.Errorf("destroy after %s: %w", t, err)
	}
	return Judgement{}, s.left()
}

// destroyed destroys the world. Where nothing is left of what was another way
// than in the undisturbed life, the rest of it is known.
func (s *scene) destroyed() error {
	if s.short {
		s.w.reached = func(w *World, _ int) error {
			without, err := w.fingerprint(leaving)
			if err == nil && s.l.has(leaving, without) {
				err = errEnough
			}
			return err
		}
		defer func() { s.w.reached = nil }()
	}
	return s.w.Destroy(fault.NewPlan())
}
