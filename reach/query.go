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
func (q Query) To(to Endpoint) (Result, error) {
	r := Result{From: q.from, To: to, Asked: q.what}
	sources, err := q.from.find(q.n)
	if err != nil {
		return r, fmt.Errorf("from %s: %w", q.from, err)
	}
	targets, err := to.find(q.n)
	if err != nil {
		return r, fmt.Errorf("to %s: %w", to, err)
	}
	for _, a := range sources {
		for _, b := range targets {
			if a.isWorld() && b.isWorld() {
				return r, fmt.Errorf("%s and %s are both outside of the network", q.from, to)
			}
			r.Pairs = append(r.Pairs, q.n.pair(a, b, q.what))
		}
	}
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
	// Some is what certainly gets through, for some of the addresses on the
	// internet or in a range at least. All is what gets through for every
	// address. May is what may get through, given facts that are not known.
	Some, All, May flow.Set
	// Trace is how Some gets through, or May when there is none.
	Trace []Hop
	// Exits are where packets leave the network.
	Exits []Exit
	// Blocked is what stops first whatever does not get through. Nil when all does.
	Blocked *Blocker
	// Facts are what is not known; each may be why May is more than Some.
	Facts []string
	// Sources are the addresses that get through, where they are outside.
	Sources string

	mayExits []Exit // Those of May.
}

// Answer is the answer for some protocols and ports: yes when any of them
// certainly gets through, no when none may, else unknown.
func (p Pair) Answer(what flow.Set) Answer {
	switch {
	case p.Some.Overlaps(what):
		return AnswerYes
	case p.May.Overlaps(what):
		return AnswerUnknown
	}
	return AnswerNo
}

// pair asks about two places.
func (n *Network) pair(a, b *Place, what flow.Set) Pair {
	p := Pair{From: a, To: b}
	if b.Role == roleWorld && !b.service && b.Name == Internet.text {
		b = n.withoutServices(b)
	}
	var sure, loose outcome
	for _, f := range []family{ipv4, ipv6} {
		if f == ipv6 && !n.sixes(a, b) {
			continue
		}
		lenient := &walk{n: n, lenient: true}
		l := keep(lenient.connect(a, b, f, what), b)
		s := l
		if len(lenient.facts) > 0 {
			s = keep((&walk{n: n}).connect(a, b, f, what), b)
		}
		src, dst := f.of(a.addrs), f.of(b.addrs)
		conns := s.conns()
		p.All = p.All.Union(conns.full(src, dst))
		p.Some = p.Some.Union(some(conns, a, b, src, dst))
		p.May = p.May.Union(l.conns().what())
		for _, fact := range lenient.facts {
			if !slices.Contains(p.Facts, fact) {
				p.Facts = append(p.Facts, fact)
			}
		}
		sure.add(s)
		loose.add(l)
	}
	if a.isWorld() && len(sure.ways) > 0 {
		if src := sure.conns().src(); !covers(src, a.addrs) {
			p.Sources = text(src)
		}
	}
	p.explain(sure, loose)
	return p
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

// withoutServices is the internet without the services that have a gateway
// endpoint.
func (n *Network) withoutServices(b *Place) *Place {
	var lists []addrs
	for it, list := range n.lists {
		if it.Type == endpointType {
			lists = append(lists, list)
		}
	}
	return world(b.Name, minus(b.addrs, join(lists...)))
}

// keep drops the ways that end somewhere else: at an AWS service when the
// internet was asked for.
func keep(o outcome, to *Place) outcome {
	if to.isWorld() && !to.service {
		o.ways = slices.DeleteFunc(o.ways, func(w way) bool { return w.exit != nil && w.exit.Kind == "gateway endpoint" })
	}
	return o
}

// explain takes trace, exits and blocker from what became of the packets.
func (p *Pair) explain(sure, loose outcome) {
	shown := sure
	if p.Some.Empty() && !p.May.Empty() {
		shown = loose
		if len(p.Facts) == 0 {
			p.Facts = []string{fmt.Sprintf("it depends on which address of its subnet each has: only %s gets to %s", text(loose.conns().src()), text(loose.conns().dst()))}
		}
	}
	if len(shown.ways) > 0 {
		p.Trace = shown.ways[0].hops
	}
	p.Exits, p.mayExits = exits(shown), exits(loose)
	if blocked := append(sure.blocked, loose.blocked...); len(blocked) > 0 {
		p.Blocked = &blocked[0]
	}
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
	return Pair{Some: r.Some(), May: r.May()}.Answer(r.Asked)
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
	if answer == AnswerNo {
		if p.Blocked != nil {
			fmt.Fprintf(&out, "  stopped at %s\n", p.Blocked)
		}
		return out.String()
	}
	for i, h := range p.Trace {
		fmt.Fprintf(&out, "  %d. %s\n", i+1, h)
	}
	if !p.May.Intersect(what).Equal(p.Some.Intersect(what)) {
		if p.Blocked != nil {
			fmt.Fprintf(&out, "  may be stopped at %s\n", p.Blocked)
		}
		for _, fact := range p.Facts {
			fmt.Fprintf(&out, "  not known: %s\n", fact)
		}
	}
	return out.String()
}
