package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/drift"
	"github.com/slipway-iac/slipway/sandbox/engine"
)

// drifting says what is to drift.
type drifting struct {
	list  bool
	what  []string
	seed  uint64
	count int
}

func driftCommand(f *flags) *cobra.Command {
	d := &drifting{}
	c := &cobra.Command{
		Use:   "drift ENVIRONMENT [KIND[:RESOURCE] …]",
		Short: "Change something in the account behind Pulumi's back",
		Long: "Change something in the account behind Pulumi's back: what is named, or something chosen by --seed.\n" +
			"RESOURCE is a logical name, type::name or an ID; without it the first resource that the kind applies to.",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := prepare(cmd, f, args[0])
			if err != nil {
				return err
			}
			d.what = args[1:]
			return d.run(cmd.Context(), r)
		},
	}
	c.Flags().BoolVar(&d.list, "list", false, "list the kinds of drift, or the resources that the named kinds apply to; change nothing")
	c.Flags().Uint64Var(&d.seed, "seed", 0, "choose by chance; the same seed chooses the same again")
	c.Flags().IntVar(&d.count, "count", 1, "how many to choose by --seed")
	return c
}

func (d *drifting) run(ctx context.Context, r *run) error {
	if len(d.what) == 0 && d.seed == 0 && !d.list {
		return errors.New("nothing to change: name kinds of drift (--list lists them), or let --seed choose")
	}
	if _, err := os.Stat(r.environment.AccountPath()); errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s has no account yet: run `sandbox up %s` first", r.name, r.name)
	}
	return with(ctx, r, func(s *engine.Session) error {
		if d.list {
			return d.show(r, s.Account)
		}
		// What a program ignores, only Pulumi knows.
		ignored, err := s.Ignored(ctx)
		if err != nil {
			return err
		}
		return d.make(r, s.Account, ignored)
	})
}

func (d *drifting) show(r *run, account *cloud.Account) error {
	kinds := drift.Kinds()
	if len(d.what) > 0 {
		kinds = nil
		for _, name := range d.what {
			k, err := drift.Find(name)
			if err != nil {
				return err
			}
			kinds = append(kinds, k)
		}
	}
	possible := drift.Possible(account)
	t := tabwriter.NewWriter(r.out, 0, 0, 2, ' ', 0)
	for _, k := range kinds {
		n := 0
		for _, p := range possible {
			if p.Kind.Name != k.Name {
				continue
			}
			if n++; len(d.what) > 0 {
				fmt.Fprintf(t, "%s\t%s\t%s\n", p, p.Resource.Kind, p.Resource.ID)
			}
		}
		if len(d.what) == 0 {
			fmt.Fprintf(t, "%s\t%s\t%d resources\n", k.Name, k.Does, n)
		}
	}
	return t.Flush()
}

func (d *drifting) make(r *run, account *cloud.Account, ignored drift.Ignored) error {
	for _, text := range d.what {
		target, err := drift.Pick(account, text)
		if err != nil {
			return err
		}
		if err := r.drift(account, target, ignored); err != nil {
			return err
		}
	}
	if d.seed == 0 {
		return nil
	}
	random := rand.New(rand.NewPCG(d.seed, 0))
	for range d.count {
		target, ok := drift.Choose(account, random)
		if !ok {
			return fmt.Errorf("nothing in the account of %s can drift", r.name)
		}
		if err := r.drift(account, target, ignored); err != nil {
			return err
		}
	}
	return nil
}

// drift makes one and prints what a refresh will find.
func (r *run) drift(account *cloud.Account, target drift.Target, ignored drift.Ignored) error {
	seen, err := drift.Make(account, target, ignored)
	if err != nil {
		return err
	}
	fmt.Fprintf(r.out, "%s: %s\n", target, target.Kind.Does)
	for _, s := range seen {
		fmt.Fprintf(r.out, "  %s (%s)", s.URN, s.ID)
		switch {
		case s.Gone:
			fmt.Fprint(r.out, " is gone")
		case !s.Reported:
			fmt.Fprint(r.out, ", which a refresh takes over without a word")
		}
		fmt.Fprintln(r.out)
		for _, c := range s.Changes {
			fmt.Fprintf(r.out, "    %s: %s → %s\n", c.Path, plain(c.Was), plain(c.Is))
		}
	}
	return nil
}

// plain is a property on one line.
func plain(v any) string {
	if v == nil {
		return "none"
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}
