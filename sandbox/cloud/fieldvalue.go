package cloud

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What the AWS provider validates of a value before it calls AWS: a fixed list, a
// range of numbers, the look of a text.

// OneOf allows only some texts.
func (f Field) OneOf(values ...string) Field { f.oneOf = values; return f }

// Between allows only some numbers, both ends included.
func (f Field) Between(least, most float64) Field { f.bounds = []float64{least, most}; return f }

// AtLeast allows only numbers of some size.
func (f Field) AtLeast(least float64) Field { return f.Between(least, math.Inf(1)) }

// Positive allows only numbers above zero, fractions too.
func (f Field) Positive() Field { return f.AtLeast(math.SmallestNonzeroFloat64) }

// Like allows only texts of one look.
func (f Field) Like(t Text) Field { f.text = &t; return f }

// Text is the look of a text.
type Text struct {
	// Want says it in words, such as "an ARN".
	Want string
	// Example is such a text.
	Example string
	// Good tells such texts from others. It is not asked about "", which the
	// provider takes for no value.
	Good func(string) bool
}

// Looks of texts that the provider validates.
var (
	ARNText = Text{"an ARN", "arn:aws:iam::123456789012:role/example", func(s string) bool {
		return strings.HasPrefix(s, "arn:") && strings.Count(s, ":") >= 5
	}}
	AccountText = Text{"an account ID of 12 digits", "123456789012", func(s string) bool {
		return len(s) == 12 && strings.Trim(s, "0123456789") == ""
	}}
	BoolText = Text{"true or false", "true", func(s string) bool { _, err := strconv.ParseBool(s); return err == nil }}
	TimeText = Text{"a time as in RFC 3339", "2030-01-02T03:04:05Z", func(s string) bool {
		_, err := time.Parse(time.RFC3339, s)
		return err == nil
	}}
	IPv4Text = Text{"an IPv4 address", "10.0.1.4", func(s string) bool { a, err := netip.ParseAddr(s); return err == nil && a.Is4() }}
	IPv6Text = Text{"an IPv6 address", "2001:db8::4", func(s string) bool { a, err := netip.ParseAddr(s); return err == nil && a.Is6() }}
	// A range must be a network's address, without bits beyond the prefix.
	IPv4Network = Text{"an IPv4 range such as 10.0.0.0/16", "10.0.0.0/16", func(s string) bool {
		p, err := netip.ParsePrefix(s)
		return err == nil && p.Addr().Is4() && p == p.Masked()
	}}
	IPv6Network = Text{"an IPv6 range such as 2001:db8::/64", "2001:db8::/64", func(s string) bool {
		p, err := netip.ParsePrefix(s)
		return err == nil && p.Addr().Is6() && p == p.Masked()
	}}
)

// Begins is a text with one of some beginnings, such as the ID of a subnet.
func Begins(example string, prefixes ...string) Text {
	return Text{"a text that begins with " + strings.Join(prefixes, " or "), example, func(s string) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
	}}
}

func (f Field) checkText(path, s string) []Problem {
	switch {
	case f.oneOf != nil && !slices.Contains(f.oneOf, s):
		return []Problem{{path, fmt.Sprintf("is %q, want one of %s", s, strings.Join(f.oneOf, ", "))}}
	case f.text != nil && s != "" && !f.text.Good(s):
		return []Problem{{path, fmt.Sprintf("is %q, want %s", s, f.text.Want)}}
	}
	return nil
}

func (f Field) checkNumber(path string, n float64) []Problem {
	if f.bounds == nil || n >= f.bounds[0] && n <= f.bounds[1] {
		return nil
	}
	want := fmt.Sprintf("%v to %v", f.bounds[0], f.bounds[1])
	switch {
	case f.bounds[0] == math.SmallestNonzeroFloat64:
		want = "more than 0"
	case math.IsInf(f.bounds[1], 1):
		want = fmt.Sprintf("%v or more", f.bounds[0])
	}
	return []Problem{{path, fmt.Sprintf("is %v, want %s", n, want)}}
}
