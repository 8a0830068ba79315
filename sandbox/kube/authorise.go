package kube

import (
	"path"
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// request is one call to a cluster's API.
type request struct {
	verb      string
	about     objects.Type
	namespace string
}

// authorise knows of the access policies what matters here: the cluster
// administrator may do everything, administrators and editors may write inside
// namespaces, the others read, some of them secrets and some the rest, and no
// policy allows nothing. A policy counts where its scope says. See
// https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
func (r request) authorise(tx *cloud.Tx, cluster *cloud.Resource) error {
	caller := tx.Session.Caller
	strongest, ok := eks.MayAccess(tx, cluster, caller)
	if !ok {
		return callerUnknown.Refuse("the server has asked for the client to provide credentials (Unauthorized): cluster %s has no access entry for %s: "+
			"make it before what is in the cluster, and delete it after that", cluster.Props.Str("name"), caller)
	}
	policies := eks.Policies(tx, cluster, caller)
	if !slices.ContainsFunc(policies, func(p eks.Policy) bool { return p.Name == strongest }) {
		// The creator of a cluster has a policy without an association.
		policies = append(policies, eks.Policy{Name: strongest})
	}
	if slices.ContainsFunc(policies, r.allowedBy) {
		return nil
	}
	where := "at the cluster scope"
	if r.namespace != "" {
		where = "in namespace " + r.namespace
	}
	return callerMayNot.Refuse("forbidden: %s cannot %s %s (%s) %s; its access policies are %v", caller, r.verb, r.about.Kind, r.about.APIVersion, where, policies)
}

func (r request) allowedBy(p eks.Policy) bool {
	if p.Name == "" || len(p.Namespaces) > 0 && !slices.ContainsFunc(p.Namespaces, r.in) {
		return false
	}
	switch p.Name {
	case "AmazonEKSClusterAdminPolicy":
		return true
	case "AmazonEKSAdminPolicy", "AmazonEKSEditPolicy":
		return r.verb == "get" || !r.about.Cluster
	}
	switch p.Name {
	case "AmazonEKSViewPolicy":
		return r.verb == "get" && r.about.Kind != "Secret"
	case "AmazonEKSSecretReaderPolicy":
		return r.verb == "get" && r.about.Kind == "Secret"
	}
	return r.verb == "get"
}

// in tells whether the request is about a namespace of a scope, in which an
// asterisk stands for any letters.
func (r request) in(scope string) bool {
	ok, err := path.Match(scope, r.namespace)
	return err == nil && ok && r.namespace != ""
}
