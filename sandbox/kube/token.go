package kube

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/kube/charts"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// ReleaseToken is Pulumi's type of a Helm release.
const ReleaseToken = "kubernetes:helm.sh/v3:Release"

// GroupKind splits a Pulumi token such as
// kubernetes:storage.k8s.io/v1:StorageClass into the object's apiVersion and
// kind. It fails for types that the sandbox does not model. Of a group that is
// not Kubernetes' own, every type may be a custom resource; whether it is one,
// the cluster knows.
func GroupKind(token string) (apiVersion, kind string, err error) {
	parts := strings.Split(token, ":")
	if len(parts) != 3 {
		return "", "", fmt.Errorf("the sandbox does not model the resource type %s", token)
	}
	apiVersion, kind = strings.TrimPrefix(parts[1], "core/"), parts[2]
	if token == ReleaseToken {
		return apiVersion, kind, nil
	}
	if _, ok := objects.BuiltinType(apiVersion, kind); !ok && !custom(apiVersion, kind) {
		return "", "", fmt.Errorf("the sandbox does not model the resource type %s; of Kubernetes it knows %s", token, strings.Join(known(), ", "))
	}
	return apiVersion, kind, nil
}

// custom tells whether a token can be that of a custom resource. Pulumi's own
// resources have versions that no API has.
func custom(apiVersion, kind string) bool {
	group, version, _ := strings.Cut(apiVersion, "/")
	return objects.Custom(apiVersion) && kind != "" && strings.HasPrefix(version, "v") &&
		group != "helm.sh"
}

func known() []string {
	names := []string{"Release (Helm)", "custom resources"}
	for _, t := range objects.Builtin() {
		names = append(names, t.APIVersion+"/"+t.Kind)
	}
	slices.Sort(names)
	return names
}

// Namespaced tells whether objects of a type live in a namespace. Custom
// resources do as far as this can tell; [Client.Namespaced] knows better.
func Namespaced(apiVersion, kind string) bool {
	t, ok := objects.BuiltinType(apiVersion, kind)
	return ok && !t.Cluster || !ok && custom(apiVersion, kind)
}

// Namespaced tells whether objects of a type live in a namespace: as the cluster
// says, as charts say whose definitions are not there yet, or else yes.
func (c *Client) Namespaced(apiVersion, kind string) bool {
	namespaced := Namespaced(apiVersion, kind)
	_ = c.do("", func(call call) error { // A cluster that does not answer knows nothing.
		if t, ok := objects.Served(call.tx, call.cluster, apiVersion, kind); ok {
			namespaced = !t.Cluster
		} else if t, ok := charted(apiVersion, kind); ok {
			namespaced = !t.Cluster
		}
		return nil
	})
	return namespaced
}

// charted finds a type among the definitions of all charts.
func charted(apiVersion, kind string) (objects.Type, bool) {
	for _, d := range charts.Definitions() {
		for _, t := range objects.DefinedBy(d.Object()) {
			if t.APIVersion == apiVersion && t.Kind == kind {
				return t, true
			}
		}
	}
	return objects.Type{}, false
}
