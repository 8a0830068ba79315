package controls

import (
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/policy/control"
)

// safeSysctls are those that a kubelet allows without being told. See
// https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/
var safeSysctls = []string{
	"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_local_reserved_ports", "net.ipv4.ip_unprivileged_port_start",
	"net.ipv4.ping_group_range", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes",
	"net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_rmem", "net.ipv4.tcp_syncookies", "net.ipv4.tcp_wmem",
}

// The types of SELinux and the volumes of the restricted standard. See
// https://kubernetes.io/docs/concepts/security/pod-security-standards/
var (
	seLinuxTypes = []string{"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
	volumeTypes  = []string{"name", "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"}
)

// eachSecurityContext looks at the security contexts of a workload's pods and of
// their containers.
func eachSecurityContext(do func(*control.Resource, control.Value)) check {
	return all(
		inPod(func(r *control.Resource, p control.Value) { do(r, p.Get("securityContext")) }),
		eachContainer(func(r *control.Resource, _, c control.Value) { do(r, c.Get("securityContext")) }),
	)
}

// hardening are controls of pods beside those that every catalogue begins with.
var hardening = []control.Control{
	{
		ID: "k8s-no-root-gid", Severity: control.Low,
		Title:   "No process is of the group root",
		Mapping: control.Mapping{Trivy: "KSV-0116"},
		On:      workloads, Reads: podReads("securityContext.runAsGroup", "securityContext.fsGroup", "securityContext.supplementalGroups", "containers.securityContext.runAsGroup"),
		Check: eachSecurityContext(func(r *control.Resource, context control.Value) {
			for _, field := range []string{"runAsGroup", "fsGroup", "supplementalGroups"} {
				for _, v := range context.Get(field).Items() {
					if v.Text() == "0" {
						r.Want(v, "another group, or nothing")
					}
				}
			}
		}),
		Fix: "choose a group other than 0",
		Bad: pod("{securityContext: {runAsGroup: 0, fsGroup: 0}}"), Good: pod("{securityContext: {runAsGroup: 1000, fsGroup: 1000}}"),
	},
	{
		ID: "k8s-apparmor-selinux", Severity: control.Low,
		Title:   "Containers keep their AppArmor profile and SELinux type",
		Mapping: control.Mapping{Trivy: "KSV-0002, KSV-0025"},
		On:      workloads, Reads: podReads("securityContext.appArmorProfile.type", "securityContext.seLinuxOptions.type", "securityContext.seLinuxOptions.user", "containers.securityContext.appArmorProfile.type"),
		Check: eachSecurityContext(func(r *control.Resource, context control.Value) {
			if v := context.Get("appArmorProfile.type"); v.Text() == "Unconfined" {
				r.Want(v, "RuntimeDefault, or nothing")
			}
			if v := context.Get("seLinuxOptions.type"); !slices.Contains(seLinuxTypes, v.Text()) {
				r.Want(v, oneOfText(seLinuxTypes))
			}
			for _, field := range []string{"seLinuxOptions.user", "seLinuxOptions.role"} {
				if v := context.Get(field); v.Present() {
					r.Want(v, "nothing")
				}
			}
		}),
		Fix: "remove appArmorProfile and seLinuxOptions: the node's defaults are the strict ones",
		Bad: pod("{securityContext: {appArmorProfile: {type: Unconfined}, seLinuxOptions: {type: spc_t}}}"), Good: pod("{securityContext: {appArmorProfile: {type: RuntimeDefault}, seLinuxOptions: {type: container_t}}}"),
	},
	{
		ID: "k8s-no-unsafe-sysctls", Severity: control.Medium,
		Title:   "No pod changes the kernel for its neighbours",
		Mapping: control.Mapping{Trivy: "KSV-0026"},
		On:      workloads, Reads: podReads("securityContext.sysctls.name"),
		Check: inPod(func(r *control.Resource, p control.Value) {
			p.Get("securityContext.sysctls").Each(func(s control.Value) {
				if v := s.Get("name"); !slices.Contains(safeSysctls, v.Text()) {
					r.Want(v, "a sysctl that is a pod's own, which a kubelet allows")
				}
			})
		}),
		Fix: "remove it, or set it for nodes of a group of their own",
		Bad: pod("{securityContext: {sysctls: [{name: net.core.somaxconn, value: \"4096\"}]}}"), Good: pod("{securityContext: {sysctls: [{name: net.ipv4.tcp_keepalive_time, value: \"60\"}]}}"),
	},
	{
		ID: "k8s-no-writable-host-path", Severity: control.Medium,
		Title: "Whoever mounts a folder of the node cannot write to it",
		On:    workloads, Reads: podReads("volumes.hostPath", "volumes.name", "containers.volumeMounts.name", "containers.volumeMounts.readOnly"),
		Settings: []control.Setting{nodeAgents},
		Check: butNodeAgents(eachContainer(func(r *control.Resource, p, c control.Value) {
			c.Get("volumeMounts").Each(func(m control.Value) {
				for _, v := range p.Get("volumes").Items() {
					if v.Get("name").Text() == m.Get("name").Text() && v.Get("hostPath").Present() && !m.Get("readOnly").True() {
						r.Want(m.Get("readOnly"), "true, since "+v.Get("name").Text()+" is a folder of the node")
					}
				}
			})
		})),
		Fix:  "set readOnly of the mount to true; whoever writes to a node's folders can become root there",
		Bad:  pod("{volumes: [{name: logs, hostPath: {path: /var/log}}], containers: [{name: shop, volumeMounts: [{name: logs, mountPath: /logs}]}]}"),
		Good: pod("{volumes: [{name: logs, hostPath: {path: /var/log}}], containers: [{name: shop, volumeMounts: [{name: logs, mountPath: /logs, readOnly: true}]}]}"),
	},
	{
		ID: "k8s-volume-types", Severity: control.Low,
		Title:   "Volumes come from the cluster, or by a driver",
		Mapping: control.Mapping{Trivy: "KSV-0028"},
		On:      workloads, Reads: podReads("volumes"),
		Check: inPod(func(r *control.Resource, p control.Value) {
			p.Get("volumes").Each(func(v control.Value) {
				for _, kind := range v.Keys() {
					// A folder of the node is the subject of k8s-no-host-path.
					if kind != "hostPath" && !slices.Contains(volumeTypes, kind) && v.Key(kind).Present() {
						r.Violate("%s is of the type %s: want a claim, or one of %s", v.Path(), kind, strings.Join(volumeTypes[1:], ", "))
					}
				}
			})
		}),
		Fix: "use a persistentVolumeClaim: a pod that names its disk or server chooses what it sees",
		Bad: pod("{volumes: [{name: data, nfs: {server: files.internal, path: /}}]}"), Good: pod("{volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]}"),
	},
	{
		ID: "k8s-no-ssh-port", Severity: control.Low,
		Title: "No container is logged in to by SSH",
		On:    workloads, Reads: podReads("containers.ports.containerPort"),
		Check: eachContainer(func(r *control.Resource, _, c control.Value) {
			c.Get("ports").Each(func(p control.Value) {
				if v := p.Get("containerPort"); v.Text() == "22" {
					r.Want(v, "another port; kubectl exec is logged, and asks who it is")
				}
			})
		}),
		Fix: "remove the server of SSH",
		Bad: container("ports: [{containerPort: 22}]"), Good: container("ports: [{containerPort: 8080}]"),
	},
	{
		ID: "k8s-no-deprecated-sa-field", Severity: control.Low,
		Title: "A service account is named where Kubernetes looks",
		On:    workloads, Reads: podReads("serviceAccount", "serviceAccountName"),
		Check: inPod(func(r *control.Resource, p control.Value) {
			// The API server answers with both fields, whichever was written.
			if v := p.Get("serviceAccount"); v.Present() && p.Get("serviceAccountName").Text() != v.Text() {
				r.Want(v, "nothing: the field is serviceAccountName")
			}
		}),
		Fix: "write serviceAccountName",
		Bad: pod("{serviceAccount: shop}"), Good: pod("{serviceAccountName: shop}"),
	},
	{
		ID: "k8s-secrets-as-files", Severity: control.Low,
		Title:   "A program reads its secrets from files",
		Mapping: control.Mapping{CIS: "EKS 4.4.1", Checkov: "CKV_K8S_35"},
		On:      workloads, Reads: podReads("containers.env.valueFrom.secretKeyRef", "containers.envFrom.secretRef"),
		Check: eachContainer(func(r *control.Resource, _, c control.Value) {
			for _, k := range []struct{ list, secret string }{{"env", "valueFrom.secretKeyRef"}, {"envFrom", "secretRef"}} {
				c.Get(k.list).Each(func(e control.Value) {
					if v := e.Get(k.secret); v.Present() {
						r.Want(v, "a volume: what is in the environment ends up in logs and in children")
					}
				})
			}
		}),
		Fix: "mount the Secret as a volume, which also follows its changes",
		Bad: container("env: [{name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}]"), Good: container("volumeMounts: [{name: db, mountPath: /secrets, readOnly: true}]"),
	},
	{
		ID: "k8s-no-duplicate-env", Severity: control.Low,
		Title: "An environment variable has one value",
		On:    workloads, Reads: podReads("containers.env.name"),
		Check: eachContainer(func(r *control.Resource, _, c control.Value) {
			seen := map[string]bool{}
			c.Get("env").Each(func(e control.Value) {
				if v := e.Get("name"); seen[v.Text()] {
					r.Want(v, "each name once: the last one wins, and an update may lose both")
				}
				seen[e.Get("name").Text()] = true
			})
		}),
		Fix: "remove one of them",
		Bad: container("env: [{name: MODE, value: a}, {name: MODE, value: b}]"), Good: container("env: [{name: MODE, value: a}]"),
	},
	{
		ID: "k8s-probe-port-exists", Severity: control.Low,
		Title: "A probe asks a port that the container has",
		On:    workloads, Reads: podReads("containers.ports.name", "containers.readinessProbe.httpGet.port"),
		Check: eachContainer(func(r *control.Resource, _, c control.Value) {
			for _, probe := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
				for _, way := range []string{"httpGet.port", "tcpSocket.port"} {
					r.Guard(func() {
						if v := c.Get(probe + "." + way); isName(v) && !slices.Contains(portNames(c), v.Text()) {
							r.Want(v, "the name of one of the container's ports")
						}
					})
				}
			}
		}),
		Fix:  "give the port that name, or write its number",
		Bad:  container("ports: [{name: http, containerPort: 8080}], readinessProbe: {httpGet: {port: web}}"),
		Good: container("ports: [{name: http, containerPort: 8080}], readinessProbe: {httpGet: {port: http}}"),
	},
}

// isName tells whether a port is written by its name.
func isName(v control.Value) bool { return v.IsText() && v.Int(-1) < 0 && v.Text() != "" }

// portNames are the names of a container's ports.
func portNames(c control.Value) []string {
	var names []string
	for _, p := range c.Get("ports").Items() {
		names = append(names, p.Get("name").Text())
	}
	return names
}
