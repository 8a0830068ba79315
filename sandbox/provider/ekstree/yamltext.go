package ekstree

import (
	"bytes"
	"strings"

	"gopkg.in/yaml.v3"
)

// pair is a field of an object whose fields have an order.
type pair struct {
	key   string
	value any
}

type fields []pair

// yamlText is v (texts, lists, fields) as the plugin's js-yaml writes it: two spaces, lists below their key indented, and
// single quotes around texts that would not be texts without.
func yamlText(v any) string {
	if items, ok := v.([]any); ok && len(items) == 0 {
		return "[]\n"
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(yamlNode(v)); err != nil {
		return "" // Texts, lists and fields can always be written.
	}
	return b.String()
}

func yamlNode(v any) *yaml.Node {
	switch v := v.(type) {
	case fields:
		n := &yaml.Node{Kind: yaml.MappingNode}
		for _, p := range v {
			n.Content = append(n.Content, yamlNode(p.key), yamlNode(p.value))
		}
		return n
	case []any:
		return &yaml.Node{Kind: yaml.SequenceNode, Content: each(v, yamlNode)}
	case string:
		n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: v}
		if !isPlainYAML(v) {
			n.Style = yaml.SingleQuotedStyle
		}
		return n
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
}

// isPlainYAML says whether a text needs no quotes: js-yaml quotes whatever begins with an indicator, even where YAML would not ask for it.
func isPlainYAML(s string) bool {
	if s == "" || strings.ContainsAny(s[:1], "-?:,[]{}#&*!|=>'\"%@` \t") || strings.HasSuffix(s, ":") || strings.HasSuffix(s, " ") {
		return false
	}
	var back any
	err := yaml.Unmarshal([]byte(s), &back)
	return err == nil && back == any(s)
}
