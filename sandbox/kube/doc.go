// Package kube is the Kubernetes API of the clusters in a simulated account:
// who may reach it, who may use it, and the objects in it.
package kube
