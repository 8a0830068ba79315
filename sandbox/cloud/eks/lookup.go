package eks

import (
	"fmt"

	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// ClusterByName finds a cluster of the session's region; nil when there is
// none.
func ClusterByName(tx *cloud.Tx, name string) *cloud.Resource { return tx.Get(cloud.EKSCluster, name) }

// ClusterByEndpoint finds the cluster of the session's region whose Kubernetes
// API has an address; nil when there is none.
func ClusterByEndpoint(tx *cloud.Tx, endpoint string) *cloud.Resource {
	endpoint = strings.TrimSuffix(endpoint, "/")
	return tx.One(cloud.EKSCluster, func(r *cloud.Resource) bool { return strings.TrimSuffix(r.Props.Str("endpoint"), "/") == endpoint })
}

// PublicCIDRs are the ranges from which a cluster's endpoint can be reached
// from outside its VPC; none when the public endpoint is off.
func PublicCIDRs(cluster *cloud.Resource) []string {
	config := cluster.Props.Obj("vpcConfig")
	if !config.Bool("endpointPublicAccess") {
		return nil
	}
	return config.Strs("publicAccessCidrs")
}

// PrivateEndpoint tells whether a cluster's endpoint can be reached from inside
// its VPC without leaving it.
func PrivateEndpoint(cluster *cloud.Resource) bool {
	return cluster.Props.Obj("vpcConfig").Bool("endpointPrivateAccess")
}

// SelfManaged tells whether EKS installed an add-on of that name when it made
// the cluster, and no managed add-on has taken its place.
func SelfManaged(cluster *cloud.Resource, addon string) bool {
	for _, name := range cluster.Facts.Strs(selfManagedFact) {
		if name == addon {
			return true
		}
	}
	return false
}

// selfManagedFact lists the add-ons that run in a cluster without being
// managed.
const selfManagedFact = "selfManaged"

// cluster finds the cluster that a call is about.
func cluster(tx *cloud.Tx, name string) (*cloud.Resource, error) {
	if r := ClusterByName(tx, name); r != nil {
		return r, nil
	}
	return nil, clusterMissing.Refuse("No cluster found for name: %s.", name)
}

// issuer is the address of a cluster's OpenID Connect issuer without https://.
func issuer(cluster *cloud.Resource) string {
	for _, i := range cluster.Props.Objs("identities") {
		for _, o := range i.Objs("oidcs") {
			return strings.TrimPrefix(o.Str("issuer"), "https://")
		}
	}
	return ""
}

// Key tells a cluster from one that had its name before. The objects in a
// cluster have it as their fact "cluster".
func Key(cluster *cloud.Resource) string {
	return fmt.Sprintf("%s#%d", cluster.Props.Str("name"), cluster.Seq)
}

// Runs tells whether an add-on is in a cluster, managed by EKS or not.
func Runs(tx *cloud.Tx, cluster *cloud.Resource, addon string) bool {
	return findAddon(tx, cluster.ID, addon) != nil || SelfManaged(cluster, addon)
}

// Configuration is what an add-on is configured with; nil when it is not there,
// or not configured.
func Configuration(tx *cloud.Tx, cluster *cloud.Resource, addon string) cloud.Props {
	a := findAddon(tx, cluster.ID, addon)
	if a == nil {
		return nil
	}
	config, err := readConfiguration(a.Props.Str("configurationValues"))
	if err != nil {
		return nil
	}
	return config
}

// AddonRole is the role that an add-on's service account names, by the OpenID
// Connect way; "" when there is none.
func AddonRole(tx *cloud.Tx, cluster *cloud.Resource, addon string) string {
	if a := findAddon(tx, cluster.ID, addon); a != nil {
		return a.Props.Str("serviceAccountRoleArn")
	}
	return ""
}
