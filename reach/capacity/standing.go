package capacity

import (
	"fmt"

	"github.com/slipway-iac/slipway/reach"
)

// Standing are the assertions about growth that every platform should pass, beside those
// of [reach.Network.Standing]. What could not be counted is no finding; [Report.Problems]
// has it.
func Standing() []reach.Assertion {
	return []reach.Assertion{
		reach.Assert("subnets of pods feed all node groups at their maximum", func(n *reach.Network) []reach.Finding {
			var out []reach.Finding
			for _, s := range Of(n).Subnets {
				if !s.FitsWorst {
					out = append(out, s.finding())
				}
			}
			return out
		}),
		reach.Assert("node groups can grow to their maximum", func(n *reach.Network) []reach.Finding {
			var out []reach.Finding
			for _, g := range Of(n).Groups {
				if g.Nodes < g.Max {
					out = append(out, reach.Finding{Certain: true, Why: fmt.Sprintf(
						"node group %s runs out of %s after %d of %d nodes; it would take a larger subnet, or a smaller maxSize", g.Name, g.First, g.Nodes, g.Max)})
				}
			}
			return out
		}),
	}
}

// finding says by how much a subnet is too small.
func (s Subnet) finding() reach.Finding {
	unit := "addresses"
	if s.Prefixes {
		unit = "blocks of 16 addresses"
	}
	if !s.Fits {
		return reach.Finding{Certain: true, Why: fmt.Sprintf(
			"subnet %s has %d %s, and %d are taken when all node groups are at their maximum, full of pods; it would take a larger subnet, or a smaller maxSize",
			s.Name, s.Has(), unit, s.Max)}
	}
	return reach.Finding{Why: fmt.Sprintf(
		"subnet %s has %d %s, and up to %d are taken at the maximum if single addresses break blocks; it would take a reservation of the type prefix, or a larger subnet",
		s.Name, s.Has(), unit, s.MaxWorst)}
}
