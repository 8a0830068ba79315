package flow

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

var names = map[int]string{ICMP: "icmp", TCP: "tcp", UDP: "udp", ICMPv6: "icmpv6"}

// numbers are the names that security groups and network ACLs take, besides
// numbers.
var numbers = map[string]int{"icmp": ICMP, "tcp": TCP, "udp": UDP, "icmpv6": ICMPv6}

// ProtocolNumber reads a protocol as AWS writes it: a name or a number. all is
// true for the names of every protocol, "-1" and "all".
func ProtocolNumber(text string) (number int, all, ok bool) {
	text = strings.ToLower(text)
	if text == "-1" || text == "all" {
		return 0, true, true
	}
	if n, known := numbers[text]; known {
		return n, false, true
	}
	n, err := strconv.Atoi(text)
	return n, false, err == nil && n >= 0 && n <= lastProtocol
}

// String writes a set as people do: "tcp 443, 10250-10259; udp 53".
func (s Set) String() string {
	switch {
	case s.Empty():
		return "nothing"
	case s.Equal(All()):
		return "all"
	}
	var parts []string
	last := -1
	for _, r := range s.Ranges() {
		text := r.ports()
		if r.Protocol == last {
			parts[len(parts)-1] += ", " + text
			continue
		}
		last = r.Protocol
		name := r.name()
		if text != "" {
			name += " " + text
		}
		parts = append(parts, name)
	}
	return strings.Join(parts, "; ")
}

// Range is one run of ports of a protocol, or of whole protocols.
type Range struct {
	// Protocol is the protocol's number; LastProtocol is higher only where
	// several whole protocols follow each other.
	Protocol, LastProtocol int
	// From and To are the first and the last port.
	From, To int
}

// Ranges are a set's runs, in order.
func (s Set) Ranges() []Range {
	var out []Range
	for _, sp := range s.spans {
		for lo := sp.lo; lo <= sp.hi; {
			protocol, from := int(lo>>16), int(lo&MaxPort)
			end := min(sp.hi, key(protocol, MaxPort))
			r := Range{protocol, protocol, from, int(end & MaxPort)}
			// Whole protocols without a name are told together.
			if n := len(out); n > 0 && r.whole() && out[n-1].whole() && names[protocol] == "" &&
				names[out[n-1].LastProtocol] == "" && out[n-1].LastProtocol == protocol-1 {
				out[n-1].LastProtocol = protocol
			} else {
				out = append(out, r)
			}
			lo = end + 1
		}
	}
	return out
}

func (r Range) whole() bool { return r.From == 0 && r.To == MaxPort }

func (r Range) name() string {
	if name := names[r.Protocol]; name != "" {
		return name
	}
	if r.LastProtocol > r.Protocol {
		return fmt.Sprintf("protocols %d-%d", r.Protocol, r.LastProtocol)
	}
	return fmt.Sprintf("protocol %d", r.Protocol)
}

func (r Range) ports() string {
	isICMP := r.Protocol == ICMP || r.Protocol == ICMPv6
	switch {
	case r.whole():
		return ""
	case isICMP && r.From&255 == 0 && r.To == r.From|255:
		return fmt.Sprintf("type %d", r.From>>8)
	case isICMP && r.From == r.To:
		return fmt.Sprintf("type %d code %d", r.From>>8, r.From&255)
	case isICMP:
		return fmt.Sprintf("type %d code %d to type %d code %d", r.From>>8, r.From&255, r.To>>8, r.To&255)
	case r.From == r.To:
		return strconv.Itoa(r.From)
	}
	return fmt.Sprintf("%d-%d", r.From, r.To)
}

// MarshalJSON writes a set as its text.
func (s Set) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// Parse reads what a person types: "5432", "443,8080-8090" (TCP), "udp/53",
// "icmp", "47/" (a protocol's number), "all".
func Parse(text string) (Set, error) {
	var out Set
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		name, ports, found := strings.Cut(part, "/")
		whole := ports == ""
		if _, isName := numbers[strings.ToLower(part)]; !found && !isName && !strings.EqualFold(part, "all") && part != "-1" {
			name, ports, whole = "tcp", part, false
		}
		protocol, all, ok := ProtocolNumber(name)
		switch {
		case !ok:
			return Set{}, fmt.Errorf("%q names the protocol %q: want tcp, udp, icmp, icmpv6, all or a number from 0 to 255", text, name)
		case all:
			out = out.Union(All())
		case whole:
			out = out.Union(Protocol(protocol))
		default:
			first, last, ranged := strings.Cut(ports, "-")
			if !ranged {
				last = first
			}
			from, err1 := strconv.Atoi(first)
			to, err2 := strconv.Atoi(last)
			set := Ports(protocol, from, to)
			if err1 != nil || err2 != nil || set.Empty() {
				return Set{}, fmt.Errorf("%q is no port: want something like 443, 8000-8999 or udp/53", part)
			}
			out = out.Union(set)
		}
	}
	return out, nil
}
