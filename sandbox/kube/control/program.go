package control

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
	"github.com/slipway-iac/slipway/sandbox/kube/pods"
)

// Program is how a controller comes into a cluster and what it needs there.
type Program struct {
	// Chart and Addon are what brings it.
	Chart, Addon string
	// Account is its service account: namespace and name of the add-on's, and the
	// name that the chart gives it by default.
	Account objects.Name
	// Types must be served, by apiVersion/Kind.
	Types []string
	// Actions are what its role must allow.
	Actions []string
	// Wants finds what else keeps it from running; nil when there is nothing else.
	Wants func(tx *cloud.Tx, cluster *cloud.Resource, values cloud.Props) string
}

// Why tells why the program does not run; "" when it does.
func (p Program) Why(tx *cloud.Tx, cluster *cloud.Resource) string {
	account, values, why := p.installed(tx, cluster)
	if why != "" {
		return why
	}
	for _, t := range p.Types {
		i := strings.LastIndex(t, "/")
		if _, ok := objects.Served(tx, cluster, t[:i], t[i+1:]); !ok {
			return fmt.Sprintf("the cluster has no custom resource definition of %s", t)
		}
	}
	named := annotation(tx, cluster, account)
	if named == "" && p.Addon != "" {
		named = eks.AddonRole(tx, cluster, p.Addon)
	}
	role, why := eks.PodRole(tx, cluster, account.Namespace, account.Name, named)
	if why != "" {
		return why
	}
	if role == nil {
		return "the role of its pods does not exist"
	}
	if missing := iam.Missing(tx, role, p.Actions...); len(missing) > 0 {
		return fmt.Sprintf("role %s does not allow %s", role.ID, strings.Join(missing, ", "))
	}
	if p.Wants != nil {
		return p.Wants(tx, cluster, values)
	}
	return ""
}

// Values are the values with which a program is installed.
func (p Program) Values(tx *cloud.Tx, cluster *cloud.Resource) cloud.Props {
	_, values, _ := p.installed(tx, cluster)
	return values
}

// installed finds the service account as which the program runs.
func (p Program) installed(tx *cloud.Tx, cluster *cloud.Resource) (account objects.Name, values cloud.Props, why string) {
	if p.Addon != "" && eks.Runs(tx, cluster, p.Addon) {
		return p.Account, eks.Configuration(tx, cluster, p.Addon), ""
	}
	release, ok := objects.ReleaseOf(tx, cluster, p.Chart)
	switch {
	case !ok && p.Chart == "":
		return account, nil, fmt.Sprintf("the add-on %s is not in cluster %s", p.Addon, cluster.ID)
	case !ok:
		return account, nil, fmt.Sprintf("the chart %s is not installed in cluster %s", p.Chart, cluster.ID)
	}
	account, why = p.account(tx, cluster, release)
	return account, release.Values, why
}

// account finds the service account of a release's Deployment, and why none of
// its pods runs.
func (p Program) account(tx *cloud.Tx, cluster *cloud.Resource, release objects.Release) (objects.Name, string) {
	account := objects.Name{Namespace: release.Name.Namespace, Name: p.Account.Name}
	deployments := objects.List(tx, cluster, "apps/v1", "Deployment")
	i := slices.IndexFunc(deployments, func(o *cloud.Resource) bool {
		return objects.MadeBy(o.Props) == release.Name
	})
	if i < 0 {
		return account, fmt.Sprintf("the release %s has no Deployment any more", release.Name.ID())
	}
	workload, _ := pods.Of(deployments[i])
	account = objects.Name{Namespace: workload.Name.Namespace, Name: cmp.Or(workload.Spec.Str("serviceAccountName"), "default")}
	state := pods.Look(tx, cluster)
	if err := state.Trouble(workload); err != nil && state.Running(workload) == 0 {
		return account, err.Error()
	}
	return account, ""
}

// annotation is the role that a service account names.
func annotation(tx *cloud.Tx, cluster *cloud.Resource, account objects.Name) string {
	o := objects.Find(tx, cluster, "v1", "ServiceAccount", account)
	if o == nil {
		return ""
	}
	return o.Props.Obj("metadata").Obj("annotations").Str("eks.amazonaws.com/role-arn")
}
