package tests

import (
	"bytes"
	"context"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/sandbox/engine"
	"github.com/slipway-iac/slipway/sandbox/enginetest"
	"github.com/slipway-iac/slipway/sandbox/kube"
	"github.com/slipway-iac/slipway/stacks/platform"
)

// root is the project, seen from this folder.
const root = ".."

// cache is where a CLI that is not on PATH is built, once for everybody.
var cache = filepath.Join(root, ".sandbox")

var pulumiCLI auto.PulumiCommand

func TestMain(m *testing.M) {
	tools, err := filepath.Abs(filepath.Join(root, "tools"))
	if err == nil {
		pulumiCLI, err = engine.FindPulumi(context.Background(), "", cache, tools, os.Stderr)
	}
	if err != nil {
		println("these tests run the real Pulumi engine:", err.Error())
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// output keeps what the engine prints for a failing test.
type output struct{ bytes.Buffer }

// bare opens an environment of a program that stands for nobody's components.
func bare(t testing.TB, name string, program pulumi.RunFunc, change ...func(*engine.Environment)) (*engine.Session, *output) {
	t.Helper()
	out := &output{}
	e := enginetest.Start(t, enginetest.Options{
		Project: "bare", Stack: name, Pulumi: pulumiCLI,
		Engine: kube.Engine{Location: kube.Outside, Address: netip.MustParseAddr("203.0.113.10")},
		Change: func(e *engine.Environment) {
			e.Out, e.Err = out, out
			for _, c := range change {
				c(e)
			}
		},
	}, program)
	return e.Session, out
}

func open(t testing.TB, e engine.Environment) *engine.Session {
	t.Helper()
	s, err := e.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// environment opens one of the project's own environments in an account of its
// own.
func environment(t testing.TB, name, dir string, config platform.Environment) (*engine.Session, *output) {
	t.Helper()
	out := &output{}
	return open(t, engine.Environment{
		Name: name, Dir: dir, ProjectDir: root, Program: platform.Deploy, Pulumi: pulumiCLI,
		AccountID: config.AccountID, Caller: config.DeployerRoleARN, Engine: at(config), SaveOnce: true, Out: out, Err: out,
	}), out
}

// at is where an environment's engine runs.
func at(config platform.Environment) kube.Engine {
	return kube.Engine{Location: kube.Location(config.Engine.Location), Address: netip.MustParseAddr("203.0.113.10")}
}

// Pulumi's file backend writes attributes beside each of its files, in place:
// an update that is killed meanwhile leaves half of them, and no command can
// read the stack again ("failed to load checkpoint: EOF").
func TestStateIsWrittenWhole(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, out := bare(t, "whole", func(*pulumi.Context) error { return nil }, func(e *engine.Environment) { e.Dir = dir })
	if _, err := s.Up(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	saved := 0
	err := filepath.WalkDir(filepath.Join(dir, "state"), func(path string, d os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case filepath.Ext(path) == ".attrs":
			t.Errorf("%s is not written at once", path)
		case !d.IsDir():
			saved++
		}
		return nil
	})
	if err != nil || saved == 0 {
		t.Errorf("the state has %d files (%v)", saved, err)
	}
}
