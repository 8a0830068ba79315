package reach

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/reach/flow"
)

// Answer is one of three: it is so, it is not, or a fact is missing.
type Answer string

// The three answers.
const (
	AnswerYes     Answer = "yes"
	AnswerNo      Answer = "no"
	AnswerUnknown Answer = "unknown"
)

// Query is a question that lacks its destination.
type Query struct {
	n    *Network
	from Endpoint
	what flow.Set
}

// From begins a question: n.From(Internet).To(InRole(RoleNodes)).
func (n *Network) From(from Endpoint) Query { return Query{n, from, flow.All()} }

// Over narrows a question to some protocols and ports. What a trace shows is
// then how these get through.
func (q Query) Over(what flow.Set) Query {
	q.what = what
	return q
}

// To asks who of the one side can open a connection to whom of the other, and
// for what. It fails when an endpoint cannot be found.
func (q Query) To(to Endpoint) (Result, error) { return q.to(to, q.n.asker(q.what)) }

func (q Query) to(to Endpoint, by *asker) (Result, error) {
	r := Result{From: q.from, To: to, Asked: q.what}
	sources, err := q.from.find(q.n)
	if err != nil {
		return r, fmt.Errorf("from %s: %w", q.from, err)
	}
	targets, err := to.find(q.n)
	if err != nil {
		return r, fmt.Errorf("to %s: %w", to, err)
	}
	outside := func(p *Place) bool { return p.isWorld() }
	if slices.ContainsFunc(sources, outside) && slices.ContainsFunc(targets, outside) {
		return r, fmt.Errorf("%s and %s are both outside of the network", q.from, to)
	}
	r.Pairs = by.pairs(sources, targets)
	return r, nil
}

// Result is the answer to a question: for each pair of places, what gets
// through.
type Result struct {
	From, To Endpoint
	// Asked is what was asked for.
	Asked flow.Set
	Pairs []Pair
}

// Pair is what gets from one place to another.
type Pair struct {
	From, To *Place
	answer
	about *inquiry
}

// answer is what gets through, without reasons.
type answer struct {
	// Some is what certainly gets through, for some of the addresses on the
	// internet or in a range at least. All is what gets through for every
	// address. May is what may get through, given facts that are not known.
	Some, All, May flow.Set
	// Exits are where packets leave the network.
	Exits []Exit
	// Sources are the addresses that get through, where they are outside.
	Sources string

	mayExits []Exit // Those of May.
}

// Explanation is why a pair has its answer.
type Explanation struct {
	// Trace is how Some gets through, or May when there is none.
	Trace []Hop
	// Blocked is what stops first whatever does not get through. Nil when all does.
	Blocked *Blocker
	// Facts are what is not known; each may be why May is more than Some.
	Facts []string
}

// Answer is the answer for some protocols and ports: yes when any of them
// certainly gets through, no when none may, else unknown.
func (a answer) Answer(what flow.Set) Answer {
	switch {
	case a.Some.Overlaps(what):
		return AnswerYes
	case a.May.Overlaps(what):
		return AnswerUnknown
	}
	return AnswerNo
}

// inquiry is what is asked about pairs.
type inquiry struct {
	n    *Network
	what flow.Set
}

// paths are what became of the packets of one family: for sure, and with what is
// not known in their favour.
type paths struct {
	family      family
	sure, loose outcome
	facts       []string
}

// walk follows packets between two places. A quiet walk tells nothing of its ways
// but where they end.
func (q *inquiry) walk(a, b *Place, quiet bool) []paths {
	b = q.target(b)
	var out []paths
	for _, f := range []family{ipv4, ipv6} {
		if f == ipv6 && !q.n.sixes(a, b) {
			continue
		}
		lenient := &walk{n: q.n, lenient: true, quiet: quiet}
		l := keep(lenient.connect(a, b, f, q.what), b)
		s := l
		if len(lenient.facts) > 0 {
			s = keep((&walk{n: q.n, quiet: quiet}).connect(a, b, f, q.what), b)
		}
		out = append(out, paths{f, s, l, lenient.facts})
	}
	return out
}

func (q *inquiry) answer(a, b *Place) answer {
	var out answer
	var sure, loose outcome
	for _, p := range q.walk(a, b, true) {
		src, dst := p.family.of(a.addrs), p.family.of(q.target(b).addrs)
		conns := p.sure.conns()
		out.All = out.All.Union(conns.full(src, dst))
		out.Some = out.Some.Union(some(conns, a, b, src, dst))
		out.May = out.May.Union(p.loose.conns().what())
		sure.add(p.sure)
		loose.add(p.loose)
	}
	if a.isWorld() && len(sure.ways) > 0 {
		if src := sure.conns().src(); !covers(src, a.addrs) {
			out.Sources = text(src)
		}
	}
	shown := sure
	if out.Some.Empty() && !out.May.Empty() {
		shown = loose
	}
	out.Exits, out.mayExits = exits(shown), exits(loose)
	return out
}

