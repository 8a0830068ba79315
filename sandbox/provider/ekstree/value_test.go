package ekstree

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"pgregory.net/rapid"
)

// anyValue draws values with outputs, secrets, unknowns and references in them.
func anyValue(depth int) *rapid.Generator[value] {
	leaf := []*rapid.Generator[value]{
		rapid.Map(rapid.StringMatching(`[a-z]{0,3}`), str),
		rapid.Map(rapid.Bool(), yes),
		rapid.Just(resource.MakeComputed(str(""))),
		rapid.Just(resource.MakeCustomResourceReference("urn:custom", "id", "")),
		rapid.Just(resource.MakeComponentResourceReference("urn:component", "")),
	}
	if depth == 0 {
		return rapid.OneOf(leaf...)
	}
	inner := anyValue(depth - 1)
	output := rapid.Custom(func(t *rapid.T) value {
		return resource.NewOutputProperty(resource.Output{
			Element: inner.Draw(t, "element"), Known: rapid.Bool().Draw(t, "known"), Secret: rapid.Bool().Draw(t, "secret"),
			Dependencies: []resource.URN{resource.URN(rapid.SampledFrom([]string{"urn:a", "urn:b"}).Draw(t, "dependency"))},
		})
	})
	return rapid.OneOf(append(leaf, output, rapid.Map(inner, resource.MakeSecret),
		rapid.Map(rapid.SliceOfN(inner, 0, 3), func(v []value) value { return list(v...) }),
		rapid.Map(rapid.MapOfN(rapid.SampledFrom([]resource.PropertyKey{"a", "b"}), inner, 0, 2), func(m map[resource.PropertyKey]value) value {
			return object(m)
		}))...)
}

// TestApplyKeepsWhatIsCarried: what is computed from a value carries all that the value carries, and runs only on known ones.
func TestApplyKeepsWhatIsCarried(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		v := anyValue(3).Draw(rt, "value")
		var in, out carried
		in.carry(v)
		ran := false
		got, err := apply(func(vs []value) (value, error) {
			ran = true
			if holdsOutputs(vs[0]) || vs[0].ContainsSecrets() || vs[0].ContainsUnknowns() {
				rt.Fatalf("the function was given %v", vs[0])
			}
			return str("x"), nil
		}, v)
		out.carry(got)
		if err != nil || ran == in.unknown || out.unknown != in.unknown || out.secret != in.secret || !slices.Equal(out.urns(), in.urns()) {
			rt.Fatalf("%v carries %v and became %v, which carries %v (ran: %v, %v)", v, in, got, out, ran, err)
		}
	})
}

// TestPlainHidesNothing: plain values have no outputs, are unknown if and only if the value was, and stay secret if asked to.
func TestPlainHidesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		v := anyValue(3).Draw(rt, "value")
		var c carried
		c.carry(v)
		p := plain(v, true)
		if holdsOutputs(p) || p.ContainsUnknowns() != c.unknown || c.secret && !p.ContainsSecrets() {
			rt.Fatalf("%v, which carries %v, became %v", v, c, p)
		}
	})
}

// TestPath: a known part of a partly unknown output is known, and depends on what the whole depends on.
func TestPath(t *testing.T) {
	t.Parallel()
	part := object(props{"known": str("x"), "unknown": resource.MakeComputed(str(""))})
	whole := resource.NewOutputProperty(resource.Output{Element: object(props{"part": part}), Known: true, Dependencies: []resource.URN{"urn:a"}})
	same(t, "the whole", whole, str("(unknown)"))
	half := path(whole, "part")
	same(t, "the unknown part", path(half, "unknown"), str("(unknown)"))
	known := path(half, "known")
	same(t, "the known part", known, str("x"))
	var c carried
	c.carry(known)
	if diff := cmp.Diff([]resource.URN{"urn:a"}, c.urns()); diff != "" {
		t.Errorf("what the part depends on differs (-want +got):\n%s", diff)
	}
}
