package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/slipway-iac/slipway/sandbox/recovery"
)

// Recovery is what Recover did.
type Recovery struct {
	// Locks is how many locks were taken away.
	Locks int
	// Actions are what was done about each resource.
	Actions []recovery.Action
}

// Recover makes the stack whole after an update that was killed, or that lost
// the answer to a create: it takes the stack's lock away, resolves pending
// operations by what the account holds, imports or deletes what the account
// holds and the state does not, and refreshes.
func (s *Session) Recover(ctx context.Context) (Recovery, error) {
	var done Recovery
	var err error
	if done.Locks, err = s.unlock(ctx); err != nil {
		return done, err
	}
	exported, deployment, err := s.deployment(ctx)
	if err != nil {
		return done, err
	}
	done.Actions = recovery.Settle(deployment, s.Account)
	if len(done.Actions) > 0 {
		if err := s.importState(ctx, exported, deployment); err != nil {
			return done, err
		}
	}
	actions, err := s.adopt(ctx, exported, deployment)
	done.Actions = append(done.Actions, actions...)
	if err != nil {
		return done, err
	}
	_, err = s.Refresh(ctx)
	return done, err
}

// unlock takes away the locks of processes that have ended: while the account
// is open here, no other process works on the environment.
func (s *Session) unlock(ctx context.Context) (int, error) {
	locks, err := filepath.Glob(filepath.Join(s.env.Dir, "state", ".pulumi", "locks", "*", "*", s.env.Name, "*.json"))
	if err != nil || len(locks) == 0 {
		return 0, err
	}
	if err := s.Stack.Cancel(ctx); err != nil {
		return 0, fmt.Errorf("taking the lock of stack %s away: %w", s.env.Name, err)
	}
	return len(locks), nil
}

func (s *Session) deployment(ctx context.Context) (apitype.UntypedDeployment, *apitype.DeploymentV3, error) {
	exported, err := s.Stack.Export(ctx)
	if err != nil {
		return exported, nil, err
	}
	deployment, err := recovery.Parse(exported.Deployment)
	return exported, deployment, err
}

func (s *Session) importState(ctx context.Context, exported apitype.UntypedDeployment, deployment *apitype.DeploymentV3) error {
	raw, err := json.Marshal(deployment)
	if err != nil {
		return err
	}
	exported.Deployment = raw
	return s.Stack.Import(ctx, exported)
}

// adopt imports or deletes what the account holds and the state does not, in as
// many rounds as it takes: what depends on an orphan is known only when that is
// in the state.
func (s *Session) adopt(ctx context.Context, exported apitype.UntypedDeployment, deployment *apitype.DeploymentV3) ([]recovery.Action, error) {
	project, err := s.Stack.Workspace().ProjectSettings(ctx)
	if err != nil {
		return nil, err
	}
	var done []recovery.Action
	left := recovery.Orphans(deployment, s.Account, string(project.Name), s.env.Name)
	for len(left) > 0 {
		goals, err := s.goals(ctx)
		if err != nil {
			return done, err
		}
		actions, later := recovery.Adopt(deployment, s.Account, left, goals)
		done = append(done, actions...)
		if err := s.importState(ctx, exported, deployment); err != nil {
			return done, err
		}
		if len(later) == len(left) {
			return append(done, recovery.Leave(later)...), nil
		}
		left = later
	}
	return done, nil
}

// goals are what the program would create now, as a preview plans it.
func (s *Session) goals(ctx context.Context) (recovery.Goals, error) {
	file, err := os.CreateTemp("", "plan-*.json")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(file.Name()) }()
	if err := file.Close(); err != nil {
		return nil, err
	}
	stream, retained := make(chan events.EngineEvent), make(chan []resource.URN, 1)
	go func() { retained <- retainedIn(stream) }()
	if _, err := s.Stack.Preview(ctx, optpreview.Plan(file.Name()), optpreview.EventStreams(stream)); err != nil {
		return nil, fmt.Errorf("asking the program what it wants: %w", err)
	}
	text, err := os.ReadFile(file.Name())
	if err != nil {
		return nil, err
	}
	goals, err := recovery.ParsePlan(text)
	for _, urn := range <-retained {
		if g, ok := goals[urn]; ok {
			g.RetainOnDelete = true
			goals[urn] = g
		}
	}
	return goals, err
}

// retainedIn are the resources that a preview would create and a deletion would
// leave; the plan does not say so.
func retainedIn(stream <-chan events.EngineEvent) []resource.URN {
	var urns []resource.URN
	for e := range stream {
		if pre := e.ResourcePreEvent; pre != nil && pre.Metadata.New != nil && pre.Metadata.New.RetainOnDelete {
			urns = append(urns, resource.URN(pre.Metadata.URN))
		}
	}
	return urns
}
