package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/slipway-iac/slipway/reach"
)

// stack is an exported state.
type stack struct {
	// Name is the stack's, as in its URNs.
	Name      string
	resources []reach.Resource
	// placed are what stands in a subnet, by its name.
	placed map[string][]occupant
	// states are the resources as Pulumi wrote them, for the policies.
	states []state
}

// state is a resource with what was asked for and what came of it.
type state struct {
	URN                  string              `json:"urn"`
	Type                 string              `json:"type"`
	Parent               string              `json:"parent"`
	Delete               bool                `json:"delete"`
	Protect              bool                `json:"protect"`
	Inputs               map[string]any      `json:"inputs"`
	Outputs              map[string]any      `json:"outputs"`
	Dependencies         []string            `json:"dependencies"`
	PropertyDependencies map[string][]string `json:"propertyDependencies"`
}

func parse(export []byte) (*stack, error) {
	resources, err := reach.FromState(export)
	if err != nil {
		return nil, err
	}
	var d struct {
		Deployment struct {
			Resources []state `json:"resources"`
		} `json:"deployment"`
	}
	if err := json.Unmarshal(export, &d); err != nil {
		return nil, err
	}
	if len(resources) < 2 { // One is the stack itself.
		return nil, fmt.Errorf("the state has no resources: run up first")
	}
	s := &stack{resources: resources}
	for _, r := range d.Deployment.Resources {
		if !r.Delete {
			s.states = append(s.states, r)
		}
	}
	// urn:pulumi:STACK::PROJECT::TYPE::NAME
	if head, _, ok := strings.Cut(strings.TrimPrefix(resources[0].URN, "urn:pulumi:"), "::"); ok {
		s.Name = head
	}
	return s, nil
}

// of are the resources of some types, in the order of the program.
func (s *stack) of(types ...string) []thing {
	var out []thing
	for _, typ := range types {
		for _, r := range s.resources {
			if r.Type == typ {
				out = append(out, thing{r})
			}
		}
	}
	return out
}

// thing is a resource whose properties are read without regard to whether they
// are there.
type thing struct{ reach.Resource }

func (t thing) get(path string) any {
	var v any = t.Properties
	for key := range strings.SplitSeq(path, ".") {
		if list, ok := v.([]any); ok && len(list) == 1 {
			v = list[0] // A block that the schema has as a list of one.
		}
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

func (t thing) text(path string) string {
	switch v := t.get(path).(type) {
	case string:
		return v
	case float64:
		return fmt.Sprint(v)
	}
	return ""
}

func (t thing) texts(path string) []string {
	var out []string
	list, _ := t.get(path).([]any)
	for _, v := range list {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}
