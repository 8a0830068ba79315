package controls

import (
	"regexp"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/policy/control"
)

// image is a container image taken apart.
type image struct{ registry, path, tag, digest string }

func parseImage(text string) image {
	var x image
	text, x.digest, _ = strings.Cut(text, "@")
	if i := strings.LastIndex(text, ":"); i > strings.LastIndex(text, "/") {
		text, x.tag = text[:i], text[i+1:]
	}
	first, rest, ok := strings.Cut(text, "/")
	if ok && (strings.ContainsAny(first, ".:") || first == "localhost") {
		x.registry, x.path = first, rest
	} else {
		x.registry, x.path = "docker.io", text
	}
	return x
}

// eachImage looks at the image of every container.
func eachImage(do func(*control.Resource, control.Value, image)) check {
	return eachContainer(func(r *control.Resource, _, c control.Value) {
		if v := c.Get("image"); v.IsSet() {
			do(r, v, parseImage(v.Text()))
		}
	})
}

var ecrRegistry = regexp.MustCompile(`^\d{12}\.dkr\.ecr(-fips)?\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$`)

// resourceSet wants containers to have a request or a limit.
func resourceSet(path string) check {
	return eachContainer(func(r *control.Resource, _, c control.Value) {
		if v := c.Get("resources." + path); !v.IsSet() {
			r.Want(v, "a quantity")
		}
	})
}

// secretEnv are names of environment variables that have secrets in them.
var secretEnv = regexp.MustCompile(`(?i)(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY)$`)

