package chaos_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/engine"
	"github.com/slipway-iac/slipway/sandbox/fault"
	"github.com/slipway-iac/slipway/tests/chaos"
)

var (
	full = flag.Bool("full", false, "every fault at every step of every environment, and a larger sample on the real engine")
	seed = flag.Uint64("seed", 1, "chooses what is in the samples")
	one  = flag.String("case", "", "one case, as a failing campaign prints it")
)

const root = "../.."

var site chaos.Site

func TestMain(m *testing.M) {
	flag.Parse()
	tools, err := filepath.Abs(filepath.Join(root, "tools"))
	if err == nil {
		site.Root = root
		site.Pulumi, err = engine.FindPulumi(context.Background(), "", filepath.Join(root, ".sandbox"), tools, os.Stderr)
	}
	if err != nil {
		println("these tests run the real Pulumi engine:", err.Error())
		os.Exit(1)
	}
	if text := os.Getenv(childCase); text != "" {
		fmt.Fprintln(os.Stderr, victim(text, os.Getenv(childDir)))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// sample is how many cases a short campaign has.
const sample = 30

func TestModel(t *testing.T) {
	t.Parallel()
	environments := []string{"dev", "staging", "prod"}
	var cases []chaos.Case
	programs := map[string]*chaos.Program{}
	declared := map[string]map[string]int{}
	for _, name := range environments {
		p, err := site.Record(t.Context(), name, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		w, err := chaos.NewWorld(p)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Up(fault.NewPlan()); err != nil {
			t.Fatalf("%s, undisturbed: %v", name, err)
		}
		programs[name], declared[name] = p, chaos.Census(w.Account())
		cases = append(cases, chaos.Cases(p)...)
	}
	if *one != "" {
		c, err := chaos.ParseCase(*one)
		if err != nil {
			t.Fatal(err)
		}
		cases = []chaos.Case{c}
	} else if !*full {
		random := rand.New(rand.NewPCG(*seed, 0))
		random.Shuffle(len(cases), func(i, j int) { cases[i], cases[j] = cases[j], cases[i] })
		cases = cases[:sample]
	}
	var tally tally
	work := make(chan chaos.Case)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for c := range work {
				j, err := c.Run(programs[c.Environment], declared[c.Environment])
				tally.add(t, c, j, err)
			}
		})
	}
	for _, c := range cases {
		work <- c
	}
	close(work)
	workers.Wait()
	tally.print(t, "model", len(cases))
}

// tally counts what a campaign found.
type tally struct {
	mu      sync.Mutex
	faults  map[fault.Kind]int
	orphans int
	twins   int
	failed  []string
}

func (c *tally) add(t *testing.T, k chaos.Case, j chaos.Judgement, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.faults == nil {
		c.faults = map[fault.Kind]int{}
	}
	c.faults[k.Fault.Kind]++
	c.orphans += len(j.Orphans)
	c.twins += len(j.Twins)
	if err != nil {
		c.failed = append(c.failed, k.String())
		t.Errorf("%s: %v\n\trepeat it with: go test ./tests/chaos -run %s -case '%s'", k, err, t.Name(), k)
	}
}

func (c *tally) print(t *testing.T, what string, runs int) {
	slices.Sort(c.failed)
	fmt.Printf("chaos on the %s: %d runs; faults injected: %v; orphans beyond the declared: %d; duplicates: %d; failed: %v; seed %d\n",
		what, runs, c.faults, c.orphans, c.twins, c.failed, *seed)
}
