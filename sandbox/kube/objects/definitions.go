package objects

import (
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
	"github.com/slipway-iac/slipway/sandbox/kube/charts"
)

// custom lists the types of a cluster's custom resource definitions: those that
// are objects, those that EKS puts into every cluster, and those of add-ons.
func custom(tx *cloud.Tx, cluster *cloud.Resource) []Type {
	var types []Type
	for _, r := range List(tx, cluster, extensions, "CustomResourceDefinition") {
		types = append(types, DefinedBy(r.Props)...)
	}
	for _, d := range given(tx, cluster) {
		types = append(types, DefinedBy(d.Object())...)
	}
	return types
}

// DefinedBy are the types that a custom resource definition defines, one a
// version that it serves.
func DefinedBy(definition cloud.Props) []Type {
	spec := definition.Obj("spec")
	names := spec.Obj("names")
	var types []Type
	for _, v := range spec.Objs("versions") {
		if v.Bool("served") {
			types = append(types, Type{
				APIVersion: spec.Str("group") + "/" + v.Str("name"), Kind: names.Str("kind"), Resource: names.Str("plural"),
				Cluster: spec.Str("scope") == "Cluster",
			})
		}
	}
	return types
}

// given are the definitions in a cluster that are no objects of the sandbox.
func given(tx *cloud.Tx, cluster *cloud.Resource) []charts.CRD {
	definitions := slices.Clone(everyCluster)
	for addon, own := range ofAddons {
		if eks.Runs(tx, cluster, addon) {
			definitions = append(definitions, own...)
		}
	}
	return definitions
}

// everyCluster lists what EKS itself installs.
// https://docs.aws.amazon.com/eks/latest/userguide/security-groups-for-pods.html
var everyCluster = []charts.CRD{
	{Group: "vpcresources.k8s.aws", Kind: "CNINode", Plural: "cninodes", Versions: []string{"v1alpha1"}, Cluster: true},
	{Group: "vpcresources.k8s.aws", Kind: "SecurityGroupPolicy", Plural: "securitygrouppolicies", Versions: []string{"v1beta1"}},
	{Group: "networking.k8s.aws", Kind: "PolicyEndpoint", Plural: "policyendpoints", Versions: []string{"v1alpha1"}},
}

// ofAddons lists what add-ons install, by their names.
var ofAddons = map[string][]charts.CRD{
	"vpc-cni": {{Group: "crd.k8s.amazonaws.com", Kind: "ENIConfig", Plural: "eniconfigs", Versions: []string{"v1alpha1"}, Cluster: true}},
	"snapshot-controller": {
		{Group: "snapshot.storage.k8s.io", Kind: "VolumeSnapshot", Plural: "volumesnapshots", Versions: []string{"v1"}},
		{Group: "snapshot.storage.k8s.io", Kind: "VolumeSnapshotClass", Plural: "volumesnapshotclasses", Versions: []string{"v1"}, Cluster: true},
		{Group: "snapshot.storage.k8s.io", Kind: "VolumeSnapshotContent", Plural: "volumesnapshotcontents", Versions: []string{"v1"}, Cluster: true},
	},
	"aws-secrets-store-csi-driver-provider": {
		{Group: "secrets-store.csi.x-k8s.io", Kind: "SecretProviderClass", Plural: "secretproviderclasses", Versions: []string{"v1"}},
		{Group: "secrets-store.csi.x-k8s.io", Kind: "SecretProviderClassPodStatus", Plural: "secretproviderclasspodstatuses", Versions: []string{"v1"}},
	},
	"cert-manager": charts.CertManagerCRDs,
	"external-dns": charts.ExternalDNSCRDs,
}
