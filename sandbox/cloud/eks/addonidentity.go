package eks

import (
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// associate brings the Pod Identity associations that an add-on owns to what
// its properties say.
func associate(tx *cloud.Tx, cluster string, r *cloud.Resource, p cloud.Props) error {
	addon, version := p.Str("addonName"), p.Str("addonVersion")
	known := addons[addon]
	wanted := p.Objs("podIdentityAssociations")
	if len(wanted) > 0 && len(known.Accounts) == 0 {
		return addonIdentity.Refuse("Pod Identity feature is not supported for addon version: %s (of %s)", version, addon)
	}
	for _, old := range ownAssociations(tx, r) {
		tx.Remove(old)
	}
	for _, w := range wanted {
		account := w.Str("serviceAccount")
		if !slices.Contains(known.Accounts, account) {
			return addonIdentity.Refuse("ServiceAccount %s is not one of add-on %s; want one of %q", account, addon, known.Accounts)
		}
		a := &cloud.Resource{Props: cloud.AllTags(nil).With(cloud.Props{
			"clusterName": cluster, "namespace": known.Namespace, "serviceAccount": account, "roleArn": w["roleArn"],
		})}
		if err := createAssociation(tx, a); err != nil {
			return err
		}
		tx.Make(owner, cloud.EKSPodIdentityAssociation, a.ID, a.Props, cloud.Props{addonFact: r.ID})
	}
	return nil
}

// ownAssociations are those that an add-on made, which go with it.
func ownAssociations(tx *cloud.Tx, addon *cloud.Resource) []*cloud.Resource {
	return tx.List(cloud.EKSPodIdentityAssociation, func(a *cloud.Resource) bool { return a.Facts.Str(addonFact) == addon.ID })
}
