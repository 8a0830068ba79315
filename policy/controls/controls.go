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
		{"Load balancers, certificates and names", slices.Concat(loadBalancers, targets, names)},
		{"API gateways, web ACLs and connectors", slices.Concat(gateways, apis, webACLs)},
		{"Databases", slices.Concat(databases, recovery)},
		{"Caches and Kafka", caches},
		{"Buckets", slices.Concat(storage, objects)},
		{"Queues, topics, events and secrets", slices.Concat(messaging, buses)},
		{"Image repositories", registries},
		{"VPC Lattice", lattice},
		{"Kubernetes: namespaces", namespaces},
		{"Kubernetes: pods", slices.Concat(pods, hardening)},
		{"Kubernetes: workloads", slices.Concat(workloadControls, availability)},
		{"Kubernetes: objects that name each other", references},
		{"Kubernetes: Services and Ingresses", slices.Concat(traffic, handover)},
		{"Kubernetes: RBAC", rbac},
		{"Helm releases and retired software", releases},
		{"Karpenter", karpenter},
		{"Across a platform", platform},
		{"Across a platform: paths of packets", paths},
		{"Across a platform: room to grow", growth},
		{"Across a platform: controllers, names and order", slices.Concat(order, care)},
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
