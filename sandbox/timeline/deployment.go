package timeline

import (
	"encoding/json"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// Resource is what Pulumi's state says of one resource.
type Resource struct {
	URN                  string              `json:"urn"`
	Type                 string              `json:"type"`
	ID                   string              `json:"id"`
	Custom               bool                `json:"custom"`
	Parent               string              `json:"parent"`
	Provider             string              `json:"provider"`
	Dependencies         []string            `json:"dependencies"`
	PropertyDependencies map[string][]string `json:"propertyDependencies"`
	DeletedWith          string              `json:"deletedWith"`
	Inputs               cloud.Props         `json:"inputs"`
	Outputs              cloud.Props         `json:"outputs"`
	// Delete is set for what an earlier update replaced and could not delete.
	Delete bool `json:"delete"`
}

// ParseDeployment reads the resources of an exported deployment, in its order:
// each after all that it depends on.
func ParseDeployment(deployment json.RawMessage) ([]Resource, error) {
	var d struct {
		Resources []Resource `json:"resources"`
	}
	err := json.Unmarshal(deployment, &d)
	return d.Resources, err
}

// typeOf is the type token in a URN, without those of its parents.
func typeOf(urn string) string {
	parts := strings.Split(urn, "::")
	if len(parts) < 4 {
		return ""
	}
	return parts[2][strings.LastIndex(parts[2], "$")+1:]
}

func nameOf(urn string) string { return urn[strings.LastIndex(urn, "::")+2:] }

// properties are the names of the properties through which a resource depends
// on another.
func (r Resource) properties(urn string) []string {
	var names []string
	for name, urns := range r.PropertyDependencies {
		for _, u := range urns {
			if u == urn {
				names = append(names, name)
			}
		}
	}
	return names
}

// state is a deployment with the ways around in it.
type state struct {
	resources []Resource
	index     map[string]int   // By URN, without what waits for its deletion.
	below     map[string][]int // What is below a component, by its URN.
}

func newState(resources []Resource) *state {
	s := &state{resources: resources, index: map[string]int{}, below: map[string][]int{}}
	for i, r := range resources {
		if r.Delete {
			continue
		}
		s.index[r.URN] = i
		for up := r.Parent; up != ""; {
			s.below[up] = append(s.below[up], i)
			parent, found := s.index[up]
			if !found {
				break
			}
			up = resources[parent].Parent
		}
	}
	return s
}

// dependency is one resource that another waits for.
type dependency struct {
	on int
	// properties of the dependent that have to do with it; none when the program
	// only says DependsOn.
	properties []string
	kind       kind
}

type kind int

const (
	stated kind = iota
	throughProvider
	below
)

// dependencies are those of the resource at i. They all come before it.
func (s *state) dependencies(i int) []dependency {
	r := s.resources[i]
	var out []dependency
	add := func(on int, properties []string, k kind) {
		if on < i {
			out = append(out, dependency{on, properties, k})
		}
	}
	urns := r.Dependencies
	if r.DeletedWith != "" {
		urns = append(urns[:len(urns):len(urns)], r.DeletedWith)
	}
	for _, urn := range urns {
		on, found := s.index[urn]
		if !found {
			continue
		}
		properties := r.properties(urn)
		add(on, properties, stated)
		if !s.resources[on].Custom {
			for _, child := range s.below[urn] {
				add(child, properties, stated)
			}
		}
	}
	if at := strings.LastIndex(r.Provider, "::"); at > 0 {
		if on, found := s.index[r.Provider[:at]]; found {
			add(on, nil, throughProvider)
		}
	}
	if on, found := s.index[r.Parent]; found {
		add(on, nil, below)
	}
	return out
}
