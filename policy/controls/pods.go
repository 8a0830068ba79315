package controls

import (
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/policy/control"
)

// workloads are the kinds that have pods.
var workloads = []string{
	"kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:DaemonSet", "kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:ReplicaSet",
	"kubernetes:batch/v1:Job", "kubernetes:batch/v1:CronJob", "kubernetes:core/v1:Pod", "kubernetes:core/v1:ReplicationController",
}

// inTemplate is a part of what a workload makes its pods of.
func inTemplate(r *control.Resource, part string) control.Value {
	switch r.Kind() {
	case "Pod":
		return r.Get(part)
	case "CronJob":
		return r.Get("spec.jobTemplate.spec.template." + part)
	}
	return r.Get("spec.template." + part)
}

// podSpec is the specification of a workload's pods.
func podSpec(r *control.Resource) control.Value { return inTemplate(r, "spec") }

// podLabels are the labels of a workload's pods.
func podLabels(r *control.Resource) control.Value { return inTemplate(r, "metadata.labels") }

// eachContainer looks at all containers of a workload's pods, one by one.
func eachContainer(do func(r *control.Resource, pod, container control.Value)) check {
	return func(r *control.Resource) {
		pod := podSpec(r)
		for _, list := range []string{"containers", "initContainers", "ephemeralContainers"} {
			r.Guard(func() { pod.Get(list).Each(func(c control.Value) { do(r, pod, c) }) })
		}
	}
}

// inPod looks at the pods of a workload.
func inPod(do func(r *control.Resource, pod control.Value)) check {
	return func(r *control.Resource) { do(r, podSpec(r)) }
}

// podReads are paths of a Deployment's pods.
func podReads(paths ...string) []string {
	out := make([]string, len(paths))
	for i, p := range paths {
		out[i] = "spec.template.spec." + p
	}
	return out
}

// pod is an example: a Deployment whose pods have some more lines.
func pod(spec string) string {
	return "metadata: {name: shop, namespace: apps}\nspec: {template: {spec: " + spec + "}}"
}

// container is an example of one container with some more lines.
func container(fields string) string {
	return pod("{containers: [{name: shop, image: \"123456789012.dkr.ecr.us-west-2.amazonaws.com/shop:1.2\", " + fields + "}]}")
}

// nodeAgents are workloads that serve their node, and so have what others must
// not: its network, its ports, a folder with the lock of its iptables.
var nodeAgents = control.Setting{
	Name: "workloads", Doc: "Names of workloads that may, because they serve their node", Default: []string{"node-local-dns"},
}

// butNodeAgents lets those off.
func butNodeAgents(do check) check {
	return func(r *control.Resource) {
		if !slices.Contains(r.Words(nodeAgents.Name), objectName(r)) {
			do(r)
		}
	}
}

// podFlag wants a field of the pods to be false or absent.
func podFlag(path string) check {
	return inPod(func(r *control.Resource, p control.Value) {
		if v := p.Get(path); v.True() {
			r.Want(v, "false, or nothing")
		}
	})
}

