package eks

import (
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var (
	addonNoNode  = failure("addon-without-nodes", tooFewReplicas, api+"API_AddonIssue.html")
	addonTainted = failure("addon-tolerates-no-node", tooFewReplicas, api+"API_AddonIssue.html")
)

// tooFewReplicas is the health issue of an add-on whose pods do not run.
const tooFewReplicas = "InsufficientNumberOfReplicas"

// replicas tells whether an add-on's Deployment comes up. It does not without a
// ready node whose taints it tolerates: EKS then waits for its health until the
// provider gives up.
func replicas(tx *cloud.Tx, c *cloud.Resource, p cloud.Props) error {
	name := p.Str("addonName")
	if !addons[name].needsNodes {
		return nil
	}
	config, err := readConfiguration(p.Str("configurationValues"))
	if err != nil {
		return err
	}
	var ready, tainted []string
	for _, n := range Nodes(tx, c) {
		if !n.Ready {
			continue
		}
		ready = append(ready, n.Name)
		if !tolerated(n.Taints, config.Objs("tolerations")) {
			tainted = append(tainted, n.Group)
		}
	}
	switch {
	case len(ready) == 0:
		return addonNoNode.Late(
			"The add-on %s of cluster %s is unhealthy because it doesn't have the desired number of replicas: no node is ready to run them. "+
				"Make a node group first and let the add-on depend on it", name, c.ID)
	case len(tainted) == len(ready):
		slices.Sort(tainted)
		return addonTainted.Late(
			"The add-on %s of cluster %s is unhealthy because it doesn't have the desired number of replicas: it does not tolerate the taints of any node (node groups %s). "+
				"Add tolerations to its configurationValues, or a node group without taints", name, c.ID, strings.Join(slices.Compact(tainted), ", "))
	}
	return nil
}

// tolerated tells whether pods with the given tolerations, and those that every
// add-on has, may run on a node with the taints.
func tolerated(taints []Taint, tolerations []cloud.Props) bool {
	for _, t := range taints {
		if t.Effect == "PreferNoSchedule" || t.Key == "CriticalAddonsOnly" {
			continue
		}
		if !slices.ContainsFunc(tolerations, func(o cloud.Props) bool {
			key := o.Str("key") == "" && o.Str("operator") == "Exists" || o.Str("key") == t.Key
			value := o.Str("operator") == "Exists" || o.Str("value") == t.Value
			return key && value && (o.Str("effect") == "" || o.Str("effect") == t.Effect)
		}) {
			return false
		}
	}
	return true
}
