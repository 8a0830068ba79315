package chaos_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
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
	// Worlds are made and thrown away all the time; there is memory to collect them less often.
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(2 << 30)
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

// environments are broken each.
var environments = []string{"dev", "staging", "prod"}

// oneIn is the share of what a full campaign does that a short one does, one in so
// many: the worlds that it proves, the drifts that it makes and the steps after
// which it begins a destroy. Of the cases it takes one of each sort.
const oneIn = 27

// chosen tells whether a short campaign does something with a number.
func chosen(n int) bool { return *full || n%oneIn == int(*seed%oneIn) }

// whole is the share of the cases that a campaign lives from an empty account to
// its end, though they could be decided before: one in so many.
const whole = 200

// recorded is every environment as the real engine brought it up, once.
var recorded = map[string]func() (*chaos.Program, error){}

// undisturbed is the life of every environment, proved once.
var undisturbed = map[string]func() (*chaos.Life, error){}

func init() {
	for _, name := range environments {
		recorded[name] = sync.OnceValues(func() (*chaos.Program, error) {
			dir, err := os.MkdirTemp("", "chaos")
			if err != nil {
				return nil, err
			}
			p, err := site.Record(context.Background(), name, dir)
			return p, errors.Join(err, os.RemoveAll(dir))
		})
		undisturbed[name] = sync.OnceValues(func() (*chaos.Life, error) {
			p, err := recorded[name]()
			if err != nil {
				return nil, err
			}
			l, err := chaos.Live(p)
			if err != nil {
				return nil, err
			}
			if *full {
				return l, l.Prove(1, 0)
			}
			return l, l.Prove(oneIn, int(*seed%oneIn))
		})
	}
}

func lived(t *testing.T, name string) *chaos.Life {
	t.Helper()
	l, err := undisturbed[name]()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestModel(t *testing.T) {
	t.Parallel()
	if *one != "" {
		c, err := chaos.ParseCase(*one)
		if err != nil {
			t.Fatal(err)
		}
		j, err := c.Run(lived(t, c.Environment))
		var tally tally
		tally.add(t, c, j, err)
		tally.print(t, "model", 1, 1)
		return
	}
	var tally tally
	var cases []chaos.Case
	for _, name := range environments {
		cases = append(cases, chaos.Cases(lived(t, name).Program)...)
	}
	random := rand.New(rand.NewPCG(*seed, 0))
	random.Shuffle(len(cases), func(i, j int) { cases[i], cases[j] = cases[j], cases[i] })
	all := len(cases)
	if !*full {
		cases = oneOfEach(cases)
	}
	inParallel(cases, func(i int, c chaos.Case) {
		l := lived(t, c.Environment)
		decided, j, err := c.Decide(l)
		tally.add(t, c, j, err)
		tally.lived(decided)
		if i%whole == 0 && decided && err == nil {
			j, err := c.Run(l)
			tally.again(t, c, j, err)
		}
	})
	tally.print(t, "model", len(cases), all)
}

// oneOfEach are the first cases of their sort: of each kind of fault, before a
// step and after it, at each verb of each environment, careful and reckless.
func oneOfEach(cases []chaos.Case) []chaos.Case {
	seen := map[chaos.Case]bool{}
	return slices.DeleteFunc(cases, func(c chaos.Case) bool {
		c.Fault.At, c.Seed = "", 0
		known := seen[c]
		seen[c] = true
		return known
	})
}

// inParallel does something with everything, as much at once as there are
// processors.
func inParallel[T any](all []T, do func(i int, v T)) {
	next := make(chan int)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := range next {
				do(i, all[i])
			}
		})
	}
	for i := range all {
		next <- i
	}
	close(next)
	workers.Wait()
}

// tally counts what a campaign found.
type tally struct {
	mu      sync.Mutex
	faults  map[fault.Kind]int
	decided int // Cases that came to a world that was proved already.
	whole   int // Of these, those that were lived to their end all the same.
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
	c.judge(t, k, j, err)
}

func (c *tally) judge(t *testing.T, k chaos.Case, j chaos.Judgement, err error) {
	c.orphans += len(j.Orphans)
	c.twins += len(j.Twins)
	if err != nil {
		c.failed = append(c.failed, k.String())
		t.Errorf("%s: %v\n\trepeat it with: go test ./tests/chaos -run %s -case '%s'", k, err, t.Name(), k)
	}
}

func (c *tally) lived(decided bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if decided {
		c.decided++
	}
}

// again counts a case that was decided and then lived to its end: that one came
// to another end would show that deciding is wrong.
func (c *tally) again(t *testing.T, k chaos.Case, j chaos.Judgement, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.whole++
	c.judge(t, k, j, err)
}

func (c *tally) print(t *testing.T, what string, runs, of int) {
	slices.Sort(c.failed)
	fmt.Printf("chaos on the %s: %d runs of %d, %d lived to their end and %d decided by a world already proved, of which %d lived to their end too; "+
		"faults injected: %v; orphans beyond the declared: %d; duplicates: %d; failed: %v; seed %d\n",
		what, runs, of, runs-c.decided, c.decided, c.whole, c.faults, c.orphans, c.twins, c.failed, *seed)
}
