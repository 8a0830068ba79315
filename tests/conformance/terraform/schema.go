package terraform

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Schema is what the provider says of its resource types.
type Schema map[string]*Resource

// Resource is the schema of one resource type.
type Resource struct {
	// Version is that of the stored form.
	Version int
	// Object are its properties.
	Object *Shape
}

// Shape is the form of a value, whether the provider declares it as an
// attribute or as a block.
type Shape struct {
	// Form is one of string, number, bool, list, set, map, object and any.
	Form string
	// Elem is the element of a list, a set or a map.
	Elem *Shape
	// Properties are those of an object.
	Properties map[string]*Property
	// KeepsNull marks an object of which the provider keeps null in its state, and
	// no zero, where it has looked and there is nothing: its newer kinds of
	// resource do so, and do not say so in the schema.
	KeepsNull bool
}

// keepsNull are the newer kinds of resource of which that matters.
var keepsNull = []string{"aws_s3_bucket_lifecycle_configuration"}

// keepNull marks a shape and all that is in it.
func (s *Shape) keepNull() {
	if s == nil {
		return
	}
	s.KeepsNull = true
	s.Elem.keepNull()
	for _, p := range s.Properties {
		p.keepNull()
	}
}

// Property is one property of an object.
type Property struct {
	Shape
	// Required, Optional and Computed are the provider's own words.
	Required, Optional, Computed bool
	// Block tells a block from an attribute.
	Block bool
	// One marks a block of which there is one at most.
	One bool
	// Typed marks what lies in an attribute of type object, of whose properties
	// the provider says neither what is required nor what is computed.
	Typed bool
}

type rawSchemas struct {
	Providers map[string]struct {
		Resources map[string]struct {
			Version int      `json:"version"`
			Block   rawBlock `json:"block"`
		} `json:"resource_schemas"`
	} `json:"provider_schemas"`
}

type rawBlock struct {
	Attributes map[string]rawAttribute   `json:"attributes"`
	Blocks     map[string]rawNestedBlock `json:"block_types"`
}

type rawAttribute struct {
	Type     json.RawMessage `json:"type"`
	Nested   *rawNested      `json:"nested_type"`
	Required bool            `json:"required"`
	Optional bool            `json:"optional"`
	Computed bool            `json:"computed"`
}

type rawNested struct {
	Attributes map[string]rawAttribute `json:"attributes"`
	Mode       string                  `json:"nesting_mode"`
}

type rawNestedBlock struct {
	Mode     string   `json:"nesting_mode"`
	Block    rawBlock `json:"block"`
	MinItems int      `json:"min_items"`
	MaxItems int      `json:"max_items"`
}

// ParseSchema reads the output of `terraform providers schema -json`.
func ParseSchema(text []byte) (Schema, error) {
	var raw rawSchemas
	if err := json.Unmarshal(text, &raw); err != nil {
		return nil, fmt.Errorf("reading the provider's schema: %w", err)
	}
	provider, ok := raw.Providers[providerSource]
	if !ok {
		return nil, fmt.Errorf("the schema is not of %s", providerSource)
	}
	schema := Schema{}
	for name, r := range provider.Resources {
		object, err := r.Block.shape()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if slices.Contains(keepsNull, name) {
			object.keepNull()
		}
		schema[name] = &Resource{Version: r.Version, Object: object}
	}
	return schema, nil
}

func (b rawBlock) shape() (*Shape, error) {
	out := &Shape{Form: "object", Properties: map[string]*Property{}}
	for name, a := range b.Attributes {
		p, err := a.property()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out.Properties[name] = p
	}
	for name, n := range b.Blocks {
		inner, err := n.Block.shape()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		p := &Property{Required: n.MinItems > 0, Optional: n.MinItems == 0, Block: true, One: n.MaxItems == 1}
		if p.Shape = nested(n.Mode, inner); p.Form == "object" {
			p.One = true
		}
		out.Properties[name] = p
	}
	return out, nil
}

func nested(mode string, inner *Shape) Shape {
	if mode == "single" || mode == "group" {
		return *inner
	}
	return Shape{Form: mode, Elem: inner}
}

func (a rawAttribute) property() (*Property, error) {
	p := &Property{Required: a.Required, Optional: a.Optional, Computed: a.Computed}
	if a.Nested != nil {
		inner, err := rawBlock{Attributes: a.Nested.Attributes}.shape()
		if err != nil {
			return nil, err
		}
		p.Shape = nested(a.Nested.Mode, inner)
		return p, nil
	}
	shape, err := parseType(a.Type)
	if err != nil {
		return nil, err
	}
	p.Shape = *shape
	return p, nil
}

// parseType reads a type as Terraform writes it: "string", ["list", type],
// ["object", {name: type}].
func parseType(text json.RawMessage) (*Shape, error) {
	var name string
	if json.Unmarshal(text, &name) == nil {
		if name == "dynamic" {
			name = "any"
		}
		return &Shape{Form: name}, nil
	}
	var pair []json.RawMessage
	if err := json.Unmarshal(text, &pair); err != nil || len(pair) < 2 || json.Unmarshal(pair[0], &name) != nil {
		return nil, fmt.Errorf("%s is not a type", text)
	}
	if name != "object" {
		elem, err := parseType(pair[1])
		return &Shape{Form: name, Elem: elem}, err
	}
	var inner map[string]json.RawMessage
	if err := json.Unmarshal(pair[1], &inner); err != nil {
		return nil, err
	}
	out := &Shape{Form: "object", Properties: map[string]*Property{}}
	for field, t := range inner {
		shape, err := parseType(t)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", field, err)
		}
		out.Properties[field] = &Property{Shape: *shape, Optional: true, Typed: true}
	}
	return out, nil
}
