package latency

import (
	"time"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// timing is three durations with their source, before it is known what takes
// them.
type timing = Estimate

func seconds(shortest, usual, longest float64, tag cloud.Tag, source string) timing {
	return timing{duration(shortest), duration(usual), duration(longest), source, tag}
}

func minutes(shortest, usual, longest float64, tag cloud.Tag, source string) timing {
	return seconds(60*shortest, 60*usual, 60*longest, tag, source)
}

func duration(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }

const general = "general knowledge"

var (
	// call is one request to AWS whose answer says that all is done.
	call = seconds(0.5, 1, 3, cloud.Derived, "Terraform logs of gateways, route tables, routes and rules: 0 to 3 s")
	// guessedCall is the same for services of which no log was read.
	guessedCall = seconds(0.5, 1, 3, cloud.Memory, general+"; one request")
	// tagging is an update that touches nothing but tags.
	tagging = seconds(0.5, 1, 3, cloud.Memory, general+"; one request")
)

// entry is the rows of a type whose latencies do not depend on its properties.
func entry(token string, create, update, remove timing) []Row {
	return []Row{{Token: token, Verb: Create, Estimate: create}, {Token: token, Verb: Update, Estimate: update}, {Token: token, Verb: Delete, Estimate: remove}}
}

// alike is the rows of types that take the same.
func alike(t timing, tokens ...string) []Row {
	var rows []Row
	for _, token := range tokens {
		rows = append(rows, entry(token, t, t, t)...)
	}
	return rows
}

// when puts a row for some resources of a type in front of that for the others.
func when(token string, verb Verb, words string, applies func(cloud.Props) bool, t timing) []Row {
	return []Row{{Token: token, Verb: verb, When: words, Estimate: t, applies: applies}}
}

// has is a condition: a property has a value.
func has(property string, value any) func(cloud.Props) bool {
	return func(p cloud.Props) bool { return cloud.Equal(p[property], value) }
}
