package recovery

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// Outcome is what became of a resource.
type Outcome string

// The outcomes.
const (
	// Imported: it exists, and is in the state now.
	Imported Outcome = "imported"
	// Dropped: its create was pending, and it does not exist.
	Dropped Outcome = "dropped"
	// Read: an update or deletion was pending; a refresh tells what came of it.
	Read Outcome = "left to the refresh"
	// Deleted: it existed beside the one that the state knows.
	Deleted Outcome = "deleted"
	// Kept: it exists and is not in the state, and that is not for us to end.
	Kept Outcome = "left alone"
)

// Action is what was done about one resource, and why.
type Action struct {
	URN     resource.URN
	ID      string
	Outcome Outcome
	Reason  string
}

// String is a line about the action.
func (a Action) String() string {
	what := fmt.Sprintf("%s %s", a.URN.Type(), a.URN.Name())
	if a.ID != "" {
		what += " (" + a.ID + ")"
	}
	return fmt.Sprintf("%s: %s: %s", what, a.Outcome, a.Reason)
}

// Settle resolves the pending operations of a deployment by what the account
// holds. Afterwards none are left.
func Settle(d *apitype.DeploymentV3, account *cloud.Account) []Action {
	var actions []Action
	pending := d.PendingOperations
	d.PendingOperations = nil
	resources := account.Resources()
	found := func(op apitype.OperationV2) *cloud.Resource {
		i := slices.IndexFunc(resources, func(r *cloud.Resource) bool {
			return r.MadeBy == string(op.Resource.URN) && r.Scheduled == "" && !Knows(d, r)
		})
		if i < 0 {
			return nil
		}
		return resources[i]
	}
	// Older first, so that nothing comes before what it depends on.
	slices.SortStableFunc(pending, func(a, b apitype.OperationV2) int { return age(found(a)) - age(found(b)) })
	for _, op := range pending {
		action := Action{URN: op.Resource.URN, ID: string(op.Resource.ID)}
		switch r := found(op); {
		case op.Type != apitype.OperationTypeCreating:
			action.Outcome, action.Reason = Read, fmt.Sprintf("it was being %s", past[op.Type])
		case holds(d, op.Resource):
			action.Outcome, action.Reason = Dropped, "it was being created and is in the state"
		case r == nil:
			action.ID, action.Outcome, action.Reason = "", Dropped, "it was being created and does not exist"
		case !complete(d, op.Resource):
			continue // What it depends on was lost as well: it is an orphan.
		default:
			action.ID, action.Outcome, action.Reason = PulumiID(r), Imported, "it was being created and exists"
			Import(d, r, op.Resource)
		}
		actions = append(actions, action)
	}
	return actions
}

var past = map[apitype.OperationType]string{
	apitype.OperationTypeUpdating: "updated", apitype.OperationTypeDeleting: "deleted",
	apitype.OperationTypeReading: "read", "importing": "imported",
}

func holds(d *apitype.DeploymentV3, x apitype.ResourceV3) bool {
	return x.ID != "" && slices.ContainsFunc(d.Resources, func(y apitype.ResourceV3) bool { return y.URN == x.URN && y.ID == x.ID })
}

func age(r *cloud.Resource) int {
	if r == nil {
		return 0
	}
	return int(r.Seq)
}

// Import puts a resource of the account into a deployment: goal with the ID and
// the properties that the account knows. One of the same URN that is there
// already becomes the one that it replaces.
func Import(d *apitype.DeploymentV3, r *cloud.Resource, goal apitype.ResourceV3) {
	for i := range d.Resources {
		if d.Resources[i].URN == goal.URN {
			d.Resources[i].Delete = true
		}
	}
	goal.ID = resource.ID(PulumiID(r))
	goal.Outputs = outputs(objects.Outputs(r), goal)
	d.Resources = append(d.Resources, goal)
}
