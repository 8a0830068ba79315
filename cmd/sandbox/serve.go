package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/slipway-iac/slipway/sandbox/engine"
	"github.com/slipway-iac/slipway/sandbox/provider"
)

// serving is what a running serve tells other commands of the environment.
type serving struct {
	PID     int    `json:"pid"`
	Address string `json:"address"`
}

func serveCommand(f *flags) *cobra.Command {
	ports := map[string]int{}
	c := verb(f, "serve", "Keep the providers running for ordinary Pulumi commands", func(ctx context.Context, r *run) error {
		for name, port := range ports {
			if !slices.Contains(provider.Packages, name) {
				return fmt.Errorf("--ports names the package %q: want some of %s", name, strings.Join(provider.Packages, ", "))
			}
			if r.environment.Listen == nil {
				r.environment.Listen = map[string]string{}
			}
			r.environment.Listen[name] = fmt.Sprintf("127.0.0.1:%d", port)
		}
		return serve(ctx, r)
	})
	c.Flags().StringToIntVar(&ports, "ports", nil, "ports of the providers, such as aws=7001,kubernetes=7002,eks=7003; free ones by default")
	return c
}

func (r *run) servingFile() string { return filepath.Join(r.environment.Dir, "serve.json") }

// serve keeps the providers running until it is interrupted.
func serve(ctx context.Context, r *run) error {
	return with(ctx, r, func(s *engine.Session) error {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		server := &http.Server{ReadHeaderTimeout: time.Second, Handler: answers(s)}
		ended := make(chan error, 1)
		go func() { ended <- server.Serve(listener) }()
		note, err := json.Marshal(serving{os.Getpid(), listener.Addr().String()})
		if err != nil {
			return err
		}
		if err := os.WriteFile(r.servingFile(), note, 0o600); err != nil {
			return err
		}
		defer func() { _ = os.Remove(r.servingFile()) }()
		r.printVariables(s)
		select {
		case <-ctx.Done():
			return server.Close()
		case err := <-ended:
			return err
		}
	})
}

// What a running serve answers to other commands.
const (
	accountPath = "/account" // What is in the account.
	exportPath  = "/export"  // Pulumi's state.
)

func answers(s *engine.Session) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc(accountPath, func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(summarise(s.Account))
	})
	mux.HandleFunc(exportPath, func(w http.ResponseWriter, request *http.Request) {
		state, err := s.Stack.Export(request.Context())
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(w).Encode(state)
	})
	return mux
}

func (r *run) printVariables(s *engine.Session) {
	fmt.Fprintf(r.out, "# The providers of %s are running; an interrupt stops them. In another shell, in the project's folder:\n", r.name)
	variables := s.Variables()
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		fmt.Fprintf(r.out, "export %s=%s\n", name, quoted(variables[name]))
	}
	fmt.Fprintf(r.out, "# then: pulumi up --stack %s\n", r.name)
}

// quoted is a word for a POSIX shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// running finds a serve of the environment.
func (r *run) running() (serving, bool) {
	var s serving
	text, err := os.ReadFile(r.servingFile())
	if err != nil || json.Unmarshal(text, &s) != nil {
		return s, false
	}
	return s, true
}

// askServer asks a running serve of the environment; it is false when there is none
// that answers.
func (r *run) askServer(ctx context.Context, path string, answer any) bool {
	s, ok := r.running()
	if !ok {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.Address+path, nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer func() { _ = response.Body.Close() }()
	return response.StatusCode == http.StatusOK && json.NewDecoder(response.Body).Decode(answer) == nil
}

// holder says who has the account open, as far as it is known.
func (r *run) holder() string {
	if s, ok := r.running(); ok {
		return fmt.Sprintf("`sandbox serve %s`, process %d", r.name, s.PID)
	}
	return "another sandbox command is at work"
}
