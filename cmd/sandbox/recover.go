package main

import (
	"context"
	"fmt"

	"github.com/slipway-iac/slipway/sandbox/engine"
)

// mend makes an environment whole after an update that was killed or lost an
// answer.
func mend(ctx context.Context, r *run) error {
	return with(ctx, r, func(s *engine.Session) error {
		done, err := s.Recover(ctx)
		fmt.Fprintf(r.out, "\nRecovered %s:\n", r.name)
		if done.Locks > 0 {
			fmt.Fprintf(r.out, "  the stack was locked by an update that has ended: unlocked\n")
		}
		for _, a := range done.Actions {
			fmt.Fprintf(r.out, "  %s\n", a)
		}
		if done.Locks == 0 && len(done.Actions) == 0 {
			fmt.Fprintln(r.out, "  nothing was locked, pending or unknown to the state")
		}
		return err
	})
}
