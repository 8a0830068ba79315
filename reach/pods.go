package reach

import (
	"slices"
	"strings"
)

// namespaceLabel is what Kubernetes puts on every namespace.
const namespaceLabel = "kubernetes.io/metadata.name"

const (
	namespaceType = "kubernetes:core/v1:Namespace"
	serviceType   = "kubernetes:core/v1:Service"
	policyType    = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
	systemSpace   = "kube-system"
)

// workloadTypes are the objects that make pods, with the path of the pods' own
// metadata.
var workloadTypes = map[string][]string{
	"kubernetes:core/v1:Pod":         nil,
	"kubernetes:apps/v1:Deployment":  {"spec", "template"},
	"kubernetes:apps/v1:StatefulSet": {"spec", "template"},
	"kubernetes:apps/v1:DaemonSet":   {"spec", "template"},
	"kubernetes:batch/v1:Job":        {"spec", "template"},
	"kubernetes:batch/v1:CronJob":    {"spec", "jobTemplate", "spec", "template"},
}

// pod is a kind of pod: those of a workload, or any of a namespace.
type pod struct {
	name      string // The workload's; "" for any pod.
	namespace string
	labels    map[string]string
	// exact tells that it has no other labels.
	exact bool
	ports map[string]int // Named ports.
}

func (p *pod) String() string {
	if p.name == "" {
		return "pods of namespace " + p.namespace
	}
	return "pods of " + p.namespace + "/" + p.name
}

// namespaceOf is the namespace of an object.
func namespaceOf(it *item) string {
	if name := it.props.obj("metadata").str("namespace"); name != "" {
		return name
	}
	return "default"
}

// objectName is an object's name in the cluster.
func objectName(it *item) string {
	if name := it.props.obj("metadata").str("name"); name != "" {
		return name
	}
	return it.Name
}

// workload reads a kind of pod out of the object that makes it.
func workload(it *item) (*pod, bool) {
	path, is := workloadTypes[it.Type]
	if !is {
		return nil, false
	}
	template := it.props
	for _, step := range path {
		template = template.obj(step)
	}
	labels, exact := labelsOf(template.obj("metadata"))
	p := &pod{name: objectName(it), namespace: namespaceOf(it), labels: labels, exact: exact, ports: map[string]int{}}
	for _, c := range template.obj("spec").objs("containers") {
		for _, port := range c.objs("ports") {
			if name := port.str("name"); name != "" {
				p.ports[name] = port.num("containerPort", 0)
			}
		}
	}
	return p, true
}

func labelsOf(metadata props) (labels map[string]string, exact bool) {
	labels, exact = map[string]string{}, metadata.known("labels")
	for key, v := range metadata.obj("labels") {
		text, isText := v.(string)
		if !isText {
			exact = false
			continue
		}
		labels[key] = text
	}
	return labels, exact
}

// podsOf are the places of one kind of pod.
func (n *Network) podsOf(kind *pod) []*Place {
	var out []*Place
	for _, p := range n.places {
		if p.Role == RolePods && (p.pod == nil || p.pod.name == "" && p.pod.namespace == kind.namespace) {
			its := *p
			its.pod = kind
			out = append(out, &its)
		}
	}
	return out
}

// spaces are the namespaces that the resources tell of.
func (n *Network) spaces() []string {
	names := []string{systemSpace}
	for _, it := range n.index.items {
		_, makesPods := workloadTypes[it.Type]
		switch {
		case it.Type == namespaceType:
			names = append(names, objectName(it))
		case makesPods || it.Type == policyType:
			names = append(names, namespaceOf(it))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// spaceLabels are a namespace's labels. Those of a namespace that is not among
// the resources are not all known.
func (n *Network) spaceLabels(name string) (labels map[string]string, exact bool) {
	for _, it := range n.index.of(namespaceType) {
		if objectName(it) == name {
			labels, exact = labelsOf(it.props.obj("metadata"))
			labels[namespaceLabel] = name
			return labels, exact
		}
	}
	return map[string]string{namespaceLabel: name}, false
}

// selects tells whether a label selector matches: an absent one does not say, an
// empty one matches everything. See
// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
func selects(selector props, labels map[string]string, exact bool) tri {
	result := yes
	and := func(t tri) {
		if t == no || result == no {
			result = no
		} else if t == maybe {
			result = maybe
		}
	}
	absent := no
	if !exact {
		absent = maybe
	}
	for key, want := range selector.obj("matchLabels") {
		got, has := labels[key]
		switch text, isText := want.(string); {
		case !isText:
			and(maybe)
		case has:
			and(truth(got == text))
		default:
			and(absent)
		}
	}
	for _, e := range selector.objs("matchExpressions") {
		got, has := labels[e.str("key")]
		values, _ := e.strs("values")
		switch strings.ToLower(e.str("operator")) {
		case "in":
			if has {
				and(truth(slices.Contains(values, got)))
			} else {
				and(absent)
			}
		case "notin":
			if has {
				and(truth(!slices.Contains(values, got)))
			} else if !exact {
				and(maybe)
			}
		case "exists":
			if !has {
				and(absent)
			}
		case "doesnotexist":
			if has {
				and(no)
			} else if !exact {
				and(maybe)
			}
		default:
			and(maybe)
		}
	}
	return result
}
