package objects

import (
	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// The type under which Helm releases are kept among a cluster's objects. Helm
// itself keeps a Secret in the same place.
const (
	ReleaseAPIVersion = "helm.sh/v3"
	ReleaseKind       = "Release"
)

// What Helm writes on everything that a release made.
const (
	releaseNameAnnotation      = "meta.helm.sh/release-name"
	releaseNamespaceAnnotation = "meta.helm.sh/release-namespace"
)

// Release is a chart that is installed in a cluster.
type Release struct {
	// Name is where it is installed, and under which name.
	Name Name
	// Chart and Version say what.
	Chart, Version string
	// Values are those that were given.
	Values cloud.Props
	// Failed is whether Helm gave up waiting for it.
	Failed bool
	// Seq orders releases and objects by creation.
	Seq uint64
}

// Releases lists the releases of a cluster, oldest first.
func Releases(tx *cloud.Tx, cluster *cloud.Resource) []Release {
	var out []Release
	for _, r := range List(tx, cluster, ReleaseAPIVersion, ReleaseKind) {
		status := r.Props.Obj("status")
		out = append(out, Release{
			Name: NameOf(r.Props), Chart: status.Str("chart"), Version: status.Str("version"),
			Values: r.Props.Obj("values"), Failed: status.Str("status") == "failed", Seq: r.Seq,
		})
	}
	return out
}

// ReleaseOf finds the first release of a chart.
func ReleaseOf(tx *cloud.Tx, cluster *cloud.Resource, chart string) (Release, bool) {
	for _, r := range Releases(tx, cluster) {
		if r.Chart == chart {
			return r, true
		}
	}
	return Release{}, false
}

// Mark writes on an object which release made it.
func Mark(object cloud.Props, release Name) {
	metadata := object.Obj("metadata").With(nil)
	metadata["annotations"] = map[string]any(metadata.Obj("annotations").With(cloud.Props{
		releaseNameAnnotation: release.Name, releaseNamespaceAnnotation: release.Namespace,
	}))
	metadata["labels"] = map[string]any(metadata.Obj("labels").With(cloud.Props{"app.kubernetes.io/managed-by": "Helm"}))
	object["metadata"] = map[string]any(metadata)
}

// MadeBy tells which release made an object; the name is empty when none did.
func MadeBy(object cloud.Props) Name {
	annotations := object.Obj("metadata").Obj("annotations")
	return Name{annotations.Str(releaseNamespaceAnnotation), annotations.Str(releaseNameAnnotation)}
}

// OfRelease is a condition: a release made an object.
func OfRelease(release Name) func(*cloud.Resource) bool {
	return func(r *cloud.Resource) bool { return MadeBy(r.Props) == release }
}

// Outputs are the properties by which Pulumi's state knows what the account
// keeps: those of the object itself, or for a release what the program said and
// what became of it.
func Outputs(r *cloud.Resource) cloud.Props {
	if v, k := TypeOf(r.Props); r.Kind != cloud.KubernetesObject || v != ReleaseAPIVersion || k != ReleaseKind {
		return r.Props
	}
	return r.Props.Obj("inputs").With(cloud.Props{"status": r.Props["status"], "resourceNames": r.Props["resourceNames"]})
}
