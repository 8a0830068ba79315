package kube

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
	"github.com/slipway-iac/slipway/sandbox/kube/pods"
)

const podIdentity = "https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html"

func crash(name string, tag cloud.Tag) *cloud.Rule {
	return cloud.Declare(cloud.Rule{Name: "pods-" + name, Code: "CrashLoopBackOff", Source: podIdentity, Tag: tag, Effect: cloud.FailsLate})
}

var (
	noIdentity = crash("without-identity", cloud.Derived)
	noAgent    = crash("identity-without-agent", cloud.Verified)
	noRole     = crash("identity-without-role", cloud.Derived)
)

// roleAnnotation is how a service account names a role.
const roleAnnotation = "eks.amazonaws.com/role-arn"

// identified tells whether the pods of a chart that calls AWS find credentials
// as they start: through an association of their service account, a role that the
// account names, or else the role of the nodes. Pods do not see an association
// that is made after them.
func (r *release) identified(w pods.Workload) error {
	if len(r.chart.Calls) == 0 {
		return nil
	}
	account := cmp.Or(w.Spec.Str("serviceAccountName"), "default")
	who := fmt.Sprintf("pods of %s %s are in CrashLoopBackOff: service account %s/%s", w.Kind, w.Name.ID(), w.Name.Namespace, account)
	arn := ""
	if a := eks.Association(r.tx, r.cluster.ID, w.Name.Namespace, account); a != nil {
		if !eks.Runs(r.tx, r.cluster, "eks-pod-identity-agent") {
			return noAgent.Late("%s has the Pod Identity association %s, which does nothing without the add-on eks-pod-identity-agent: make it before the release", who, a.ID)
		}
		arn = a.Props.Str("roleArn")
	} else if o := objects.Find(r.tx, r.cluster, "v1", "ServiceAccount", objects.At(w.Name.Namespace, account)); o != nil {
		arn = o.Props.Obj("metadata").Obj("annotations").Str(roleAnnotation)
	}
	if arn != "" {
		if iam.RoleByARN(r.tx, arn) == nil {
			return noRole.Late("%s has the role %s, which does not exist: make the role before the release", who, arn)
		}
		return nil
	}
	groups := r.tx.List(cloud.EKSNodeGroup, cloud.Prop("clusterName", r.cluster.ID))
	if slices.ContainsFunc(groups, func(g *cloud.Resource) bool {
		role := iam.RoleByARN(r.tx, g.Props.Str("nodeRoleArn"))
		return role != nil && len(iam.Missing(r.tx, role, r.chart.Calls...)) == 0
	}) {
		return nil
	}
	return noIdentity.Late("%s has neither a Pod Identity association nor a role, and the nodes' role does not allow %s: make the association first, and let the release depend on it",
		who, r.chart.Calls[0])
}
