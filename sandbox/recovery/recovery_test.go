package recovery_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"

	"github.com/slipway-iac/slipway/sandbox"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/recovery"
)

const (
	project  = "slipway"
	stack    = "dev"
	provider = "urn:pulumi:dev::slipway::pulumi:providers:aws::aws"
)

var west = cloud.Session{Region: "us-west-2"}

func urn(kind, name string) resource.URN {
	return resource.URN("urn:pulumi:" + stack + "::" + project + "::" + kind + "::" + name)
}

// world is an account and what Pulumi believes of it.
type world struct {
	account *cloud.Account
	state   *apitype.DeploymentV3
}

func newWorld(t *testing.T) *world {
	t.Helper()
	account, err := sandbox.Open("", "")
	if err != nil {
		t.Fatal(err)
	}
	return &world{account, &apitype.DeploymentV3{Resources: []apitype.ResourceV3{
		{URN: provider, Custom: true, ID: "p", Type: "pulumi:providers:aws"},
	}}}
}

// made makes something in the account.
func (w *world) made(t *testing.T, kind, name string, inputs cloud.Props) *cloud.Resource {
	t.Helper()
	r, err := w.account.Create(west, kind, string(urn(kind, name)), inputs)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func goal(kind, name string, inputs map[string]any, after ...resource.URN) apitype.ResourceV3 {
	return apitype.ResourceV3{
		URN: urn(kind, name), Custom: true, Type: tokens.Type(kind), Inputs: inputs, Provider: provider + "::p", Dependencies: after,
	}
}

func (w *world) pending(op apitype.OperationType, r apitype.ResourceV3) {
	w.state.PendingOperations = append(w.state.PendingOperations, apitype.OperationV2{Resource: r, Type: op})
}

func (w *world) ids() map[string]string {
	ids := map[string]string{}
	for _, r := range w.state.Resources[1:] {
		ids[r.URN.Name()+map[bool]string{true: " (deleted)"}[r.Delete]] = string(r.ID)
	}
	return ids
}

func outcomes(actions []recovery.Action) map[string]recovery.Outcome {
	out := map[string]recovery.Outcome{}
	for _, a := range actions {
		out[a.URN.Name()] = a.Outcome
	}
	return out
}

var block = cloud.Props{"cidrBlock": "10.0.0.0/16"}

func TestSettle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	vpc := w.made(t, cloud.VPC, "vpc", block)
	// Written down in the wrong order, as calls at the same time may be.
	subnet := w.made(t, cloud.Subnet, "subnet", cloud.Props{"vpcId": vpc.ID, "cidrBlock": "10.0.0.0/24"})
	w.pending(apitype.OperationTypeCreating, goal(cloud.Subnet, "subnet", nil, urn(cloud.VPC, "vpc")))
	w.pending(apitype.OperationTypeCreating, goal(cloud.VPC, "vpc", block))
	w.pending(apitype.OperationTypeCreating, goal(cloud.VPC, "never", block))
	w.pending(apitype.OperationTypeUpdating, goal(cloud.VPC, "changing", block))
	w.pending(apitype.OperationTypeDeleting, goal(cloud.VPC, "going", block))

	got := outcomes(recovery.Settle(w.state, w.account))
	want := map[string]recovery.Outcome{
		"vpc": recovery.Imported, "subnet": recovery.Imported, "never": recovery.Dropped, "changing": recovery.Read, "going": recovery.Read,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{"vpc": vpc.ID, "subnet": subnet.ID}, w.ids()); diff != "" || len(w.state.PendingOperations) > 0 {
		t.Errorf("%d operations are pending\n%s", len(w.state.PendingOperations), diff)
	}
	imported := w.state.Resources[1]
	if imported.URN != urn(cloud.VPC, "vpc") || imported.Provider != provider+"::p" || imported.Outputs["arn"] != vpc.Props["arn"] {
		t.Errorf("imported %+v", imported)
	}
	if again := recovery.Settle(w.state, w.account); len(again) > 0 {
		t.Errorf("a second time did %v", again)
	}
}

