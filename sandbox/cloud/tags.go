package cloud

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

const (
	maxTags     = 50
	maxTagKey   = 128
	maxTagValue = 256
)

// checkTags holds tags to AWS's limits; see
// https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
func checkTags(inputs Props) []Problem {
	tags := inputs.StrMap("tags")
	var problems []Problem
	if len(tags) > maxTags {
		problems = append(problems, Problem{"tags", fmt.Sprintf("has %d tags, AWS allows %d", len(tags), maxTags)})
	}
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		switch {
		case k == "" || len(k) > maxTagKey:
			problems = append(problems, Problem{"tags", fmt.Sprintf("key %q: want 1 to %d characters", k, maxTagKey)})
		case strings.HasPrefix(strings.ToLower(k), "aws:"):
			problems = append(problems, Problem{"tags", fmt.Sprintf("key %q: the prefix aws: is reserved", k)})
		case len(tags[k]) > maxTagValue:
			problems = append(problems, Problem{"tags", fmt.Sprintf("value of %q has %d characters, AWS allows %d", k, len(tags[k]), maxTagValue)})
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
