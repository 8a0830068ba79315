package pack

import (
	"context"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/slipway-iac/slipway/policy/control"
)

// sample is a pack of controls that do what the engine has to be told about.
func sample() *Pack {
	return &Pack{
		Name: "sample", Version: semver.MustParse("1.2.3"), Standard: "strict",
		Clock: func() time.Time { return time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC) },
		Profiles: map[string]Profile{
			"strict": {Levels: map[control.Severity]apitype.EnforcementLevel{control.High: apitype.Mandatory, control.Low: apitype.Advisory}},
			"dev": {
				Levels:  map[control.Severity]apitype.EnforcementLevel{control.High: apitype.Advisory, control.Low: apitype.Disabled},
				Choices: map[string]Choice{"size": {Settings: map[string]any{"most": 100}}},
			},
		},
		Controls: []control.Control{
			{
				ID: "size", Severity: control.High, Title: "A box is small", On: []string{"a:b/box:Box"}, Fix: "make it smaller",
				Mapping:  control.Mapping{Trivy: "AWS-0001"},
				Settings: []control.Setting{{Name: "most", Doc: "The largest", Default: 10}},
				Remedy:   []control.Remedy{{Path: "size", Value: 1}},
				Check: func(r *control.Resource) {
					if v := r.Get("size"); v.Int(0) > r.Number("most") {
						r.Want(v, "less")
					}
				},
			},
			{
				ID: "broken", Severity: control.Low, Title: "It is broken", On: []string{"a:b/box:Box"}, Fix: "none",
				Check: func(r *control.Resource) {
					if r.Get("size").Int(0) == 13 {
						panic("thirteen")
					}
				},
			},
			{
				ID: "alone", Severity: control.High, Title: "There is one box", On: []string{"a:b/box:Box"}, Fix: "remove one",
				CheckStack: func(s *control.Stack) {
					if boxes := s.Of("a:b/box:Box"); len(boxes) > 1 {
						boxes[1].Violate("it is one too many")
					}
				},
			},
		},
	}
}

func serve(t *testing.T, p *Pack) pulumirpc.AnalyzerClient {
	t.Helper()
	service, err := NewServer(p)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	pulumirpc.RegisterAnalyzerServer(server, service)
	go func() { _ = server.Serve(listener) }()
	connection, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = connection.Close()
		server.Stop()
	})
	return pulumirpc.NewAnalyzerClient(connection)
}

func box(name string, size any) *pulumirpc.AnalyzeRequest {
	properties, err := plugin.MarshalProperties(resource.NewPropertyMapFromMap(map[string]any{"size": size}), plugin.MarshalOptions{KeepUnknowns: true})
	if err != nil {
		panic(err)
	}
	return &pulumirpc.AnalyzeRequest{Type: "a:b/box:Box", Name: name, Urn: "urn:pulumi:s::p::a:b/box:Box::" + name, Properties: properties}
}

// said is what a pack said, in short.
func said(t *testing.T, answer *pulumirpc.AnalyzeResponse, err error) []string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, d := range answer.GetDiagnostics() {
		out = append(out, strings.ToLower(d.GetEnforcementLevel().String())+" "+d.GetPolicyName()+": "+strings.Join(strings.Split(d.GetMessage(), "\n")[1:], " / "))
	}
	return out
}

