package eks

import (
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
)

var (
	associationExists = rule("pod-identity-exists", inUse, api+"API_CreatePodIdentityAssociation.html", cloud.Verified)
	associationQuota  = doubt("pod-identity-quota", limitExceeded, guide+"pod-identities.html")
	associationRole   = rule("pod-identity-role", invalidParameter, guide+"pod-id-role.html", cloud.Verified)
)

const (
	// maxAssociations was the limit in 2024; AWS is said to have raised it to 5,000.
	maxAssociations = 1000
	podIdentity     = "pods.eks.amazonaws.com"
)

// addonFact is the add-on that made an association.
const addonFact = "addon"

func podIdentityKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.EKSPodIdentityAssociation, Noun: "EKS Pod Identity Association", Service: serviceName, Tagged: true,
		CreateCall: "CreatePodIdentityAssociation", UpdateCall: "UpdatePodIdentityAssociation", DeleteCall: "DeletePodIdentityAssociation",
		Fields: cloud.Fields{
			"clusterName":    cloud.String.Required().ForceNew(),
			"namespace":      cloud.String.Required().ForceNew(),
			"serviceAccount": cloud.String.Required().ForceNew(),
			"roleArn":        cloud.String.Like(cloud.ARNText).Required(),
			"associationArn": cloud.String.Output(),
			"associationId":  cloud.String.Output(),
		},
		Create: createAssociation,
		Update: func(tx *cloud.Tx, _ *cloud.Resource, news cloud.Props) error {
			return checkPodRole(tx, news.Str("roleArn"))
		},
	}
}

func createAssociation(tx *cloud.Tx, r *cloud.Resource) error {
	c, err := cluster(tx, r.Props.Str("clusterName"))
	if err != nil {
		return err
	}
	namespace, account := r.Props.Str("namespace"), r.Props.Str("serviceAccount")
	if old := Association(tx, c.ID, namespace, account); old != nil {
		return associationExists.Refuse("Association already exists: %s (of %s/%s)", old.ID, namespace, account)
	}
	if n := tx.Count(cloud.EKSPodIdentityAssociation, cloud.Prop("clusterName", c.ID)); n >= maxAssociations {
		tx.Warn(associationQuota, "cluster %s has %d Pod Identity associations already, and the limit was %d in 2024; look up your account's", c.ID, n, maxAssociations)
	}
	if err := checkPodRole(tx, r.Props.Str("roleArn")); err != nil {
		return err
	}
	r.ID = tx.ID("a-")
	r.Props["associationId"] = r.ID
	r.Props["associationArn"] = tx.ARN("eks", "podidentityassociation/"+c.ID+"/"+r.ID)
	return nil
}

// checkPodRole refuses a role that the Pod Identity agent could not assume.
func checkPodRole(tx *cloud.Tx, arn string) error {
	role := iam.RoleByARN(tx, arn)
	switch {
	case role == nil:
		return associationRole.Refuse("Role provided in the request does not exist: %s", arn)
	case !iam.Trusts(role, podIdentity, "sts:AssumeRole", "sts:TagSession"):
		return associationRole.Refuse("Trust policy of role %s must allow %s to perform sts:AssumeRole and sts:TagSession", arn, podIdentity)
	}
	return nil
}

// Association finds the Pod Identity association of a service account; nil when
// there is none.
func Association(tx *cloud.Tx, cluster, namespace, serviceAccount string) *cloud.Resource {
	return tx.One(cloud.EKSPodIdentityAssociation,
		cloud.Prop("clusterName", cluster), cloud.Prop("namespace", namespace), cloud.Prop("serviceAccount", serviceAccount))
}
