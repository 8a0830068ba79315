package recovery

import (
	"encoding/json"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// PulumiID is the ID under which Pulumi knows a resource of the account.
func PulumiID(r *cloud.Resource) string {
	if r.Kind != cloud.KubernetesObject {
		return r.ID
	}
	return objects.NameOf(r.Props).ID()
}

// Knows tells whether a deployment holds a resource of the account.
func Knows(d *apitype.DeploymentV3, r *cloud.Resource) bool {
	return slices.ContainsFunc(d.Resources, func(x apitype.ResourceV3) bool {
		return string(x.URN) == r.MadeBy && string(x.ID) == PulumiID(r)
	})
}

// outputs are the properties of a resource as a deployment holds them: secret
// where the input of the same name is, or where the program says so.
func outputs(props cloud.Props, goal apitype.ResourceV3) map[string]any {
	out := map[string]any(props.Clone())
	for name, v := range out {
		if !isSecret(goal.Inputs[name]) && !slices.Contains(goal.AdditionalSecretOutputs, resource.PropertyKey(name)) {
			continue
		}
		// Property values are JSON values; they can be marshalled.
		text, err := json.Marshal(v)
		if err != nil {
			panic("bug in the sandbox: a property that is no JSON value: " + err.Error())
		}
		out[name] = apitype.SecretV1{Sig: resource.SecretSig, Plaintext: string(text)}
	}
	return out
}

func isSecret(v any) bool {
	o, ok := v.(map[string]any)
	return ok && o[resource.SigKey] == resource.SecretSig
}
