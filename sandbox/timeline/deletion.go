package timeline

import (
	"slices"

	"github.com/slipway-iac/slipway/sandbox/latency"
)

// deleteLast plans the deletions after the program, in the engine's waves. made
// are the tasks of the program.
func (b *builder) deleteLast(made []int) error {
	condemned := b.condemned()
	if len(condemned) == 0 {
		return nil
	}
	gate := b.plan.add(task{after: waitsFor(made, "end of program")})
	tasks := map[int]int{}
	waves := b.waves(condemned)
	users := b.users(func(i int) bool { _, goes := condemned[i]; return goes })
	for n, wave := range slices.Backward(waves) {
		var ended []int
		for _, i := range wave {
			t := task{urn: b.before.resources[i].URN}
			if s := condemned[i]; s != nil {
				time, err := estimate(*s)
				if err != nil {
					return err
				}
				t.verb, t.takes = latency.Delete, time
			}
			because := "next wave"
			if n == len(waves)-1 {
				because = "end of program"
			}
			t.after = append(t.after, wait{gate, because, false})
			for _, u := range users[i] {
				t.after = append(t.after, wait{tasks[u.resource], "in use", u.forced})
			}
			tasks[i] = b.plan.add(t)
			ended = append(ended, tasks[i])
		}
		gate = b.plan.add(task{after: waitsFor(ended, "next wave")})
	}
	return nil
}

func waitsFor(tasks []int, because string) []wait {
	var waits []wait
	for _, t := range tasks {
		waits = append(waits, wait{t, because, false})
	}
	return waits
}

// condemned are the resources that the engine deletes after the program, by
// their index in the state before it, with what a provider did; nil for those
// that no provider was asked about, such as components.
func (b *builder) condemned() map[int]*Step {
	out := map[int]*Step{}
	for i, r := range b.before.resources {
		at := slices.IndexFunc(b.last, func(s Step) bool { return s.URN == r.URN && s.ID == r.ID })
		_, stays := b.after.index[r.URN]
		switch {
		case at >= 0:
			out[i] = &b.last[at]
		case !stays && !r.Delete:
			out[i] = nil
		}
	}
	return out
}

// waves puts each resource one wave above the highest of all that it depends
// on. The engine deletes the highest wave first.
func (b *builder) waves(condemned map[int]*Step) [][]int {
	levels := map[int]int{}
	var waves [][]int
	for i := range b.before.resources {
		if _, goes := condemned[i]; !goes {
			continue
		}
		level := 0
		for _, d := range b.before.dependencies(i) {
			if below, goes := levels[d.on]; goes {
				level = max(level, below+1)
			}
		}
		levels[i] = level
		if level == len(waves) {
			waves = append(waves, nil)
		}
		waves[level] = append(waves[level], i)
	}
	return waves
}
