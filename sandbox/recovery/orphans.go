package recovery

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// Orphans lists what a stack made and its deployment does not hold, oldest
// first. What waits for its scheduled deletion is not among it.
func Orphans(d *apitype.DeploymentV3, account *cloud.Account, project, stack string) []*cloud.Resource {
	prefix := fmt.Sprintf("urn:pulumi:%s::%s::", stack, project)
	var orphans []*cloud.Resource
	for _, r := range account.Resources() {
		if strings.HasPrefix(r.MadeBy, prefix) && r.Scheduled == "" && !Knows(d, r) {
			orphans = append(orphans, r)
		}
	}
	return orphans
}

// Goals are the resources that a program would create, by URN.
type Goals map[resource.URN]apitype.ResourceV3

// Adopt does about orphans what can be done: it imports those that the program
// would create or that came up where the deployment's own did not, deletes those of
// which the deployment holds another, and leaves those alone that neither knows, or that are kept on purpose. It returns the
// orphans that are left for another time, because something they depend on is
// not in the deployment yet.
func Adopt(d *apitype.DeploymentV3, account *cloud.Account, orphans []*cloud.Resource, goals Goals) (actions []Action, left []*cloud.Resource) {
	for _, r := range orphans {
		urn := resource.URN(r.MadeBy)
		action := Action{URN: urn, ID: PulumiID(r)}
		goal, wanted := goals[urn]
		switch other := live(d, urn); {
		case other != nil && other.RetainOnDelete:
			action.Outcome, action.Reason = Kept, "the program keeps what it no longer manages (retainOnDelete)"
		case other != nil && len(other.InitErrors) > 0:
			// It was asked for a second time, and what the first had taken was not
			// to be had again: a NAT gateway's address, say.
			action.Outcome, action.Reason = Imported, fmt.Sprintf("the state holds %s, which failed to come up and is deleted by the next update", other.ID)
			whole := *other
			whole.InitErrors = nil
			Import(d, r, whole)
		case other != nil:
			action.Outcome, action.Reason = Deleted, "the state holds another, "+string(other.ID)
			if err := remove(account, r); err != nil {
				action.Outcome, action.Reason = Kept, fmt.Sprintf("the state holds another, %s, and it cannot be deleted: %v", other.ID, err)
			}
		case !wanted:
			action.Outcome, action.Reason = Kept, "neither the state nor the program knows it"
		case !complete(d, goal):
			left = append(left, r)
			continue
		default:
			action.Outcome, action.Reason = Imported, "the program wants it and the state did not know it"
			Import(d, r, goal)
		}
		actions = append(actions, action)
	}
	return actions, left
}

// Leave says of orphans that nothing could be done about them.
func Leave(orphans []*cloud.Resource) []Action {
	actions := make([]Action, len(orphans))
	for i, r := range orphans {
		actions[i] = Action{resource.URN(r.MadeBy), PulumiID(r), Kept, "something that it depends on is not in the state"}
	}
	return actions
}

func live(d *apitype.DeploymentV3, urn resource.URN) *apitype.ResourceV3 {
	for i := range d.Resources {
		if d.Resources[i].URN == urn && !d.Resources[i].Delete {
			return &d.Resources[i]
		}
	}
	return nil
}

// complete tells whether everything that a goal refers to is there, and every
// value known.
func complete(d *apitype.DeploymentV3, goal apitype.ResourceV3) bool {
	have := map[resource.URN]bool{}
	references := map[string]bool{}
	for _, x := range d.Resources {
		have[x.URN] = true
		references[string(x.URN)+"::"+string(x.ID)] = true
	}
	needs := append([]resource.URN{}, goal.Dependencies...)
	for _, urns := range goal.PropertyDependencies {
		needs = append(needs, urns...)
	}
	if goal.Parent != "" {
		needs = append(needs, goal.Parent)
	}
	for _, urn := range needs {
		if !have[urn] {
			return false
		}
	}
	return (goal.Provider == "" || references[goal.Provider]) && known(goal.Inputs)
}

// unknowns are how a plan writes values that do not exist yet.
var unknowns = []string{
	plugin.UnknownBoolValue, plugin.UnknownNumberValue, plugin.UnknownStringValue, plugin.UnknownArrayValue,
	plugin.UnknownAssetValue, plugin.UnknownArchiveValue, plugin.UnknownObjectValue,
}

// known tells whether a value of a plan holds nothing unknown.
func known(v any) bool {
	switch v := v.(type) {
	case string:
		return !slices.Contains(unknowns, v)
	case map[string]any:
		for _, e := range v {
			if !known(e) {
				return false
			}
		}
	case []any:
		for _, e := range v {
			if !known(e) {
				return false
			}
		}
	}
	return true
}

// remove deletes a resource as its service does: newest first, and refused when
// something depends on it.
func remove(account *cloud.Account, r *cloud.Resource) error {
	session := cloud.Session{Region: r.Region}
	if r.Kind != cloud.KubernetesObject {
		return account.Delete(session, r.Kind, r.ID)
	}
	return account.Change(session, "", func(tx *cloud.Tx) error {
		if o := tx.Get(r.Kind, r.ID); o != nil {
			tx.Remove(o)
		}
		return nil
	})
}
