package chaos

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"

	"github.com/slipway-iac/slipway/sandbox/engine"
	"github.com/slipway-iac/slipway/sandbox/kube"
	"github.com/slipway-iac/slipway/sandbox/recovery"
	"github.com/slipway-iac/slipway/stacks/platform"
)

// tierLine is the line of a configuration beside which protection is lifted.
var tierLine = regexp.MustCompile(`(?m)^( *)tier: .*$`)

// Site is where environments are run on the real engine.
type Site struct {
	// Root is the project.
	Root string
	// Pulumi is the CLI.
	Pulumi auto.PulumiCommand
}

// Environment prepares an environment of the project in a folder, without its
// protection: nothing that is protected is ever destroyed.
func (s Site) Environment(name, dir string, out io.Writer) (engine.Environment, platform.Environment, error) {
	project := filepath.Join(dir, "unprotected")
	file := filepath.Join("stacks", "Pulumi."+name+".yaml")
	for _, f := range []string{"Pulumi.yaml", file} {
		text, err := os.ReadFile(filepath.Join(s.Root, f))
		if err != nil {
			return engine.Environment{}, platform.Environment{}, err
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(project, f)), 0o755); err != nil {
			return engine.Environment{}, platform.Environment{}, err
		}
		if err := os.WriteFile(filepath.Join(project, f), tierLine.ReplaceAll(text, []byte("$0\n${1}protect: false")), 0o600); err != nil {
			return engine.Environment{}, platform.Environment{}, err
		}
	}
	config, err := platform.ReadFile(filepath.Join(project, file))
	return engine.Environment{
		Name: name, Dir: dir, ProjectDir: project, Program: platform.Deploy, Pulumi: s.Pulumi,
		AccountID: config.AccountID, Caller: config.DeployerRoleARN, Out: out, Err: out,
		Engine: kube.Engine{Location: kube.Location(config.Engine.Location), Address: netip.MustParseAddr("203.0.113.10")},
	}, config, err
}

// Record brings an environment up on the real engine and keeps what it made.
func (s Site) Record(ctx context.Context, name, dir string) (p *Program, err error) {
	e, config, err := s.Environment(name, dir, nil)
	if err != nil {
		return nil, err
	}
	e.SaveOnce = true
	session, err := e.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() {
		if cerr := session.Close(); err == nil {
			err = cerr
		}
	}()
	if _, err := session.Up(ctx); err != nil {
		return nil, fmt.Errorf("recording %s: %w", name, err)
	}
	exported, err := session.Stack.Export(ctx)
	if err != nil {
		return nil, err
	}
	deployment, err := recovery.Parse(exported.Deployment)
	if err != nil {
		return nil, err
	}
	return &Program{
		Name: name, AccountID: session.Account.ID(), Caller: e.Caller, Engine: e.Engine,
		Resources: deployment.Resources, Retained: config.Retained(),
	}, nil
}
