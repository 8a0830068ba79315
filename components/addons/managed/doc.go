// Package managed installs the add-ons that EKS manages and every cluster of
// this library has, in two steps around the nodes.
//
// [BeforeNodes] are what a node needs at its first start: the agent that hands
// out roles, the VPC CNI and kube-proxy. A node that comes before the CNI is
// configured counts its pods and takes its addresses in the wrong way for ever.
// [AfterNodes] run on nodes and would stay degraded without: CoreDNS, the EBS
// CSI driver and metrics-server.
//
// Each add-on that calls AWS has a role of its own through Pod Identity. The
// package installs no storage class and no network policy.
//
// See https://docs.aws.amazon.com/eks/latest/userguide/eks-add-ons.html
package managed
