// Package conformance holds the simulated account to the real AWS provider:
// hashicorp/aws 5.100.0, which pulumi-aws 6.83.4 is built on. Its tests need the
// programs that package terraform finds, and say so loudly where they are not.
package conformance
