// Package upstream holds the custom resources that the components make to the
// Go types of the projects that read them, in a module of its own: who imports
// the library does not inherit those.
//
// The resources are the golden files of the components' tests. The API server
// drops a field that a definition does not have, without a word; here it fails.
// They are Karpenter's and cert-manager's. Of the AWS Load Balancer Controller the
// components make none, and the Go module proxy does not serve its types.
package upstream
