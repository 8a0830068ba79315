package iam

import (
	"slices"
	"strings"
)

// Match tells whether a text fits a pattern with the wildcards * and ?.
func Match(pattern, text string) bool {
	for len(pattern) > 0 {
		switch {
		case pattern[0] == '*':
			for i := 0; i <= len(text); i++ {
				if Match(pattern[1:], text[i:]) {
					return true
				}
			}
			return false
		case text == "" || pattern[0] != '?' && pattern[0] != text[0]:
			return false
		}
		pattern, text = pattern[1:], text[1:]
	}
	return text == ""
}

// Covers tells whether a statement speaks of an action.
func (s Statement) Covers(action string) bool {
	match := func(p string) bool { return Match(strings.ToLower(p), strings.ToLower(action)) }
	if len(s.NotActions) > 0 {
		return !slices.ContainsFunc(s.NotActions, match)
	}
	return slices.ContainsFunc(s.Actions, match)
}

// Names tells whether a statement's principal is, or contains, the given one.
// kind is AWS, Service or Federated. China's names of services end in .cn and
// mean the same.
func (s Statement) Names(kind, principal string) bool {
	is := func(p string) bool { return p == principal || kind == "Service" && p == principal+".cn" }
	return slices.Contains(s.Principals["AWS"], "*") || slices.ContainsFunc(s.Principals[kind], is)
}

// Whole tells whether a statement of a resource's policy says of whom, of what and
// on what it speaks.
func (s Statement) Whole() bool {
	return len(s.Principals)+len(s.NotPrincipals) > 0 && len(s.Actions)+len(s.NotActions) > 0 && len(s.Resources)+len(s.NotResources) > 0
}

// operators are those that Holds judges: the equality and likeness of texts and
// names.
var operators = []string{"StringEquals", "StringLike", "ArnEquals", "ArnLike"}

// Judged tells whether Holds judges all of the statement's conditions, each a
// must.
func (s Statement) Judged() bool {
	for operator := range s.Conditions {
		if !slices.Contains(operators, operator) {
			return false
		}
	}
	return true
}

// Holds tells whether the statement's conditions can be true in a context of
// known keys. Keys that the context does not have are taken to hold, as are other
// operators than it judges.
func (s Statement) Holds(context map[string]string) bool {
	for operator, keys := range s.Conditions {
		operator = strings.TrimSuffix(operator, "IfExists")
		if !slices.Contains(operators, operator) {
			continue
		}
		for key, want := range keys {
			have, known := Lookup(context, key)
			if !known {
				continue
			}
			if !slices.ContainsFunc(want, func(w string) bool { return w == have || operator != "StringEquals" && Match(w, have) }) {
				return false
			}
		}
	}
	return true
}

// Lookup finds a condition key, whose case does not matter.
func Lookup(context map[string]string, key string) (string, bool) {
	for k, v := range context {
		if strings.EqualFold(k, key) {
			return v, true
		}
	}
	return "", false
}
