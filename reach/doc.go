// Package reach tells whether a packet gets from A to B, and why, before
// anything exists.
//
// It sees resources only: what a preview plans, what a stack's state has, or
// what somebody writes down. From them it makes a model of routes, gateways,
// network ACLs, security groups, the VPC CNI and network policies, and follows
// whole sets of packets through it: all addresses, protocols and ports at once.
//
//	n := reach.New(resources)
//	r, err := n.From(reach.Internet).To(reach.InRole(reach.RoleData))
//	fmt.Println(r.Answer(), r.Some())
//
// An answer is one of three. Yes comes with the path: each hop, and the rule
// that let the packets through by the name of its resource. No comes with the
// first thing that stops them and what it would take. Unknown comes with the
// facts that are missing: identifiers and addresses that AWS has not given yet,
// gateways whose other side is not among the resources. To know the difference
// every question is walked twice, once with all that is unknown in favour of the
// packets and once against them.
//
// What is not modelled is said in docs/reach.md; the most important: policies of
// VPC endpoints, firewalls and other appliances, what a load balancer does with
// a request once it has it, and whether anybody listens.
package reach
