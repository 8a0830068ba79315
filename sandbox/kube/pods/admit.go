package pods

import (
	"fmt"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
	"github.com/slipway-iac/slipway/sandbox/kube/podsecurity"
)

// failedCreate is the event of a controller whose pods are refused.
const failedCreate = "FailedCreate"

var (
	insecure = late("violate-security", failedCreate, "https://kubernetes.io/docs/concepts/security/pod-security-admission/")
	overdue  = late("exceed-quota", failedCreate, "https://kubernetes.io/docs/concepts/policy/resource-quotas/")
	unstated = late("without-requests", failedCreate, "https://kubernetes.io/docs/concepts/policy/resource-quotas/")
	outside  = late("outside-limit-range", failedCreate, "https://kubernetes.io/docs/concepts/policy/limit-range/")
)

// namespace is what a namespace lets pods be, and what they have used of it.
type namespace struct {
	level  string
	quotas []cloud.Props
	limits []cloud.Props
	used   map[string]float64
}

func namespacesOf(tx *cloud.Tx, cluster *cloud.Resource) map[string]*namespace {
	out := map[string]*namespace{}
	for _, r := range objects.List(tx, cluster, "v1", "Namespace") {
		out[objects.NameOf(r.Props).Name] = &namespace{level: podsecurity.Level(objects.Labels(r.Props), "enforce"), used: map[string]float64{}}
	}
	for kind, add := range map[string]func(n *namespace, o cloud.Props){
		"ResourceQuota": func(n *namespace, o cloud.Props) { n.quotas = append(n.quotas, o) },
		"LimitRange":    func(n *namespace, o cloud.Props) { n.limits = append(n.limits, o.Obj("spec").Objs("limits")...) },
	} {
		for _, r := range objects.List(tx, cluster, "v1", kind) {
			if n := out[objects.NameOf(r.Props).Namespace]; n != nil {
				add(n, r.Props)
			}
		}
	}
	return out
}

// refuses tells why the API server would not make one more pod of a workload; nil
// when it does, and then the pod has used its part of the quotas.
func (n *namespace) refuses(w Workload) error {
	who := fmt.Sprintf("pods of %s are not created: pods \"%s-…\" is forbidden: ", w.id(), w.Name.Name)
	if v := podsecurity.Violations(n.level, w.Spec); len(v) > 0 {
		if err := insecure.Late("%sviolates PodSecurity \"%s:latest\": %s: change the pods, or the level of namespace %s",
			who, n.level, strings.Join(v, ", "), w.Name.Namespace); err != nil {
			return err
		}
	}
	asked := map[string]float64{"pods": 1}
	for _, c := range w.Spec.Objs("containers") {
		resources, problem := n.completed(c)
		if problem != "" {
			if err := outside.Late("%s%s: see the LimitRange of namespace %s", who, problem, w.Name.Namespace); err != nil {
				return err
			}
		}
		for name, v := range resources {
			asked[name] += v
		}
	}
	for _, q := range n.quotas {
		if err := n.exceeds(who, q, asked); err != nil {
			return err
		}
	}
	for name, v := range asked {
		n.used[name] += v
	}
	return nil
}

// completed are the requests and limits of a container, by the names that quotas
// give them, with the defaults of limit ranges.
func (n *namespace) completed(container cloud.Props) (resources map[string]float64, problem string) {
	own := container.Obj("resources")
	resources = map[string]float64{}
	for _, name := range []string{"cpu", "memory"} {
		limit, request := own.Obj("limits")[name], own.Obj("requests")[name]
		if request == nil {
			request = limit
		}
		for _, l := range n.limits {
			if l.Str("type") != "Container" {
				continue
			}
			if limit == nil {
				limit = l.Obj("default")[name]
			}
			if request == nil {
				request = l.Obj("defaultRequest")[name]
			}
			if most := l.Obj("max")[name]; most != nil && objects.Quantity(limit) > objects.Quantity(most) {
				return nil, fmt.Sprintf("maximum %s usage per Container is %v, but limit is %v", name, most, limit)
			}
			if least := l.Obj("min")[name]; least != nil && objects.Quantity(request) < objects.Quantity(least) {
				return nil, fmt.Sprintf("minimum %s usage per Container is %v, but request is %v", name, least, request)
			}
		}
		if request == nil {
			request = limit
		}
		if request != nil {
			resources["requests."+name] = objects.Quantity(request)
		}
		if limit != nil {
			resources["limits."+name] = objects.Quantity(limit)
		}
	}
	return resources, ""
}

// counted are the names in quotas that pods use up, and what each means.
var counted = map[string]string{
	"pods": "pods", "count/pods": "pods", "cpu": "requests.cpu", "memory": "requests.memory",
	"requests.cpu": "requests.cpu", "requests.memory": "requests.memory", "limits.cpu": "limits.cpu", "limits.memory": "limits.memory",
}

func (n *namespace) exceeds(who string, quota cloud.Props, asked map[string]float64) error {
	if len(quota.Obj("spec").List("scopes")) > 0 || quota.Obj("spec").Has("scopeSelector") {
		return nil // Which pods it is about is not modelled.
	}
	name, hard := objects.NameOf(quota).Name, quota.Obj("spec").Obj("hard")
	for _, resource := range hard.Names() {
		meaning, ours := counted[resource]
		if !ours {
			continue
		}
		v, stated := asked[meaning]
		if !stated {
			if err := unstated.Late("%sfailed quota: %s: must specify %s for each container", who, name, resource); err != nil {
				return err
			}
		}
		if n.used[meaning]+v > objects.Quantity(hard[resource]) {
			if err := overdue.Late("%sexceeded quota: %s, requested: %s=%v, used: %s=%v, limited: %s=%v: raise the quota, or want fewer pods",
				who, name, resource, v, resource, n.used[meaning], resource, hard[resource]); err != nil {
				return err
			}
		}
	}
	return nil
}
