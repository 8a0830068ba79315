package tests

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/latency"
	"github.com/slipway-iac/slipway/sandbox/timeline"
)

// Region, identity and cluster belong to a provider's connection: stacks that
// run at the same time, in two regions and with two clusters, do not mix.
func TestThreeStacksAtOnce(t *testing.T) {
	t.Parallel()
	grounds := []ground{
		{name: "west", region: "us-west-2", zones: []string{"us-west-2a", "us-west-2b"}},
		{name: "east", region: "us-east-1", zones: []string{"us-east-1a", "us-east-1b"}},
		{name: "third", region: "us-west-2", zones: []string{"us-west-2a", "us-west-2b"}, networking: true},
	}
	var all sync.WaitGroup
	for _, g := range grounds {
		s, out := bare(t, g.name, g.program)
		all.Go(func() {
			if _, err := s.Up(t.Context()); err != nil {
				t.Errorf("%s: %v\n%s", g.name, err, out)
				return
			}
			for _, r := range s.Account.Resources() {
				if r.Region != "" && r.Region != g.region {
					t.Errorf("%s: %s %s is in %s", g.name, r.Kind, r.ID, r.Region)
				}
			}
		})
	}
	all.Wait()
}

// One provider server with two regions and two clusters behind it in one
// program.
func TestTwoRegionsInOneProgram(t *testing.T) {
	t.Parallel()
	s, out := bare(t, "both", twoRegions)
	if _, err := s.Up(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	namespaces := map[string]string{}
	for _, r := range s.Account.Resources() {
		if r.Kind == "kubernetes:object" {
			namespaces[r.Region] = r.Props.Obj("metadata").Str("name")
		}
	}
	if namespaces["us-west-2"] != "in-west" || namespaces["us-east-1"] != "in-east" {
		t.Errorf("namespaces by region: %v\n%s", namespaces, out)
	}
}

// Environments have no name in common: two of them fit into one account and
// region.
func TestTwoEnvironmentsShareAnAccount(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"dev", "staging"} {
		s, out := environment(t, name, dir, config(t, name))
		if _, err := s.Up(t.Context()); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// No verb downloads anything or writes into the project.
func TestVerbsDownloadNothingAndLeaveTheTreeClean(t *testing.T) {
	t.Parallel()
	project, dir := copyProject(t), t.TempDir()
	before := contents(t, project)
	sandbox := cli(t, project, dir)
	said := map[string]string{}
	for _, verb := range []string{"preview", "up", "timeline", "preview", "refresh", "state", "up", "destroy", "state"} {
		said[verb] = sandbox.must(t, verb, "dev")
		if after := contents(t, project); after != before {
			t.Fatalf("%s changed the project:\n%s", verb, after)
		}
		plugins, err := filepath.Glob(filepath.Join(dir, "dev", "home", "plugins", "*"))
		if err != nil {
			t.Fatal(err)
		}
		if len(plugins) > 0 {
			t.Fatalf("%s downloaded %v", verb, plugins)
		}
	}
	if !strings.Contains(said["timeline"], "AWS would have taken about") || !strings.Contains(said["timeline"], "create  aws:eks:NodeGroup nodes-system") {
		t.Errorf("timeline after up:\n%s", said["timeline"])
	}
	if !strings.Contains(said["up"], "Nothing to wait for") {
		t.Errorf("a second up does not say that AWS had nothing to do:\n%s", said["up"])
	}
	var last timeline.Timeline
	if err := json.Unmarshal([]byte(sandbox.must(t, "timeline", "dev", "--json")), &last); err != nil {
		t.Fatal(err)
	}
	if path := last.CriticalPath(); len(path) == 0 || path[0].Verb != latency.Delete {
		t.Errorf("the last change was a destroy, and the timeline is %+v", path)
	}
	if out := sandbox.must(t, "state", "dev"); !strings.Contains(out, "Nothing is left") || !strings.Contains(out, "aws:kms/key:Key") {
		t.Errorf("state after destroy should list scheduled deletions only:\n%s", out)
	}
}

func contents(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		all.WriteString(path + "\n" + string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// serve prints what an ordinary Pulumi command needs; state and reach ask it while it
// holds the account, and an up says who holds it.
func TestServe(t *testing.T) {
	t.Parallel()
	project, dir := copyProject(t), t.TempDir()
	sandbox := cli(t, project, dir)
	sandbox.must(t, "up", "dev")

	serving := exec.CommandContext(t.Context(), sandbox.path, "serve", "dev", "--root", project, "--dir", sandbox.relative(t))
	serving.Env = sandbox.env
	pipe, err := serving.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := serving.Start(); err != nil {
		t.Fatal(err)
	}
	variables := exports(t, pipe)

	if said := sandbox.fails(t, "up", "dev"); !strings.Contains(said, "serve dev") {
		t.Errorf("up does not say who holds the account:\n%s", said)
	}
	if out := sandbox.must(t, "state", "dev"); !strings.Contains(out, "aws:ec2/vpc:Vpc") {
		t.Errorf("state did not ask the running serve:\n%s", out)
	}
	if out := sandbox.must(t, "reach", "dev", "--from", "sample-front/front", "--to", "sample-back/back", "--port", "8080"); !strings.Contains(out, "policy sample-back-from-front") {
		t.Errorf("reach did not ask the running serve:\n%s", out)
	}

	// An ordinary Pulumi, told nothing but the variables.
	pulumi := func(args ...string) string {
		cmd := exec.CommandContext(t.Context(), lookIn(t, sandbox.env), args...)
		cmd.Dir, cmd.Env = project, append(slices.Clone(sandbox.env), append(variables, "PULUMI_HOME="+t.TempDir())...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("pulumi %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	if out := pulumi("refresh", "--stack", "dev", "--yes", "--skip-preview", "--non-interactive", "--color", "never"); !strings.Contains(out, "unchanged") {
		t.Errorf("pulumi refresh:\n%s", out)
	}
	if out := pulumi("destroy", "--stack", "dev", "--yes", "--skip-preview", "--non-interactive", "--color", "never"); !strings.Contains(out, "deleted") {
		t.Errorf("pulumi destroy:\n%s", out)
	}
	if said := sandbox.fails(t, "reach", "dev"); !strings.Contains(said, "nothing of dev exists yet, and no preview can be asked while `sandbox serve dev`") {
		t.Errorf("reach of nothing while serve runs: %s", said)
	}
	if err := serving.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := serving.Wait(); err != nil {
		t.Errorf("serve did not end well: %v", err)
	}
	if out := sandbox.must(t, "state", "dev"); !strings.Contains(out, "Nothing is left") {
		t.Errorf("after serve ended:\n%s", out)
	}
}

// exports reads the variables that serve prints, up to its last line.
func exports(t *testing.T, from io.Reader) []string {
	t.Helper()
	var variables []string
	var line strings.Builder
	one := make([]byte, 1)
	for {
		if _, err := from.Read(one); err != nil {
			t.Fatal("serve ended: ", err)
		}
		if one[0] != '\n' {
			line.WriteByte(one[0])
			continue
		}
		text := line.String()
		line.Reset()
		if strings.HasPrefix(text, "# then:") {
			return variables
		}
		if assignment, ok := strings.CutPrefix(text, "export "); ok {
			variables = append(variables, strings.ReplaceAll(assignment, "'", ""))
		}
	}
}

func lookIn(t *testing.T, env []string) string {
	t.Helper()
	for _, v := range slices.Backward(env) {
		if path, ok := strings.CutPrefix(v, "PATH="); ok {
			for _, dir := range filepath.SplitList(path) {
				if _, err := os.Stat(filepath.Join(dir, "pulumi")); err == nil {
					return filepath.Join(dir, "pulumi")
				}
			}
		}
	}
	t.Fatal("no pulumi on PATH")
	return ""
}
