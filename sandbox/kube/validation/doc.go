// Package validation holds Kubernetes objects to the rules of their types, as
// the API server does once an object decodes: names, required fields, values
// that do not go together, and changes that are not allowed.
//
// It looks at one object alone. What depends on others in the cluster is
// admission, in package kube. What a type has no rule for here is accepted, as
// far as it decodes.
package validation
