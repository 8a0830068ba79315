package cloud

import (
	"strings"
	"unicode/utf8"
)

const (
	maxTags     = 50
	maxTagKey   = 128
	maxTagValue = 256
)

// TagRules are how a service refuses tags.
type TagRules struct {
	// TooMany refuses more tags than a resource may have.
	TooMany *Rule
	// Malformed refuses a key or value that no tag may have.
	Malformed *Rule
}

// check holds tags to AWS's limits; see
// https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
func (r TagRules) check(tags Props) error {
	if len(tags) > maxTags {
		if err := r.TooMany.Refuse("The resource would have %d tags, the provider's default tags included, and AWS allows %d", len(tags), maxTags); err != nil {
			return err
		}
	}
	for _, k := range tags.Names() {
		switch length := utf8.RuneCountInString(tags.Str(k)); {
		case k == "" || utf8.RuneCountInString(k) > maxTagKey:
			return r.Malformed.Refuse("Tag key %q is not valid: want 1 to %d characters", k, maxTagKey)
		case strings.HasPrefix(strings.ToLower(k), "aws:"):
			return r.Malformed.Refuse("Tag key %q is not valid: the prefix aws: is reserved for AWS", k)
		case length > maxTagValue:
			return r.Malformed.Refuse("The value of tag %q has %d characters, and AWS allows %d", k, length, maxTagValue)
		}
	}
	return nil
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
