package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"

	"github.com/slipway-iac/slipway/policy/catalogue"
	"github.com/slipway-iac/slipway/policy/pack"
	"github.com/slipway-iac/slipway/sandbox/engine"
)

// judged prints what the policy packs said in numbers; the engine has printed the
// findings. Of Slipway's own pack it also says what the profile asks for.
func (r *run) judged(ctx context.Context, s *engine.Session) error {
	j := s.Judgement()
	if len(r.environment.PolicyPacks) == 0 {
		return nil
	}
	own := catalogue.Pack()
	if slices.Contains(j.Packs, own.Name) {
		text, err := levels(ctx, own, s)
		if err != nil {
			return err
		}
		fmt.Fprintf(r.out, "\n%s\n", text)
	}
	count := map[string]int{}
	for _, f := range j.Findings {
		count[f.Level]++
	}
	fmt.Fprintf(r.out, "Policy findings: %d mandatory, %d advisory\n", count[string(apitype.Mandatory)], count[string(apitype.Advisory)])
	return nil
}

// levels counts the controls by what the stack's profile makes of them.
func levels(ctx context.Context, p *pack.Pack, s *engine.Session) (string, error) {
	values, err := s.Stack.GetAllConfig(ctx)
	if err != nil {
		return "", err
	}
	config := map[string]string{}
	for key, v := range values {
		config[key] = v.Value
	}
	a, err := pack.NewAnalyzer(p)
	if err != nil {
		return "", err
	}
	if err := a.ConfigureStack(config); err != nil {
		return "", err
	}
	info, err := a.GetAnalyzerInfo(ctx)
	if err != nil {
		return "", err
	}
	count := map[apitype.EnforcementLevel]int{}
	for _, policy := range info.Policies {
		count[policy.EnforcementLevel]++
	}
	return fmt.Sprintf("Policies of %s, %s: %d mandatory, %d advisory, %d disabled",
		p.Name, strings.Join(info.Tags, ", "), count[apitype.Mandatory], count[apitype.Advisory], count[apitype.Disabled]), nil
}

// keep writes what the policy packs said beside the environment, for its report.
// What an earlier up was told no longer holds after one that asked nobody.
func (r *run) keep(s *engine.Session) error {
	file := filepath.Join(r.environment.Dir, "policy.json")
	if len(r.environment.PolicyPacks) == 0 {
		if err := os.Remove(file); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	text, err := json.MarshalIndent(s.Judgement(), "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o600)
}
