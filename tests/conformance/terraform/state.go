package terraform

import (
	"fmt"
	"strings"
)

// State is a state file, as terraform 1.x writes it.
type State struct {
	Version   int             `json:"version"`
	Serial    int             `json:"serial"`
	Lineage   string          `json:"lineage"`
	Resources []StateResource `json:"resources"`
}

// StateResource is one resource of a [State].
type StateResource struct {
	Mode      string          `json:"mode"`
	Type      string          `json:"type"`
	Name      string          `json:"name"`
	Provider  string          `json:"provider"`
	Instances []StateInstance `json:"instances"`
}

// StateInstance is what a [State] says of a resource.
type StateInstance struct {
	SchemaVersion int            `json:"schema_version"`
	Attributes    map[string]any `json:"attributes"`
}

// NewState is a state without resources.
func NewState() *State {
	return &State{Version: 4, Serial: 1, Lineage: "00000000-0000-4000-8000-000000000000", Resources: []StateResource{}}
}

// Add adds a resource; version is that of its type's schema.
func (s *State) Add(typ, address, alias string, version int, attributes map[string]any) {
	s.Resources = append(s.Resources, StateResource{
		Mode: "managed", Type: typ, Name: strings.TrimPrefix(address, typ+"."),
		Provider:  fmt.Sprintf("provider[%q].%s", providerSource, alias),
		Instances: []StateInstance{{version, attributes}},
	})
}
