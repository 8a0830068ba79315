package reach

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/reach/flow"
)

// Assertion is a sentence about a network that holds or does not.
type Assertion struct {
	name  string
	check func(*Network) []Finding
}

// Assert makes an assertion of a check, for packages that know more of a network than
// its packets.
func Assert(sentence string, check func(*Network) []Finding) Assertion {
	return Assertion{sentence, check}
}

// String is the sentence.
func (a Assertion) String() string { return a.name }

// Called gives the sentence in other words.
func (a Assertion) Called(name string) Assertion {
	a.name = name
	return a
}

// Finding is an assertion that does not hold.
type Finding struct {
	// Assertion is the sentence.
	Assertion string `json:"assertion"`
	// Certain tells that it is broken; otherwise it may be, given facts that are
	// not known yet.
	Certain bool `json:"certain"`
	// Why is the path of the packets, or what stops them.
	Why string `json:"why"`
}

func (f Finding) Error() string {
	verb := "may not hold"
	if f.Certain {
		verb = "does not hold"
	}
	return fmt.Sprintf("%s: this %s\n%s", f.Assertion, verb, strings.TrimRight(f.Why, "\n"))
}

// Must asserts that every place of one side can open connections to every place
// of the other, for all of some protocols and ports. It holds where either side
// has no places.
func Must(from, to Endpoint, what flow.Set) Assertion {
	return asked(fmt.Sprintf("%s must reach %s on %s", from, to, what), from, to, what, func(p Pair) (broken, certain bool) {
		return !p.All.Contains(what), !p.May.Contains(what)
	})
}

// MustNot asserts that no place of one side can open a connection to any place
// of the other, for any of some protocols and ports.
func MustNot(from, to Endpoint, what flow.Set) Assertion {
	return asked(fmt.Sprintf("%s must not reach %s on %s", from, to, what), from, to, what, func(p Pair) (broken, certain bool) {
		return p.May.Overlaps(what), p.Some.Overlaps(what)
	})
}

// MustLeaveByNAT asserts that whatever gets from some places to the internet
// leaves by a NAT gateway, and so with one of its addresses.
func MustLeaveByNAT(from Endpoint) Assertion {
	name := fmt.Sprintf("%s must leave by NAT gateways only", from)
	return asked(name, from, Internet, flow.All(), func(p Pair) (broken, certain bool) {
		past := func(e Exit) bool { return e.NAT == "" }
		return slices.ContainsFunc(p.mayExits, past), !p.Some.Empty() && slices.ContainsFunc(p.Exits, past)
	})
}

// asked is an assertion about each pair of places.
func asked(name string, from, to Endpoint, what flow.Set, judge func(Pair) (broken, certain bool)) Assertion {
	a := Assertion{name: name}
	a.check = func(n *Network) []Finding {
		r, err := n.From(from).Over(what).To(to)
		if err != nil {
			return []Finding{{a.name, false, "it cannot be asked: " + err.Error()}}
		}
		var out []Finding
		for _, p := range r.Pairs {
			if broken, certain := judge(p); broken {
				out = append(out, Finding{a.name, certain, p.Text(what)})
			}
		}
		return out
	}
	return a
}

// Check holds assertions against the network and returns what does not hold.
func (n *Network) Check(assertions ...Assertion) []Finding {
	out := []Finding{}
	for _, a := range assertions {
		for _, f := range a.check(n) {
			f.Assertion = a.name
			out = append(out, f)
		}
	}
	return out
}

// Err is what [Network.Check] found as one error, the first place of each
// assertion; nil when all hold.
func Err(findings []Finding) error {
	var problems []error
	last := ""
	for _, f := range findings {
		if f.Assertion != last {
			problems = append(problems, f)
		}
		last = f.Assertion
	}
	return errors.Join(problems...)
}
