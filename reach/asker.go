package reach

import (
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/slipway-iac/slipway/reach/flow"
)

// asker answers for pairs of places, once for each two kinds.
type asker struct {
	n       *Network
	what    flow.Set
	numbers map[kind]int
	// known are the numbers of the places that it has been asked about: those of a
	// matrix come up once for each group.
	known   map[*Place]int
	answers map[twoKinds]*answer
}

// twoKinds are the kinds of two places, and how they stand to each other.
type twoKinds struct {
	from, to int
	same     bool // Both are in one subnet.
}

func (n *Network) asker(what flow.Set) *asker {
	return &asker{n: n, what: what, numbers: map[kind]int{}, known: map[*Place]int{}, answers: map[twoKinds]*answer{}}
}

func (a *asker) number(places []*Place) []int {
	out := make([]int, len(places))
	for i, p := range places {
		if _, has := a.known[p]; !has {
			k := a.n.kinds().of(p)
			if _, has := a.numbers[k]; !has {
				a.numbers[k] = len(a.numbers)
			}
			a.known[p] = a.numbers[k]
		}
		out[i] = a.known[p]
	}
	return out
}

// pairs are all pairs of some places.
func (a *asker) pairs(sources, targets []*Place) []Pair {
	type job struct {
		from, to *Place
		result   *answer
	}
	var jobs []job
	pairs := make([]Pair, 0, len(sources)*len(targets))
	results := make([]*answer, 0, len(sources)*len(targets))
	fromKinds, toKinds := a.number(sources), a.number(targets)
	about := &inquiry{a.n, a.what}
	for i, from := range sources {
		for j, to := range targets {
			key := twoKinds{from: fromKinds[i], to: toKinds[j], same: from.subnet == to.subnet}
			result := a.answers[key]
			if result == nil {
				result = new(answer)
				a.answers[key] = result
				jobs = append(jobs, job{from, to, result})
			}
			pairs, results = append(pairs, Pair{From: from, To: to, about: about}), append(results, result)
		}
	}
	each(len(jobs), func(i int) { *jobs[i].result = about.answer(jobs[i].from, jobs[i].to) })
	for i := range pairs {
		pairs[i].answer = *results[i]
	}
	return pairs
}

// each does things 0 to n-1, as many at a time as there are processors.
func each(n int, do func(int)) {
	var next atomic.Int64
	work := func() {
		for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
			do(i)
		}
	}
	var others sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) - 1 {
		others.Go(work)
	}
	work()
	others.Wait()
}