// A replacement that was being created takes the place of the old one, which is
// deleted by the next update.
func TestSettleReplacement(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := w.made(t, cloud.VPC, "vpc", block)
	before := goal(cloud.VPC, "vpc", block)
	before.ID = resource.ID(old.ID)
	w.state.Resources = append(w.state.Resources, before)
	replacement := w.made(t, cloud.VPC, "vpc", cloud.Props{"cidrBlock": "10.1.0.0/16"})
	w.pending(apitype.OperationTypeCreating, goal(cloud.VPC, "vpc", cloud.Props{"cidrBlock": "10.1.0.0/16"}))
	recovery.Settle(w.state, w.account)
	if diff := cmp.Diff(map[string]string{"vpc": replacement.ID, "vpc (deleted)": old.ID}, w.ids()); diff != "" {
		t.Error(diff)
	}
	if left := recovery.Orphans(w.state, w.account, project, stack); len(left) > 0 {
		t.Errorf("%d orphans", len(left))
	}
}

// What the program marks as secret stays secret.
func TestSettleKeepsSecrets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.made(t, cloud.VPC, "vpc", cloud.Props{"cidrBlock": "10.0.0.0/16", "tags": map[string]any{"word": "hush"}})
	g := goal(cloud.VPC, "vpc", map[string]any{
		"cidrBlock": "10.0.0.0/16",
		"tags":      map[string]any{resource.SigKey: resource.SecretSig, "plaintext": `{"word":"hush"}`},
	})
	g.AdditionalSecretOutputs = []resource.PropertyKey{"arn"}
	w.pending(apitype.OperationTypeCreating, g)
	recovery.Settle(w.state, w.account)
	out := w.state.Resources[1].Outputs
	if diff := cmp.Diff(apitype.SecretV1{Sig: resource.SecretSig, Plaintext: `{"word":"hush"}`}, out["tags"]); diff != "" {
		t.Error(diff)
	}
	if _, secret := out["arn"].(apitype.SecretV1); !secret {
		t.Errorf("arn is %v", out["arn"])
	}
}

func TestAdopt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	lost := w.made(t, cloud.VPC, "lost", block)
	twin := w.made(t, cloud.VPC, "twin", block)
	second := w.made(t, cloud.VPC, "twin", block)
	kept := w.made(t, cloud.LogGroup, "kept", cloud.Props{"name": "first"})
	forgotten := w.made(t, cloud.LogGroup, "forgotten", cloud.Props{"name": "forgotten"})
	subnet := w.made(t, cloud.Subnet, "subnet", cloud.Props{"vpcId": lost.ID, "cidrBlock": "10.0.0.0/24"})
	if _, err := w.account.Create(west, cloud.VPC, "urn:pulumi:other::slipway::"+cloud.VPC+"::v", block); err != nil {
		t.Fatal(err)
	}
	x, y := goal(cloud.VPC, "twin", block), goal(cloud.LogGroup, "kept", nil)
	x.ID, y.ID, y.RetainOnDelete = resource.ID(second.ID), "second", true
	w.state.Resources = append(w.state.Resources, x, y)

	orphans := recovery.Orphans(w.state, w.account, project, stack)
	if len(orphans) != 5 {
		t.Fatalf("%d orphans, want 5", len(orphans))
	}
	unknown := goal(cloud.Subnet, "subnet", map[string]any{"vpcId": plugin.UnknownStringValue}, urn(cloud.VPC, "lost"))
	goals := recovery.Goals{urn(cloud.VPC, "lost"): goal(cloud.VPC, "lost", block), unknown.URN: unknown}
	actions, left := recovery.Adopt(w.state, w.account, orphans, goals)
	want := map[string]recovery.Outcome{
		"lost": recovery.Imported, "twin": recovery.Deleted, "kept": recovery.Kept, "forgotten": recovery.Kept,
	}
	if diff := cmp.Diff(want, outcomes(actions)); diff != "" {
		t.Error(diff)
	}
	if len(left) != 1 || left[0].ID != subnet.ID {
		t.Fatalf("left for later are %v", left)
	}
	goals = recovery.Goals{unknown.URN: goal(cloud.Subnet, "subnet", map[string]any{"vpcId": lost.ID}, urn(cloud.VPC, "lost"))}
	if actions, left = recovery.Adopt(w.state, w.account, left, goals); len(actions) != 1 || len(left) > 0 {
		t.Errorf("the second round did %v and left %v", actions, left)
	}
	wantIDs := map[string]string{"lost": lost.ID, "twin": second.ID, "kept": "second", "subnet": subnet.ID}
	if diff := cmp.Diff(wantIDs, w.ids()); diff != "" {
		t.Error(diff)
	}
	for _, id := range []string{twin.ID, kept.ID, forgotten.ID} {
		exists := false
		for _, r := range w.account.Resources() {
			exists = exists || r.ID == id
		}
		if exists != (id != twin.ID) {
			t.Errorf("%s exists: %v", id, exists)
		}
	}
}

