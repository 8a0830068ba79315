package kube

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
	"github.com/slipway-iac/slipway/sandbox/kube/pods"
	"github.com/slipway-iac/slipway/sandbox/kube/podsecurity"
)

// admit holds a new object to what else is in the cluster, and completes it.
func (c call) admit(t objects.Type, object cloud.Props) (cloud.Props, error) {
	if err := c.withinQuotas(t, object); err != nil {
		return nil, err
	}
	if w, ok := pods.Of(objects.New(c.cluster, object)); ok {
		if err := c.admitPods(w); err != nil {
			return nil, err
		}
	}
	if t.APIVersion == "v1" && t.Kind == "Service" {
		return c.addressed(object)
	}
	return object, nil
}

// admitPods judges a pod. Those of workloads are judged only when they are made;
// where the namespace asks for it, there is a warning before.
func (c call) admitPods(w pods.Workload) error {
	namespace := objects.Find(c.tx, c.cluster, "v1", "Namespace", objects.At("", w.Name.Namespace))
	if namespace == nil {
		return nil
	}
	labels := objects.Labels(namespace.Props)
	if level := podsecurity.Level(labels, "warn"); w.Kind != "Pod" {
		if v := podsecurity.Violations(level, w.Spec); len(v) > 0 {
			c.tx.Warn(podsInsecure, "%s: would violate PodSecurity %q: %s", w.Name.ID(), level+":latest", strings.Join(v, ", "))
		}
		return nil
	}
	level := podsecurity.Level(labels, "enforce")
	if v := podsecurity.Violations(level, w.Spec); len(v) > 0 {
		if err := podInsecure.Refuse("pods %q is forbidden: violates PodSecurity %q: %s", w.Name.Name, level+":latest", strings.Join(v, ", ")); err != nil {
			return err
		}
	}
	account := cmp.Or(w.Spec.Str("serviceAccountName"), "default")
	if account != "default" && objects.Find(c.tx, c.cluster, "v1", "ServiceAccount", objects.At(w.Name.Namespace, account)) == nil {
		return podAccount.Refuse("pods %q is forbidden: error looking up service account %s/%s: serviceaccount %q not found",
			w.Name.Name, w.Name.Namespace, account, account)
	}
	return nil
}

// withinQuotas counts an object against the quotas of its namespace.
func (c call) withinQuotas(t objects.Type, object cloud.Props) error {
	namespace := objects.NameOf(object).Namespace
	for _, r := range objects.List(c.tx, c.cluster, "v1", "ResourceQuota") {
		quota := objects.NameOf(r.Props)
		if quota.Namespace != namespace || namespace == "" {
			continue
		}
		hard := r.Props.Obj("spec").Obj("hard")
		for _, name := range hard.Names() {
			if !counts(name, t, object) {
				continue
			}
			used := 0
			for _, o := range objects.All(c.tx, c.cluster, objects.Of(t.APIVersion, t.Kind), objects.In(namespace)) {
				if counts(name, t, o.Props) {
					used++
				}
			}
			if float64(used+1) > objects.Quantity(hard[name]) {
				if err := quotaExceeded.Refuse("%s %q is forbidden: exceeded quota: %s, requested: %s=1, used: %s=%d, limited: %s=%v",
					t.Plural(), objects.NameOf(object).Name, quota.Name, name, name, used, name, hard[name]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// plainCounts are the types that quotas count under their own name.
var plainCounts = map[string]bool{
	"pods": true, "services": true, "configmaps": true, "secrets": true, "persistentvolumeclaims": true, "resourcequotas": true,
}

// counts tells whether an object counts under a name in a quota.
func counts(name string, t objects.Type, object cloud.Props) bool {
	typ := object.Obj("spec").Str("type")
	switch name {
	case "services.loadbalancers":
		return t.Kind == "Service" && typ == "LoadBalancer"
	case "services.nodeports":
		return t.Kind == "Service" && (typ == "NodePort" || typ == "LoadBalancer")
	}
	return name == "count/"+t.Plural() || name == t.Resource && plainCounts[name] && t.Group() == ""
}

func invalidService(name string) string { return fmt.Sprintf("Service %q is invalid: ", name) }
