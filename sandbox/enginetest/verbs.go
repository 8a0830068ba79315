package enginetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"

	"github.com/slipway-iac/slipway/sandbox/engine"
)

// Failure is a verb that did not succeed.
type Failure struct {
	// Verb is up, preview, refresh or destroy.
	Verb string
	// Refused are the operations that AWS, or a cluster, refused, or that did not
	// become what was asked for; empty when something else failed.
	Refused []engine.Refused
	// Log is what the engine printed.
	Log string
	// Cause is the engine's error.
	Cause error
}

// Error names what was refused, or else shows what the engine printed.
func (f *Failure) Error() string {
	if len(f.Refused) == 0 {
		return fmt.Sprintf("%s: %v\n%s", f.Verb, f.Cause, f.Log)
	}
	lines := []string{f.Verb + " was refused:"}
	for _, r := range f.Refused {
		lines = append(lines, fmt.Sprintf("%s: %v", r.URN, r.Err))
	}
	return strings.Join(lines, "\n")
}

// Unwrap is the engine's error.
func (f *Failure) Unwrap() error { return f.Cause }

// Refused tells whether an error of a verb is that AWS refused something with a
// code, such as InvalidSubnet.Conflict, or that something failed late with a
// health issue, such as NodeCreationFailure.
func Refused(err error, code string) bool {
	var f *Failure
	return errors.As(err, &f) && slices.ContainsFunc(f.Refused, func(r engine.Refused) bool { return r.Code == code })
}

// TryUp brings the stack to what its program says.
func (e *Environment) TryUp() (auto.UpResult, error) {
	return try(e, "up", func() (auto.UpResult, error) { return e.Session.Up(e.t.Context()) })
}

// TryPreview shows what up would do.
func (e *Environment) TryPreview() (auto.PreviewResult, error) {
	return try(e, "preview", func() (auto.PreviewResult, error) { return e.Session.Preview(e.t.Context()) })
}

// TryRefresh brings Pulumi's state to what is in the account.
func (e *Environment) TryRefresh() (auto.RefreshResult, error) {
	return try(e, "refresh", func() (auto.RefreshResult, error) { return e.Session.Refresh(e.t.Context()) })
}

// TryDestroy deletes everything in the stack.
func (e *Environment) TryDestroy() (auto.DestroyResult, error) {
	return try(e, "destroy", func() (auto.DestroyResult, error) { return e.Session.Destroy(e.t.Context()) })
}

// Up brings the stack to what its program says.
func (e *Environment) Up() auto.UpResult {
	e.t.Helper()
	return must(e, e.TryUp)
}

// Preview shows what up would do.
func (e *Environment) Preview() auto.PreviewResult {
	e.t.Helper()
	return must(e, e.TryPreview)
}

// Refresh brings Pulumi's state to what is in the account.
func (e *Environment) Refresh() auto.RefreshResult {
	e.t.Helper()
	return must(e, e.TryRefresh)
}

// Destroy deletes everything in the stack.
func (e *Environment) Destroy() auto.DestroyResult {
	e.t.Helper()
	return must(e, e.TryDestroy)
}

// try carries out a verb and says what was refused in it.
func try[T any](e *Environment, verb string, do func() (T, error)) (T, error) {
	e.Session.Refused() // What an earlier verb has left.
	printed := e.out.Len()
	result, err := do()
	if err != nil {
		err = &Failure{Verb: verb, Refused: e.Session.Refused(), Log: e.out.String()[printed:], Cause: err}
	}
	return result, err
}

func must[T any](e *Environment, do func() (T, error)) T {
	e.t.Helper()
	result, err := do()
	if err != nil {
		e.t.Fatal(err)
	}
	return result
}
