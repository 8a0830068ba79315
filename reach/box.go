package reach

import "github.com/slipway-iac/slipway/reach/flow"

// box is a set of connections: from any of some addresses to any of others, for
// any of some protocols and ports. The addresses are of one family.
type box struct {
	src, dst addrs
	what     flow.Set
}

func (b box) empty() bool { return empty(b.src) || empty(b.dst) || b.what.Empty() }

// boxes are a set of connections; they may overlap.
type boxes []box

// add appends what is not empty.
func (bs boxes) add(b box) boxes {
	if b.empty() {
		return bs
	}
	return append(bs, b)
}

// merged are the same connections in fewer boxes: many rules of a filter let the same
// addresses through, for other ports each.
func (bs boxes) merged() boxes {
	type ends struct{ src, dst addrs }
	at := make(map[ends]int, len(bs))
	var out boxes
	var sets [][]flow.Set
	for _, b := range bs {
		i, has := at[ends{b.src, b.dst}]
		if !has {
			i = len(out)
			at[ends{b.src, b.dst}] = i
			out, sets = append(out, b), append(sets, nil)
		}
		sets[i] = append(sets[i], b.what)
	}
	for i := range out {
		if len(sets[i]) > 1 {
			out[i].what = flow.Union(sets[i]...)
		}
	}
	return out
}

// what are the protocols and ports of any connection.
func (bs boxes) what() flow.Set {
	sets := make([]flow.Set, len(bs))
	for i, b := range bs {
		sets[i] = b.what
	}
	return flow.Union(sets...)
}

func (bs boxes) src() addrs {
	var sets []addrs
	for _, b := range bs {
		sets = append(sets, b.src)
	}
	return join(sets...)
}

func (bs boxes) dst() addrs {
	var sets []addrs
	for _, b := range bs {
		sets = append(sets, b.dst)
	}
	return join(sets...)
}

// minus are the connections of b that are not in o.
func (b box) minus(o box) boxes {
	if !b.what.Overlaps(o.what) || !overlap(b.src, o.src) || !overlap(b.dst, o.dst) {
		return boxes{b}
	}
	var out boxes
	out = out.add(box{minus(b.src, o.src), b.dst, b.what})
	src := both(b.src, o.src)
	out = out.add(box{src, minus(b.dst, o.dst), b.what})
	return out.add(box{src, both(b.dst, o.dst), b.what.Minus(o.what)})
}

func (bs boxes) minus(o box) boxes {
	var out boxes
	for _, b := range bs {
		out = append(out, b.minus(o)...)
	}
	return out
}

// full are the protocols and ports, of those in the boxes, that lead from every
// one of some addresses to every one of others.
func (bs boxes) full(src, dst addrs) flow.Set {
	what := bs.what()
	rest := boxes{}.add(box{src, dst, what})
	for _, b := range bs {
		rest = rest.minus(b)
	}
	return what.Minus(rest.what())
}

// fromSome are the protocols and ports that lead from at least one of the
// addresses to every one of dst.
func (bs boxes) fromSome(dst addrs) flow.Set {
	var out flow.Set
	for _, b := range bs {
		out = out.Union(bs.full(b.src, dst))
	}
	return out
}

// toSome are the protocols and ports that lead from every one of src to at
// least one address.
func (bs boxes) toSome(src addrs) flow.Set {
	var out flow.Set
	for _, b := range bs {
		out = out.Union(bs.full(src, b.dst))
	}
	return out
}

// and are the connections that are in both.
func (bs boxes) and(others boxes) boxes {
	var out boxes
	for _, b := range bs {
		for _, o := range others {
			out = out.add(box{both(b.src, o.src), both(b.dst, o.dst), b.what.Intersect(o.what)})
		}
	}
	return out
}
