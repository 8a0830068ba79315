package policytest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/sig"

	"github.com/slipway-iac/slipway/policy/catalogue"
	"github.com/slipway-iac/slipway/policy/control"
	"github.com/slipway-iac/slipway/policy/pack"
)

const urn = "urn:pulumi:test::test::"

// secret is what a state has of a value that is encrypted.
var secret = map[string]any{sig.Key: sig.Secret, "ciphertext": "v1:abc"}

// stateOf is a state with a provider and resources.
func stateOf(t *testing.T, resources ...apitype.ResourceV3) apitype.UntypedDeployment {
	t.Helper()
	provider := apitype.ResourceV3{
		URN: urn + "pulumi:providers:aws::aws", ID: "1", Type: "pulumi:providers:aws",
		Inputs: map[string]any{"region": "us-west-2", "defaultTags": `{"tags":{"owner":"platform"}}`},
	}
	text, err := json.Marshal(apitype.DeploymentV3{Resources: append([]apitype.ResourceV3{provider}, resources...)})
	if err != nil {
		t.Fatal(err)
	}
	return apitype.UntypedDeployment{Version: 3, Deployment: text}
}

func database(inputs map[string]any) apitype.ResourceV3 {
	return apitype.ResourceV3{
		URN: urn + "aws:rds/instance:Instance::shop", Type: "aws:rds/instance:Instance", Inputs: inputs, Outputs: inputs,
		Provider: urn + "pulumi:providers:aws::aws::1",
	}
}

// said are the controls that find something in a state.
func said(t *testing.T, state apitype.UntypedDeployment, configuration map[string]string) map[string]apitype.EnforcementLevel {
	t.Helper()
	p := catalogue.Pack()
	p.Clock = func() time.Time { return time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC) }
	for i := range p.Controls {
		if p.Controls[i].ID == "required-tags" {
			p.Controls[i].Settings = []control.Setting{{Name: "tags", Doc: "Keys of the tags", Default: []string{"owner"}}}
		}
	}
	found, err := Analyze(t.Context(), p, state, configuration)
	if err != nil {
		t.Fatal(err)
	}
	levels := map[string]apitype.EnforcementLevel{}
	for _, d := range found {
		levels[d.PolicyName] = d.EnforcementLevel
	}
	return levels
}

// A state is judged as the engine has it judged: in the profile of the
// configuration, resources one by one and together, with their providers.
func TestAnalyze(t *testing.T) {
	t.Parallel()
	state := stateOf(t, database(map[string]any{"engine": "postgres", "multiAz": false, "publiclyAccessible": true}))
	dev, prod := map[string]string{"slipway-policy:profile": "dev"}, map[string]string{"slipway-policy:profile": "prod"}
	if l := said(t, state, dev); l["rds-not-public"] != apitype.Mandatory || l["rds-multi-az"] != apitype.Advisory {
		t.Errorf("in dev: %v", l)
	}
	if l := said(t, state, prod); l["rds-multi-az"] != apitype.Mandatory || l["plat-stateful-protected"] != apitype.Mandatory {
		t.Errorf("in prod: %v", l)
	} else if _, ok := l["required-tags"]; ok {
		t.Error("the default tags of the provider do not count")
	}
	exempt := map[string]string{"slipway-policy:exemptions": `[{"control":"rds-not-public","resource":"shop","reason":"a demonstration"}]`}
	if l := said(t, state, exempt); l[pack.SettingsID] != apitype.Mandatory || l["rds-not-public"] != apitype.Mandatory {
		t.Errorf("with an exemption without a day: %v", l)
	}
}

// recorder keeps what a test would have failed with.
type recorder struct {
	testing.TB
	errors, logs []string
}

func (r *recorder) Error(args ...any) { r.errors = append(r.errors, fmt.Sprint(args...)) }
func (r *recorder) Log(args ...any)   { r.logs = append(r.logs, fmt.Sprint(args...)) }

// Check fails a test with what is mandatory, and says how to fix it.
func TestCheck(t *testing.T) {
	t.Parallel()
	r := &recorder{TB: t}
	Check(r, stateOf(t, database(map[string]any{"publiclyAccessible": true})), map[string]string{"slipway-policy:profile": "dev"})
	failed, told := strings.Join(r.errors, "\n"), strings.Join(r.logs, "\n")
	if !strings.Contains(failed, "rds-not-public of shop: ") || !strings.Contains(failed, "Fix: set publiclyAccessible to false") || strings.Contains(failed, "rds-multi-az") {
		t.Errorf("it fails with:\n%s", failed)
	}
	if !strings.Contains(told, "rds-multi-az of shop: ") {
		t.Errorf("it logs:\n%s", told)
	}
}

// What is secret in a state cannot be read, and is secret to controls.
func TestSecrets(t *testing.T) {
	t.Parallel()
	of := Properties(map[string]any{"list": []any{map[string]any{"password": secret}}, "engine": "postgres"})
	if v := of["list"].ArrayValue()[0].ObjectValue()["password"]; !v.IsSecret() {
		t.Errorf("the password is %v", v)
	}
	state := stateOf(t, database(map[string]any{"engine": "postgres", "password": secret, "manageMasterUserPassword": true}))
	if l := said(t, state, nil); l["rds-managed-master-password"] != "" {
		t.Error("a password that is secret counts as one that everybody can read")
	}
}

// What cannot be judged is an error, and not a pass.
func TestErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		state   apitype.UntypedDeployment
		profile string
	}{
		"no JSON":              {apitype.UntypedDeployment{Deployment: []byte("{")}, "dev"},
		"a profile of no name": {stateOf(t), "production"},
	} {
		if _, err := Analyze(t.Context(), catalogue.Pack(), c.state, map[string]string{"slipway-policy:profile": c.profile}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
