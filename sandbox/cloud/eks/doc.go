// Package eks is Amazon EKS in the simulated account: clusters, managed node
// groups, add-ons, access entries and Pod Identity associations.
//
// It makes what EKS makes on its own: a cluster's network interfaces, its
// security group, its log group and the access entry of its creator; a node
// group's instances with their interfaces, and the entry of its role. It refuses
// what the API refuses, and fails late where EKS does: nodes join only if the
// VPC CNI is there and may work, if their subnets reach what they need, and if
// their role has its permissions; an add-on that needs nodes waits for them in
// vain.
//
// What it does not simulate: the Kubernetes API, which is another package's and
// asks this one with [ClusterByEndpoint], [MayAccess] and [Nodes]; Auto Mode,
// Fargate, Outposts and hybrid nodes; IPv6 clusters; of the rules of security
// groups any but those that let nodes reach the control plane; ENIConfigs that
// the vpc-cni add-on does not make; warm pools and scaling by load. A node that
// has joined stays ready, whatever is taken away from it later.
//
// Versions and dates are tables with a date of their own: package versions,
// addonversions.go.
package eks
