// Package terraform drives the real AWS provider through the program terraform,
// for the tests that hold the simulated account to it. It finds the tools on
// this machine, reads the provider's schema, and translates resources between
// the names of pulumi-aws and those of the provider below it.
//
// It downloads nothing and reaches no AWS endpoint: the provider comes out of a
// mirror on disk, its credentials are made up, and its calls go to an address
// that the caller names.
package terraform
