package terraform

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
)

// Folder is a folder with a configuration, in which terraform runs.
type Folder struct {
	tools    Tools
	path     string
	endpoint string
}

// nowhere is an address that nobody answers at, so that a call to AWS that
// should not be made fails at once.
const nowhere = "http://127.0.0.1:1"

// NewFolder prepares a folder. Calls to AWS go to endpoint, or nowhere when it
// is empty.
func (t Tools) NewFolder(ctx context.Context, path, endpoint string) (*Folder, error) {
	if endpoint == "" {
		endpoint = nowhere
	}
	f := &Folder{tools: t, path: path, endpoint: endpoint}
	mirror, err := filepath.Abs(t.Mirror)
	if err != nil {
		return nil, err
	}
	config := fmt.Sprintf("disable_checkpoint = true\nprovider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror)
	if err := os.WriteFile(f.at("terraformrc"), []byte(config), 0o600); err != nil {
		return nil, err
	}
	if err := f.Write("main.tf.json", map[string]any{"terraform": map[string]any{"required_providers": map[string]any{
		"aws": map[string]any{"source": "hashicorp/aws", "version": ProviderVersion},
	}}}); err != nil {
		return nil, err
	}
	_, err = f.run(ctx, "init", "-backend=false", "-input=false", "-no-color")
	return f, err
}

func (f *Folder) at(name string) string { return filepath.Join(f.path, name) }

// Write writes a file of the configuration.
func (f *Folder) Write(name string, content any) error {
	text, err := json.MarshalIndent(content, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(f.at(name), text, 0o600)
}

// Remove takes a file out of the configuration.
func (f *Folder) Remove(name string) error { return os.Remove(f.at(name)) }

// Schema is the provider's.
func (f *Folder) Schema(ctx context.Context) (Schema, error) {
	text, err := f.run(ctx, "providers", "schema", "-json")
	if err != nil {
		return nil, err
	}
	return ParseSchema(text)
}

// Diagnostic is one error or warning of terraform.
type Diagnostic struct {
	// Severity is error or warning.
	Severity string `json:"severity"`
	// Summary and Detail say what it is.
	Summary string `json:"summary"`
	Detail  string `json:"detail"`
	// Address is the resource's, where terraform knows it.
	Address string `json:"address"`
	// Range is where in the configuration.
	Range struct {
		Filename string `json:"filename"`
	} `json:"range"`
}

func (d Diagnostic) String() string {
	return strings.Join(strings.Fields(d.Range.Filename+" "+d.Address+": "+d.Summary+": "+d.Detail), " ")
}

// Validate lets the provider check the configuration, without any AWS.
func (f *Folder) Validate(ctx context.Context) ([]Diagnostic, error) {
	// It exits with 1 when it has found something.
	text, err := f.run(ctx, "validate", "-json", "-no-color")
	var out struct {
		FormatVersion string       `json:"format_version"`
		Diagnostics   []Diagnostic `json:"diagnostics"`
	}
	if jerr := json.Unmarshal(text, &out); jerr != nil || out.FormatVersion == "" {
		return nil, fmt.Errorf("terraform validate printed no result: %w\n%s", err, text)
	}
	return out.Diagnostics, nil
}

// Planned is what terraform would do with one resource.
type Planned struct {
	// Address is the resource's, such as aws_vpc.main.
	Address string `json:"address"`
	// Change is what would be done.
	Change struct {
		Actions      []string       `json:"actions"`
		Before       map[string]any `json:"before"`
		After        map[string]any `json:"after"`
		AfterUnknown map[string]any `json:"after_unknown"`
		ReplacePaths [][]any        `json:"replace_paths"`
	} `json:"change"`
}

// Differences are the attributes that would change, with their values.
func (p Planned) Differences() map[string][2]any {
	out := map[string][2]any{}
	for name, after := range p.Change.After {
		if before := p.Change.Before[name]; !reflect.DeepEqual(before, after) {
			out[name] = [2]any{before, after}
		}
	}
	for name := range p.Change.AfterUnknown {
		if _, known := p.Change.After[name]; !known {
			out[name] = [2]any{p.Change.Before[name], "(known after apply)"}
		}
	}
	return out
}

// Plan asks the provider what an apply would do, by resource address. It looks
// at nothing in AWS when refresh is false.
func (f *Folder) Plan(ctx context.Context, refresh bool) (map[string]Planned, error) {
	said, err := f.run(ctx, "plan", "-input=false", "-lock=false", "-json", fmt.Sprintf("-refresh=%v", refresh), "-out=plan")
	if err != nil {
		return nil, failed(said, err)
	}
	text, err := f.run(ctx, "show", "-json", "plan")
	if err != nil {
		return nil, err
	}
	var plan struct {
		Changes []Planned `json:"resource_changes"`
	}
	if err := json.Unmarshal(text, &plan); err != nil {
		return nil, fmt.Errorf("reading the plan: %w", err)
	}
	out := make(map[string]Planned, len(plan.Changes))
	for _, c := range plan.Changes {
		out[c.Address] = c
	}
	return out, nil
}

// Refused are the errors that made terraform stop.
type Refused struct {
	Diagnostics []Diagnostic
	cause       error
}

func (r *Refused) Error() string {
	lines := make([]string, len(r.Diagnostics))
	for i, d := range r.Diagnostics {
		lines[i] = d.String()
	}
	return fmt.Sprintf("%v\n%s", r.cause, strings.Join(lines, "\n"))
}

func (r *Refused) Unwrap() error { return r.cause }

// failed collects the errors out of terraform's messages.
func failed(messages []byte, cause error) error {
	r := &Refused{cause: cause}
	for line := range bytes.Lines(messages) {
		var m struct {
			Level      string     `json:"@level"`
			Diagnostic Diagnostic `json:"diagnostic"`
		}
		if json.Unmarshal(line, &m) == nil && m.Level == "error" {
			r.Diagnostics = append(r.Diagnostics, m.Diagnostic)
		}
	}
	return r
}

// Apply does what a plan says.
func (f *Folder) Apply(ctx context.Context) error {
	said, err := f.run(ctx, "apply", "-input=false", "-auto-approve", "-json", "-parallelism=20")
	if err != nil {
		return failed(said, err)
	}
	return nil
}

// Attributes are those of every resource in the state, by address.
func (f *Folder) Attributes(ctx context.Context) (map[string]map[string]any, error) {
	text, err := f.run(ctx, "show", "-json")
	if err != nil {
		return nil, err
	}
	var state struct {
		Values struct {
			Root struct {
				Resources []struct {
					Address string         `json:"address"`
					Values  map[string]any `json:"values"`
				} `json:"resources"`
			} `json:"root_module"`
		} `json:"values"`
	}
	if err := json.Unmarshal(text, &state); err != nil {
		return nil, fmt.Errorf("reading the state: %w", err)
	}
	out := map[string]map[string]any{}
	for _, r := range state.Values.Root.Resources {
		out[r.Address] = r.Values
	}
	return out, nil
}

func (f *Folder) run(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, f.tools.Terraform, args...)
	cmd.Dir = f.path
	cmd.Env = f.environment()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return stdout.Bytes(), fmt.Errorf("terraform %s: %w\n%s", args[0], err, stderr.String())
	}
	return stdout.Bytes(), nil
}

// environment is this process's, without what would lead terraform to somebody's
// account, settings or state.
func (f *Folder) environment() []string {
	var out []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "TF_") && !strings.HasPrefix(v, "AWS_") {
			out = append(out, v)
		}
	}
	return append(out,
		"TF_CLI_CONFIG_FILE="+f.at("terraformrc"), "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1",
		"AWS_ENDPOINT_URL="+f.endpoint, "AWS_ACCESS_KEY_ID=sandbox", "AWS_SECRET_ACCESS_KEY=sandbox",
		"AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull,
	)
}
