package objects

import (
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
)

// clusterFact says which cluster an object is in.
const clusterFact = "cluster"

// systemNamespaces come with every cluster.
var systemNamespaces = []string{"default", "kube-node-lease", "kube-public", "kube-system"}

func id(cluster *cloud.Resource, apiVersion, kind string, n Name) string {
	return strings.Join([]string{eks.Key(cluster), apiVersion, kind, n.ID()}, "|")
}

// Find looks an object up, among those that come with a cluster too; nil when
// there is none.
func Find(tx *cloud.Tx, cluster *cloud.Resource, apiVersion, kind string, name Name) *cloud.Resource {
	if r := tx.Get(cloud.KubernetesObject, id(cluster, apiVersion, kind, name)); r != nil {
		return r
	}
	if apiVersion == "v1" && kind == "Namespace" && slices.Contains(systemNamespaces, name.Name) {
		return systemNamespace(cluster, name.Name)
	}
	return nil
}

func systemNamespace(cluster *cloud.Resource, name string) *cloud.Resource {
	return New(cluster, cloud.Props{
		"apiVersion": "v1", "kind": "Namespace",
		"metadata": map[string]any{"name": name}, "status": map[string]any{"phase": "Active"},
	})
}

// New is an object as the account keeps it; [cloud.Tx.Put] keeps it. Its
// apiVersion, kind and metadata say where.
func New(cluster *cloud.Resource, object cloud.Props) *cloud.Resource {
	apiVersion, kind := TypeOf(object)
	return &cloud.Resource{
		Kind: cloud.KubernetesObject, ID: id(cluster, apiVersion, kind, NameOf(object)), Region: cluster.Region,
		Props: object, Facts: cloud.Props{clusterFact: eks.Key(cluster)}, Owner: "kubernetes",
	}
}

// All lists the objects of a cluster, oldest first, without the namespaces that
// come with it. Conditions are those of [cloud.Tx.List].
func All(tx *cloud.Tx, cluster *cloud.Resource, where ...func(*cloud.Resource) bool) []*cloud.Resource {
	key := eks.Key(cluster)
	return tx.List(cloud.KubernetesObject, append([]func(*cloud.Resource) bool{
		func(r *cloud.Resource) bool { return r.Facts.Str(clusterFact) == key },
	}, where...)...)
}

// List lists the objects of one type, oldest first, those that come with a
// cluster too.
func List(tx *cloud.Tx, cluster *cloud.Resource, apiVersion, kind string) []*cloud.Resource {
	var out []*cloud.Resource
	if apiVersion == "v1" && kind == "Namespace" {
		for _, name := range systemNamespaces {
			if r := Find(tx, cluster, apiVersion, kind, Name{Name: name}); r.Seq == 0 {
				out = append(out, r)
			}
		}
	}
	return append(out, All(tx, cluster, Of(apiVersion, kind))...)
}

// Of is a condition: an object is of a type.
func Of(apiVersion, kind string) func(*cloud.Resource) bool {
	return func(r *cloud.Resource) bool {
		v, k := TypeOf(r.Props)
		return v == apiVersion && k == kind
	}
}

// In is a condition: an object is in a namespace.
func In(namespace string) func(*cloud.Resource) bool {
	return func(r *cloud.Resource) bool { return NameOf(r.Props).Namespace == namespace }
}
