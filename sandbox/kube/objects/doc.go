// Package objects is the store of a cluster's Kubernetes objects in the
// simulated account: where they are kept, which types a cluster serves, and
// which charts are installed in it.
//
// It asks nobody for permission and refuses nothing; that is package kube's. It
// stands below kube, so that what runs inside a cluster can look at it without
// being called by it.
package objects
