package cloud

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	maxTags     = 50
	maxTagKey   = 128
	maxTagValue = 256
)

// checkTags holds tags, whose values may be unknown, to AWS's limits; see
// https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
func checkTags(tags Props) []Problem {
	var problems []Problem
	if len(tags) > maxTags {
		problems = append(problems, Problem{"tags", fmt.Sprintf("has %d tags, AWS allows %d", len(tags), maxTags)})
	}
	for _, k := range tags.Names() {
		switch length := utf8.RuneCountInString(tags.Str(k)); {
		case k == "" || utf8.RuneCountInString(k) > maxTagKey:
			problems = append(problems, Problem{"tags", fmt.Sprintf("key %q: want 1 to %d characters", k, maxTagKey)})
		case strings.HasPrefix(strings.ToLower(k), "aws:"):
			problems = append(problems, Problem{"tags", fmt.Sprintf("key %q: the prefix aws: is reserved", k)})
		case length > maxTagValue:
			problems = append(problems, Problem{"tags", fmt.Sprintf("value of %q has %d characters, AWS allows %d", k, length, maxTagValue)})
		}
	}
	return problems
}

// allTags are a resource's tags and those that the provider puts on everything;
// its own win.
func allTags(s Session, inputs Props) map[string]any {
	all := map[string]any{}
	for k, v := range s.DefaultTags {
		all[k] = v
	}
	for k, v := range inputs.Obj("tags") {
		all[k] = v
	}
	return all
}
