// Command mutate holds the sandbox to its promise that every rule has a test: it
// switches off one rule after another, and then each place where a rule is
// applied, runs the tests of the package that holds it, and lists what no test
// missed. Packages that build on it are asked when its own tests are content.
//
// With arguments it tries only what contains one of them.
package main

import (
	"cmp"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	_ "github.com/slipway-iac/slipway/sandbox" // Links every rule.
	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// mutant is something that the tests should miss.
type mutant struct {
	// name is what the environment variable says.
	name string
	// pkg is the package whose tests should notice first.
	pkg string
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

func run(only []string) error {
	begin := time.Now()
	suites, err := newSuites()
	if err != nil {
		return err
	}
	defer suites.remove()
	mutants, err := mutants(suites)
	if err != nil {
		return err
	}
	if len(only) > 0 {
		mutants = slices.DeleteFunc(mutants, func(m mutant) bool {
			return !slices.ContainsFunc(only, func(o string) bool { return strings.Contains(m.name, o) })
		})
	}
	survivors, err := try(suites, mutants)
	if err != nil {
		return err
	}
	fmt.Printf("%d rules and places where they are applied: %d killed, %d survived, in %s\n",
		len(mutants), len(mutants)-len(survivors), len(survivors), time.Since(begin).Round(time.Second))
	if len(survivors) > 0 {
		return fmt.Errorf("no test notices when these are switched off; write one that breaks exactly that:\n  %s", strings.Join(survivors, "\n  "))
	}
	return nil
}

// mutants are the rules, and the places where they are applied.
func mutants(s *suites) ([]mutant, error) {
	var all []mutant
	var packages []string
	for _, r := range cloud.Rules() {
		all = append(all, mutant{r.Name, r.Package})
		if !slices.Contains(packages, r.Package) {
			packages = append(packages, r.Package)
		}
	}
	for _, pkg := range packages {
		places, err := places(s.folder(pkg))
		if err != nil {
			return nil, err
		}
		for _, place := range places {
			all = append(all, mutant{place, pkg})
		}
	}
	return all, nil
}

// try runs the tests for every mutant, as many at once as there are processors.
func try(s *suites, all []mutant) (survivors []string, err error) {
	var (
		mu      sync.Mutex
		workers sync.WaitGroup
		todo    = make(chan mutant)
	)
	for range runtime.NumCPU() {
		workers.Go(func() {
			for m := range todo {
				killed, failed := s.kill(m)
				mu.Lock()
				err = cmp.Or(err, failed)
				if !killed {
					survivors = append(survivors, m.name+" ("+m.pkg+")")
				}
				mu.Unlock()
			}
		})
	}
	for _, m := range all {
		todo <- m
	}
	close(todo)
	workers.Wait()
	slices.Sort(survivors)
	return survivors, err
}
