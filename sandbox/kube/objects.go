package kube

import (
	"slices"
	"strconv"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
)

// systemNamespaces come with every cluster; the immortal ones stay in it.
var (
	systemNamespaces = []string{"default", "kube-system", "kube-public", "kube-node-lease"}
	immortal         = systemNamespaces[:3]
)

// find looks an object up, among those that come with a cluster too; nil when
// there is none.
func find(tx *cloud.Tx, cluster *cloud.Resource, apiVersion, kind string, name Name) *cloud.Resource {
	if r := tx.Get(cloud.KubernetesObject, objectID(cluster, apiVersion, kind, name)); r != nil {
		return r
	}
	if apiVersion == "v1" && kind == "Namespace" && slices.Contains(systemNamespaces, name.Name) {
		return stored(cluster, apiVersion, kind, cloud.Props{
			"apiVersion": apiVersion, "kind": kind,
			"metadata": map[string]any{"name": name.Name}, "status": map[string]any{"phase": "Active"},
		})
	}
	return nil
}

// stored is an object as the account keeps it.
func stored(cluster *cloud.Resource, apiVersion, kind string, object cloud.Props) *cloud.Resource {
	return &cloud.Resource{
		Kind: cloud.KubernetesObject, ID: objectID(cluster, apiVersion, kind, nameOf(object)), Region: cluster.Region,
		Props: object, Facts: cloud.Props{"cluster": eks.Key(cluster)}, Owner: "kubernetes",
	}
}

// serverFields are what the API server says of an object.
var serverFields = []string{"uid", "creationTimestamp"}

// revised is an object as it is from now on, with what the server said of it
// and one more revision.
func revised(old, now cloud.Props) cloud.Props {
	said := old.Obj("metadata")
	version, _ := strconv.Atoi(said.Str("resourceVersion"))
	metadata := now.Obj("metadata").With(cloud.Props{
		"resourceVersion": strconv.Itoa(version + 1), "generation": float64(said.Int("generation") + 1),
	})
	for _, name := range serverFields {
		if said.Has(name) {
			metadata[name] = said[name]
		}
	}
	out := now.With(cloud.Props{"metadata": map[string]any(metadata)})
	if status := old["status"]; status != nil {
		out["status"] = status
	}
	return out
}

// over lays what is given over what is there: objects field by field, anything
// else as a whole.
func over(there, given cloud.Props) cloud.Props {
	out := there.With(nil)
	for name, v := range given {
		old, ok1 := there[name].(map[string]any)
		now, ok2 := v.(map[string]any)
		if ok1 && ok2 {
			v = map[string]any(over(old, now))
		}
		out[name] = v
	}
	return out
}
