package reach

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/slipway-iac/slipway/reach/flow"
)

// Write explains a result: every kind of answer once with its path or what stops
// it, and after it the other pairs that have the same.
func (r Result) Write(w io.Writer) error {
	if len(r.Pairs) == 0 {
		_, err := fmt.Fprintf(w, "%s to %s: nobody is there.\n", r.From, r.To)
		return err
	}
	done, kinds := make([]bool, len(r.Pairs)), make([]string, len(r.Pairs))
	each(len(r.Pairs), func(i int) { kinds[i] = r.Pairs[i].Kind() })
	for i, p := range r.Pairs {
		if done[i] {
			continue
		}
		if _, err := fmt.Fprint(w, p.Text(r.Asked)); err != nil {
			return err
		}
		for j, other := range r.Pairs[i+1:] {
			if done[i+1+j] || kinds[i] != kinds[i+1+j] {
				continue
			}
			done[i+1+j] = true
			if _, err := fmt.Fprintf(w, "  likewise %s to %s\n", other.From, other.To); err != nil {
				return err
			}
		}
	}
	return nil
}

// Kind is the same text for pairs that are explained by the same words but for
// where their places are.
func (p Pair) Kind() string {
	name := func(a *Place) string {
		if a.Role == RoleSubnet {
			return string(a.Role)
		}
		return string(a.Role) + " " + a.Name
	}
	why := p.Explain()
	return fmt.Sprintf("%s to %s from %s: %s, %s, %d hops, %q, %q",
		name(p.From), name(p.To), p.Sources, p.Some, p.May, len(why.Trace), why.Facts, p.anywhere(why.Blocked))
}

// anywhere is what blocks a pair without the subnets of its places.
func (p Pair) anywhere(b *Blocker) string {
	if b == nil {
		return ""
	}
	words := []string{}
	for _, place := range []*Place{p.From, p.To} {
		if !place.isWorld() && place.Subnet != "" {
			words = append(words, place.Subnet, "…", text(ipv4.of(place.addrs)), "…")
		}
	}
	return strings.NewReplacer(words...).Replace(b.At + ": " + b.Why)
}

type resultJSON struct {
	From   string     `json:"from"`
	To     string     `json:"to"`
	Asked  flow.Set   `json:"asked"`
	Answer Answer     `json:"answer"`
	Pairs  []pairJSON `json:"pairs"`
}

type pairJSON struct {
	From    string   `json:"from"`
	To      string   `json:"to"`
	Answer  Answer   `json:"answer"`
	Some    flow.Set `json:"some"`
	All     flow.Set `json:"all"`
	May     flow.Set `json:"may"`
	Sources string   `json:"sources,omitempty"`
	Trace   []Hop    `json:"trace,omitempty"`
	Exits   []Exit   `json:"exits,omitempty"`
	Blocked *Blocker `json:"blocked,omitempty"`
	Facts   []string `json:"facts,omitempty"`
}

// MarshalJSON writes a result with every pair, its path and what stops it.
func (r Result) MarshalJSON() ([]byte, error) {
	out := resultJSON{From: r.From.text, To: r.To.text, Asked: r.Asked, Answer: r.Answer(), Pairs: []pairJSON{}}
	for _, p := range r.Pairs {
		why := p.Explain()
		out.Pairs = append(out.Pairs, pairJSON{
			From: p.From.String(), To: p.To.String(), Answer: p.Answer(r.Asked),
			Some: p.Some, All: p.All, May: p.May, Sources: p.Sources, Trace: why.Trace, Exits: p.Exits, Blocked: why.Blocked, Facts: why.Facts,
		})
	}
	return json.Marshal(out)
}
