package reach

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
)

// kind is all that a walk asks of a place but for its names and its very addresses.
// Places of one kind have the same answers, so that of a thousand subnets only those
// that differ are asked.
type kind struct {
	vpc          *vpc
	table        string // The routes.
	acl          *acl
	groups       string
	home         mark   // Of the addresses of its subnet.
	zones        string // The attachments to transit gateways that have its zone.
	outside      addrs
	keep, nodes  string
	pod          *pod
	public, snat tri
	linux        bool
	// alone is a place that is like no other.
	alone *Place
}

// mark is the same for addresses that the same sets of a model have: those of its
// rules, its routes and its ranges.
type mark [2]uint64

// kinds tell places apart.
type kinds struct {
	n *Network
	// starts are the IPv4 addresses where a set begins or has ended, marks what is
	// from there to the next.
	starts []netip.Addr
	marks  []mark
	groups map[*group]int
	tables map[*table]string
}

func (n *Network) newKinds() *kinds {
	k := &kinds{n: n, groups: map[*group]int{}, tables: map[*table]string{}}
	// Each set flips bits of its own where it begins and where it ends. 128 random
	// bits are the same for two different collections of sets only in theory; the seed
	// keeps runs alike.
	random := rand.New(rand.NewPCG(1, 2))
	flips := map[netip.Addr]mark{}
	for _, s := range n.sets() {
		bits := mark{random.Uint64(), random.Uint64()}
		for _, r := range ipv4.of(s).ranges {
			for _, at := range []netip.Addr{r.From(), r.To().Next()} {
				was := flips[at]
				flips[at] = mark{was[0] ^ bits[0], was[1] ^ bits[1]}
			}
		}
	}
	k.starts = slices.SortedFunc(maps.Keys(flips), netip.Addr.Compare)
	var now mark
	for _, at := range k.starts {
		now = mark{now[0] ^ flips[at][0], now[1] ^ flips[at][1]}
		k.marks = append(k.marks, now)
	}
	for _, p := range n.places {
		for _, g := range p.groups {
			if _, has := k.groups[g]; !has {
				k.groups[g] = len(k.groups)
			}
		}
	}
	for _, s := range n.subnets {
		if s.table != nil && k.tables[s.table] == "" {
			k.tables[s.table] = s.table.contents()
		}
	}
	return k
}

// sets are all sets of addresses that a walk compares others with.
func (n *Network) sets() []addrs {
	out := []addrs{n.internet, n.elsewhere, private}
	rules := func(rules []sgRule) {
		for _, r := range rules {
			out = append(out, r.peers)
		}
	}
	rules(n.strays)
	seen := map[*group]bool{}
	for _, p := range n.places {
		out = append(out, p.keep)
		for _, g := range p.groups {
			if !seen[g] {
				seen[g] = true
				rules(g.in)
				rules(g.out)
			}
		}
	}
	tables, acls := map[*table]bool{}, map[*acl]bool{}
	for _, s := range n.subnets {
		if s.table != nil && !tables[s.table] {
			tables[s.table] = true
			for _, r := range s.table.routes {
				out = append(out, r.dest)
			}
		}
		if s.acl != nil && !acls[s.acl] {
			acls[s.acl] = true
			for _, r := range append(slices.Clone(s.acl.in), s.acl.out...) {
				out = append(out, r.peers)
			}
		}
	}
	for _, v := range n.vpcs {
		out = append(out, v.ranges)
	}
	for _, list := range n.lists {
		out = append(out, list)
	}
	for _, t := range n.transit {
		for _, a := range t.attachments {
			if a.table != nil {
				for _, r := range a.table.routes {
					out = append(out, r.dest)
				}
			}
		}
	}
	for _, p := range n.policies {
		for _, r := range append(slices.Clone(p.in), p.out...) {
			for _, peer := range r.peers {
				out = append(out, peer.block)
			}
		}
	}
	return out
}

// contents are the routes of a table in a text.
func (t *table) contents() string {
	var out strings.Builder
	for _, r := range t.routes {
		dest := "?"
		if r.dest != nil {
			dest = fmt.Sprint(r.dest.ranges)
		}
		fmt.Fprintf(&out, "%s %d %p %q %q\n", dest, r.kind, r.via, r.viaName, r.missing)
	}
	return out.String()
}

// mark is that of some addresses; none when the model tells some of them from others.
func (k *kinds) mark(s addrs) (mark, bool) {
	if s == nil || len(s.ranges) != 1 || !s.ranges[0].From().Is4() {
		return mark{}, false
	}
	r := s.ranges[0]
	i, found := slices.BinarySearchFunc(k.starts, r.From(), netip.Addr.Compare)
	if !found {
		i--
	}
	if i+1 < len(k.starts) && k.starts[i+1].Compare(r.To()) <= 0 {
		return mark{}, false
	}
	if i < 0 {
		return mark{}, true
	}
	return k.marks[i], true
}

func (k *kinds) of(p *Place) kind {
	alone := kind{alone: p}
	if p.isWorld() || p.resolves != nil || p.Role == RoleNAT || p.subnet == nil || p.subnet.unknown || p.subnet.vpc == nil || p.subnet.vpc.unknown || p.missing != "" {
		return alone
	}
	home, whole := k.mark(p.subnet.ranges)
	if !whole {
		return alone
	}
	out := kind{
		vpc: p.subnet.vpc, acl: p.subnet.acl, home: home, outside: p.outside, pod: p.pod, public: p.public, snat: p.snat,
		linux: p.linux,
	}
	if p.subnet.table != nil {
		out.table = k.tables[p.subnet.table]
	}
	var text strings.Builder
	fmt.Fprint(&text, p.open, p.groupless != "", " ")
	for _, g := range p.groups {
		fmt.Fprint(&text, k.groups[g], " ")
	}
	out.groups = text.String()
	text.Reset()
	for _, it := range k.n.index.of(transitType) {
		for _, a := range k.n.transit[it].attachments {
			if a.vpc == p.subnet.vpc {
				fmt.Fprint(&text, p.subnet.zone == "" || slices.Contains(a.zones, p.subnet.zone), " ")
			}
		}
	}
	out.zones = text.String()
	if p.keep != nil {
		out.keep = fmt.Sprint(p.keep.ranges)
	}
	text.Reset()
	for _, node := range p.nodes {
		fmt.Fprintln(&text, k.of(node))
	}
	out.nodes = text.String()
	return out
}