var pods = []control.Control{
	{
		ID: "k8s-no-privileged", Severity: control.High,
		Title:   "No container is privileged",
		Mapping: control.Mapping{CIS: "EKS 4.2.1", Checkov: "CKV_K8S_16", Trivy: "KSV-0017"},
		On:      workloads, Reads: podReads("containers.securityContext.privileged"),
		Check: eachContainer(func(r *control.Resource, _, c control.Value) {
			if v := c.Get("securityContext.privileged"); v.True() {
				r.Want(v, "false, or nothing")
			}
		}),
		Fix: "remove securityContext.privileged: a privileged container is root on its node",
		Bad: container("securityContext: {privileged: true}"), Good: container("securityContext: {privileged: false}"),
	},
	{
		ID: "k8s-no-host-pid", Severity: control.High,
		Title:   "No pod sees the processes of its node",
		Mapping: control.Mapping{CIS: "EKS 4.2.2", Checkov: "CKV_K8S_17", Trivy: "KSV-0010"},
		On:      workloads, Reads: podReads("hostPID"), Check: podFlag("hostPID"), Fix: "remove hostPID",
		Bad: pod("{hostPID: true}"), Good: pod("{hostPID: false}"),
	},
	{
		ID: "k8s-no-host-ipc", Severity: control.High,
		Title:   "No pod shares memory with its node",
		Mapping: control.Mapping{CIS: "EKS 4.2.3", Checkov: "CKV_K8S_18", Trivy: "KSV-0008"},
		On:      workloads, Reads: podReads("hostIPC"), Check: podFlag("hostIPC"), Fix: "remove hostIPC",
		Bad: pod("{hostIPC: true}"), Good: pod("{hostIPC: false}"),
	},
	{
		ID: "k8s-no-host-network", Severity: control.High,
		Title:   "No pod has its node's network",
		Mapping: control.Mapping{CIS: "EKS 4.2.4", Checkov: "CKV_K8S_19", Trivy: "KSV-0009"},
		On:      workloads, Reads: podReads("hostNetwork"),
		Settings: []control.Setting{nodeAgents},
		Check: butNodeAgents(inPod(func(r *control.Resource, p control.Value) {
			if v := p.Get("hostNetwork"); v.True() {
				r.Want(v, "false, or nothing: no NetworkPolicy holds there, and the node's credentials are one request away")
			}
		})),
		Fix: "remove hostNetwork, or list the workload in the setting workloads",
		Bad: pod("{hostNetwork: true}"), Good: pod("{hostNetwork: false}"),
	},
	{
		ID: "k8s-no-privilege-escalation", Severity: control.Medium,
		Title:   "No process gets more privileges than its container",
		Mapping: control.Mapping{CIS: "EKS 4.2.5", Checkov: "CKV_K8S_20", Trivy: "KSV-0001"},
		On:      workloads, Reads: podReads("containers.securityContext.allowPrivilegeEscalation"),
		Settings: []control.Setting{nodeAgents},
		Check: butNodeAgents(eachContainer(func(r *control.Resource, _, c control.Value) {
			if v := c.Get("securityContext.allowPrivilegeEscalation"); !v.False() {
				r.Want(v, "false")
			}
		})),
		Fix: "set securityContext.allowPrivilegeEscalation to false in every container",
		Bad: container("command: [shop]"), Good: container("securityContext: {allowPrivilegeEscalation: false}"),
	},
	{
		ID: "k8s-run-as-non-root", Severity: control.Medium,
		Title:   "No container runs as root",
		Mapping: control.Mapping{Checkov: "CKV_K8S_23, CKV_K8S_29, CKV_K8S_30", Trivy: "KSV-0012, KSV-0105, KSV-0118"},
		On:      workloads, Reads: podReads("securityContext.runAsNonRoot", "containers.securityContext.runAsNonRoot", "containers.securityContext.runAsUser"),
		Settings: []control.Setting{nodeAgents},
		Check: butNodeAgents(eachContainer(func(r *control.Resource, p, c control.Value) {
			v := c.Get("securityContext.runAsNonRoot")
			if v.False() || !v.True() && !p.Get("securityContext.runAsNonRoot").True() {
				r.Want(v, "true, here or for the whole pod")
			}
			if u := c.Get("securityContext.runAsUser"); u.Int(1) == 0 {
				r.Want(u, "a user other than root")
			}
		})),
		Fix: "set securityContext.runAsNonRoot of the pod to true",
		Bad: container("securityContext: {runAsUser: 0}"), Good: container("securityContext: {runAsNonRoot: true}"),
	},
	{
		ID: "k8s-read-only-rootfs", Severity: control.Medium,
		Title:   "No container can change its own programs",
		Mapping: control.Mapping{Checkov: "CKV_K8S_22", Trivy: "KSV-0014"},
		On:      workloads, Reads: podReads("containers.securityContext.readOnlyRootFilesystem"),
		Settings: []control.Setting{nodeAgents},
		Check: butNodeAgents(eachContainer(func(r *control.Resource, _, c control.Value) {
			if v := c.Get("securityContext.readOnlyRootFilesystem"); !v.True() {
				r.Want(v, "true")
			}
		})),
		Fix: "set securityContext.readOnlyRootFilesystem to true, and mount an emptyDir where it has to write",
		Bad: container("command: [shop]"), Good: container("securityContext: {readOnlyRootFilesystem: true}"),
	},
	{
		ID: "k8s-drop-all-caps", Severity: control.Low,
		Title:   "Containers have no capabilities that they do not ask for",
		Mapping: control.Mapping{Checkov: "CKV_K8S_37, CKV_K8S_28", Trivy: "KSV-0003, KSV-0004, KSV-0106"},
		On:      workloads, Reads: podReads("containers.securityContext.capabilities.drop"),
		Check: eachContainer(func(r *control.Resource, _, c control.Value) {
			if v := c.Get("securityContext.capabilities.drop"); !slices.Contains(v.Texts(), "ALL") {
				r.Want(v, "[ALL]")
			}
		}),
		Fix: "set securityContext.capabilities.drop to [ALL]",
		Bad: container("command: [shop]"), Good: container("securityContext: {capabilities: {drop: [ALL]}}"),
	},
	{
		ID: "k8s-no-added-caps", Severity: control.Medium,
		Title:   "Containers ask for no capabilities",
		Mapping: control.Mapping{Checkov: "CKV_K8S_25", Trivy: "KSV-0022, KSV-0119, KSV-0120"},
		On:      workloads, Reads: podReads("containers.securityContext.capabilities.add"),
		Settings: []control.Setting{nodeAgents, {Name: "capabilities", Doc: "Capabilities that may be asked for", Default: []string{"NET_BIND_SERVICE"}}},
		Check: butNodeAgents(eachContainer(func(r *control.Resource, _, c control.Value) {
			c.Get("securityContext.capabilities.add").Each(func(v control.Value) {
				if name := strings.TrimPrefix(v.Text(), "CAP_"); !slices.Contains(r.Words("capabilities"), name) {
					r.Want(v, "at most "+strings.Join(r.Words("capabilities"), ", "))
				}
			})
		})),
		Fix: "remove the capability",
		Bad: container("securityContext: {capabilities: {add: [NET_ADMIN]}}"), Good: container("securityContext: {capabilities: {add: [NET_BIND_SERVICE]}}"),
	},
	{
		ID: "k8s-no-sys-admin", Severity: control.High,
		Title:   "No container has SYS_ADMIN",
		Mapping: control.Mapping{Checkov: "CKV_K8S_39", Trivy: "KSV-0005"},
		On:      workloads, Reads: podReads("containers.securityContext.capabilities.add"),
		Check: eachContainer(func(r *control.Resource, _, c control.Value) {
			c.Get("securityContext.capabilities.add").Each(func(v control.Value) {
				if slices.Contains([]string{"SYS_ADMIN", "CAP_SYS_ADMIN", "ALL"}, v.Text()) {
					r.Want(v, "another capability, or none: this one is as good as root")
				}
			})
		}),
		Fix: "remove the capability",
		Bad: container("securityContext: {capabilities: {add: [SYS_ADMIN]}}"), Good: container("securityContext: {capabilities: {drop: [ALL]}}"),
	},
	{
		ID: "k8s-seccomp", Severity: control.Low,
		Title:   "Containers have a seccomp profile",
		Mapping: control.Mapping{Checkov: "CKV_K8S_31", Trivy: "KSV-0030, KSV-0104"},
		On:      workloads, Reads: podReads("securityContext.seccompProfile.type", "containers.securityContext.seccompProfile.type"),
		Check: eachContainer(func(r *control.Resource, p, c control.Value) {
			v := c.Get("securityContext.seccompProfile.type")
			if !v.IsSet() {
				v = p.Get("securityContext.seccompProfile.type")
			}
			if !slices.Contains([]string{"RuntimeDefault", "Localhost"}, v.Text()) {
				r.Want(v, "RuntimeDefault")
			}
		}),
		Fix: "set securityContext.seccompProfile.type of the pod to RuntimeDefault",
		Bad: container("command: [shop]"), Good: container("securityContext: {seccompProfile: {type: RuntimeDefault}}"),
	},
	{
		ID: "k8s-proc-mount-default", Severity: control.Medium,
		Title:   "No container sees all of /proc",
		Mapping: control.Mapping{Trivy: "KSV-0027"},
		On:      workloads, Reads: podReads("containers.securityContext.procMount"),
		Check: eachContainer(func(r *control.Resource, _, c control.Value) {
			if v := c.Get("securityContext.procMount"); v.Text() == "Unmasked" {
				r.Want(v, "Default, or nothing")
			}
		}),
		Fix: "remove securityContext.procMount",
		Bad: container("securityContext: {procMount: Unmasked}"), Good: container("securityContext: {procMount: Default}"),
	},
	{
		ID: "k8s-no-windows-host-process", Severity: control.High,
		Title:   "No Windows container is a process of its node",
		Mapping: control.Mapping{Trivy: "KSV-0103"},
		On:      workloads, Reads: podReads("securityContext.windowsOptions.hostProcess", "containers.securityContext.windowsOptions.hostProcess"),
		Check: all(podFlag("securityContext.windowsOptions.hostProcess"), eachContainer(func(r *control.Resource, _, c control.Value) {
			if v := c.Get("securityContext.windowsOptions.hostProcess"); v.True() {
				r.Want(v, "false, or nothing")
			}
		})),
		Fix: "remove windowsOptions.hostProcess",
		Bad: pod("{securityContext: {windowsOptions: {hostProcess: true}}}"), Good: pod("{securityContext: {runAsNonRoot: true}}"),
	},
	{
		ID: "k8s-no-host-path", Severity: control.Medium,
		Title:   "No pod mounts a folder of its node",
		Mapping: control.Mapping{Trivy: "KSV-0023, KSV-0121"},
		On:      workloads, Reads: podReads("volumes.hostPath"),
		Settings: []control.Setting{nodeAgents},
		Check: butNodeAgents(inPod(func(r *control.Resource, p control.Value) {
			p.Get("volumes").Each(func(v control.Value) {
				if h := v.Get("hostPath"); h.Present() {
					r.Violate("%s is a folder of the node: want an emptyDir, or a claim", h.Path())
				}
			})
		})),
		Fix: "use an emptyDir, a claim or a projected volume",
		Bad: pod("{volumes: [{name: logs, hostPath: {path: /var/log}}]}"), Good: pod("{volumes: [{name: logs, emptyDir: {}}]}"),
	},
	{
		ID: "k8s-no-runtime-socket", Severity: control.High,
		Title:   "No pod talks to its node's container runtime",
		Mapping: control.Mapping{Checkov: "CKV_K8S_27", Trivy: "KSV-0006"},
		On:      workloads, Reads: podReads("volumes.hostPath.path"),
		Check: inPod(func(r *control.Resource, p control.Value) {
			p.Get("volumes").Each(func(v control.Value) {
				path := v.Get("hostPath.path")
				for _, socket := range []string{"docker.sock", "containerd.sock", "crio.sock", "dockershim.sock"} {
					if strings.HasSuffix(path.Text(), socket) {
						r.Want(path, "another path: whoever has the socket is root on the node")
					}
				}
			})
		}),
		Fix: "remove the volume; build images with rootless builders",
		Bad: pod("{volumes: [{name: run, hostPath: {path: /var/run/containerd/containerd.sock}}]}"), Good: pod("{volumes: [{name: run, emptyDir: {}}]}"),
	},
	{
		ID: "k8s-no-host-port", Severity: control.Medium,
		Title:   "No container takes a port of its node",
		Mapping: control.Mapping{Checkov: "CKV_K8S_26", Trivy: "KSV-0024"},
		On:      workloads, Reads: podReads("containers.ports.hostPort"),
		Settings: []control.Setting{nodeAgents},
		Check: butNodeAgents(eachContainer(func(r *control.Resource, _, c control.Value) {
			c.Get("ports").Each(func(p control.Value) {
				if v := p.Get("hostPort"); v.Present() {
					r.Want(v, "nothing: use a Service")
				}
			})
		})),
		Fix: "remove hostPort",
		Bad: container("ports: [{containerPort: 8080, hostPort: 8080}]"), Good: container("ports: [{containerPort: 8080}]"),
	},
}
