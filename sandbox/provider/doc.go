// Package provider puts Pulumi's provider protocol in front of a simulated
// account, so that the real engine can run against it: one gRPC server each for
// the packages aws, kubernetes and eks. A Pulumi CLI attaches to them through
// PULUMI_DEBUG_PROVIDERS.
//
// The engine opens a connection of its own for every provider instance and
// sends no instance with a call, so region, identity, cluster and everything
// else that a provider is configured with belongs to the connection.
package provider
