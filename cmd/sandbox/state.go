package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/slipway-iac/slipway/sandbox"
	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func stateCommand(f *flags) *cobra.Command {
	var asJSON bool
	c := verb(f, "state", "List what exists in an environment's account", func(ctx context.Context, r *run) error {
		s, err := r.state(ctx)
		if err != nil {
			return err
		}
		if asJSON {
			e := json.NewEncoder(r.out)
			e.SetIndent("", "  ")
			return e.Encode(s)
		}
		fmt.Fprintf(r.out, "Account %s of %s", s.Account, r.name)
		if len(s.Resources) > 0 {
			printCounts(r.out, s)
			fmt.Fprintln(r.out)
		}
		printLeft(r.out, s)
		return nil
	})
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// state reads the account; when another process holds it, that process is
// asked.
func (r *run) state(ctx context.Context) (summary, error) {
	if _, err := os.Stat(r.environment.AccountPath()); errors.Is(err, os.ErrNotExist) {
		return summary{Account: r.config.AccountID}, nil
	}
	var s summary
	if r.askServer(ctx, accountPath, &s) {
		return s, nil
	}
	account, err := sandbox.Open(r.environment.AccountPath(), r.config.AccountID)
	switch {
	case errors.Is(err, cloud.ErrInUse):
		return summary{}, fmt.Errorf("%w: wait for the other sandbox command of %s to end", err, r.name)
	case err != nil:
		return summary{}, err
	}
	return summarise(account), account.Close()
}