func equal(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// The engine's calls in its order, as it makes them in an update.
func TestProtocol(t *testing.T) {
	t.Parallel()
	c, ctx := serve(t, sample()), t.Context()
	if _, err := c.Handshake(ctx, &pulumirpc.AnalyzerHandshakeRequest{}); err != nil {
		t.Fatal(err)
	}
	// `pulumi policy analyze` asks these without a stack.
	plug, err := c.GetPluginInfo(ctx, &emptypb.Empty{})
	if err != nil || plug.GetVersion() != "1.2.3" {
		t.Errorf("version %v, %v", plug, err)
	}
	info, err := c.GetAnalyzerInfo(ctx, &emptypb.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range info.GetPolicies() {
		names = append(names, p.GetName()+" "+p.GetEnforcementLevel().String()+" "+p.GetSeverity().String())
	}
	equal(t, names,
		"size MANDATORY POLICY_SEVERITY_HIGH", "broken ADVISORY POLICY_SEVERITY_LOW", "alone MANDATORY POLICY_SEVERITY_HIGH",
		"pack-settings MANDATORY POLICY_SEVERITY_UNSPECIFIED", "not-known-yet ADVISORY POLICY_SEVERITY_UNSPECIFIED")
	schema := info.GetPolicies()[0].GetConfigSchema().GetProperties().AsMap()["most"].(map[string]any)
	if schema["type"] != "integer" {
		t.Errorf("the schema of a setting is %v", schema)
	}
	first, err := c.Analyze(ctx, box("a", 11))
	equal(t, said(t, first, err), "mandatory size: size is 11: want less / Fix: make it smaller")
	unknown, err := c.Analyze(ctx, box("a", resource.MakeComputed(resource.NewProperty(""))))
	equal(t, said(t, unknown, err), "advisory not-known-yet: Not known yet: size. Could not be evaluated yet: size, broken.")
	panicked, err := c.Analyze(ctx, box("a", 13))
	if got := said(t, panicked, err); len(got) != 2 || !strings.Contains(got[1], "bug in control broken") || !strings.HasPrefix(got[1], "advisory") {
		t.Errorf("a mistake in a control: %q", got)
	}
	two := &pulumirpc.AnalyzeStackRequest{}
	for _, name := range []string{"a", "b"} {
		r := box(name, 1)
		two.Resources = append(two.Resources, &pulumirpc.AnalyzerResource{Type: r.Type, Name: r.Name, Urn: r.Urn, Properties: r.Properties})
	}
	whole, err := c.AnalyzeStack(ctx, two)
	equal(t, said(t, whole, err), "mandatory alone: it is one too many / Fix: remove one")
	if whole.GetDiagnostics()[0].GetUrn() != two.Resources[1].Urn {
		t.Errorf("the violation is about %s", whole.GetDiagnostics()[0].GetUrn())
	}
	if _, err := c.Cancel(ctx, &emptypb.Empty{}); err != nil {
		t.Error(err)
	}
}

// given is a configuration as the engine sends it: all policies with their
// levels, and what differs.
func given(t *testing.T, c pulumirpc.AnalyzerClient, changes map[string]*pulumirpc.PolicyConfig) {
	t.Helper()
	info, err := c.GetAnalyzerInfo(t.Context(), &emptypb.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*pulumirpc.PolicyConfig{}
	for _, p := range info.GetPolicies() {
		all[p.GetName()] = &pulumirpc.PolicyConfig{EnforcementLevel: p.GetEnforcementLevel()}
	}
	for name, change := range changes {
		all[name] = change
	}
	if _, err := c.Configure(t.Context(), &pulumirpc.ConfigureAnalyzerRequest{PolicyConfig: all}); err != nil {
		t.Fatal(err)
	}
}

func properties(t *testing.T, m map[string]any) *structpb.Struct {
	t.Helper()
	s, err := structpb.NewStruct(m)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestProfileOfTheStack(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]map[string]string{
		"named":        {"slipway-policy:profile": "dev"},
		"tier":         {"slipway:environment": `{"tier":"dev"}`},
		"named counts": {"slipway-policy:profile": "dev", "slipway:environment": `{"tier":"strict"}`},
	} {
		c := serve(t, sample())
		if _, err := c.ConfigureStack(t.Context(), &pulumirpc.AnalyzerStackConfigureRequest{Config: config}); err != nil {
			t.Fatal(err)
		}
		given(t, c, nil)
		large, err := c.Analyze(t.Context(), box("a", 101))
		if got := said(t, large, err); len(got) != 1 || !strings.HasPrefix(got[0], "advisory size") {
			t.Errorf("%s: %q", name, got)
		}
		medium, err := c.Analyze(t.Context(), box("a", 99))
		equal(t, said(t, medium, err))
	}
	c := serve(t, sample())
	_, err := c.ConfigureStack(t.Context(), &pulumirpc.AnalyzerStackConfigureRequest{Config: map[string]string{"slipway-policy:profile": "lax"}})
	if err == nil || !strings.Contains(err.Error(), `the policy profile is "lax": want dev, strict`) {
		t.Errorf("an unknown profile: %v", err)
	}
}

func TestConfigurationOfThePack(t *testing.T) {
	t.Parallel()
	c := serve(t, sample())
	given(t, c, map[string]*pulumirpc.PolicyConfig{
		SettingsID: {EnforcementLevel: pulumirpc.EnforcementLevel_MANDATORY, Properties: properties(t, map[string]any{"profile": "dev"})},
		"size":     {EnforcementLevel: pulumirpc.EnforcementLevel_MANDATORY, Properties: properties(t, map[string]any{"most": 5})},
	})
	answer, err := c.Analyze(t.Context(), box("a", 6))
	// The level was announced as mandatory, so that the profile decides.
	equal(t, said(t, answer, err), "advisory size: size is 6: want less / Fix: make it smaller")

	// A second operation begins anew.
	given(t, c, nil)
	answer, err = c.Analyze(t.Context(), box("a", 11))
	equal(t, said(t, answer, err), "mandatory size: size is 11: want less / Fix: make it smaller")

	c = serve(t, sample())
	given(t, c, map[string]*pulumirpc.PolicyConfig{"size": {EnforcementLevel: pulumirpc.EnforcementLevel_DISABLED}})
	answer, err = c.Analyze(t.Context(), box("a", 11))
	equal(t, said(t, answer, err))
}

func TestExemptions(t *testing.T) {
	t.Parallel()
	problems := func(exemption string) []string {
		c := serve(t, sample())
		if _, err := c.ConfigureStack(t.Context(), &pulumirpc.AnalyzerStackConfigureRequest{Config: map[string]string{"slipway-policy:exemptions": "[" + exemption + "]"}}); err != nil {
			return []string{err.Error()}
		}
		given(t, c, nil)
		answer, err := c.Analyze(t.Context(), box("a", 11))
		got := said(t, answer, err)
		r := box("a", 11)
		whole, err := c.AnalyzeStack(t.Context(), &pulumirpc.AnalyzeStackRequest{Resources: []*pulumirpc.AnalyzerResource{{Type: r.Type, Name: r.Name, Urn: r.Urn, Properties: r.Properties}}})
		return append(got, said(t, whole, err)...)
	}
	const violation = "mandatory size: size is 11: want less / Fix: make it smaller"
	for _, resource := range []string{"a", "a:b/box:Box::a", "urn:pulumi:s::p::a:b/box:Box::a"} {
		equal(t, problems(`{"control":"size","resource":"`+resource+`","reason":"old","expires":"2026-11-25"}`),
			"advisory size: Exempted until 2026-11-25: old / size is 11: want less / Fix: make it smaller")
	}
	equal(t, problems(`{"control":"size","resource":"b","reason":"old","expires":"2027-01-01"}`), violation)
	equal(t, problems(`{"control":"size","resource":"a","reason":"old","expires":"2026-11-24"}`), violation,
		`mandatory pack-settings: the exemption of "a" from size expired on 2026-11-24 (old): fix the resource, or decide again`)
	for broken, want := range map[string]string{
		`{"control":"siz","resource":"a","reason":"old","expires":"2027-01-01"}`:  "there is no such control",
		`{"control":"size","resource":"a","expires":"2027-01-01"}`:                "has no reason",
		`{"control":"size","resource":"a","reason":"old"}`:                        `expires ""`,
		`{"control":"size","reason":"old","expires":"2027-01-01"}`:                "names no resource",
		`{"control":"size","resource":"a","reason":"old","expires":"next month"}`: `expires "next month"`,
	} {
		if got := problems(broken); len(got) != 2 || got[0] != violation || !strings.Contains(got[1], want) {
			t.Errorf("%s: %q", broken, got)
		}
	}
	if got := problems(`"size"`); len(got) != 1 || !strings.Contains(got[0], "want a list of objects") {
		t.Errorf("exemptions that are none: %q", got)
	}
}

func TestRemediationAtItsLevelOnly(t *testing.T) {
	t.Parallel()
	c := serve(t, sample())
	answer, err := c.Remediate(t.Context(), box("a", 11))
	if err != nil || len(answer.GetRemediations()) != 0 {
		t.Errorf("at level mandatory: %v, %v", answer, err)
	}
	given(t, c, map[string]*pulumirpc.PolicyConfig{"size": {EnforcementLevel: pulumirpc.EnforcementLevel_REMEDIATE}})
	answer, err = c.Remediate(t.Context(), box("a", 11))
	if err != nil || len(answer.GetRemediations()) != 1 {
		t.Fatalf("at level remediate: %v, %v", answer, err)
	}
	if got := answer.GetRemediations()[0]; got.GetPolicyName() != "size" || got.GetProperties().AsMap()["size"] != 1.0 {
		t.Errorf("the remediation is %v", got)
	}
	answer, err = c.Remediate(t.Context(), box("a", 2))
	if err != nil || len(answer.GetRemediations()) != 0 {
		t.Errorf("of a compliant resource: %v, %v", answer, err)
	}
}

// told is a policy manager that remembers.
type told struct{ messages []string }

func (m *told) ReportViolation(message, urn string) {
	m.messages = append(m.messages, urn+": "+message)
}

// The controls are policies of Pulumi's own as well.
func TestPolicies(t *testing.T) {
	t.Parallel()
	policies, err := sample().Policies("dev")
	if err != nil || len(policies) != 3 {
		t.Fatal(policies, err)
	}
	if policies[0].Name() != "size" || policies[0].EnforcementLevel() != 0 || policies[1].EnforcementLevel() != 2 {
		t.Errorf("%s %d, %d", policies[0].Name(), policies[0].EnforcementLevel(), policies[1].EnforcementLevel())
	}
	if _, err := sample().Policies("none"); err == nil {
		t.Error("there is a profile none")
	}
	tells(t, context.Background(), policies)
}
