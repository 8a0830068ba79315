// Package latency says how long AWS takes to create, change and delete what the
// sandbox models: for each type of resource three durations, the shortest that
// is usual, the most common and the longest that is usual, and where they come
// from. The account itself lets no time pass; package timeline adds these up.
//
// The durations are those that Pulumi waits for: until the provider reports the
// resource as done. What AWS does afterwards is not counted, such as the seconds
// until a new IAM role is known everywhere. None of it has been measured by us;
// each row says what it rests on.
package latency

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// Verb is what is done to a resource.
type Verb string

// What is done to a resource. A replacement is a creation and a deletion.
const (
	Create Verb = "create"
	Update Verb = "update"
	Delete Verb = "delete"
)

// Estimate is how long something takes: a triangular distribution.
type Estimate struct {
	// Min and Max are the shortest and the longest duration that is usual, Mode
	// the most common one.
	Min, Mode, Max time.Duration
	// Source says where the durations were read.
	Source string
	// Tag says how well they are proven.
	Tag cloud.Tag
}

// Row is the latency of one verb on one type of resource.
type Row struct {
	// Token is the type, such as aws:ec2/vpc:Vpc, or the beginning of types that
	// ends with a star.
	Token string
	// Verb is what is done.
	Verb Verb
	// When says in words which resources of the type the row applies to: those
	// with what it names. When empty, all that no earlier row applies to.
	When string
	Estimate

	applies func(cloud.Props) bool
}

// Operation is one thing that was done.
type Operation struct {
	Verb  Verb
	Token string
	// Inputs are the properties that the program gave the resource.
	Inputs cloud.Props
	// Changed are the top-level properties that an update changed.
	Changed []string
}

// Rows lists every latency: the types in alphabetical order, and the rows of a
// type in the order in which they are tried.
func Rows() []Row {
	rows := slices.Concat(network, cluster, identity, data, kubernetes)
	slices.SortStableFunc(rows, func(a, b Row) int { return strings.Compare(a.Token, b.Token) })
	return rows
}

var byToken = func() map[string][]Row {
	index := map[string][]Row{}
	for _, r := range Rows() {
		index[r.Token] = append(index[r.Token], r)
	}
	return index
}()

// Of is how long an operation takes.
func Of(o Operation) (Estimate, error) {
	if o.Verb == Update && len(o.Changed) > 0 && !slices.ContainsFunc(o.Changed, func(p string) bool { return p != "tags" && p != "tagsAll" }) {
		return tagging, nil
	}
	family, _, _ := strings.Cut(o.Token, ":")
	for _, token := range []string{o.Token, family + ":*"} {
		for _, r := range byToken[token] {
			if r.Verb == o.Verb && (r.applies == nil || r.applies(o.Inputs)) {
				return r.Estimate, nil
			}
		}
	}
	return Estimate{}, fmt.Errorf("no latency is known of %s %s: add it to sandbox/latency, with its source", o.Verb, o.Token)
}
