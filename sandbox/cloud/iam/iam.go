// Package iam simulates AWS Identity and Access Management as far as EKS
// platforms use it: roles with their inline and attached policies, managed
// policies, instance profiles and OpenID Connect providers.
//
// It refuses names, documents and quotas that IAM refuses, and deletes with
// dependents. The policies that AWS manages exist without being made; the
// package knows their names, and the actions of those that a cluster needs.
//
// It does not decide whether a caller may do something: no call is ever
// refused for lack of permission. [Missing] answers only what a role was given,
// so that a service can tell that a role will not do for its purpose. A change
// is visible at once; IAM's eventual consistency is not simulated.
package iam

import "github.com/slipway-iac/slipway/sandbox/cloud"

// Service lists what IAM adds to an account.
func Service() cloud.Service {
	return cloud.Service{
		Kinds: []cloud.Kind{roleKind(), rolePolicyKind(), attachmentKind(), policyKind(), profileKind(), oidcKind()},
		Tags:  tagRules,
	}
}

const serviceName = "IAM"

const docs = "https://docs.aws.amazon.com/IAM/latest/"

// uniqueID makes one of IAM's identifiers, such as AROA0123456789ABCDEF0.
func uniqueID(tx *cloud.Tx, prefix string) string {
	const letters = "ABCDEFGHIJKLMNOP"
	id := []byte(prefix)
	for _, c := range tx.Hex(17) {
		if c >= 'a' {
			c = rune(letters[c-'a'+10])
		}
		id = append(id, byte(c))
	}
	return string(id)
}

func timestamp(tx *cloud.Tx) string { return tx.Now().UTC().Format("2006-01-02T15:04:05Z") }

// arn names an IAM resource, whose path stands before its name.
func arn(tx *cloud.Tx, kind, path, name string) string {
	if path == "" {
		path = "/"
	}
	return tx.ARN("iam", kind+path+name)
}
