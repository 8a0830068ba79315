// Package pods works out which pods of a cluster run, and where: the pods of
// workloads, of charts and of EKS's add-ons, oldest first, as the scheduler and
// the VPC CNI would have placed them.
//
// Nothing is stored: the answer follows from what is in the account, so it is
// another when a node or an address has come or gone. Pods take a place on a
// node and an address; how much processor and memory they ask for is not looked
// at, and neither are preemption and what pods do once they run.
package pods
