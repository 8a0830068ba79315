// Command sandbox runs an environment of this project on the real Pulumi engine
// against a simulated AWS account. It is what `make up` and its companions
// call.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/slipway-iac/slipway/sandbox/engine"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command().ExecuteContext(ctx); err != nil {
		var failed *engine.Failed
		if errors.As(err, &failed) {
			fmt.Fprintf(os.Stderr, "sandbox: %v\n", failed)
		} else {
			fmt.Fprintf(os.Stderr, "sandbox: %v\n", err)
		}
		os.Exit(1)
	}
}
