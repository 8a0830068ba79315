package ekstree

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// tomlText is an object as TOML, keys in order, in the layout of the plugin's writer: what is below a table with values of
// its own is indented.
func tomlText(m props) string { return tomlTable("", "", m) }

func tomlTable(prefix, indent string, m props) string {
	var blocks []string
	var tables []resource.PropertyKey
	for _, k := range keys(m) {
		if inline(m[k]) {
			blocks = append(blocks, indent+tomlKey(k)+" = "+tomlValue(m[k]))
		} else {
			tables = append(tables, k)
		}
	}
	below := ""
	if len(blocks) > 0 {
		blocks = append(blocks, "")
		if prefix != "" {
			below = indent + "  "
		}
	}
	for _, k := range tables {
		name := prefix + tomlKey(k)
		rows, mark := []value{m[k]}, "[%s]"
		if m[k].IsArray() {
			rows, mark = m[k].ArrayValue(), "[[%s]]"
		}
		body := ""
		for _, row := range rows {
			fields := merged(row)
			if m[k].IsArray() || hasInline(fields) {
				body += below + fmt.Sprintf(mark, name) + "\n"
			}
			body += tomlTable(name+".", below, fields)
		}
		blocks = append(blocks, body)
	}
	return strings.Join(blocks, "\n")
}

func inline(v value) bool {
	switch {
	case v.IsArray():
		return len(v.ArrayValue()) == 0 || !v.ArrayValue()[0].IsObject()
	case v.IsObject():
		return len(v.ObjectValue()) == 0
	}
	return true
}

func hasInline(m props) bool {
	for _, v := range m {
		if inline(v) {
			return true
		}
	}
	return false
}

var bareKey = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

func tomlKey(k resource.PropertyKey) string {
	if bareKey.MatchString(string(k)) {
		return string(k)
	}
	return strconv.Quote(string(k))
}

func tomlValue(v value) string {
	switch {
	case v.IsBool():
		return strconv.FormatBool(v.BoolValue())
	case v.IsNumber():
		return tomlNumber(v.NumberValue())
	case v.IsArray():
		if len(v.ArrayValue()) == 0 {
			return "[]"
		}
		return "[ " + strings.Join(each(v.ArrayValue(), tomlValue), ", ") + " ]"
	case v.IsObject():
		return "{ }"
	}
	return strconv.Quote(text(v))
}

// tomlNumber groups thousands with underscores.
func tomlNumber(n float64) string {
	s := strconv.FormatFloat(n, 'f', -1, 64)
	whole, rest, isFloat := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "_" + whole[i:]
	}
	if isFloat {
		return sign + whole + "." + rest
	}
	return sign + whole
}
