package ekstree

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Call runs a method of a component. The one there is, eks:index:Cluster/getKubeconfig, returns as "result" a kubeconfig for a
// role or a profile; like the outputs of Construct it may be an output value.
func Call(ctx context.Context, e Engine, token string, args resource.PropertyMap) (resource.PropertyMap, error) {
	if token != "eks:index:Cluster/getKubeconfig" {
		return nil, fmt.Errorf("%s: pulumi-eks 3.9.1 has no such method", token)
	}
	for _, k := range keys(args) {
		if len(only(props{k: null}, "__self__", "profileName", "roleArn")) == 0 {
			return nil, fmt.Errorf("%s has no argument %q", token, k)
		}
	}
	t := &tree{ctx: ctx, engine: e, read: map[resource.URN]*node{}}
	credentials := object(only(args, "profileName", "roleArn"))
	out := props{}
	if eks := t.lookup(t.attr(args["__self__"], "eksCluster")); eks != nil {
		out["result"] = t.kubeconfig(eks, credentials, true)
	} else {
		t.fail(fmt.Errorf("%s: __self__ is not a Cluster", token))
	}
	return out, t.err
}
