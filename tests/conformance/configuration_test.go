package conformance

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/tests/conformance/terraform"
)

// configuration is a Terraform configuration and what its resources stand for.
type configuration struct {
	schema    terraform.Schema
	providers map[string]cloud.Session // by alias
	resources map[string]*configured   // by address
	// inMoto is for moto: the provider may ask whose account it is in, and nothing
	// waits for what moto lacks.
	inMoto bool
}

// configured is one resource of a configuration.
type configured struct {
	made
	kind  *cloud.Kind
	typ   string
	shape *terraform.Shape
	alias string
	// after are the addresses of what has to be there first.
	after []string
	// program are the inputs with references, as a program would write them.
	program cloud.Props
}

var notForAddresses = regexp.MustCompile(`[^A-Za-z0-9_-]`)

func newConfiguration(schema terraform.Schema) *configuration {
	return &configuration{schema: schema, providers: map[string]cloud.Session{}, resources: map[string]*configured{}}
}

// add adds the resources of a stack.
func (c *configuration) add(t *testing.T, s stack) {
	t.Helper()
	known, addresses := &references{}, map[string]string{}
	for _, m := range s.resources {
		typ, err := c.schema.TypeOf(m.token())
		if err != nil {
			t.Fatal(err)
		}
		kind, err := s.account.Kind(m.token())
		if err != nil {
			t.Fatal(err)
		}
		local := notForAddresses.ReplaceAllString(s.name+"_"+m.urn.Name(), "_")
		r := &configured{
			made: m, kind: kind, typ: typ, shape: c.schema[typ].Object, alias: c.provider(m.session), program: known.restore(m.inputs),
		}
		address := typ + "." + local
		addresses[string(m.urn)] = address
		for _, urn := range m.after {
			if before, ok := addresses[urn]; ok {
				r.after = append(r.after, before)
			}
		}
		if c.resources[address] != nil {
			t.Fatalf("two resources are %s", address)
		}
		c.resources[address] = r
		// Who needs something that moto lacks has it as a plain text.
		if !c.inMoto || lacking(r) == nil {
			known.add(address, r.shape, kind, m)
		}
	}
}

// provider is the alias of the provider with a session's region and tags.
func (c *configuration) provider(s cloud.Session) string {
	for alias, have := range c.providers {
		if have.Region == s.Region && maps.Equal(have.DefaultTags, s.DefaultTags) {
			return alias
		}
	}
	alias := fmt.Sprintf("p%d", len(c.providers))
	c.providers[alias] = s
	return alias
}

// write writes the configuration into a folder.
func (c *configuration) write(t *testing.T, f *terraform.Folder, file string) {
	t.Helper()
	resources := map[string]map[string]any{}
	for _, address := range c.addresses() {
		r := c.resources[address]
		if c.inMoto && untried(r) {
			continue
		}
		arguments, err := r.shape.Arguments(r.program)
		if err != nil {
			t.Fatalf("%s: %v", address, err)
		}
		arguments["provider"] = "aws." + r.alias
		after := slices.DeleteFunc(slices.Clone(r.after), func(a string) bool { return c.inMoto && lacking(c.resources[a]) != nil })
		if len(after) > 0 {
			arguments["depends_on"] = after
		}
		if resources[r.typ] == nil {
			resources[r.typ] = map[string]any{}
		}
		resources[r.typ][strings.TrimPrefix(address, r.typ+".")] = arguments
	}
	if err := f.Write(file, map[string]any{"provider": map[string]any{"aws": c.providerBlocks()}, "resource": resources}); err != nil {
		t.Fatal(err)
	}
}

func (c *configuration) providerBlocks() []any {
	var out []any
	for _, alias := range slices.Sorted(maps.Keys(c.providers)) {
		s := c.providers[alias]
		block := terraform.Provider(alias, s.Region, s.DefaultTags)
		block["skip_requesting_account_id"] = !c.inMoto
		out = append(out, block)
	}
	return out
}

func (c *configuration) addresses() []string { return slices.Sorted(maps.Keys(c.resources)) }
