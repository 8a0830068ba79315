// Command mutate holds the sandbox to its promise that every rule has a test: it
// switches off each place where a rule is applied, one after another, and the
// rules that have no place of their own. Every time it runs the tests of the
// package that holds the rule, then those of the packages that build on it, until
// a test fails. What no test misses, it lists.
//
// With arguments it tries only what contains one of them.
package main

import (
	"cmp"
	"fmt"
	"maps"
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
	fmt.Printf("%d rules, switched off in %d ways: %d noticed, %d not, in %s\n",
		len(cloud.Rules()), len(mutants), len(mutants)-len(survivors), len(survivors), time.Since(begin).Round(time.Second))
	if len(survivors) > 0 {
		return fmt.Errorf("no test notices when these are switched off; write one that breaks exactly that:\n  %s", strings.Join(survivors, "\n  "))
	}
	return nil
}

// mutants are the places where rules are applied, and the rules that are applied
// in other ways than by their name.
func mutants(s *suites) ([]mutant, error) {
	rules := map[string][]string{}
	for _, r := range cloud.Rules() {
		rules[r.Package] = append(rules[r.Package], r.Name)
	}
	var all []mutant
	for _, pkg := range slices.Sorted(maps.Keys(rules)) {
		source, err := parse(s.folder(pkg))
		if err != nil {
			return nil, err
		}
		placed := source.placed(rules[pkg])
		for _, rule := range rules[pkg] {
			if !slices.Contains(placed, rule) {
				all = append(all, mutant{rule, pkg})
			}
		}
		for _, place := range source.places() {
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
