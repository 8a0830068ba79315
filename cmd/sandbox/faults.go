package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/slipway-iac/slipway/sandbox"
	"github.com/slipway-iac/slipway/sandbox/fault"
)

// faulty is a verb during which things can be made to go wrong.
func faulty(f *flags, name, short string, do func(context.Context, *run) error) *cobra.Command {
	var texts []string
	c := verb(f, name, short, func(ctx context.Context, r *run) error {
		faults, err := parseFaults(name, texts)
		if err != nil {
			return err
		}
		if len(faults) == 0 {
			return do(ctx, r)
		}
		kills := slices.ContainsFunc(faults, func(f fault.Fault) bool { return f.Kind == fault.Kill })
		if kills && !f.expendable {
			return r.sacrifice(ctx)
		}
		return r.withFaults(ctx, faults, do)
	})
	c.Flags().StringArrayVar(&texts, "fault", nil, "make something go wrong; may be given several times:\n"+fault.Grammar)
	return c
}

func parseFaults(verb string, texts []string) ([]fault.Fault, error) {
	var faults []fault.Fault
	for _, text := range texts {
		parsed, err := fault.Parse(text)
		if err != nil {
			return nil, err
		}
		if changes := parsed.Every == 0; changes && (verb == "preview" || verb == "refresh") {
			return nil, fmt.Errorf("fault %q: a %s only reads; of the faults it can have throttle:every=N", text, verb)
		}
		faults = append(faults, parsed)
	}
	return faults, nil
}

// withFaults does something while faults happen, and says which did.
func (r *run) withFaults(ctx context.Context, faults []fault.Fault, do func(context.Context, *run) error) error {
	// Any account knows the names that messages need.
	names, err := sandbox.Open("", "")
	if err != nil {
		return err
	}
	plan := fault.NewPlan(faults...)
	injector := &fault.Injector{Plan: plan, Kind: names.Kind, Kill: func(i fault.Injection) {
		fmt.Fprintf(r.err, "Fault: %s\n", i)
		killGroup()
	}}
	r.environment.Intercept = append(r.environment.Intercept, injector.Intercept)
	err = do(ctx, r)
	throttled := map[fault.Fault]int{}
	for _, i := range plan.Injected() {
		if i.Fault.Every > 0 {
			throttled[i.Fault]++
			continue
		}
		fmt.Fprintf(r.err, "Fault: %s\n", i)
	}
	for f, n := range throttled {
		fmt.Fprintf(r.err, "Fault: %s: requests throttled: %d\n", f, n)
	}
	for _, f := range plan.Missed() {
		fmt.Fprintf(r.err, "The fault %s did not happen: there was no such call among %d steps\n", f, plan.Steps())
	}
	return errors.Join(err, names.Close())
}
