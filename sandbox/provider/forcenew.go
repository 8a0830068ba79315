package provider

import (
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// replacedFields are, by type, what pulumi-kubernetes replaces an object for
// besides its name and namespace. A path through a list, [*], means each of its
// elements. See provider/pkg/provider/diff.go of pulumi-kubernetes.
var replacedFields = map[string][]string{
	"apps/v1/DaemonSet":   {"spec.selector"},
	"apps/v1/Deployment":  {"spec.selector"},
	"apps/v1/StatefulSet": {"spec.podManagementPolicy", "spec.revisionHistoryLimit", "spec.selector", "spec.serviceName", "spec.volumeClaimTemplates"},
	"batch/v1/Job":        {"spec.completions", "spec.parallelism", "spec.selector", "spec.template"},
	"rbac.authorization.k8s.io/v1/ClusterRoleBinding": {"roleRef"},
	"rbac.authorization.k8s.io/v1/RoleBinding":        {"roleRef"},
	"storage.k8s.io/v1/StorageClass":                  {"parameters", "provisioner"},
	"v1/ConfigMap":                                    {"data", "binaryData"},
	"v1/PersistentVolume": under("spec", "awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "csi", "fc", "flexVolume", "flocker",
		"gcePersistentDisk", "glusterfs", "hostPath", "iscsi", "local", "nfs", "photonPersistentDisk", "portworxVolume", "quobyte", "rbd", "scaleIO",
		"storageos", "vsphereVolume"),
	"v1/PersistentVolumeClaim": {"spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"},
	"v1/Pod": slices.Concat(under("spec", "affinity", "automountServiceAccountToken", "dnsConfig", "dnsPolicy", "enableServiceLinks", "hostAliases",
		"hostIPC", "hostNetwork", "hostPID", "hostname", "imagePullSecrets", "nodeName", "nodeSelector", "overhead", "preemptionPolicy", "priority",
		"priorityClassName", "readinessGates", "restartPolicy", "runtimeClassName", "schedulerName", "securityContext", "serviceAccount",
		"serviceAccountName", "shareProcessNamespace", "subdomain", "terminationGracePeriodSeconds", "volumes"),
		under("spec.containers[*]", container...), under("spec.initContainers[*]", container...)),
	"v1/ResourceQuota": {"spec.scopes"},
	"v1/Secret":        {"type", "data", "stringData"},
	"v1/Service":       {"spec.clusterIP"},
}

var container = []string{
	"args", "command", "env", "image", "imagePullPolicy", "lifecycle", "livenessProbe", "ports", "readinessProbe", "resources", "securityContext",
	"stdin", "stdinOnce", "terminationMessagePath", "terminationMessagePolicy", "tty", "volumeDevices", "volumeMounts", "workingDir",
}

func under(prefix string, names ...string) []string {
	var out []string
	for _, name := range names {
		out = append(out, prefix+"."+name)
	}
	return out
}

func replacing(apiVersion, kind string) []string {
	return append([]string{"metadata.name", "metadata.namespace"}, replacedFields[apiVersion+"/"+kind]...)
}

// at is the value at a path; a list for a path through one.
func at(object cloud.Props, path string) any {
	name, rest, more := strings.Cut(path, ".")
	list, each := strings.CutSuffix(name, "[*]")
	switch {
	case !more:
		return object[name]
	case !each:
		return at(object.Obj(name), rest)
	}
	var values []any
	for _, element := range object.Objs(list) {
		values = append(values, at(element, rest))
	}
	return values
}
