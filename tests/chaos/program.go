package chaos

import (
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube"
)

// Project is the project whose environments are broken.
const Project = "slipway"

// Program is an environment as the real engine brought it up once.
type Program struct {
	// Name of the environment.
	Name string
	// AccountID, Caller and Engine are where and as whom it was deployed.
	AccountID, Caller string
	Engine            kube.Engine
	// Resources of its state, in order.
	Resources []apitype.ResourceV3
	// Retained is what a destroy leaves, by kind.
	Retained map[string]int

	book book
}

// calls tells whether a resource is made by a call to AWS or to a cluster.
func calls(r apitype.ResourceV3) bool {
	return r.Custom && !strings.HasPrefix(string(r.Type), "pulumi:")
}

// Steps is how many resources an up makes.
func (p *Program) Steps() int {
	n := 0
	for _, r := range p.Resources {
		if calls(r) {
			n++
		}
	}
	return n
}

// throttled tells whether a step goes to AWS: a cluster throttles nothing.
func (p *Program) throttled(verb string, step int) bool {
	var steps []apitype.ResourceV3
	for _, r := range p.Resources {
		if calls(r) && (verb == "up" || !r.RetainOnDelete) {
			steps = append(steps, r)
		}
	}
	if verb == "destroy" {
		slices.Reverse(steps)
	}
	return step <= len(steps) && steps[step-1].Type.Package() == "aws"
}

// props are the properties of a state without the marks of secrets.
func props(m map[string]any) cloud.Props { return plain(m).(map[string]any) }

func plain(v any) any {
	switch v := v.(type) {
	case apitype.SecretV1:
		return fromJSON(v.Plaintext)
	case map[string]any:
		if v[resource.SigKey] == resource.SecretSig {
			text, _ := v["plaintext"].(string)
			return fromJSON(text)
		}
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = plain(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = plain(e)
		}
		return out
	}
	return v
}
