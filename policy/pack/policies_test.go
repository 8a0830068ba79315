package pack

import (
	"context"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"
)

// tells runs policies as policyx.Main does.
func tells(t *testing.T, ctx context.Context, policies []policyx.Policy) {
	t.Helper()
	large := policyx.AnalyzerResource{Type: "a:b/box:Box", URN: "urn:a", Properties: property.NewMap(map[string]property.Value{"size": property.New(13.0)})}
	m := &told{}
	for _, config := range []map[string]any{nil, {"most": 12.0}} {
		if err := policies[0].(policyx.ResourceValidationPolicy).Validate(ctx, policyx.ResourceValidationArgs{Manager: m, Resource: large, Config: config}); err != nil {
			t.Error(err)
		}
	}
	if err := policies[1].(policyx.ResourceValidationPolicy).Validate(ctx, policyx.ResourceValidationArgs{Manager: m, Resource: large}); err != nil {
		t.Error(err)
	}
	other := large
	other.URN = "urn:b"
	if err := policies[2].(policyx.StackValidationPolicy).Validate(ctx, policyx.StackValidationArgs{Manager: m, Resources: []policyx.AnalyzerResource{large, other}}); err != nil {
		t.Error(err)
	}
	equal(t, m.messages,
		"urn:a: size is 13: want less\nFix: make it smaller",
		": it could not be evaluated because of a bug in control broken: please report: thirteen",
		"urn:b: it is one too many\nFix: remove one")
}
