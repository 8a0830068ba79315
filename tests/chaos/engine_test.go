//go:build unix

package chaos_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/slipway-iac/slipway/sandbox"
	"github.com/slipway-iac/slipway/sandbox/drift"
	"github.com/slipway-iac/slipway/sandbox/engine"
	"github.com/slipway-iac/slipway/sandbox/fault"
	"github.com/slipway-iac/slipway/sandbox/recovery"
	"github.com/slipway-iac/slipway/stacks/platform"
	"github.com/slipway-iac/slipway/tests/chaos"
)

// The real engine makes several resources at once and decides for itself what
// it writes down. A sample of the cases is lived on it.
func TestEngine(t *testing.T) {
	t.Parallel()
	environments, lives := []string{"dev"}, 1
	if *full {
		environments, lives = []string{"dev", "staging"}, 8
	}
	var tally tally
	all := 0
	random := rand.New(rand.NewPCG(*seed, 1))
	var sample []chaos.Case
	for _, name := range environments {
		p, err := recorded[name]()
		if err != nil {
			t.Fatal(err)
		}
		cases := chaos.Cases(p)
		all += len(cases)
		for range lives / len(environments) {
			sample = append(sample, cases[random.IntN(len(cases))])
		}
	}
	if *one != "" {
		c, err := chaos.ParseCase(*one)
		if err != nil {
			t.Fatal(err)
		}
		sample = []chaos.Case{c}
	}
	inParallel(sample, func(_ int, c chaos.Case) {
		j, err := newLife(t, c).live()
		tally.add(t, c, j, err)
	})
	tally.print(t, "real engine", len(sample), all)
}

// life is a case that is lived on the real engine.
type life struct {
	c      chaos.Case
	dir    string
	config platform.Environment
	out    bytes.Buffer
	ctx    context.Context
}

func newLife(t *testing.T, c chaos.Case) *life {
	t.Helper()
	return &life{c: c, dir: t.TempDir(), ctx: t.Context()}
}

// on opens the environment, does something and closes it.
func (l *life) on(do func(*engine.Session) error, intercept ...fault.Fault) error {
	e, config, err := site.Environment(l.c.Environment, l.dir, &l.out)
	if err != nil {
		return err
	}
	l.config = config
	plan := fault.NewPlan(intercept...)
	if len(intercept) > 0 {
		names, err := sandbox.Open("", "")
		if err != nil {
			return err
		}
		injector := &fault.Injector{Plan: plan, Kind: names.Kind, Kill: func(fault.Injection) { _ = syscall.Kill(0, syscall.SIGKILL) }}
		e.Intercept = append(e.Intercept, injector.Intercept)
	}
	s, err := e.Open(l.ctx)
	if err != nil {
		return err
	}
	err = errors.Join(do(s), s.Close())
	if len(intercept) == 0 {
		return err
	}
	// The error must name what went wrong.
	injected := plan.Injected()
	if len(injected) != 1 || err == nil {
		return fmt.Errorf("%d faults happened and the verb ended with %w", len(injected), err)
	}
	if name := resource.URN(injected[0].Call.URN).Name(); !strings.Contains(l.out.String(), name) {
		return fmt.Errorf("the output does not name %s", name)
	}
	return nil
}

func (l *life) up(s *engine.Session) error { _, err := s.Up(l.ctx); return err }

func (l *life) destroy(s *engine.Session) error { _, err := s.Destroy(l.ctx); return err }

func (l *life) recover(s *engine.Session) error { _, err := s.Recover(l.ctx); return err }

// disturb does a verb against the fault of the case.
func (l *life) disturb(verb func(*engine.Session) error) error {
	if l.c.Fault.Kind != fault.Kill {
		return l.on(verb, l.c.Fault)
	}
	// Only a process of its own, with the CLI it drives, can be killed.
	child := exec.CommandContext(l.ctx, os.Args[0])
	child.Env = append(os.Environ(), childCase+"="+l.c.String(), childDir+"="+l.dir)
	child.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	said, err := child.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() && status.Signal() == syscall.SIGKILL {
			return nil
		}
	}
	return fmt.Errorf("the process was not killed: %w\n%s", err, said)
}

// The variables that make this binary the process that is killed.
const (
	childCase = "CHAOS_CASE"
	childDir  = "CHAOS_DIR"
)

// victim lives a case until it is killed.
func victim(text, dir string) error {
	c, err := chaos.ParseCase(text)
	if err != nil {
		return err
	}
	l := &life{c: c, dir: dir, ctx: context.Background()}
	verb := l.up
	if c.Verb == "destroy" {
		verb = l.destroy
	}
	return errors.Join(l.on(verb, c.Fault), errors.New("nobody killed this process"))
}

