package ekstree

import (
	"fmt"

	perrors "github.com/pulumi/pulumi/sdk/v3/go/pulumi/errors"
)

// problem is what is wrong with one input.
type problem struct {
	input  string
	reason string
}

// invalid reports every problem of a component's inputs, each under the name of its input; over gRPC it travels as
// pulumirpc.InputPropertiesError.
func invalid(req Request, problems []problem) error {
	details := each(problems, func(p problem) perrors.InputPropertyErrorDetails {
		return perrors.InputPropertyErrorDetails{PropertyPath: p.input, Reason: p.reason}
	})
	return &perrors.InputPropertiesError{
		Message: fmt.Sprintf("%s %q cannot be made", req.Type, req.Name),
		Errors:  details,
	}
}
