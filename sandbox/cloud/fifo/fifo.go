// Package fifo has what SQS's queues and SNS's topics share: names, of which those
// of first-in-first-out ones end in .fifo, and what only those may have.
package fifo

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// End is what the name of a first-in-first-out queue or topic ends with.
const End = ".fifo"

var plain = regexp.MustCompile(`^[a-zA-Z0-9_-]+$`)

// Thing is a queue or a topic.
type Thing struct {
	// Noun is what it is called, and Longest how long its name may be.
	Noun    string
	Longest int
	// Flag is the property that makes it first in, first out.
	Flag string
	// Only are the properties that only such a thing may have.
	Only []string
}

// Check finds what the provider finds in a name, and in settings that need Flag,
// when it plans.
func (f Thing) Check(p cloud.Props) []cloud.Problem {
	var problems []cloud.Problem
	name, fifo := p.Str("name"), p.Bool(f.Flag)
	switch bare, ends := strings.CutSuffix(name, End); {
	case name == "":
	case fifo && (!ends || len(name) > f.Longest || !plain.MatchString(bare)):
		problems = append(problems, cloud.Problem{Property: "name", Reason: fmt.Sprintf("is %q, want 1 to %d letters, digits, _ and - and then %s", name, f.Longest-len(End), End)})
	case !fifo && (len(name) > f.Longest || !plain.MatchString(name)):
		problems = append(problems, cloud.Problem{Property: "name", Reason: fmt.Sprintf("is %q, want 1 to %d letters, digits, _ and -", name, f.Longest)})
	}
	if prefix := p.Str("namePrefix"); prefix != "" && !plain.MatchString(prefix) {
		problems = append(problems, cloud.Problem{Property: "namePrefix", Reason: fmt.Sprintf("is %q, want letters, digits, _ and -", prefix)})
	}
	for _, property := range f.Only {
		if v := p[property]; !fifo && v != nil && v != false && v != "" {
			problems = append(problems, cloud.Problem{Property: property, Reason: "can only be set for a FIFO " + f.Noun})
		}
	}
	return problems
}

// SetName gives one without a name what the provider calls it.
func (f Thing) SetName(tx *cloud.Tx, p cloud.Props) {
	if p.Has("name") {
		return
	}
	name := p.Str("namePrefix") + tx.Hex(26)
	if p.Bool(f.Flag) {
		name += End
	}
	p["name"] = name
}
