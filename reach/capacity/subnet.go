package capacity

import "github.com/slipway-iac/slipway/reach"

// AWS keeps the first four addresses of a subnet and the last. See
// https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
const (
	reservedFirst = 4
	reservedLast  = 1
)

// room is what a subnet has to give.
type room struct {
	// addresses are all that AWS does not keep.
	addresses int
	// blocks are the whole ones: the first and the last have addresses that AWS
	// keeps. beside are the addresses in those two.
	blocks, beside int
}

func roomOf(s reach.Subnet) room {
	if !s.Range.IsValid() {
		return room{}
	}
	size := 1 << (32 - s.Range.Bits())
	r := room{addresses: size - reservedFirst - reservedLast - s.Others, blocks: max(size/blockSize-2, 0)}
	r.beside = max(r.addresses-r.blocks*blockSize, 0)
	return r
}

// need is what nodes take of a subnet: whole blocks, and single addresses.
type need struct{ prefixes, singles int }

func (n need) plus(of Node, nodes int) need {
	singles := of.Addresses - of.Prefixes*blockSize
	return need{n.prefixes + nodes*of.Prefixes, n.singles + nodes*singles}
}

// blocks is how many blocks are gone. At best single addresses lie side by side;
// at worst each lies in a block of its own, which is then none that can be
// delegated.
func (n need) blocks(r room, worst bool) int {
	if worst {
		return n.prefixes + n.singles
	}
	return n.prefixes + divideUp(max(n.singles-r.beside, 0), blockSize)
}

// fits tells whether a subnet can give it.
func (n need) fits(r room, worst bool) bool {
	if n.prefixes == 0 {
		return n.singles <= r.addresses // Without blocks nothing can be broken.
	}
	return n.blocks(r, worst) <= r.blocks
}

// nodes is how many nodes a subnet can feed.
func nodes(of Node, r room, worst bool) int {
	if of.Addresses == 0 {
		return 0
	}
	low, high := 0, r.addresses/of.Addresses+1
	for low < high-1 {
		if middle := (low + high) / 2; (need{}).plus(of, middle).fits(r, worst) {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}
