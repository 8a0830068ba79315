// Package sandbox is a simulated AWS account with Kubernetes clusters in it,
// for running Pulumi programs without an AWS account. Package cloud is the
// account, package kube the clusters, package provider the Pulumi providers in
// front of both. Package sandboxtest is the same for unit tests, and package
// enginetest runs a program in a test on the real engine.
package sandbox

import (
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/all"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
	"github.com/slipway-iac/slipway/sandbox/kube"
)

// Option changes how an account is opened.
type Option func(*eks.Options)

// WithEndpoints has new clusters say that their API answers at these addresses,
// each its own; see [kube.Endpoints].
func WithEndpoints(e *kube.Endpoints) Option {
	return func(o *eks.Options) { o.Endpoint, o.CertificateAuthority = e.URL, e.CertificateAuthority }
}

// Open opens the account in a database file, or makes it with the number
// given. An empty path keeps it in memory.
func Open(path, accountID string, options ...Option) (*cloud.Account, error) {
	var o eks.Options
	for _, set := range options {
		set(&o)
	}
	return cloud.Open(cloud.Options{Path: path, ID: accountID, Services: append(all.ServicesWith(o), kube.Service())})
}
