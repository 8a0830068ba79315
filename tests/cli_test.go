package tests

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/slipway-iac/slipway/sandbox"
	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// program is the sandbox command as a user has it, built once.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "sandbox")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "sandbox")
	cmd := exec.Command("go", "build", "-o", path, "./cmd/sandbox")
	cmd.Dir, cmd.Stderr = root, os.Stderr
	return path, cmd.Run()
})

// command is the sandbox command on one project.
type command struct {
	path, project, dir string
	env                []string
}

func cli(t *testing.T, project, dir string) *command {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	c := &command{path: path, project: project, dir: dir}
	// The CLI that these tests found, in front of any other.
	bin, err := filepath.Abs(filepath.Join(cache, "pulumi-"+pulumiCLI.Version().String(), "bin"))
	if err != nil {
		t.Fatal(err)
	}
	c.env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	return c
}

func (c *command) run(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, problems bytes.Buffer
	cmd := exec.CommandContext(t.Context(), c.path, append(args, "--root", c.project, "--dir", c.relative(t))...)
	cmd.Stdout, cmd.Stderr, cmd.Env = &out, &problems, c.env
	if !slices.Contains(args, "--fault") {
		// Most of the time of a large environment goes into writing its state after
		// every step, which only matters to what is killed.
		cmd.Env = append(slices.Clone(cmd.Env), "PULUMI_SKIP_CHECKPOINTS=true")
	}
	err = cmd.Run()
	return out.String(), problems.String(), err
}

func (c *command) relative(t *testing.T) string {
	t.Helper()
	rel, err := filepath.Rel(c.project, c.dir)
	if err != nil {
		t.Fatal(err)
	}
	return rel
}

// must runs a command that succeeds, and returns what it printed.
func (c *command) must(t *testing.T, args ...string) string {
	t.Helper()
	stdout, stderr, err := c.run(t, args...)
	if err != nil {
		t.Fatalf("sandbox %s: %v\n%s\n%s", strings.Join(args, " "), err, stdout, stderr)
	}
	return stdout
}

// fails runs a command that must not succeed, and returns its last words.
func (c *command) fails(t *testing.T, args ...string) string {
	t.Helper()
	stdout, stderr, err := c.run(t, args...)
	if err == nil {
		t.Fatalf("sandbox %s succeeded:\n%s", strings.Join(args, " "), stdout)
	}
	return stderr
}

// account lists what exists in an environment's account.
func (c *command) account(t *testing.T, name string) []*cloud.Resource {
	t.Helper()
	a, err := sandbox.Open(filepath.Join(c.dir, name, "account.db"), "")
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	return a.Resources()
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change []string
		args   []string
		before func(t *testing.T, dir string)
		want   []string
	}{
		"unknown environment": {
			args: []string{"up", "production"},
			want: []string{"production", "stacks/Pulumi.production.yaml", "dev, prod, staging"},
		},
		"unknown key": {
			change: []string{"zones: [", "zonez: ["},
			want:   []string{"slipway:environment.network.zonez", "zones"},
		},
		"wrong type": {
			change: []string{"tier: dev", "tier: dev\n    protect: sometimes"},
			want:   []string{"slipway:environment.protect", "true or false"},
		},
		"overlapping ranges": {
			change: []string{"zones: [", "cidr: 172.20.0.0/16\n      zones: ["},
			want:   []string{"slipway:environment.network.", "172.20.0.0/16"},
		},
		"one zone only": {
			change: []string{"[us-west-2a, us-west-2b]", "[us-west-2a]"},
			want:   []string{"slipway:environment.network.zones"},
		},
		"no way out and no endpoints": {
			change: []string{"zones: [", "nat: none\n      zones: ["},
			want:   []string{"slipway:environment.network.nat", "slipway:environment", "interfaceEndpoints", "ecr.api"},
		},
		"no CNI": {
			change: []string{"tier: dev", "tier: dev\n    omitAddons: [vpc-cni]"},
			want:   []string{"slipway:environment.omitAddons", "vpc-cni"},
		},
		"unknown instance type": {
			change: []string{"tier: dev", "tier: dev\n    nodeGroups: {system: {instanceTypes: [m6i.lage]}}"},
			want:   []string{"slipway:environment.nodeGroups.system.instanceTypes", "m6i.lage", "m6i.large"},
		},
		"unknown Kubernetes version": {
			change: []string{"publicCidrs:", "version: \"1.5\"\n      publicCidrs:"},
			want:   []string{"slipway:environment.cluster.version", "1.5", "1.35"},
		},
		"engine without a way to the endpoint": {
			change: []string{"publicCidrs: [203.0.113.0/24]", "publicCidrs: []"},
			want:   []string{"slipway:environment.engine.location", "publicCidrs"},
		},
		"missing CLI": {
			args: []string{"up", "dev", "--pulumi", "no-such-folder"},
			want: []string{"no-such-folder", "bin/pulumi"},
		},
		"corrupt account": {
			before: func(t *testing.T, dir string) {
				if err := os.MkdirAll(filepath.Join(dir, "dev"), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, "dev", "account.db"), bytes.Repeat([]byte("not a database"), 1000), 0o600); err != nil {
					t.Fatal(err)
				}
			},
			want: []string{"account.db", "move the file away"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if c.before != nil {
				c.before(t, dir)
			}
			args := c.args
			if args == nil {
				args = []string{"up", "dev"}
			}
			said := cli(t, copyProject(t, c.change...), dir).fails(t, args...)
			for _, want := range c.want {
				if !strings.Contains(said, want) {
					t.Errorf("the message does not name %q:\n%s", want, said)
				}
			}
			if strings.Contains(said, "panic") || strings.Count(said, "\n") > 12 {
				t.Errorf("the message is not clear:\n%s", said)
			}
			if c.before == nil {
				if _, err := os.Stat(filepath.Join(dir, "dev", "account.db")); err == nil {
					if left := cli(t, root, dir).account(t, "dev"); len(left) > 0 {
						t.Errorf("%d resources were made before the refusal", len(left))
					}
				}
			}
		})
	}
}

func TestBusyPortIsNamed(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, err := net.SplitHostPort(taken.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	said := cli(t, copyProject(t), t.TempDir()).fails(t, "serve", "dev", "--ports", "aws="+port)
	for _, want := range []string{"--ports", "aws", port, "in use"} {
		if !strings.Contains(said, want) {
			t.Errorf("the message does not name %q:\n%s", want, said)
		}
	}
}
