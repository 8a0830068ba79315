package eks

import (
	"slices"
	"strings"
	"time"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var (
	policyUnknown = rule("access-policy-unknown", invalidParameter, guide+"access-policy-permissions.html", cloud.Derived)
	policyType    = doubt("access-policy-entry-type", invalidRequest, guide+"access-policies.html")
	policyScope   = rule("access-policy-scope", invalidParameter, api+"API_AccessScope.html", cloud.Derived)
)

// AdminPolicy is the access policy that lets its holder do everything in a
// cluster.
const AdminPolicy = "AmazonEKSClusterAdminPolicy"

// accessPolicies are the policies that EKS knows, the strongest first.
// https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
var accessPolicies = []string{
	AdminPolicy, "AmazonEKSAdminPolicy", "AmazonEKSEditPolicy", "AmazonEKSAdminViewPolicy", "AmazonEKSViewPolicy", "AmazonEKSSecretReaderPolicy",
	"AmazonEKSAutoNodePolicy", "AmazonEKSBlockStoragePolicy", "AmazonEKSBlockStorageClusterPolicy", "AmazonEKSComputePolicy",
	"AmazonEKSComputeClusterPolicy", "AmazonEKSLoadBalancingPolicy", "AmazonEKSLoadBalancingClusterPolicy", "AmazonEKSNetworkingPolicy",
	"AmazonEKSNetworkingClusterPolicy", "AmazonEKSHybridPolicy", "AmazonEKSClusterInsightsPolicy",
}

func accessPolicyKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.EKSAccessPolicyAssociation, Noun: "EKS Access Policy Association", Service: serviceName,
		CreateCall: "AssociateAccessPolicy", DeleteCall: "DisassociateAccessPolicy",
		Fields: cloud.Fields{
			"clusterName":  cloud.String.Like(clusterNameText).Required().ForceNew(),
			"principalArn": cloud.String.Like(cloud.ARNText).Required().ForceNew(),
			"policyArn":    cloud.String.Like(cloud.ARNText).Required().ForceNew(),
			"accessScope": cloud.Object(cloud.Fields{
				"type": cloud.String.Required(), "namespaces": cloud.SetOf(cloud.String),
			}).Required().ForceNew(),
			"associatedAt": cloud.String.Output(),
			"modifiedAt":   cloud.String.Output(),
		},
		Create: associatePolicy,
	}
}

func associatePolicy(tx *cloud.Tx, r *cloud.Resource) error {
	c, err := cluster(tx, r.Props.Str("clusterName"))
	if err != nil {
		return err
	}
	principal, policy, scope := r.Props.Str("principalArn"), r.Props.Str("policyArn"), r.Props.Obj("accessScope")
	e := entry(tx, c.ID, principal)
	known := strings.HasPrefix(policy, policyARN(tx, "")) && slices.Contains(accessPolicies, lastPart(policy))
	switch {
	case mode(c.Props) == modeConfigMap:
		return entryMode.Refuse("The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.")
	case !known:
		return policyUnknown.Refuse("The policyArn parameter is not the ARN of an EKS access policy: %s (want %s)", policy, policyARN(tx, "…"))
	case e == nil:
		return entryMissing.Refuse("The specified principalArn could not be found: %s has no access entry in cluster %s", principal, c.ID)
	case scope.Str("type") == "cluster" && len(scope.List("namespaces")) > 0, scope.Str("type") == "namespace" && len(scope.List("namespaces")) == 0:
		return policyScope.Refuse("The access scope namespace needs namespaces, and the access scope cluster has none")
	case scope.Str("type") != "cluster" && scope.Str("type") != "namespace":
		return policyScope.Refuse("The access scope is %q, want cluster or namespace", scope.Str("type"))
	}
	// Nodes of EKS Auto Mode have an entry of type EC2 and a policy.
	if kind := e.Props.Str("type"); kind != typeStandard && kind != typeAuto {
		tx.Warn(policyType, "the access entry of %s has type %s, and access policies are for those of type %s", principal, kind, typeStandard)
	}
	fillPolicy(tx, r)
	return nil
}

func fillPolicy(tx *cloud.Tx, r *cloud.Resource) {
	now := tx.Now().UTC().Format(time.RFC3339)
	r.ID = strings.Join([]string{r.Props.Str("clusterName"), r.Props.Str("principalArn"), r.Props.Str("policyArn")}, "#")
	r.Props["associatedAt"], r.Props["modifiedAt"] = now, now
}

func policyARN(tx *cloud.Tx, name string) string {
	return "arn:" + cloud.Partition(tx.Session.Region) + ":eks::aws:cluster-access-policy/" + name
}

// admitCreator gives the cluster's creator its rights: an access entry, or in
// CONFIG_MAP mode a place that no API shows.
func admitCreator(tx *cloud.Tx, c *cloud.Resource) {
	creator := c.Facts.Str(creatorFact)
	if creator == "" {
		creator = callerRole(tx)
	}
	access := c.Props.Obj("accessConfig")
	if !access.Bool("bootstrapClusterCreatorAdminPermissions") {
		return
	}
	c.Facts[creatorFact] = creator
	if access.Str("authenticationMode") == modeConfigMap {
		return
	}
	makeEntry(tx, c.ID, creator, typeStandard)
	r := &cloud.Resource{Props: cloud.Props{
		"clusterName": c.ID, "principalArn": creator, "policyArn": policyARN(tx, AdminPolicy), "accessScope": map[string]any{"type": "cluster"},
	}}
	fillPolicy(tx, r)
	tx.Make(owner, cloud.EKSAccessPolicyAssociation, r.ID, r.Props, nil)
}

// creatorFact is who made a cluster, when that gives rights.
const creatorFact = "creator"
