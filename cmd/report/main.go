// Command report writes one HTML page about an environment: its picture, who
// reaches whom and why, how far it can grow, how long AWS takes to make it, and
// what the policy pack says. It reads what `pulumi stack export` writes, from the
// sandbox or from anywhere else, and nothing of the page needs a network.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/slipway-iac/slipway/sandbox/timeline"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "report: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	f := flag.NewFlagSet("report", flag.ContinueOnError)
	state := f.String("state", "-", "what `pulumi stack export` wrote; - is standard input")
	times := f.String("timeline", "", "what `sandbox timeline --json` wrote; without it there is no timeline")
	said := f.String("policies", "", "what the policy packs said in the last up, from policy.json; without it the pack judges the state")
	config := f.String("config", "", "the stack's configuration, for the policy profile and exemptions; without it the pack's own")
	target := f.String("out", filepath.Join("report", "index.html"), "the page")
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return fmt.Errorf("%q is left over: everything is a flag", f.Args())
	}
	s, err := read(*state, in)
	if err != nil {
		return err
	}
	var r *report
	if r, err = newReport(ctx, s, *config); err != nil {
		return err
	}
	if err := r.said(*said); err != nil {
		return err
	}
	if r.Timeline, err = readTimeline(*times); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(*target), 0o755); err != nil {
		return err
	}
	page, err := r.page()
	if err != nil {
		return err
	}
	if err := os.WriteFile(*target, page, 0o644); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "The report is in %s\n", *target)
	return err
}

func read(name string, in io.Reader) (*stack, error) {
	load := func() ([]byte, error) { return io.ReadAll(in) }
	if name != "-" {
		load = func() ([]byte, error) { return os.ReadFile(name) }
	}
	text, err := load()
	if err != nil {
		return nil, err
	}
	return parse(text)
}

// readTimeline reads the last change. A stack that the sandbox did not make has
// none.
func readTimeline(name string) (*timeline.Timeline, error) {
	if name == "" {
		return nil, nil
	}
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	var t timeline.Timeline
	if err := json.Unmarshal(text, &t); err != nil {
		return nil, fmt.Errorf("%s is no timeline (%w): run up, which writes it anew", name, err)
	}
	return &t, nil
}
