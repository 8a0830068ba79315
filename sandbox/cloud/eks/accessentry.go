package eks

import (
	"regexp"
	"strings"
	"time"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
)

var (
	entryMode      = rule("access-entry-mode", invalidRequest, guide+"setting-up-access-entries.html", cloud.Verified)
	entryExists    = rule("access-entry-exists", inUse, api+"API_CreateAccessEntry.html", cloud.Verified)
	entryMissing   = rule("access-entry-missing", notFound, api+"API_AssociateAccessPolicy.html", cloud.Verified)
	entryPrincipal = rule("access-entry-principal", invalidParameter, api+"API_CreateAccessEntry.html", cloud.Verified)
	entryUser      = rule("access-entry-user-name", invalidParameter, api+"API_CreateAccessEntry.html", cloud.Verified)
	entryGroup     = rule("access-entry-group", invalidParameter, guide+"creating-access-entries.html", cloud.Memory)
	entryType      = rule("access-entry-type", invalidParameter, api+"API_CreateAccessEntry.html", cloud.Verified)
)

const (
	typeStandard = "STANDARD"
	typeLinux    = "EC2_LINUX"
	typeAuto     = "EC2"
)

var (
	principalForm = regexp.MustCompile(`^arn:[a-z-]+:iam::(\d{12}):(role|user)/(.+)$`)
	entryTypes    = []string{typeStandard, typeLinux, "EC2_WINDOWS", "FARGATE_LINUX", "HYBRID_LINUX", typeAuto}
	reservedUsers = []string{"system:", "eks:", "aws:", "amazon:", "iam:"}
)

func accessEntryKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.EKSAccessEntry, Noun: "EKS Access Entry", Service: serviceName, Tagged: true,
		CreateCall: "CreateAccessEntry", UpdateCall: "UpdateAccessEntry", DeleteCall: "DeleteAccessEntry",
		Fields: cloud.Fields{
			"clusterName":      cloud.String.Like(clusterNameText).Required().ForceNew(),
			"principalArn":     cloud.String.Like(cloud.ARNText).Required().ForceNew(),
			"type":             cloud.String.Default(typeStandard).OneOf(entryTypes...).ForceNew(),
			"kubernetesGroups": cloud.SetOf(cloud.String).Computed(),
			"userName":         cloud.String.Computed(),
			"accessEntryArn":   cloud.String.Output(),
			"createdAt":        cloud.String.Output(),
			"modifiedAt":       cloud.String.Output(),
		},
		Create: createEntry,
		Update: func(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
			r.Props["modifiedAt"] = tx.Now().UTC().Format(time.RFC3339)
			return checkIdentity(news)
		},
		Delete: func(tx *cloud.Tx, r *cloud.Resource) error {
			for _, a := range tx.List(cloud.EKSAccessPolicyAssociation, cloud.Prop("clusterName", r.Props["clusterName"]), cloud.Prop("principalArn", r.Props["principalArn"])) {
				tx.Remove(a)
			}
			return nil
		},
	}
}

func createEntry(tx *cloud.Tx, r *cloud.Resource) error {
	c, err := cluster(tx, r.Props.Str("clusterName"))
	if err != nil {
		return err
	}
	principal := r.Props.Str("principalArn")
	if mode(c.Props) == modeConfigMap {
		return entryMode.Refuse("The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.")
	}
	if err := checkPrincipal(tx, principal, r.Props.Str("type")); err != nil {
		return err
	}
	if err := checkIdentity(r.Props); err != nil {
		return err
	}
	if entry(tx, c.ID, principal) != nil {
		return entryExists.Refuse("The specified access entry resource is already in use on this cluster: %s", principal)
	}
	fillEntry(tx, r)
	return nil
}

// checkPrincipal refuses an ARN that is not of a role or user, and a role that
// this account does not have. The caller exists, as do the roles of IAM
// Identity Center, and identities of other accounts are believed.
func checkPrincipal(tx *cloud.Tx, principal, kind string) error {
	m := principalForm.FindStringSubmatch(principal)
	if m == nil {
		return entryPrincipal.Refuse("The principalArn parameter format is not valid: %s (give the ARN of the role, not of a session)", principal)
	}
	local, name := m[1] == tx.AccountID(), m[3]
	switch {
	case !local && kind != typeStandard:
		return entryPrincipal.Refuse("The principal of an entry of type %s must be in the cluster's account: %s", kind, principal)
	case strings.HasPrefix(name, "aws-service-role/"):
		return entryPrincipal.Refuse("The specified principalArn is invalid: service-linked roles are not allowed: %s", principal)
	case local && m[2] == "role" && principal != callerRole(tx) && !strings.HasPrefix(name, "aws-reserved/sso.amazonaws.com/") && iam.RoleByARN(tx, principal) == nil:
		return entryPrincipal.Refuse("The specified principalArn is invalid: invalid principal: %s does not exist in account %s", principal, tx.AccountID())
	}
	return nil
}

// checkIdentity refuses the names inside Kubernetes that an entry may not give.
func checkIdentity(p cloud.Props) error {
	user, groups := p.Str("userName"), p.Strs("kubernetesGroups")
	if p.Str("type") != typeStandard && (user != "" || len(groups) > 0) {
		return entryType.Refuse("The username and kubernetesGroups of an entry of type %s are EKS's own", p.Str("type"))
	}
	for _, prefix := range reservedUsers {
		if strings.HasPrefix(user, prefix) {
			return entryUser.Refuse("The username %s is invalid, it cannot start with %s", user, prefix)
		}
	}
	for _, g := range groups {
		if strings.HasPrefix(g, "system:") {
			return entryGroup.Refuse("The kubernetes group name %s is invalid, it cannot start with system:", g)
		}
	}
	return nil
}

// fillEntry sets what EKS decides about an entry.
func fillEntry(tx *cloud.Tx, r *cloud.Resource) {
	p := r.Props
	principal, now := p.Str("principalArn"), tx.Now().UTC().Format(time.RFC3339)
	r.ID = p.Str("clusterName") + ":" + principal
	m := principalForm.FindStringSubmatch(principal)
	name := lastPart(principal)
	p["accessEntryArn"] = tx.ARN("eks", strings.Join([]string{"access-entry", p.Str("clusterName"), m[2], m[1], name, tx.Hex(8)}, "/"))
	p["createdAt"], p["modifiedAt"] = now, now
	if !p.Has("kubernetesGroups") {
		p["kubernetesGroups"] = []any{}
	}
	switch {
	case p.Str("type") != typeStandard:
		p["userName"], p["kubernetesGroups"] = "system:node:{{EC2PrivateDNSName}}", cloud.Strings("system:nodes")
	case p.Has("userName"):
	case m[2] == "role":
		p["userName"] = strings.Replace(tx.ARN("iam", "assumed-role/"+name+"/{{SessionName}}"), ":iam:", ":sts:", 1)
	default:
		p["userName"] = principal
	}
}

// entry finds the access entry of a principal.
func entry(tx *cloud.Tx, cluster, principal string) *cloud.Resource {
	return tx.Get(cloud.EKSAccessEntry, cluster+":"+principal)
}

// makeEntry is an entry that EKS makes by itself; one that exists stays.
func makeEntry(tx *cloud.Tx, cluster, principal, kind string) {
	if entry(tx, cluster, principal) != nil || !principalForm.MatchString(principal) {
		return
	}
	r := &cloud.Resource{Props: cloud.AllTags(nil).With(cloud.Props{"clusterName": cluster, "principalArn": principal, "type": kind})}
	fillEntry(tx, r)
	tx.Make(owner, cloud.EKSAccessEntry, r.ID, r.Props, nil)
}