var workloadControls = []control.Control{
	{
		ID: "k8s-image-registry-allowed", Severity: control.High,
		Title:   "Images come from known registries",
		Mapping: control.Mapping{CIS: "EKS 5.1.4", Trivy: "KSV-0034, KSV-0035, KSV-0125"},
		On:      workloads, Reads: podReads("containers.image"),
		Settings: []control.Setting{{Name: "registries", Doc: "Registries besides Amazon ECR", Default: []string{"public.ecr.aws", "registry.k8s.io", "quay.io", "ghcr.io"}}},
		Check: eachImage(func(r *control.Resource, v control.Value, x image) {
			if !ecrRegistry.MatchString(x.registry) && !slices.Contains(r.Words("registries"), x.registry) {
				r.Want(v, "an image of Amazon ECR, or of "+strings.Join(r.Words("registries"), ", "))
			}
		}),
		Fix: "copy the image into a registry of yours, or list the registry in the setting registries",
		Bad: pod("{containers: [{name: shop, image: somebody/shop:1.2}]}"), Good: container("command: [shop]"),
	},
	{
		ID: "k8s-image-tag-fixed", Severity: control.Medium,
		Title:   "An image is the same tomorrow",
		Mapping: control.Mapping{Checkov: "CKV_K8S_14", Trivy: "KSV-0013"},
		On:      workloads, Reads: podReads("containers.image"),
		Check: eachImage(func(r *control.Resource, v control.Value, x image) {
			if x.digest == "" && (x.tag == "" || x.tag == "latest") {
				r.Want(v, "a tag other than latest, or a digest")
			}
		}),
		Fix: "write the version",
		Bad: pod("{containers: [{name: shop, image: public.ecr.aws/shop/shop}]}"), Good: container("command: [shop]"),
	},
	{
		ID: "k8s-image-digest", Severity: control.Low,
		Title:   "An image is named by its digest",
		Mapping: control.Mapping{Checkov: "CKV_K8S_43"},
		On:      workloads, Reads: podReads("containers.image"),
		Check: eachImage(func(r *control.Resource, v control.Value, x image) {
			if !strings.HasPrefix(x.digest, "sha256:") {
				r.Want(v, "a digest, @sha256:…")
			}
		}),
		Fix: "add the digest",
		Bad: container("command: [shop]"), Good: pod("{containers: [{name: shop, image: \"public.ecr.aws/shop/shop:1.2@sha256:0123\"}]}"),
	},
	{
		ID: "k8s-cpu-requests", Severity: control.Low,
		Title:   "Containers say how much CPU they need",
		Mapping: control.Mapping{Checkov: "CKV_K8S_10", Trivy: "KSV-0015"},
		On:      workloads, Reads: podReads("containers.resources.requests.cpu"), Check: resourceSet("requests.cpu"), Fix: "set resources.requests.cpu",
		Bad: container("command: [shop]"), Good: container("resources: {requests: {cpu: 100m}}"),
	},
	{
		ID: "k8s-memory-requests", Severity: control.Medium,
		Title:   "Containers say how much memory they need",
		Mapping: control.Mapping{Checkov: "CKV_K8S_12", Trivy: "KSV-0016"},
		On:      workloads, Reads: podReads("containers.resources.requests.memory"), Check: resourceSet("requests.memory"), Fix: "set resources.requests.memory",
		Bad: container("command: [shop]"), Good: container("resources: {requests: {memory: 64Mi}}"),
	},
	{
		ID: "k8s-memory-limits", Severity: control.Medium,
		Title:   "A container that eats memory is stopped, and not its neighbours",
		Mapping: control.Mapping{Checkov: "CKV_K8S_13", Trivy: "KSV-0018"},
		On:      workloads, Reads: podReads("containers.resources.limits.memory"), Check: resourceSet("limits.memory"), Fix: "set resources.limits.memory",
		Bad: container("command: [shop]"), Good: container("resources: {limits: {memory: 64Mi}}"),
	},
	{
		ID: "k8s-readiness-probe", Severity: control.Medium,
		Title:   "A pod gets traffic when it is ready",
		Mapping: control.Mapping{Checkov: "CKV_K8S_9"},
		On:      []string{"kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet"}, Reads: podReads("containers.readinessProbe", "containers.ports"),
		Check: inPod(func(r *control.Resource, p control.Value) {
			p.Get("containers").Each(func(c control.Value) {
				if v := c.Get("readinessProbe"); c.Get("ports").Present() && !v.IsSet() {
					r.Want(v, "a probe, since it has ports")
				}
			})
		}),
		Fix: "add a readinessProbe",
		Bad: container("ports: [{containerPort: 8080}]"), Good: container("ports: [{containerPort: 8080}], readinessProbe: {httpGet: {port: 8080}}"),
	},
	{
		ID: "k8s-no-literal-secret-env", Severity: control.High,
		Title:   "No secret stands in an environment variable",
		Mapping: control.Mapping{CIS: "EKS 4.4.2"},
		On:      workloads, Reads: podReads("containers.env.name", "containers.env.value"),
		Check: eachContainer(func(r *control.Resource, _, c control.Value) {
			c.Get("env").Each(func(e control.Value) {
				name, v := e.Get("name").Text(), e.Get("value")
				if !v.Present() {
					return
				}
				if secretEnv.MatchString(name) {
					r.Violate("%s, %s, has a literal value: everybody who may read the workload can read it", e.Path(), name)
				} else if what := secretIn(v.Text()); what != "" {
					r.Violate("%s, %s, has %s in it", e.Path(), name, what)
				}
			})
		}),
		Fix: "take the value from a Secret, or from Secrets Manager by the Secrets Store CSI driver",
		Bad: container("env: [{name: DB_PASSWORD, value: hunter2}]"), Good: container("env: [{name: DB_PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}]"),
	},
	{
		ID: "k8s-sa-token-not-automounted", Severity: control.Medium,
		Title:   "Pods that do not talk to the API have no token for it",
		Mapping: control.Mapping{CIS: "EKS 4.1.6", Checkov: "CKV_K8S_38", Trivy: "KSV-0036"},
		On:      workloads, Reads: podReads("automountServiceAccountToken", "serviceAccountName"),
		Check: inPod(func(r *control.Resource, p control.Value) {
			account := p.Get("serviceAccountName").Text()
			if v := p.Get("automountServiceAccountToken"); !v.False() && (account == "" || account == "default") {
				r.Want(v, "false, or a service account of its own")
			}
		}),
		Fix: "set automountServiceAccountToken to false",
		Bad: pod("{containers: []}"), Good: pod("{automountServiceAccountToken: false}"),
	},
	{
		ID: "k8s-no-default-sa", Severity: control.Medium,
		Title:   "Every workload has a service account of its own",
		Mapping: control.Mapping{CIS: "EKS 4.1.5", Checkov: "CKV_K8S_41, CKV_K8S_42"},
		On:      workloads, Reads: podReads("serviceAccountName"),
		Check: inPod(func(r *control.Resource, p control.Value) {
			if v := p.Get("serviceAccountName"); !v.IsSet() || v.Text() == "default" {
				r.Want(v, "a service account of the workload's own")
			}
		}),
		Fix: "make a ServiceAccount and name it in serviceAccountName",
		Bad: pod("{serviceAccountName: default}"), Good: pod("{serviceAccountName: shop}"),
	},
	{
		ID: "k8s-not-default-namespace", Severity: control.Low,
		Title:   "Nothing is in the namespace default",
		Mapping: control.Mapping{CIS: "EKS 4.5.2", Checkov: "CKV_K8S_21", Trivy: "KSV-0110"},
		On:      workloads, Reads: []string{"metadata.namespace"},
		Check: func(r *control.Resource) {
			if v := r.Get("metadata.namespace"); !v.IsSet() || v.Text() == "default" {
				r.Want(v, "a namespace of one's own")
			}
		},
		Fix: "set metadata.namespace", Bad: `metadata: {name: shop}`, Good: `metadata: {name: shop, namespace: apps}`,
	},
	{
		ID: "k8s-min-replicas", Severity: control.Medium,
		Title: "What must not fail runs more than once",
		On:    []string{"kubernetes:apps/v1:Deployment"}, Reads: []string{"spec.replicas"},
		Settings: []control.Setting{{Name: "replicas", Doc: "The least number", Default: 2}},
		Check:    atLeast("spec.replicas", "replicas", 1), Fix: "set spec.replicas to 2 or more",
		Bad: `{metadata: {name: shop}, spec: {replicas: 1}}`, Good: `{metadata: {name: shop}, spec: {replicas: 3}}`,
	},
	{
		ID: "k8s-pdb-allows-eviction", Severity: control.Medium,
		Title: "A disruption budget lets nodes be drained",
		On:    []string{"kubernetes:policy/v1:PodDisruptionBudget"}, Reads: []string{"spec.maxUnavailable", "spec.minAvailable"},
		Check: func(r *control.Resource) {
			if v := r.Get("spec.maxUnavailable"); v.Text() == "0" || v.Text() == "0%" {
				r.Want(v, "1 or more: no node with such a pod can be replaced")
			}
			if v := r.Get("spec.minAvailable"); v.Text() == "100%" {
				r.Want(v, "less than 100%: no node with such a pod can be replaced")
			}
		},
		Fix: "set maxUnavailable to 1", Bad: `{spec: {maxUnavailable: 0}}`, Good: `{spec: {maxUnavailable: 1}}`,
	},
	{
		ID: "k8s-no-bare-pods", Severity: control.Low,
		Title: "Pods belong to something that makes them again",
		On:    []string{"kubernetes:core/v1:Pod"}, Check: never("it is a Pod by itself: when its node goes, it is gone"),
		Fix: "use a Deployment, a StatefulSet or a Job", Bad: `metadata: {name: shop}`,
		Good: "resources:\n  shop:\n    type: kubernetes:apps/v1:Deployment\n    properties: {metadata: {name: shop}}\n",
	},
	{
		ID: "k8s-no-git-sync-rce", Severity: control.High,
		Title:   "git-sync runs no command that a repository chooses",
		Mapping: control.Mapping{Checkov: "CKV_K8S_159"},
		On:      workloads, Reads: podReads("containers.image", "containers.args"),
		Check: eachImage(func(r *control.Resource, v control.Value, x image) {
			if !strings.HasSuffix(x.path, "git-sync") {
				return
			}
			pod := podSpec(r)
			pod.Get("containers").Each(func(c control.Value) {
				for _, arg := range slices.Concat(c.Get("args").Texts(), c.Get("command").Texts()) {
					if strings.HasPrefix(strings.TrimLeft(arg, "-"), "git-config") || strings.HasPrefix(strings.TrimLeft(arg, "-"), "exechook-command") || strings.HasPrefix(strings.TrimLeft(arg, "-"), "askpass-url") {
						r.Violate("%s runs with %s: what the repository says may then run as a command", v.Describe(), arg)
					}
				}
			})
		}),
		Fix:  "remove the argument",
		Bad:  pod("{containers: [{name: sync, image: registry.k8s.io/git-sync/git-sync:v4.4.0, args: [\"--git-config=core.sshCommand:sh\"]}]}"),
		Good: pod("{containers: [{name: sync, image: registry.k8s.io/git-sync/git-sync:v4.4.0, args: [\"--repo=https://example.com/shop.git\"]}]}"),
	},
}
