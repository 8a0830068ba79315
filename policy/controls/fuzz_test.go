package controls

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"
	"pgregory.net/rapid"

	"github.com/slipway-iac/slipway/policy/control"
	"github.com/slipway-iac/slipway/policy/example"
)

// vocabulary are the keys and values that controls look for.
func vocabulary() (keys, words []string) {
	for _, c := range All() {
		for _, read := range c.Reads {
			keys = append(keys, strings.Split(read[strings.LastIndex(read, " ")+1:], ".")...)
		}
	}
	words = []string{"", "*", "0.0.0.0/0", "::/0", "true", "vpc-cni", "tcp", "-1", "{", "{}", `{"Statement":[{}]}`, `{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}`,
		"arn:aws:iam::aws:policy/AdministratorAccess", "1.35", "alb", "Never", "a/b:c@d", "[secret]", "\x00"}
	return keys, words
}

// anything makes properties that no provider would, of the words that controls
// look for.
func anything() *rapid.Generator[property.Value] {
	keys, words := vocabulary()
	var value func(depth int) *rapid.Generator[property.Value]
	value = func(depth int) *rapid.Generator[property.Value] {
		return rapid.Custom(func(t *rapid.T) property.Value {
			kinds := 6
			if depth > 0 {
				kinds = 8
			}
			var v property.Value
			switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
			case 0:
				v = property.Value{}
			case 1:
				v = property.New(property.Computed)
			case 2:
				v = property.New(rapid.Bool().Draw(t, "bool"))
			case 3:
				v = property.New(rapid.SampledFrom([]float64{-1, 0, 0.5, 1, 443, 1e300}).Draw(t, "number"))
			case 4, 5:
				v = property.New(rapid.SampledFrom(words).Draw(t, "word"))
			case 6:
				v = property.New(rapid.SliceOfN(value(depth-1), 0, 3).Draw(t, "list"))
			case 7:
				v = property.New(rapid.MapOfN(rapid.SampledFrom(keys), value(depth-1), 0, 6).Draw(t, "map"))
			}
			return v.WithSecret(rapid.IntRange(0, 9).Draw(t, "secret") == 0)
		})
	}
	return value(4)
}

// No control panics, whatever a resource has; and another resource of no
// interest takes no violation away.
func TestAnyProperties(t *testing.T) {
	t.Parallel()
	values := anything()
	all := All()
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(all).Draw(t, "control")
		properties := map[string]property.Value{}
		for _, read := range c.Reads {
			key, _, _ := strings.Cut(read[strings.LastIndex(read, " ")+1:], ".")
			properties[key] = values.Draw(t, key)
		}
		var resources []policyx.AnalyzerResource
		for _, token := range c.On {
			resources = append(resources, policyx.AnalyzerResource{Type: token, Name: token, URN: example.URN(token, "x"), Properties: property.NewMap(properties)})
		}
		evaluate := func(resources []policyx.AnalyzerResource) (n int) {
			if c.CheckStack != nil {
				return len(c.OnStack(resources, control.Conditions{Now: today}).Violations)
			}
			for _, r := range resources {
				n += len(c.OnResource(r, control.Conditions{Now: today}).Violations)
			}
			return n
		}
		found := evaluate(resources)
		resources = append(resources, policyx.AnalyzerResource{Type: "a:b/c:D", Name: "other", URN: example.URN("a:b/c:D", "other"), Properties: property.NewMap(properties)})
		if again := evaluate(resources); again < found {
			t.Fatalf("%s: %d violations, %d beside another resource", c.ID, found, again)
		}
	})
}
