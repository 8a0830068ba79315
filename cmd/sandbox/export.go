package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/slipway-iac/slipway/sandbox/engine"
)

func exportCommand(f *flags) *cobra.Command {
	return verb(f, "export", "Print Pulumi's state, as pulumi stack export does, secrets in the clear", func(ctx context.Context, r *run) error {
		return with(ctx, r, func(s *engine.Session) error {
			state, err := s.Stack.Export(ctx)
			if err != nil {
				return err
			}
			return r.printJSON(state)
		})
	})
}
