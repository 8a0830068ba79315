package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/slipway-iac/slipway/sandbox/engine"
	"github.com/slipway-iac/slipway/sandbox/timeline"
)

func timelineCommand(f *flags) *cobra.Command {
	var asJSON bool
	c := verb(f, "timeline", "Show how long AWS would have taken for the last change", func(_ context.Context, r *run) error {
		text, err := os.ReadFile(r.timelineFile())
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("nothing has been done in %s yet: run up first", r.name)
		case err != nil:
			return err
		case asJSON:
			_, err := r.out.Write(text)
			return err
		}
		var t timeline.Timeline
		if err := json.Unmarshal(text, &t); err != nil {
			return fmt.Errorf("%s cannot be read (%w): delete it, the next up or destroy writes it anew", r.timelineFile(), err)
		}
		t.Print(r.out)
		t.PrintOperations(r.out)
		return nil
	})
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func (r *run) timelineFile() string { return filepath.Join(r.environment.Dir, "timeline.json") }

// timed carries out an update or a destroy and says how long AWS would have
// taken. What changed something is kept for the verb timeline.
func (r *run) timed(ctx context.Context, s *engine.Session, do func() error) (*timeline.Timeline, error) {
	t, err := s.Timed(ctx, do)
	if t == nil || len(t.Operations) == 0 {
		return t, err
	}
	if err != nil {
		fmt.Fprintf(r.err, "On AWS, what was done before the failure would have taken about %s.\n", t.Expected)
	}
	text, merr := json.MarshalIndent(t, "", "  ")
	if merr != nil {
		return t, errors.Join(err, merr)
	}
	return t, errors.Join(err, os.WriteFile(r.timelineFile(), append(text, '\n'), 0o600))
}
