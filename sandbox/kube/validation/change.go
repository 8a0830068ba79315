package validation

import (
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// fixed are, by type, the fields that never change. See ValidateXUpdate of each
// type in Kubernetes' pkg/apis.
var fixed = map[string][]string{
	"apps/v1/Deployment":                               {"spec.selector"},
	"apps/v1/DaemonSet":                                {"spec.selector"},
	"batch/v1/Job":                                     {"spec.completionMode", "spec.completions", "spec.selector", "spec.template"},
	"networking.k8s.io/v1/IngressClass":                {"spec.controller"},
	"storage.k8s.io/v1/StorageClass":                   {"parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"},
	"storage.k8s.io/v1/CSIDriver":                      {"spec.attachRequired", "spec.fsGroupPolicy", "spec.volumeLifecycleModes"},
	"scheduling.k8s.io/v1/PriorityClass":               {"value", "preemptionPolicy"},
	"v1/ResourceQuota":                                 {"spec.scopes"},
	"v1/Secret":                                        {"type"},
	"v1/PersistentVolume":                              {"spec.awsElasticBlockStore", "spec.csi", "spec.hostPath", "spec.local", "spec.nfs", "spec.volumeMode"},
	"apiextensions.k8s.io/v1/CustomResourceDefinition": {"spec.group", "spec.names.kind", "spec.names.plural", "spec.scope"},
}

// Change finds what is wrong with a change of an object. What an object leaves
// out has a default, and is not compared.
func Change(t objects.Type, old, now cloud.Props) error {
	c := &checker{t: t, object: now}
	fields := fixed[t.APIVersion+"/"+t.Kind]
	if old.Bool("immutable") {
		fields = append([]string{"data", "binaryData", "stringData", "immutable"}, fields...)
	}
	for _, path := range fields {
		if changed(at(old, path), at(now, path)) {
			c.add(immutable, path, "Forbidden: updates to %s are forbidden: field is immutable", path)
		}
	}
	switch t.Kind {
	case "Service":
		c.serviceChange(old.Obj("spec"), now.Obj("spec"))
	case "StatefulSet":
		c.setChange(old.Obj("spec"), now.Obj("spec"))
	case "PersistentVolumeClaim":
		c.claimChange(old, now)
	case "RoleBinding", "ClusterRoleBinding":
		if changed(old["roleRef"], now["roleRef"]) {
			c.add(roleRefFixed, "roleRef", "Invalid value: cannot change roleRef")
		}
	case "Pod":
		c.podChange(old.Obj("spec"), now.Obj("spec"))
	}
	return c.err()
}

func changed(old, now any) bool { return old != nil && now != nil && !cloud.Equal(old, now) }

func at(object cloud.Props, path string) any {
	name, rest, more := strings.Cut(path, ".")
	if !more {
		return object[name]
	}
	return at(object.Obj(name), rest)
}

// serviceChange keeps the address of a Service that has one.
func (c *checker) serviceChange(old, now cloud.Props) {
	if old.Str("type") == "ExternalName" || now.Str("type") == "ExternalName" || old.Str("clusterIP") == "" {
		return
	}
	if ip := now.Str("clusterIP"); ip != "" && ip != old.Str("clusterIP") {
		c.invalid(immutable, "spec.clusterIPs[0]", ip, "may not change once set")
	}
}

// setChanges are what may change in a StatefulSet.
var setChanges = []string{
	"replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit", "persistentVolumeClaimRetentionPolicy", "minReadySeconds",
}

func (c *checker) setChange(old, now cloud.Props) {
	for _, name := range now.Names() {
		if !slices.Contains(setChanges, name) && changed(old[name], now[name]) {
			c.add(setImmutable, "spec", "Forbidden: updates to statefulset spec for fields other than '%s' are forbidden (%s changed)", strings.Join(setChanges, "', '"), name)
		}
	}
}

// claimChange lets a claim grow, and nothing else.
func (c *checker) claimChange(old, now cloud.Props) {
	was, is := old.Obj("spec"), now.Obj("spec")
	for _, name := range is.Names() {
		if name != "resources" && name != "volumeAttributesClassName" && changed(was[name], is[name]) {
			c.add(claimImmut, "spec", "Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims (%s changed)", name)
		}
	}
	size := func(p cloud.Props) float64 { return objects.Quantity(p.Obj("resources").Obj("requests")["storage"]) }
	if size(is) < size(was) {
		c.add(claimShrinks, "spec.resources.requests.storage", "Forbidden: field can not be less than previous value")
	}
}

// podChanges are what may change in a pod, besides its containers' images.
var podChanges = []string{"containers", "initContainers", "activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds"}

func (c *checker) podChange(old, now cloud.Props) {
	for _, name := range now.Names() {
		if !slices.Contains(podChanges, name) && changed(old[name], now[name]) {
			c.add(immutable, "spec", "Forbidden: pod updates may not change fields other than the images of its containers, `spec.activeDeadlineSeconds`, "+
				"`spec.tolerations` and `spec.terminationGracePeriodSeconds` (%s changed)", name)
		}
	}
}