// Explain follows the packets of a pair once more, and tells by which way they get
// through or what stops them.
func (p Pair) Explain() Explanation {
	var out Explanation
	if p.about == nil {
		return out
	}
	var sure, loose outcome
	for _, f := range p.about.walk(p.From, p.To, false) {
		for _, fact := range f.facts {
			if !slices.Contains(out.Facts, fact) {
				out.Facts = append(out.Facts, fact)
			}
		}
		sure.add(f.sure)
		loose.add(f.loose)
	}
	shown := sure
	if p.Some.Empty() && !p.May.Empty() {
		shown = loose
		if len(out.Facts) == 0 {
			out.Facts = []string{fmt.Sprintf("it depends on which address of its subnet each has: only %s gets to %s", text(loose.conns().src()), text(loose.conns().dst()))}
		}
	}
	if len(shown.ways) > 0 {
		out.Trace = shown.ways[0].hops
	}
	if blocked := append(sure.blocked, loose.blocked...); len(blocked) > 0 {
		out.Blocked = &blocked[0]
	}
	return out
}

func some(conns boxes, a, b *Place, src, dst addrs) flow.Set {
	switch {
	case a.exact && b.exact:
		return conns.what()
	case a.exact:
		return conns.fromSome(dst)
	case b.exact:
		return conns.toSome(src)
	}
	return conns.full(src, dst)
}

// sixes tells whether both places speak IPv6.
func (n *Network) sixes(a, b *Place) bool {
	for _, p := range []*Place{a, b} {
		if !p.isWorld() && p.subnet != nil && !p.subnet.unknown && !overlap(p.addrs, everyIPv6) {
			return false
		}
	}
	return true
}

// target is a place as a destination: the internet without the services that have a
// gateway endpoint.
func (q *inquiry) target(b *Place) *Place {
	if b.isWorld() && !b.service && b.Name == Internet.text {
		return world(b.Name, q.n.elsewhere)
	}
	return b
}

// keep drops the ways that end somewhere else: at an AWS service when the
// internet was asked for.
func keep(o outcome, to *Place) outcome {
	if to.isWorld() && !to.service {
		o.ways = slices.DeleteFunc(o.ways, func(w way) bool { return w.exit != nil && w.exit.Kind == "gateway endpoint" })
	}
	return o
}

// exits are where packets leave, each once.
func exits(o outcome) []Exit {
	var out []Exit
	for _, w := range o.ways {
		if w.exit != nil && !slices.ContainsFunc(out, func(e Exit) bool { return e.By == w.exit.By && e.Kind == w.exit.Kind && e.NAT == w.exit.NAT }) {
			out = append(out, *w.exit)
		}
	}
	return out
}

// Some is what certainly gets through between some pair.
func (r Result) Some() flow.Set { return r.union(func(p Pair) flow.Set { return p.Some }) }

// May is what may get through between some pair.
func (r Result) May() flow.Set { return r.union(func(p Pair) flow.Set { return p.May }) }

func (r Result) union(of func(Pair) flow.Set) flow.Set {
	var sets []flow.Set
	for _, p := range r.Pairs {
		sets = append(sets, of(p))
	}
	return flow.Union(sets...)
}

// All is what gets through between every pair, whatever the addresses.
func (r Result) All() flow.Set {
	if len(r.Pairs) == 0 {
		return flow.Set{}
	}
	all := flow.All()
	for _, p := range r.Pairs {
		all = all.Intersect(p.All)
	}
	return all
}

// Answer is the answer for what was asked, as of [Pair.Answer], between any two
// places.
func (r Result) Answer() Answer {
	return answer{Some: r.Some(), May: r.May()}.Answer(r.Asked)
}

// Text explains one pair, hop by hop.
func (p Pair) Text(what flow.Set) string {
	var out strings.Builder
	answer := p.Answer(what)
	fmt.Fprintf(&out, "%s to %s, %s: %s", p.From, p.To, what, answer)
	switch some, may := p.Some.Intersect(what), p.May.Intersect(what); {
	case answer == AnswerYes && !some.Equal(what):
		fmt.Fprintf(&out, ", for %s", some)
	case answer == AnswerUnknown && !may.Equal(what):
		fmt.Fprintf(&out, ", at most %s", may)
	}
	if p.Sources != "" {
		fmt.Fprintf(&out, ", only from %s", p.Sources)
	}
	out.WriteString("\n")
	why := p.Explain()
	if answer == AnswerNo {
		if why.Blocked != nil {
			fmt.Fprintf(&out, "  stopped at %s\n", why.Blocked)
		}
		return out.String()
	}
	for i, h := range why.Trace {
		fmt.Fprintf(&out, "  %d. %s\n", i+1, h)
	}
	if !p.May.Intersect(what).Equal(p.Some.Intersect(what)) {
		if why.Blocked != nil {
			fmt.Fprintf(&out, "  may be stopped at %s\n", why.Blocked)
		}
		for _, fact := range why.Facts {
			fmt.Fprintf(&out, "  not known: %s\n", fact)
		}
	}
	return out.String()
}
