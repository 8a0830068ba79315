package eks

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// MayAccess tells what a principal may do in a cluster: the name of the
// strongest access policy that its entry has there, whatever its scope. ok is
// false when the cluster does not know the principal at all; an entry without a
// policy gives "" and true, and then only Kubernetes' own bindings to its groups
// count. The ARN of an assumed role's session stands for the role.
func MayAccess(tx *cloud.Tx, cluster *cloud.Resource, principalARN string) (policyName string, ok bool) {
	principal := roleOf(tx, principalARN)
	if mode(cluster.Props) != modeAPI && cluster.Facts.Str(creatorFact) == principal {
		return AdminPolicy, true
	}
	if mode(cluster.Props) == modeConfigMap || entry(tx, cluster.ID, principal) == nil {
		return "", false
	}
	held := Policies(tx, cluster, principal)
	for _, name := range accessPolicies {
		if slices.ContainsFunc(held, func(p Policy) bool { return p.Name == name }) {
			return name, true
		}
	}
	return "", true
}

// Policy is an access policy that a principal has in a cluster.
type Policy struct {
	// Name is the policy's, such as AmazonEKSViewPolicy.
	Name string
	// Namespaces are where it holds; everywhere when there are none.
	Namespaces []string
}

// Policies are all access policies that a principal has in a cluster, oldest
// first.
func Policies(tx *cloud.Tx, cluster *cloud.Resource, principalARN string) []Policy {
	var out []Policy
	for _, a := range tx.List(cloud.EKSAccessPolicyAssociation, cloud.Prop("clusterName", cluster.ID), cloud.Prop("principalArn", roleOf(tx, principalARN))) {
		out = append(out, Policy{Name: lastPart(a.Props.Str("policyArn")), Namespaces: a.Props.Obj("accessScope").Strs("namespaces")})
	}
	return out
}

// Groups are the Kubernetes groups of a principal's access entry.
func Groups(tx *cloud.Tx, cluster *cloud.Resource, principalARN string) []string {
	if e := entry(tx, cluster.ID, roleOf(tx, principalARN)); e != nil {
		return e.Props.Strs("kubernetesGroups")
	}
	return nil
}

// tokenPrefix begins every token for a cluster's API.
const tokenPrefix = "k8s-aws-v1."

// Token is what a caller shows to a cluster's API. It is not signed: it only
// carries the caller's ARN.
func Token(caller string) string {
	return tokenPrefix + base64.RawURLEncoding.EncodeToString([]byte("https://sts.amazonaws.com/?Action=GetCallerIdentity&X-Sandbox-Caller="+caller))
}

// Caller is the ARN in a token; ok is false when [Token] did not make it.
func Caller(token string) (arn string, ok bool) {
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(token, tokenPrefix))
	if err != nil || !strings.HasPrefix(token, tokenPrefix) {
		return "", false
	}
	_, arn, ok = strings.Cut(string(text), "X-Sandbox-Caller=")
	return arn, ok
}

func callerRole(tx *cloud.Tx) string { return roleOf(tx, tx.Session.Caller) }

// roleOf turns the ARN of an assumed role's session into that of the role.
// Sessions do not show the path of their role: the account's roles are searched
// for it.
func roleOf(tx *cloud.Tx, arn string) string {
	_, rest, ok := strings.Cut(arn, ":assumed-role/")
	if !ok {
		return arn
	}
	name, _, _ := strings.Cut(rest, "/")
	if r := tx.Get(cloud.IAMRole, name); r != nil {
		return r.Props.Str("arn")
	}
	return tx.ARN("iam", "role/"+name)
}
