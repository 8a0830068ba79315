// Package controls has the controls of the policy pack, one file for each
// subject. A control reads like the rule: what it is about, what it reads, what
// it wants and how to get there, and an example of both.
package controls

import (
	"slices"

	"github.com/slipway-iac/slipway/policy/control"
)

// Group is the controls about one subject.
type Group struct {
	// Title is the subject.
	Title string
	// Controls in the order in which they are read.
	Controls []control.Control
}

// Groups are all controls by subject.
func Groups() []Group {
	return []Group{
		{"EKS: the control plane", eksCluster},
		{"EKS: who may do what", eksAccess},
		{"EKS: nodes", eksNodes},
		{"EKS: add-ons", addons},
		{"Launch templates", launchTemplates},
		{"VPC: networks and addresses", networks},
		{"VPC: routes", routes},
		{"VPC: security groups", securityGroups},
		{"VPC: network ACLs", acls},
		{"VPC: endpoints", endpoints},
		{"IAM: permissions", permissionControls},
		{"IAM: trust and attachments", trustControls},
		{"Keys, logs and alarms", keys},
		{"Load balancers, certificates and names", loadBalancers},
		{"API gateways, web ACLs and connectors", gateways},
		{"Databases", databases},
		{"Caches and Kafka", caches},
		{"Buckets", storage},
		{"Queues, topics, events and secrets", messaging},
		{"Image repositories", registries},
		{"VPC Lattice", lattice},
		{"Kubernetes: namespaces", namespaces},
		{"Kubernetes: pods", pods},
		{"Kubernetes: workloads", workloadControls},
		{"Kubernetes: Services and Ingresses", traffic},
		{"Kubernetes: RBAC", rbac},
		{"Helm releases and retired software", releases},
		{"Karpenter", karpenter},
		{"Across a platform", platform},
		{"Across a platform: paths of packets", paths},
		{"Across a platform: room to grow", growth},
		{"Across a platform: controllers, names and order", order},
		{"How data and workloads are kept", retention},
		{"Across services", stackwide},
	}
}

// All are all controls.
func All() []control.Control {
	var list []control.Control
	for _, g := range Groups() {
		list = slices.Concat(list, g.Controls)
	}
	return list
}
