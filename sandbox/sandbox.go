// Package sandbox is a simulated AWS account with Kubernetes clusters in it,
// for running Pulumi programs without an AWS account. Package cloud is the
// account, package kube the clusters, package provider the Pulumi providers in
// front of both. Package sandboxtest is the same for unit tests, and package
// enginetest runs a program in a test on the real engine.
package sandbox

import (
	"time"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/all"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
	"github.com/slipway-iac/slipway/sandbox/kube"
)

// Option changes how an account is opened.
type Option func(*options)

type options struct {
	eks   eks.Options
	clock func() time.Time
}

// WithEndpoints has new clusters say that their API answers at these addresses,
// each its own; see [kube.Endpoints].
func WithEndpoints(e *kube.Endpoints) Option {
	return func(o *options) { o.eks.Endpoint, o.eks.CertificateAuthority = e.URL, e.CertificateAuthority }
}

// WithClock has the account tell another time than the machine's.
func WithClock(clock func() time.Time) Option {
	return func(o *options) { o.clock = clock }
}

// Open opens the account in a database file, or makes it with the number
// given. An empty path keeps it in memory.
func Open(path, accountID string, with ...Option) (*cloud.Account, error) {
	var o options
	for _, set := range with {
		set(&o)
	}
	return cloud.Open(cloud.Options{Path: path, ID: accountID, Services: append(all.ServicesWith(o.eks), kube.Service()), Clock: o.clock})
}
