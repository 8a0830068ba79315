package eks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
)

// podHops is from how many hops on a pod hears its node's metadata.
const podHops = 2

// PodRole finds the role as which the pods of a service account call AWS, or why
// they have none. annotated is the ARN in the account's annotation
// eks.amazonaws.com/role-arn. A Pod Identity association comes first, the
// annotation second, and the role of a node that lets pods at its metadata last.
func PodRole(tx *cloud.Tx, cluster *cloud.Resource, namespace, account, annotated string) (*cloud.Resource, string) {
	var ready []Node
	for _, n := range Nodes(tx, cluster) {
		if n.Ready {
			ready = append(ready, n)
		}
	}
	if len(ready) == 0 {
		return nil, "no node of cluster " + cluster.ID + " is ready"
	}
	who := namespace + "/" + account
	agent := findAddon(tx, cluster.ID, "eks-pod-identity-agent") != nil
	switch a := Association(tx, cluster.ID, namespace, account); {
	case a != nil && (agent || annotated == ""):
		return associated(tx, ready[0], a, agent)
	case annotated != "":
		return annotatedRole(tx, cluster, who, annotated)
	}
	i := slices.IndexFunc(ready, func(n Node) bool { return n.MetadataHops >= podHops })
	if i < 0 {
		return nil, fmt.Sprintf("service account %s has no role, and pods do not reach their node's: make a Pod Identity association", who)
	}
	return iam.RoleByARN(tx, ready[i].RoleARN), ""
}

func associated(tx *cloud.Tx, n Node, a *cloud.Resource, agent bool) (*cloud.Resource, string) {
	role, nodeRole := iam.RoleByARN(tx, a.Props.Str("roleArn")), iam.RoleByARN(tx, n.RoleARN)
	switch {
	case !agent:
		return nil, fmt.Sprintf("the Pod Identity association %s does nothing without the add-on eks-pod-identity-agent", a.ID)
	case role == nil:
		return nil, fmt.Sprintf("the Pod Identity association %s names the role %s, which does not exist", a.ID, a.Props.Str("roleArn"))
	case !iam.Trusts(role, podIdentity, "sts:AssumeRole", "sts:TagSession"):
		return nil, fmt.Sprintf("role %s does not trust %s", role.ID, podIdentity)
	case nodeRole == nil || len(iam.Missing(tx, nodeRole, "eks-auth:AssumeRoleForPodIdentity")) > 0:
		return nil, fmt.Sprintf("node role %s does not let the Pod Identity agent call eks-auth:AssumeRoleForPodIdentity", lastPart(n.RoleARN))
	}
	return role, ""
}

func annotatedRole(tx *cloud.Tx, cluster *cloud.Resource, who, arn string) (*cloud.Resource, string) {
	role, provider := iam.RoleByARN(tx, arn), tx.ARN("iam", "oidc-provider/"+issuer(cluster))
	switch {
	case role == nil:
		return nil, fmt.Sprintf("service account %s names the role %s, which does not exist", who, arn)
	case tx.Get(cloud.IAMOpenIDConnectProvider, provider) == nil:
		return nil, fmt.Sprintf("role %s of service account %s needs the OpenID Connect provider %s", role.ID, who, provider)
	}
	if !iam.TrustsWebIdentity(role, provider, issuer(cluster), "system:serviceaccount:"+strings.Replace(who, "/", ":", 1)) {
		return nil, fmt.Sprintf("role %s does not trust %s for the service account %s", role.ID, provider, who)
	}
	return role, ""
}