// One that came up takes the place of one that did not: the second try found
// the first in its way.
func TestAdoptInsteadOfFailed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, failed := w.made(t, cloud.VPC, "vpc", block), w.made(t, cloud.VPC, "vpc", block)
	x := goal(cloud.VPC, "vpc", block)
	x.ID, x.InitErrors = resource.ID(failed.ID), []string{"it failed"}
	w.state.Resources = append(w.state.Resources, x)
	actions, _ := recovery.Adopt(w.state, w.account, recovery.Orphans(w.state, w.account, project, stack), nil)
	if got := outcomes(actions); got["vpc"] != recovery.Imported {
		t.Errorf("did %v", actions)
	}
	if diff := cmp.Diff(map[string]string{"vpc": first.ID, "vpc (deleted)": failed.ID}, w.ids()); diff != "" {
		t.Error(diff)
	}
	if whole := w.state.Resources[len(w.state.Resources)-1]; len(whole.InitErrors) > 0 {
		t.Errorf("the one that came up has the errors of the other: %v", whole.InitErrors)
	}
}

// A duplicate that something uses is named, not torn out.
func TestAdoptCannotDelete(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	twin, second := w.made(t, cloud.VPC, "twin", block), w.made(t, cloud.VPC, "twin", block)
	w.made(t, cloud.Subnet, "subnet", cloud.Props{"vpcId": twin.ID, "cidrBlock": "10.0.0.0/24"})
	x := goal(cloud.VPC, "twin", block)
	x.ID = resource.ID(second.ID)
	w.state.Resources = append(w.state.Resources, x)
	actions, _ := recovery.Adopt(w.state, w.account, recovery.Orphans(w.state, w.account, project, stack)[:1], nil)
	if len(actions) != 1 || actions[0].Outcome != recovery.Kept || !strings.Contains(actions[0].String(), "DependencyViolation") {
		t.Errorf("did %v", actions)
	}
}

// A state is read whole or not at all.
func TestParse(t *testing.T) {
	t.Parallel()
	text := `{"manifest":{"time":"2026-01-02T03:04:05Z","magic":"m","version":"v3.259.0"},` +
		`"resources":[{"urn":"urn:pulumi:a::b::c:d:E::f","custom":false,"type":"c:d:E","outputs":{"n":1.5,"empty":{}}}],"metadata":{}%s}`
	d, err := recovery.Parse(json.RawMessage(strings.ReplaceAll(text, "%s", "")))
	if err != nil || len(d.Resources) != 1 || d.Resources[0].Outputs["n"] != 1.5 {
		t.Errorf("got %+v, %v", d, err)
	}
	if _, err := recovery.Parse(json.RawMessage(strings.ReplaceAll(text, "%s", `,"novelty":{"x":1}`))); err == nil ||
		!strings.Contains(err.Error(), "does not know") {
		t.Errorf("something new was dropped: %v", err)
	}
	if d, err := recovery.Parse(nil); err != nil || len(d.Resources) > 0 {
		t.Errorf("no state is %v, %v", d, err)
	}
}

func TestParsePlan(t *testing.T) {
	t.Parallel()
	goals, err := recovery.ParsePlan([]byte(`{"resourcePlans":{
		"urn:pulumi:dev::slipway::x:y:Z::new": {"goal":{"type":"x:y:Z","name":"new","custom":true,"inputDiff":{"adds":{"a":"b"}},
			"parent":"urn:p","protect":true,"dependencies":["urn:d"],"provider":"urn:q::id"},"steps":["create"]},
		"urn:pulumi:dev::slipway::x:y:Z::same": {"goal":{"type":"x:y:Z","name":"same","custom":true},"steps":["same"]},
		"urn:pulumi:dev::slipway::x:y:C::component": {"goal":{"type":"x:y:C","name":"component"},"steps":["create"]},
		"urn:pulumi:dev::slipway::x:y:Z::gone": {"steps":["delete"]}}}`))
	want := recovery.Goals{"urn:pulumi:dev::slipway::x:y:Z::new": {
		URN: "urn:pulumi:dev::slipway::x:y:Z::new", Custom: true, Type: "x:y:Z", Inputs: map[string]any{"a": "b"},
		Parent: "urn:p", Protect: true, Dependencies: []resource.URN{"urn:d"}, Provider: "urn:q::id",
	}}
	if diff := cmp.Diff(want, goals); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if _, err := recovery.ParsePlan([]byte("{")); err == nil {
		t.Error("half a plan was read")
	}
}
