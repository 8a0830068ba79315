package capacity

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// Write writes the report as two tables.
func (r Report) Write(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "node group\ttype\tpods per node\tidle node takes\tfull node takes\tmaximum\tfed by the pods' subnets\tfirst to run out")
	for _, g := range r.Groups {
		pods := fmt.Sprint(g.PodsPerNode)
		if !g.Certain {
			pods += " or more"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%d\t%s nodes\t%s, at %d\n", g.Name, g.Type, pods, g.Idle, g.Full, g.Max, span(g.FedWorst, g.Fed), g.First, g.Nodes)
	}
	fmt.Fprintln(t)
	fmt.Fprintln(t, "subnet of pods\tzone\thas\ttaken as desired\tat the maximum\tlost to fragments\tfits")
	for _, s := range r.Subnets {
		unit := "blocks"
		if !s.Prefixes {
			unit = "addresses"
		}
		fmt.Fprintf(t, "%s\t%s\t%d %s\t%d\t%d\tup to %d\t%s\n", s.Name, s.Zone, s.Has(), unit, s.Desired, s.Max, s.Fragmentation(), s.Verdict())
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, p := range r.Problems {
		if _, err := fmt.Fprintf(w, "\nNot counted: %s\n", p); err != nil {
			return err
		}
	}
	return nil
}

func span(from, to int) string {
	if from == to {
		return fmt.Sprint(to)
	}
	return fmt.Sprintf("%d-%d", from, to)
}

// String is what a node takes: blocks of 16 and single addresses.
func (n Node) String() string {
	if n.Prefixes == 0 {
		return fmt.Sprintf("%d addresses", n.Addresses)
	}
	return fmt.Sprintf("%d blocks + %d", n.Prefixes, n.Interfaces)
}
