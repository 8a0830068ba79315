package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"

	"github.com/slipway-iac/slipway/sandbox/engine"
)

// with opens the environment, does something with it and closes it.
func with(ctx context.Context, r *run, do func(*engine.Session) error) error {
	s, err := r.open(ctx)
	if err != nil {
		return err
	}
	return errors.Join(do(s), s.Close())
}

func up(ctx context.Context, r *run) error {
	return with(ctx, r, func(s *engine.Session) error {
		var result auto.UpResult
		took, err := r.timed(ctx, s, func() (err error) {
			result, err = s.Up(ctx)
			return err
		})
		err = errors.Join(err, r.judged(ctx, s), r.keep(s))
		if err != nil {
			return err
		}
		printOutputs(r.out, result.Outputs)
		printCounts(r.out, summarise(s.Account))
		fmt.Fprintln(r.out)
		took.Print(r.out)
		return nil
	})
}

func preview(ctx context.Context, r *run) error {
	return with(ctx, r, func(s *engine.Session) error {
		_, err := s.Preview(ctx)
		return errors.Join(err, r.judged(ctx, s))
	})
}

func refresh(ctx context.Context, r *run) error {
	return with(ctx, r, func(s *engine.Session) error {
		_, err := s.Refresh(ctx)
		return err
	})
}

func destroy(ctx context.Context, r *run) error {
	return with(ctx, r, func(s *engine.Session) error {
		protected, err := s.Protected(ctx)
		if err != nil {
			return err
		}
		if len(protected) > 0 {
			return fmt.Errorf("%s is protected: none of its %d resources may be deleted. "+
				"To destroy it, set %s to false in stacks/Pulumi.%s.yaml, run up, then destroy",
				r.name, len(protected), protectionSwitch, r.name)
		}
		took, err := r.timed(ctx, s, func() error {
			_, err := s.Destroy(ctx)
			return err
		})
		if err != nil {
			return err
		}
		printLeft(r.out, summarise(s.Account))
		fmt.Fprintln(r.out)
		took.Print(r.out)
		return nil
	})
}

// protectionSwitch is the configuration that decides about protection.
const protectionSwitch = "slipway:environment.protect"
