package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"google.golang.org/grpc"

	"github.com/slipway-iac/slipway/sandbox"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube"
	"github.com/slipway-iac/slipway/sandbox/provider"
)

// Environment is a Pulumi stack and the simulated account it lives in.
type Environment struct {
	// Name of the stack. Required.
	Name string
	// Dir is the folder that holds the account, Pulumi's state and the copy of
	// the project. Required.
	Dir string
	// ProjectDir is the folder with Pulumi.yaml, which names the project and
	// where its stacks' configuration is. Required.
	ProjectDir string
	// Program is what the stack runs. Destroy and Refresh need none.
	Program pulumi.RunFunc
	// Pulumi is the CLI to drive; see [FindPulumi]. Required.
	Pulumi auto.PulumiCommand
	// AccountID of a new account; see [cloud.Options].
	AccountID string
	// Caller is the ARN of the identity that deploys.
	Caller string
	// Engine is where the engine runs, as the clusters see it.
	Engine kube.Engine
	// RealEKS leaves the package eks to the plugin installed on the machine.
	RealEKS bool
	// Listen is the address of each provider by package; see [provider.Options].
	Listen map[string]string
	// Intercept sees every call to the providers; see [provider.Options].
	Intercept []grpc.UnaryServerInterceptor
	// PolicyPacks are checked by Preview and Up: folders or programs, as
	// `pulumi --policy-pack` takes them.
	PolicyPacks []string
	// SaveOnce has Pulumi write its state once, at the end of an update, instead of
	// twice for every resource, which takes most of the time of a large program.
	// An update that is killed then leaves no state.
	SaveOnce bool
	// Out and Err receive the engine's progress and errors. Nil discards.
	Out, Err io.Writer
}

// AccountPath is the account's database file.
func (e Environment) AccountPath() string { return filepath.Join(e.Dir, "account.db") }

// Session is an environment that is open: its account belongs to this process
// and its providers run.
type Session struct {
	// Account is the simulated account.
	Account *cloud.Account
	// Stack drives Pulumi; its workspace has the environment variables that
	// attach it to the providers.
	Stack auto.Stack

	env       Environment
	servers   *provider.Servers
	endpoints *kube.Endpoints
	recorder  recorder
	judgement Judgement
}

// Open opens the account, serves its providers and selects the stack, making
// each when it does not exist.
func (e Environment) Open(ctx context.Context) (*Session, error) {
	endpoints, options, err := e.endpoints()
	if err != nil {
		return nil, err
	}
	s := &Session{env: e, endpoints: endpoints}
	account, err := sandbox.Open(e.AccountPath(), e.AccountID, options...)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.Account = account
	servers, err := provider.Serve(provider.Options{
		Account: account, Engine: e.Engine, Caller: e.Caller, RealEKS: e.RealEKS, Listen: e.Listen,
		Intercept: append(slices.Clone(e.Intercept), s.recorder.intercept),
	})
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.servers = servers
	if err := s.selectStack(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close stops the providers and lets go of the account.
func (s *Session) Close() error {
	var problems []error
	if s.servers != nil {
		s.servers.Close()
	}
	if s.Account != nil {
		problems = append(problems, s.Account.Close())
	}
	if s.endpoints != nil {
		problems = append(problems, s.endpoints.Close())
	}
	return errors.Join(problems...)
}

// Variables are the environment variables with which a Pulumi command uses the
// providers and the state of this session.
func (s *Session) Variables() map[string]string {
	state, err := filepath.Abs(filepath.Join(s.env.Dir, "state"))
	if err != nil {
		state = filepath.Join(s.env.Dir, "state")
	}
	variables := map[string]string{
		"PULUMI_DEBUG_PROVIDERS": s.servers.DebugProviders(),
		// The backend replaces its files at once, but not the attributes that it
		// writes beside them: a process killed in between left a stack that no
		// command could read.
		"PULUMI_BACKEND_URL":                          "file://" + filepath.ToSlash(state) + "?metadata=skip",
		"PULUMI_CONFIG_PASSPHRASE":                    "sandbox",
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
		"PULUMI_SKIP_UPDATE_CHECK":                    "true",
	}
	if s.env.SaveOnce {
		variables["PULUMI_SKIP_CHECKPOINTS"] = "true"
	}
	return variables
}

// isolating variables keep the user's own settings out of the sandbox.
var isolating = []string{
	"PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_STACK", "PULUMI_CONFIG",
	"AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
}

func (s *Session) selectStack(ctx context.Context) error {
	work, err := s.env.copyProject()
	if err != nil {
		return err
	}
	for _, dir := range []string{"state", "home"} {
		if err := os.MkdirAll(filepath.Join(s.env.Dir, dir), 0o755); err != nil {
			return err
		}
	}
	variables := s.Variables()
	for _, name := range isolating {
		variables[name] = ""
	}
	program := s.env.Program
	if program == nil {
		program = func(*pulumi.Context) error { return nil }
	}
	workspace, err := auto.NewLocalWorkspace(ctx,
		auto.WorkDir(work),
		auto.PulumiHome(filepath.Join(s.env.Dir, "home")),
		auto.Pulumi(s.env.Pulumi),
		auto.Program(program),
		auto.EnvVars(variables),
	)
	if err != nil {
		return fmt.Errorf("preparing the Pulumi workspace: %w", err)
	}
	s.Stack, err = auto.UpsertStack(ctx, s.env.Name, workspace)
	if err != nil {
		return fmt.Errorf("selecting stack %s: %w", s.env.Name, err)
	}
	return nil
}

// copyProject copies Pulumi.yaml and the stacks' configuration into the
// environment's folder and returns the copy's path. The salt that Pulumi wrote
// into the copy before is kept.
func (e Environment) copyProject() (string, error) {
	work, err := filepath.Abs(filepath.Join(e.Dir, "project"))
	if err != nil {
		return "", err
	}
	files, err := filepath.Glob(filepath.Join(e.ProjectDir, "Pulumi*.yaml"))
	if err != nil {
		return "", err
	}
	nested, err := filepath.Glob(filepath.Join(e.ProjectDir, "stacks", "Pulumi.*.yaml"))
	if err != nil {
		return "", err
	}
	for _, file := range append(files, nested...) {
		rel, err := filepath.Rel(e.ProjectDir, file)
		if err != nil {
			return "", err
		}
		if err := copyKeepingSalt(file, filepath.Join(work, rel)); err != nil {
			return "", err
		}
	}
	return work, os.MkdirAll(filepath.Join(work, "stacks"), 0o755)
}

const saltKey = "encryptionsalt:"

func copyKeepingSalt(from, to string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if old, err := os.ReadFile(to); err == nil && !strings.Contains(string(text), saltKey) {
		for line := range strings.Lines(string(old)) {
			if strings.HasPrefix(line, saltKey) {
				text = append(append(text, '\n'), line...)
			}
		}
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o644)
}
