package nodes

// UserData is what a group's nodes are told of a cluster.
func UserData(g Group, cluster, endpoint, certificate, serviceCIDR string, maxPods int) (string, error) {
	return bootstrap{
		cluster: cluster, endpoint: endpoint, certificate: certificate, serviceCIDR: serviceCIDR,
		maxPods: maxPods, labels: g.Labels, taints: g.Taints,
	}.userData(g.OS)
}