func (l *life) live() (chaos.Judgement, error) {
	j, err := l.whole()
	if err != nil {
		err = fmt.Errorf("%w\n%s", err, tail(l.out.String(), 60))
	}
	return j, err
}

func tail(text string, lines int) string {
	all := strings.Split(text, "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// whole is the whole life, as on the model.
func (l *life) whole() (chaos.Judgement, error) {
	var none chaos.Judgement
	if l.c.Verb == "destroy" {
		if err := l.on(l.up); err != nil {
			return none, fmt.Errorf("up: %w", err)
		}
		if err := l.mended(l.destroy); err != nil {
			return none, err
		}
		return none, l.on(l.left)
	}
	if err := l.mended(l.up); err != nil {
		return none, err
	}
	j, err := l.converged()
	if err != nil {
		return j, err
	}
	if err := l.on(l.drifted); err != nil {
		return none, err
	}
	if j, err := l.converged(); err != nil {
		return j, fmt.Errorf("after the drift: %w", err)
	}
	return none, l.on(func(s *engine.Session) error {
		if err := l.destroy(s); err != nil {
			return err
		}
		return l.left(s)
	})
}

// mended does a verb against the fault, recovers and does it again.
func (l *life) mended(verb func(*engine.Session) error) error {
	if err := l.disturb(verb); err != nil {
		return fmt.Errorf("against the fault: %w", err)
	}
	if l.c.Reckless {
		// It ends well or says why; after a kill it says that the stack is locked.
		_ = l.on(verb)
	}
	return l.on(func(s *engine.Session) error {
		if err := l.recover(s); err != nil {
			return fmt.Errorf("recover: %w", err)
		}
		if err := verb(s); err != nil {
			return fmt.Errorf("after recover: %w", err)
		}
		return nil
	})
}

func (l *life) left(s *engine.Session) error {
	return chaos.SameCounts(chaos.Left(s.Account, nil), l.config.Retained())
}

// converged holds that there is nothing left to do, and nothing wrong.
func (l *life) converged() (j chaos.Judgement, err error) {
	err = l.on(func(s *engine.Session) error {
		if _, err := s.Stack.Up(l.ctx, optup.ExpectNoChanges()); err != nil {
			return fmt.Errorf("an up with nothing to do: %w", err)
		}
		state, err := l.state(s)
		if err != nil {
			return err
		}
		j = chaos.Judge(s.Account, state, nil, nil)
		return j.Err()
	})
	return j, err
}

func (l *life) state(s *engine.Session) (*apitype.DeploymentV3, error) {
	exported, err := s.Stack.Export(l.ctx)
	if err != nil {
		return nil, err
	}
	return recovery.Parse(exported.Deployment)
}

// drifted changes something by hand: a refresh reports exactly that, and an up
// mends it.
func (l *life) drifted(s *engine.Session) error {
	state, err := l.state(s)
	if err != nil {
		return err
	}
	target, ok := chaos.Mendable(state, l.c.Seed, s.Account)
	if !ok {
		return errors.New("nothing can drift")
	}
	ignored, err := s.Ignored(l.ctx)
	if err != nil {
		return err
	}
	seen, err := drift.Make(s.Account, target, ignored)
	if err != nil {
		return err
	}
	found, err := l.refresh(s)
	if want := chaos.Reported(seen); err != nil || !slices.Equal(found, want) {
		return fmt.Errorf("after %s a refresh found %v, want %v: %w", target, found, want, err)
	}
	if err := l.up(s); err != nil {
		return fmt.Errorf("up after %s: %w", target, err)
	}
	return nil
}

// refresh returns the URNs that the engine reports as changed or gone.
func (l *life) refresh(s *engine.Session) ([]resource.URN, error) {
	stream := make(chan events.EngineEvent)
	done := make(chan []resource.URN, 1)
	go func() {
		var found []resource.URN
		for e := range stream {
			if o := e.ResOutputsEvent; o != nil && (o.Metadata.Op == apitype.OpUpdate || o.Metadata.Op == apitype.OpDelete) {
				found = append(found, resource.URN(o.Metadata.URN))
			}
		}
		slices.Sort(found)
		done <- found
	}()
	if _, err := s.Stack.Refresh(l.ctx, optrefresh.EventStreams(stream)); err != nil {
		return nil, err
	}
	return <-done, nil
}
