// Package statement reads IAM policy documents as controls need them: a text or
// an object, a statement or a list of them, a value or a list of values.
package statement

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// Statement is one statement of a document.
type Statement struct {
	// Sid is its name, if it has one.
	Sid string
	// Allow is the effect.
	Allow bool
	// Actions and NotActions are what it is about.
	Actions, NotActions []string
	// Resources and NotResources are what the actions are on.
	Resources, NotResources []string
	// Principals are who, by kind: AWS, Service, Federated. The kind "*" stands
	// for the principal "*".
	Principals map[string][]string
	// NotPrincipals tells that the statement is about everybody but some.
	NotPrincipals bool
	// Conditions are the values by operator and key, keys in lower case.
	Conditions map[string]map[string][]string
}

// Parse reads a document.
func Parse(v property.Value) ([]Statement, error) {
	doc, err := plain(v)
	if err != nil {
		return nil, err
	}
	object, ok := doc.(map[string]any)
	if !ok {
		return nil, errors.New("it is not an object: want a policy document")
	}
	var statements []Statement
	for _, s := range list(object["Statement"]) {
		fields, ok := s.(map[string]any)
		if !ok {
			return nil, errors.New("a statement is not an object")
		}
		statements = append(statements, read(fields))
	}
	return statements, nil
}

// plain is a document as encoding/json decodes it.
func plain(v property.Value) (any, error) {
	if v.IsString() {
		var doc any
		if err := json.Unmarshal([]byte(v.AsString()), &doc); err != nil {
			return nil, fmt.Errorf("it is no JSON: %w", err)
		}
		return doc, nil
	}
	return unwrap(v), nil
}

func unwrap(v property.Value) any {
	switch {
	case v.IsMap():
		m := map[string]any{}
		for k, e := range v.AsMap().AsMap() {
			m[k] = unwrap(e)
		}
		return m
	case v.IsArray():
		var items []any
		for _, e := range v.AsArray().AsSlice() {
			items = append(items, unwrap(e))
		}
		return items
	case v.IsString():
		return v.AsString()
	case v.IsBool():
		return v.AsBool()
	case v.IsNumber():
		return v.AsNumber()
	}
	return nil
}

func read(f map[string]any) Statement {
	f = titled(f)
	s := Statement{
		Sid: text(f["Sid"]), Allow: text(f["Effect"]) == "Allow",
		Actions: texts(f["Action"]), NotActions: texts(f["NotAction"]),
		Resources: texts(f["Resource"]), NotResources: texts(f["NotResource"]),
		Principals: map[string][]string{}, NotPrincipals: f["NotPrincipal"] != nil,
		Conditions: map[string]map[string][]string{},
	}
	principal := f["Principal"]
	switch p := principal.(type) {
	case map[string]any:
		for kind, who := range p {
			s.Principals[kind] = texts(who)
		}
	case string:
		s.Principals[p] = []string{p}
	}
	conditions, _ := f["Condition"].(map[string]any)
	for operator, keys := range conditions {
		byKey, _ := keys.(map[string]any)
		s.Conditions[operator] = map[string][]string{}
		for key, values := range byKey {
			s.Conditions[operator][strings.ToLower(key)] = texts(values)
		}
	}
	return s
}

// titled writes the first letter of each key large: objects made in a program
// sometimes have small ones, which pulumi-aws accepts.
func titled(f map[string]any) map[string]any {
	out := map[string]any{}
	for k, v := range f {
		if k != "" {
			out[strings.ToUpper(k[:1])+k[1:]] = v
		}
	}
	return out
}

func list(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

func texts(v any) []string {
	var out []string
	for _, e := range list(v) {
		out = append(out, fmt.Sprint(e))
	}
	return out
}

// Public tells whether the statement allows something to everybody: the
// principal is "*", and no condition says whose calls are meant.
func (s Statement) Public() bool {
	if !s.Allow {
		return false
	}
	open := s.NotPrincipals || slices.Contains(s.Principals["AWS"], "*") || slices.Contains(s.Principals["*"], "*")
	return open && !s.limitsCaller()
}

// callerKeys are the condition keys that say whose calls are meant. See
// "AWS global condition context keys" in the IAM user guide.
var callerKeys = []string{
	"aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn", "aws:sourceaccount",
	"aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourcevpc", "aws:sourcevpce", "aws:resourceaccount",
	"aws:userid", "kms:calleraccount", "kms:viaservice", "aws:sourceowner", "aws:vpcsourceip",
}

func (s Statement) limitsCaller() bool {
	for operator, keys := range s.Conditions {
		base := strings.TrimPrefix(strings.TrimPrefix(operator, "ForAnyValue:"), "ForAllValues:")
		if strings.Contains(base, "Not") || strings.HasSuffix(base, "IfExists") || base == "Null" || strings.HasPrefix(operator, "ForAllValues:") {
			continue // These also match a call that has no such key.
		}
		for key, values := range keys {
			if slices.Contains(callerKeys, key) && !slices.Contains(values, "*") {
				return true
			}
		}
	}
	return false
}

// Condition are the values that a key must equal or be like.
func (s Statement) Condition(key string) (values []string, exact, ok bool) {
	for operator, keys := range s.Conditions {
		if strings.Contains(operator, "Not") || strings.HasSuffix(operator, "IfExists") {
			continue
		}
		if v, there := keys[strings.ToLower(key)]; there {
			return v, strings.Contains(operator, "Equals"), true
		}
	}
	return nil, false, false
}

// Conditional tells whether there is any condition.
func (s Statement) Conditional() bool { return len(s.Conditions) > 0 }

// Allows tells whether the statement allows an action, such as iam:PassRole.
func (s Statement) Allows(action string) bool {
	if !s.Allow {
		return false
	}
	if len(s.NotActions) > 0 {
		return !slices.ContainsFunc(s.NotActions, func(p string) bool { return Match(p, action) })
	}
	return slices.ContainsFunc(s.Actions, func(p string) bool { return Match(p, action) })
}

// OnEverything tells whether the statement is about all resources.
func (s Statement) OnEverything() bool {
	return slices.Contains(s.Resources, "*") || len(s.NotResources) > 0
}

// Match tells whether a pattern of IAM, with * and ?, takes a text in; letter
// case does not matter, as with actions.
func Match(pattern, s string) bool {
	// path.Match stops a star at a slash; an action has none, and an ARN's are
	// made into something that has none.
	hide := strings.NewReplacer("/", "\x00", "[", "\x01", "\\", "\x02")
	ok, err := path.Match(strings.ToLower(hide.Replace(pattern)), strings.ToLower(hide.Replace(s)))
	return err == nil && ok
}
