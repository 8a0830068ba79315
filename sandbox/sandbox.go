// Package sandbox is a simulated AWS account with Kubernetes clusters in it,
// for running Pulumi programs without an AWS account. Package cloud is the
// account, package kube the clusters, package provider the Pulumi providers in
// front of both, and package sandboxtest the same for unit tests.
package sandbox

import (
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/all"
	"github.com/slipway-iac/slipway/sandbox/kube"
)

// Open opens the account in a database file, or makes it with the number
// given. An empty path keeps it in memory.
func Open(path, accountID string) (*cloud.Account, error) {
	return cloud.Open(cloud.Options{Path: path, ID: accountID, Services: append(all.Services(), kube.Service())})
}
