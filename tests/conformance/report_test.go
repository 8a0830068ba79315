package conformance

import (
	"fmt"
	"slices"
	"sync"
	"testing"
)

// difference is one thing in which the sandbox and the provider do not agree.
type difference struct {
	kind, property, aspect string
	provider, sandbox      any
	where                  string
}

func (d difference) String() string {
	return fmt.Sprintf("%s %s: %s: the provider says %v, the sandbox %v (%s)", d.kind, d.property, d.aspect, d.provider, d.sandbox, d.where)
}

// report counts what was compared, and keeps what differs.
type report struct {
	mu          sync.Mutex
	counts      map[string]int
	order       []string
	differences []difference
	used        map[int]bool
}

func newReport() *report { return &report{counts: map[string]int{}, used: map[int]bool{}} }

// count adds to one of the numbers that are printed at the end.
func (r *report) count(what string, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.counts[what]; !ok {
		r.order = append(r.order, what)
	}
	r.counts[what] += n
}

// differ records a difference, unless it is an explained one.
func (r *report) differ(d difference) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, e := range explained {
		if e.matches(d) {
			r.used[i] = true
			return
		}
	}
	r.differences = append(r.differences, d)
}

// fail fails the test with the differences of which nobody has said why they
// are, each once.
func (r *report) fail(t *testing.T) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	seen := map[string]bool{}
	for _, d := range r.differences {
		key := d.kind + d.property + d.aspect
		if !seen[key] {
			t.Error(d)
		}
		seen[key] = true
	}
	r.differences = nil
}

// finish fails for explanations of differences that there are not any more, and
// prints the numbers.
func (r *report) finish(t *testing.T) {
	t.Helper()
	for i, e := range explained {
		if !r.used[i] {
			t.Errorf("%s %s: %s: nothing differs any more; take it out of the explained differences", e.kind, e.property, e.aspect)
		}
	}
	r.print(t)
	t.Logf("%6d explained differences", len(explained))
}

// print prints the numbers.
func (r *report) print(t *testing.T) {
	t.Helper()
	for _, what := range r.order {
		t.Logf("%6d %s", r.counts[what], what)
	}
}

// explanation says why the sandbox and the provider cannot agree.
type explanation struct {
	// kind is a type token; "" stands for every kind.
	kind string
	// property is a path without indices; it stands for what is below it too.
	property string
	aspect   string
	why      string
}

func (e explanation) matches(d difference) bool {
	return (e.kind == "" || e.kind == d.kind) && e.aspect == d.aspect && (e.property == d.property || slices.Contains(parents(d.property), e.property))
}

// parents are the paths above a path.
func parents(path string) []string {
	var out []string
	for i, c := range path {
		if c == '.' {
			out = append(out, path[:i])
		}
	}
	return out
}
