package reach

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// How Pulumi writes values that are not plain JSON. See
// https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go
const (
	unknownMark   = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
	signatureKey  = "4dabf18193072939515e22adb298388d"
	secretMark    = "1b47061264138c4ac30d75fd1eb44270"
	outputMark    = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
	providersType = "pulumi:providers:"
)

type stateResource struct {
	URN                  string              `json:"urn"`
	Type                 string              `json:"type"`
	Parent               string              `json:"parent"`
	ID                   string              `json:"id"`
	Delete               bool                `json:"delete"`
	Inputs               map[string]any      `json:"inputs"`
	Outputs              map[string]any      `json:"outputs"`
	PropertyDependencies map[string][]string `json:"propertyDependencies"`
}

// FromState reads the resources of a stack from what `pulumi stack export`
// writes. Encrypted values are unknown: export with --show-secrets when an
// address or a rule is among them.
func FromState(export []byte) ([]Resource, error) {
	var s struct {
		Deployment json.RawMessage `json:"deployment"`
	}
	if err := json.Unmarshal(export, &s); err != nil {
		return nil, fmt.Errorf("reading the exported state: %w", err)
	}
	if s.Deployment != nil {
		export = s.Deployment
	}
	var d struct {
		Resources []stateResource `json:"resources"`
	}
	if err := json.Unmarshal(export, &d); err != nil {
		return nil, fmt.Errorf("reading the exported state: %w", err)
	}
	var out []Resource
	for _, r := range d.Resources {
		if r.Delete || strings.HasPrefix(r.Type, providersType) {
			continue // About to be deleted, or no part of the account.
		}
		out = append(out, Resource{
			Type: r.Type, Name: logicalName(r.URN), URN: r.URN, Parent: r.Parent, ID: r.ID,
			Properties: known(r.Inputs, r.Outputs), PropertyDependencies: r.PropertyDependencies,
		})
	}
	return out, nil
}

// FromPlan reads the resources that a preview plans, from the file that
// `pulumi preview --save-plan` writes. Identifiers that AWS has not given yet
// are unknown; what belongs to what follows from the plan's dependencies.
func FromPlan(plan []byte) ([]Resource, error) {
	var p struct {
		Plans map[string]struct {
			Goal *struct {
				Type                 string              `json:"type"`
				Parent               string              `json:"parent"`
				ID                   string              `json:"id"`
				PropertyDependencies map[string][]string `json:"propertyDependencies"`
				InputDiff            struct {
					Adds map[string]any `json:"adds"`
				} `json:"inputDiff"`
			} `json:"goal"`
			State map[string]any `json:"state"`
		} `json:"resourcePlans"`
	}
	if err := json.Unmarshal(plan, &p); err != nil {
		return nil, fmt.Errorf("reading the plan: %w", err)
	}
	var out []Resource
	for _, urn := range slices.Sorted(maps.Keys(p.Plans)) {
		r := p.Plans[urn]
		if r.Goal == nil || strings.HasPrefix(r.Goal.Type, providersType) {
			continue // It is deleted.
		}
		out = append(out, Resource{
			Type: r.Goal.Type, Name: logicalName(urn), URN: urn, Parent: r.Goal.Parent, ID: r.Goal.ID,
			Properties:           known(r.Goal.InputDiff.Adds, r.State),
			PropertyDependencies: r.Goal.PropertyDependencies,
		})
	}
	return out, nil
}

func logicalName(urn string) string {
	if i := strings.LastIndex(urn, "::"); i >= 0 {
		return urn[i+2:]
	}
	return urn
}

// known puts several views of a resource together, inputs first. A later one
// wins where it knows more; what only a later one has, and does not know, is a
// property that AWS will choose, and is left out.
func known(views ...map[string]any) map[string]any {
	out := map[string]any{}
	for i, view := range views {
		for name, v := range view {
			if v = plain(v); i > 0 && v == Unknown {
				continue
			}
			out[name] = v
		}
	}
	return out
}

// plain takes Pulumi's marks off a value.
func plain(v any) any {
	switch v := v.(type) {
	case string:
		if v == unknownMark {
			return Unknown
		}
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = plain(v[i])
		}
		return out
	case map[string]any:
		if mark, marked := v[signatureKey].(string); marked {
			return unmarked(mark, v)
		}
		out := make(map[string]any, len(v))
		for key := range v {
			out[key] = plain(v[key])
		}
		return out
	}
	return v
}

func unmarked(mark string, v map[string]any) any {
	switch mark {
	case secretMark:
		if text, ok := v["plaintext"].(string); ok {
			var inner any
			if json.Unmarshal([]byte(text), &inner) == nil {
				return plain(inner)
			}
		}
	case outputMark:
		if inner, ok := v["value"]; ok {
			return plain(inner)
		}
	}
	// Encrypted, an asset, or a reference to a resource: nothing of the network
	// hangs on these.
	return Unknown
}
