package engine

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
)

func orDiscard(w io.Writer) io.Writer {
	if w == nil {
		return io.Discard
	}
	return w
}

// color is "always" when w is a terminal that wants colours.
func color(w io.Writer) string {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" {
		return "never"
	}
	if info, err := f.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return "never"
	}
	return "always"
}

// Up brings the stack to what its program says.
func (s *Session) Up(ctx context.Context) (auto.UpResult, error) {
	out := orDiscard(s.env.Out)
	streams, end := s.listen()
	defer end()
	result, err := s.Stack.Up(ctx,
		optup.ProgressStreams(out), optup.ErrorProgressStreams(orDiscard(s.env.Err)),
		optup.Color(color(out)), optup.SuppressOutputs(), optup.ShowSecrets(false),
		optup.PolicyPacks(s.env.PolicyPacks...), optup.EventStreams(streams...),
	)
	return result, s.short("update", err)
}

// Preview shows what Up would do.
func (s *Session) Preview(ctx context.Context) (auto.PreviewResult, error) {
	out := orDiscard(s.env.Out)
	streams, end := s.listen()
	defer end()
	result, err := s.Stack.Preview(ctx,
		optpreview.ProgressStreams(out), optpreview.ErrorProgressStreams(orDiscard(s.env.Err)),
		optpreview.Color(color(out)), optpreview.PolicyPacks(s.env.PolicyPacks...),
		optpreview.EventStreams(streams...),
	)
	return result, s.short("preview", err)
}

// Refresh brings Pulumi's state to what exists in the account.
func (s *Session) Refresh(ctx context.Context) (auto.RefreshResult, error) {
	out := orDiscard(s.env.Out)
	result, err := s.Stack.Refresh(ctx,
		optrefresh.ProgressStreams(out), optrefresh.ErrorProgressStreams(orDiscard(s.env.Err)),
		optrefresh.Color(color(out)), optrefresh.ShowSecrets(false),
	)
	return result, s.short("refresh", err)
}

// Destroy deletes everything in the stack.
func (s *Session) Destroy(ctx context.Context) (auto.DestroyResult, error) {
	out := orDiscard(s.env.Out)
	result, err := s.Stack.Destroy(ctx,
		optdestroy.ProgressStreams(out), optdestroy.ErrorProgressStreams(orDiscard(s.env.Err)),
		optdestroy.Color(color(out)), optdestroy.ShowSecrets(false),
	)
	return result, s.short("destroy", err)
}

// Failed is a Pulumi command that did not succeed. The engine has printed why.
type Failed struct {
	// Verb is what was asked for: update, preview, refresh, destroy.
	Verb string
	// Cause is the Automation API's error, with all the output.
	Cause error
}

func (f *Failed) Error() string { return fmt.Sprintf("the %s failed; the reasons are above", f.Verb) }

func (f *Failed) Unwrap() error { return f.Cause }

// short keeps the Automation API from printing the engine's output a second
// time when it has been shown.
func (s *Session) short(verb string, err error) error {
	if err == nil || s.env.Out == nil {
		return err
	}
	return &Failed{Verb: verb, Cause: err}
}

// Protected lists the logical names of the resources in the state that Pulumi
// refuses to delete.
func (s *Session) Protected(ctx context.Context) ([]string, error) {
	exported, err := s.Stack.Export(ctx)
	if err != nil {
		return nil, err
	}
	return protectedIn(exported.Deployment)
}

func logicalName(urn string) string {
	return urn[strings.LastIndex(urn, "::")+2:]
}
