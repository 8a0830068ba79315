package timeline

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slipway-iac/slipway/sandbox/latency"
)

// task is one thing in a plan: an operation, or something that takes no time
// and that others wait for.
type task struct {
	urn  string
	verb latency.Verb // "" for what takes no time.
	takes
	after []wait
}

// takes is how long a task takes.
type takes struct{ min, mode, max time.Duration }

func (t takes) shortest() time.Duration { return t.min }
func (t takes) usual() time.Duration    { return t.mode }
func (t takes) longest() time.Duration  { return t.max }

// wait is one task that another waits for.
type wait struct {
	on      int
	because string
	forced  bool
}

// plan is tasks and what they wait for.
type plan struct{ tasks []task }

func (p *plan) add(t task) int {
	p.tasks = append(p.tasks, t)
	return len(p.tasks) - 1
}

// schedule is when each task of a plan starts and ends.
type schedule struct {
	start, end []time.Duration
	// cause is the wait that ended last, -1 when there is none.
	cause []int
	// order lists the tasks so that each comes after all it waits for.
	order []int
	total time.Duration
}

// run schedules the tasks as early as possible, with those waits that count.
func (p *plan) run(duration func(takes) time.Duration, counts func(wait) bool) (*schedule, error) {
	n := len(p.tasks)
	s := &schedule{start: make([]time.Duration, n), end: make([]time.Duration, n), cause: make([]int, n)}
	const begun, done = 1, 2
	visited := make([]int, n)
	var visit func(i int) error
	visit = func(i int) error {
		switch visited[i] {
		case begun:
			return fmt.Errorf("%s waits for itself", p.tasks[i].urn)
		case done:
			return nil
		}
		visited[i] = begun
		s.cause[i] = -1
		for at, w := range p.tasks[i].after {
			if !counts(w) {
				continue
			}
			if err := visit(w.on); err != nil {
				return err
			}
			if s.cause[i] < 0 || p.later(s, w, p.tasks[i].after[s.cause[i]]) {
				s.cause[i] = at
			}
			s.start[i] = max(s.start[i], s.end[w.on])
		}
		s.end[i] = s.start[i] + duration(p.tasks[i].takes)
		s.total = max(s.total, s.end[i])
		s.order = append(s.order, i)
		visited[i] = done
		return nil
	}
	for i := range p.tasks {
		if err := visit(i); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// later tells whether a wait is the better explanation than another: it ended
// later or, at the same time, is that for an operation rather than for a wave,
// or comes first in the alphabet.
func (p *plan) later(s *schedule, a, b wait) bool {
	if s.end[a.on] != s.end[b.on] {
		return s.end[a.on] > s.end[b.on]
	}
	x, y := p.tasks[a.on], p.tasks[b.on]
	if (x.verb == "") != (y.verb == "") {
		return x.verb != ""
	}
	return strings.Compare(x.urn+a.because, y.urn+b.because) < 0
}

// slack is how much later each task could end without making the whole longer.
func (p *plan) slack(s *schedule, duration func(takes) time.Duration) []time.Duration {
	latest := make([]time.Duration, len(p.tasks))
	for i := range latest {
		latest[i] = s.total
	}
	for _, i := range slices.Backward(s.order) {
		for _, w := range p.tasks[i].after {
			latest[w.on] = min(latest[w.on], latest[i]-duration(p.tasks[i].takes))
		}
	}
	for i := range latest {
		latest[i] -= s.end[i]
	}
	return latest
}

// last is the task that ends last, the first in the alphabet of those; -1 when
// nothing takes time.
func (p *plan) last(s *schedule) int {
	found := -1
	for i, t := range p.tasks {
		if t.verb == "" || s.end[i] < s.total {
			continue
		}
		if found < 0 || t.urn < p.tasks[found].urn {
			found = i
		}
	}
	return found
}
