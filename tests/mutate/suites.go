package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// patience is how long the tests of one package may take. A mutant that makes
// them hang is noticed.
const patience = 2 * time.Minute

// suites are the compiled tests of the sandbox's packages.
type suites struct {
	temp     string
	packages []goPackage

	mu       sync.Mutex
	compiled map[string]func() (string, error)
}

// goPackage is what `go list` says of a package.
type goPackage struct {
	ImportPath, Dir           string
	Deps                      []string
	TestGoFiles, XTestGoFiles []string
	XTestImports              []string
}

func newSuites() (*suites, error) {
	s := &suites{compiled: map[string]func() (string, error){}}
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,Deps,TestGoFiles,XTestGoFiles,XTestImports", "github.com/slipway-iac/slipway/sandbox/...").Output()
	if err != nil {
		return nil, fmt.Errorf("listing packages (run it from the project's folder): %w", err)
	}
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p goPackage
		if err := d.Decode(&p); err != nil {
			return nil, err
		}
		if !p.drivesPulumi() {
			s.packages = append(s.packages, p)
		}
	}
	s.temp, err = os.MkdirTemp("", "mutate")
	return s, err
}

// drivesPulumi tells whether the tests of a package run the real engine: they
// take seconds, which is too long for once a rule.
func (p goPackage) drivesPulumi() bool {
	return slices.ContainsFunc(slices.Concat([]string{p.ImportPath}, p.Deps, p.XTestImports), func(path string) bool {
		return strings.HasSuffix(path, "slipway/sandbox/engine")
	})
}

func (s *suites) remove() { _ = os.RemoveAll(s.temp) }

func (s *suites) folder(pkg string) string {
	i := slices.IndexFunc(s.packages, func(p goPackage) bool { return p.ImportPath == pkg })
	if i < 0 {
		return ""
	}
	return s.packages[i].Dir
}

// kill tells whether a test notices a mutant: one of its own package, or of one
// that builds on it, the smallest first.
func (s *suites) kill(m mutant) (bool, error) {
	asked := []goPackage{}
	for _, p := range s.packages {
		if p.ImportPath == m.pkg || slices.Contains(p.Deps, m.pkg) {
			asked = append(asked, p)
		}
	}
	slices.SortFunc(asked, func(a, b goPackage) int { return len(a.Deps) - len(b.Deps) })
	for _, p := range asked {
		if len(p.TestGoFiles)+len(p.XTestGoFiles) == 0 {
			continue
		}
		if killed, err := s.run(p, m); killed || err != nil {
			return killed, err
		}
	}
	return false, nil
}

// run runs the tests of a package without a rule and tells whether they fail.
func (s *suites) run(p goPackage, m mutant) (failed bool, err error) {
	binary, err := s.binary(p)
	if err != nil {
		return false, err
	}
	err = test(p, binary, m.name)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return true, nil
	}
	return false, err
}

func test(p goPackage, binary, without string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	command := exec.CommandContext(ctx, binary, "-test.failfast")
	command.Dir = p.Dir
	command.Env = append(os.Environ(), cloud.WithoutRule+"="+without)
	return command.Run()
}

// binary compiles the tests of a package once, and sees that they pass while
// nothing is off.
func (s *suites) binary(p goPackage) (string, error) {
	s.mu.Lock()
	compile, ok := s.compiled[p.ImportPath]
	if !ok {
		compile = sync.OnceValues(func() (string, error) {
			binary := filepath.Join(s.temp, strings.ReplaceAll(p.ImportPath, "/", "_"))
			if out, err := exec.Command("go", "test", "-c", "-o", binary, p.ImportPath).CombinedOutput(); err != nil {
				return "", fmt.Errorf("compiling the tests of %s: %w\n%s", p.ImportPath, err, out)
			}
			if err := test(p, binary, ""); err != nil {
				return "", fmt.Errorf("the tests of %s fail by themselves: %w", p.ImportPath, err)
			}
			return binary, nil
		})
		s.compiled[p.ImportPath] = compile
	}
	s.mu.Unlock()
	return compile()
}
