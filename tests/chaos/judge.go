package chaos

import (
	"fmt"
	"maps"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/recovery"
)

// Census counts by kind what AWS made on its own in an account.
func Census(account *cloud.Account) map[string]int {
	census := map[string]int{}
	for _, r := range account.Resources() {
		if r.MadeBy == "" && r.Scheduled == "" {
			census[r.Kind+" of "+r.Owner]++
		}
	}
	return census
}

// Judgement is what is wrong between an account and a state.
type Judgement struct {
	// Orphans exist and are not in the state.
	Orphans []string
	// Twins exist more than once.
	Twins []string
	// Problems are anything else.
	Problems []string
}

// Err is nil when nothing is wrong.
func (j Judgement) Err() error {
	if len(j.Orphans)+len(j.Twins)+len(j.Problems) == 0 {
		return nil
	}
	return fmt.Errorf("orphans %v, twins %v, %v", j.Orphans, j.Twins, j.Problems)
}

// Kept are twins that a recovery left alone on purpose, because the program keeps
// what it no longer manages: nobody can tell them from what a destroy has left.
type Kept map[string]bool

func identity(r *cloud.Resource) string { return r.MadeBy + " " + recovery.PulumiID(r) }

// Judge compares an account with a state. What AWS made on its own must be
// declared; with nil it is not looked at.
func Judge(account *cloud.Account, state *apitype.DeploymentV3, declared map[string]int, kept Kept) Judgement {
	var j Judgement
	seen := map[string]bool{}
	exists := map[string]bool{}
	for _, r := range account.Resources() {
		id := identity(r)
		if r.Scheduled != "" || r.MadeBy == "" || kept[id] {
			continue
		}
		if exists[id] = true; !recovery.Knows(state, r) {
			j.Orphans = append(j.Orphans, id)
		}
		if seen[r.MadeBy] {
			j.Twins = append(j.Twins, r.MadeBy)
		}
		seen[r.MadeBy] = true
	}
	for _, r := range state.Resources {
		if calls(r) && !exists[string(r.URN)+" "+string(r.ID)] {
			j.Problems = append(j.Problems, fmt.Sprintf("%s (%s) is in the state and does not exist", r.URN, r.ID))
		}
	}
	if len(state.PendingOperations) > 0 {
		j.Problems = append(j.Problems, fmt.Sprintf("%d operations are pending", len(state.PendingOperations)))
	}
	if census := Census(account); declared != nil && !maps.Equal(census, declared) {
		j.Problems = append(j.Problems, fmt.Sprintf("AWS made %v, want %v", census, declared))
	}
	return j
}

// Left counts by kind what exists in an account, is not scheduled to go and was
// not kept before.
func Left(account *cloud.Account, kept Kept) map[string]int {
	left := map[string]int{}
	for _, r := range account.Resources() {
		// What S3 itself has written goes and stays with its bucket.
		written := r.Kind == cloud.BucketObject && r.Owner != ""
		if r.Scheduled == "" && !kept[identity(r)] && !written {
			left[r.Kind]++
		}
	}
	return left
}

// SameCounts compares what is left with what should be.
func SameCounts(got, want map[string]int) error {
	if maps.Equal(got, want) {
		return nil
	}
	return fmt.Errorf("left are %v, want %v", got, want)
}
