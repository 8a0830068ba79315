package reach

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/slipway-iac/slipway/reach/flow"
)

// Matrix is what gets through between all groups of places.
type Matrix struct {
	// Groups are the rows, from which, and columns, to which.
	Groups []Endpoint
	// Cells are by row and column; nil where nobody asks, as from the internet
	// to itself.
	Cells [][]*Result
}

// Matrix asks about every two groups that have places: internet, public, nodes,
// pods (by namespace where there are network policies), control plane,
// endpoints, data, load balancers and other hosts.
func (n *Network) Matrix() (Matrix, error) {
	candidates := []Endpoint{Internet, Public, InRole(RoleNodes), InRole(RolePods), InRole(RoleControlPlane), InRole(RoleEndpoints), InRole(RoleData), InRole(RoleLoadBalancers), InRole(RoleHosts)}
	if len(n.policies) > 0 {
		var spaces []Endpoint
		for _, space := range n.namespace {
			spaces = append(spaces, Namespace(space))
		}
		candidates = slices.Replace(candidates, 3, 4, spaces...)
	}
	var m Matrix
	for _, e := range candidates {
		places, err := e.find(n)
		if err != nil {
			return m, err
		}
		if len(places) > 0 {
			m.Groups = append(m.Groups, e)
		}
	}
	all := n.asker(flow.All())
	for _, from := range m.Groups {
		var row []*Result
		for _, to := range m.Groups {
			if from.text == to.text && from.text == Internet.text {
				row = append(row, nil)
				continue
			}
			r, err := n.From(from).to(to, all)
			if err != nil {
				return m, err
			}
			row = append(row, &r)
		}
		m.Cells = append(m.Cells, row)
	}
	return m, nil
}

// Sum is a result in one line: what gets through between every two places, what
// between some only, and what may.
type Sum struct {
	From string   `json:"from"`
	To   string   `json:"to"`
	All  flow.Set `json:"all"`
	Some flow.Set `json:"some"`
	May  flow.Set `json:"may"`
	// Sources are the addresses outside that get through, where not all do.
	Sources []string `json:"sources,omitempty"`
	Exits   []string `json:"exits,omitempty"`
}

// Sum is the result in one line.
func (r Result) Sum() Sum {
	s := Sum{From: r.From.text, To: r.To.text, All: r.All(), Some: r.Some(), May: r.May()}
	add := func(list *[]string, text string) {
		if text != "" && !slices.Contains(*list, text) {
			*list = append(*list, text)
		}
	}
	for _, p := range r.Pairs {
		add(&s.Sources, p.Sources)
		for _, e := range p.Exits {
			add(&s.Exits, e.String())
		}
	}
	slices.Sort(s.Exits)
	return s
}

func (e Exit) String() string {
	switch {
	case e.NAT != "":
		return fmt.Sprintf("NAT gateway %s as %s", e.NAT, e.Address)
	case e.Address == "":
		return e.Kind + " " + e.By
	}
	return fmt.Sprintf("%s %s as %s", e.Kind, e.By, e.Address)
}

func (s Sum) String() string {
	if s.May.Empty() {
		return "-"
	}
	var parts []string
	if !s.All.Empty() {
		parts = append(parts, s.All.String())
	}
	if !s.Some.Equal(s.All) {
		parts = append(parts, "between some: "+s.Some.String())
	}
	if !s.May.Equal(s.Some) {
		parts = append(parts, "perhaps: "+s.May.String())
	}
	text := strings.Join(parts, "; ")
	if len(s.Sources) > 0 {
		text += " from " + strings.Join(s.Sources, ", ")
	}
	if len(s.Exits) > 0 {
		text += " by " + strings.Join(s.Exits, ", ")
	}
	return text
}

// Sign is the result in a word: all, some, ? when a fact is missing, or - for
// nothing.
func (s Sum) Sign() string {
	switch {
	case s.May.Empty():
		return "-"
	case s.Some.Empty():
		return "?"
	case s.All.Equal(flow.All()):
		return "all"
	}
	return "some"
}

// Write writes a table of who reaches whom, rows from and columns to, and then
// what gets through.
func (m Matrix) Write(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "from \\ to")
	for _, g := range m.Groups {
		fmt.Fprintf(t, "\t%s", g)
	}
	fmt.Fprintln(t)
	for i, row := range m.Cells {
		fmt.Fprintf(t, "%s", m.Groups[i])
		for _, r := range row {
			sign := ""
			if r != nil {
				sign = r.Sum().Sign()
			}
			fmt.Fprintf(t, "\t%s", sign)
		}
		fmt.Fprintln(t)
	}
	fmt.Fprintln(t)
	for _, s := range m.Sums() {
		if !s.May.Empty() {
			fmt.Fprintf(t, "%s\tto %s\t%s\n", s.From, s.To, s)
		}
	}
	return t.Flush()
}

// Sums are all results in one line each.
func (m Matrix) Sums() []Sum {
	var out []Sum
	for _, row := range m.Cells {
		for _, r := range row {
			if r != nil {
				out = append(out, r.Sum())
			}
		}
	}
	return out
}

// MarshalJSON writes the results in one line each.
func (m Matrix) MarshalJSON() ([]byte, error) { return json.Marshal(m.Sums()) }
