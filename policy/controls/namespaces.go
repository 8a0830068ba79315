package controls

import (
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/policy/cidr"
	"github.com/slipway-iac/slipway/policy/control"
)

// systemNamespaces are Kubernetes's own.
var systemNamespaces = []string{"kube-system", "kube-public", "kube-node-lease", "default"}

// objectName is the name of an object.
func objectName(r *control.Resource) string { return r.Get("metadata.name").Text() }

// inNamespace lists the objects of a kind in a namespace, by its name or by a
// reference to it.
func inNamespace(s *control.Stack, token string, ns *control.Resource) []*control.Resource {
	var found []*control.Resource
	for _, x := range s.Of(token) {
		name := x.Get("metadata.namespace")
		// Of a namespace whose name is generated the reference is what there is.
		if slices.Contains(x.PropertyDependencies["metadata"], ns.URN) || name.Present() && name.Text() == objectName(ns) {
			found = append(found, x)
		}
	}
	return found
}

// policyWay is one of the two ways that a NetworkPolicy governs.
type policyWay struct {
	// Type is its name among policyTypes. Its Rules are below spec, and their
	// Peers below each.
	Type, Rules, Peers string
	// Otherwise is what holds where no policy governs it.
	Otherwise string
}

var policyWays = []policyWay{
	{"Ingress", "ingress", "from", "everybody reaches its pods"},
	{"Egress", "egress", "to", "its pods talk to everybody"},
}

// allowsAll tells whether a rule allows everything one way. A list that is empty
// counts as one that is not there.
func (w policyWay) allowsAll(rule control.Value) bool {
	return !rule.Get(w.Peers).Present() && !rule.Get("ports").Present()
}

// denies tells whether a policy, by its spec, lets nothing through one way but what
// its rules name. Without policyTypes every policy is about Ingress, and one with
// rules for it about Egress.
func (w policyWay) denies(spec control.Value) bool {
	types, rules := spec.Get("policyTypes").Texts(), spec.Get(w.Rules)
	governs := slices.Contains(types, w.Type) || len(types) == 0 && (w.Type == "Ingress" || rules.IsSet())
	return governs && !slices.ContainsFunc(rules.Items(), w.allowsAll)
}

var namespaces = []control.Control{
	{
		ID: "k8s-namespace-psa-labels", Severity: control.High,
		Title:   "Namespaces enforce a Pod Security level",
		Mapping: control.Mapping{CIS: "EKS 4.2.1, EKS 4.2.2, EKS 4.2.3, EKS 4.2.4, EKS 4.2.5"},
		On:      []string{namespace}, Reads: []string{"metadata.labels"},
		Settings: []control.Setting{{Name: "privileged", Doc: "Names of namespaces whose pods may do everything", Default: []string{}}},
		Check: func(r *control.Resource) {
			if slices.Contains(r.Words("privileged"), objectName(r)) {
				return
			}
			v := r.Get("metadata.labels").Key("pod-security.kubernetes.io/enforce")
			if !slices.Contains([]string{"restricted", "baseline"}, v.Text()) {
				r.Want(v, "restricted or baseline")
			}
		},
		Fix:  "set the label pod-security.kubernetes.io/enforce",
		Bad:  `metadata: {name: apps}`,
		Good: `metadata: {name: apps, labels: {pod-security.kubernetes.io/enforce: restricted}}`,
	},
	{
		ID: "k8s-namespace-quota", Severity: control.Low,
		Title:   "A namespace cannot take the whole cluster",
		Mapping: control.Mapping{Trivy: "KSV-0040"},
		On:      []string{namespace, "kubernetes:core/v1:ResourceQuota"}, Reads: []string{"metadata.name", "kubernetes:core/v1:ResourceQuota metadata.namespace"},
		CheckStack: eachNamespaceHas("kubernetes:core/v1:ResourceQuota"),
		Fix:        "add a ResourceQuota",
		Bad:        `metadata: {name: apps}`,
		Good: `
resources:
  apps: {type: "kubernetes:core/v1:Namespace", properties: {metadata: {name: apps}}}
  quota: {type: "kubernetes:core/v1:ResourceQuota", properties: {metadata: {namespace: apps}}}
`,
	},
	{
		ID: "k8s-namespace-limit-range", Severity: control.Low,
		Title:   "Pods that ask for nothing get something",
		Mapping: control.Mapping{Trivy: "KSV-0039"},
		On:      []string{namespace, "kubernetes:core/v1:LimitRange"}, Reads: []string{"metadata.name", "kubernetes:core/v1:LimitRange metadata.namespace"},
		CheckStack: eachNamespaceHas("kubernetes:core/v1:LimitRange"),
		Fix:        "add a LimitRange with default requests and limits",
		Bad:        `metadata: {name: apps}`,
		Good: `
resources:
  apps: {type: "kubernetes:core/v1:Namespace", properties: {metadata: {name: apps}}}
  limits: {type: "kubernetes:core/v1:LimitRange", properties: {metadata: {namespace: apps}}}
`,
	},
	{
		ID: "plat-namespace-default-deny", Severity: control.High,
		Title: "A namespace lets nothing in or out that no policy allows",
		On:    []string{namespace, networkPolicy}, Reads: []string{"metadata.name", networkPolicy + " spec.podSelector", networkPolicy + " spec.policyTypes", networkPolicy + " spec.ingress", networkPolicy + " spec.egress"},
		CheckStack: func(s *control.Stack) {
			s.Each(namespace, func(ns *control.Resource) {
				if slices.Contains(systemNamespaces, objectName(ns)) {
					return
				}
				var ofAll []control.Value
				for _, p := range inNamespace(s, networkPolicy, ns) {
					spec := p.Get("spec")
					if !spec.Get("podSelector.matchLabels").Present() && !spec.Get("podSelector.matchExpressions").Present() {
						ofAll = append(ofAll, spec)
					}
				}
				for _, way := range policyWays {
					if !slices.ContainsFunc(ofAll, way.denies) {
						ns.Violate("no NetworkPolicy with an empty podSelector denies %s: %s", way.Type, way.Otherwise)
					}
				}
			})
		},
		Fix: "add a NetworkPolicy with podSelector {}, policyTypes [Ingress, Egress] and no rules, and others for what is needed",
		Bad: `
resources:
  apps: {type: "kubernetes:core/v1:Namespace", properties: {metadata: {name: apps}}}
`,
		Good: `
resources:
  apps: {type: "kubernetes:core/v1:Namespace", properties: {metadata: {name: apps}}}
  deny:
    type: kubernetes:networking.k8s.io/v1:NetworkPolicy
    properties: {metadata: {namespace: apps}, spec: {podSelector: {}, policyTypes: [Ingress, Egress]}}
`,
	},
	{
		ID: "plat-namespace-dns-egress", Severity: control.Medium,
		Title: "A namespace that denies egress allows DNS",
		On:    []string{namespace, networkPolicy}, Reads: []string{"metadata.name", networkPolicy + " spec.egress"},
		CheckStack: func(s *control.Stack) {
			s.Each(namespace, func(ns *control.Resource) {
				denies, allows := false, false
				for _, p := range inNamespace(s, networkPolicy, ns) {
					if !slices.Contains(p.Get("spec.policyTypes").Texts(), "Egress") {
						continue
					}
					denies = true
					for _, rule := range p.Get("spec.egress").Items() {
						ports := rule.Get("ports").Items()
						allows = allows || len(ports) == 0
						for _, port := range ports {
							allows = allows || port.Get("port").Text() == "53"
						}
					}
				}
				if denies && !allows {
					ns.Violate("its NetworkPolicies deny egress and none allows port 53: no pod can resolve a name")
				}
			})
		},
		Fix: "add a NetworkPolicy that allows egress to port 53, UDP and TCP",
		Bad: `
resources:
  apps: {type: "kubernetes:core/v1:Namespace", properties: {metadata: {name: apps}}}
  deny:
    type: kubernetes:networking.k8s.io/v1:NetworkPolicy
    properties: {metadata: {namespace: apps}, spec: {podSelector: {}, policyTypes: [Ingress, Egress]}}
`,
		Good: `
resources:
  apps: {type: "kubernetes:core/v1:Namespace", properties: {metadata: {name: apps}}}
  deny:
    type: kubernetes:networking.k8s.io/v1:NetworkPolicy
    properties:
      metadata: {namespace: apps}
      spec: {podSelector: {}, policyTypes: [Ingress, Egress], egress: [{ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]}]}
`,
	},
	{
		ID: "plat-namespace-no-imds-egress", Severity: control.High,
		Title: "No pod may reach the metadata of its node",
		On:    []string{networkPolicy}, Reads: []string{"spec.egress.to.ipBlock.cidr", "spec.egress.to.ipBlock.except"},
		Check: func(r *control.Resource) {
			metadata := cidr.Parse("169.254.169.254/32")[0]
			r.Get("spec.egress").Each(func(rule control.Value) {
				rule.Get("to").Each(func(to control.Value) {
					block := to.Get("ipBlock.cidr")
					if cidr.Covers(cidr.Parse(block.Text()), metadata) && !cidr.Covers(cidr.Parse(to.Get("ipBlock.except").Texts()...), metadata) {
						r.Want(block, "169.254.169.254/32 among its exceptions: the credentials of the node are there")
					}
				})
			})
		},
		Fix:  "add except: [169.254.169.254/32]",
		Bad:  `{metadata: {namespace: apps}, spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}}`,
		Good: `{metadata: {namespace: apps}, spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.169.254/32]}}]}]}}`,
	},
	{
		ID: "k8s-netpol-no-allow-all", Severity: control.Medium,
		Title:   "A NetworkPolicy names its peers",
		Mapping: control.Mapping{Trivy: "KSV-0038"},
		On:      []string{networkPolicy}, Reads: []string{"spec.ingress", "spec.egress"},
		Check: func(r *control.Resource) {
			for _, way := range policyWays {
				r.Get("spec." + way.Rules).Each(func(rule control.Value) {
					if way.allowsAll(rule) {
						r.Violate("%s has neither %s nor ports: it allows everything", rule.Path(), way.Peers)
					}
				})
			}
		},
		Fix:  "name pods, namespaces, ranges or ports",
		Bad:  `{metadata: {namespace: apps}, spec: {podSelector: {}, ingress: [{}]}}`,
		Good: `{metadata: {namespace: apps}, spec: {podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}}`,
	},
	{
		ID: "k8s-configmap-no-secrets", Severity: control.High,
		Title:   "ConfigMaps have no secrets in them",
		Mapping: control.Mapping{CIS: "EKS 4.4.1", Trivy: "KSV-0109, KSV-01010"},
		On:      []string{"kubernetes:core/v1:ConfigMap"}, Reads: []string{"data"},
		Check: func(r *control.Resource) {
			data := r.Get("data")
			for _, key := range data.Keys() {
				r.Guard(func() {
					v := data.Key(key)
					switch what := secretIn(v.Text()); {
					case what != "":
						r.Violate("data.%s has %s in it", key, what)
					case secretName(key) && v.IsSet():
						r.Violate("data.%s looks like a secret by its name", key)
					}
				})
			}
		},
		Fix:  "put it into a Secret, or better into Secrets Manager",
		Bad:  `{metadata: {name: shop}, data: {DB_PASSWORD: hunter2}}`,
		Good: `{metadata: {name: shop}, data: {DB_HOST: db.internal}}`,
	},
	{
		ID: "k8s-secret-value-is-secret", Severity: control.High,
		Title:   "The data of a Secret is secret in Pulumi's state too",
		Mapping: control.Mapping{CIS: "EKS 4.4.2"},
		On:      []string{"kubernetes:core/v1:Secret"}, Reads: []string{"stringData", "data"},
		Check: func(r *control.Resource) {
			for _, path := range []string{"stringData", "data"} {
				v := r.Get(path)
				for _, key := range knownKeys(v) {
					if x := v.Key(key); x.IsSet() && !x.IsSecret() {
						r.Violate("%s.%s is in Pulumi's state for everybody to read: want a secret value", path, key)
					}
				}
			}
		},
		Fix:  "take the value from a secret configuration, or wrap it in pulumi.ToSecret",
		Bad:  `{metadata: {name: shop}, stringData: {token: abc}}`,
		Good: `{metadata: {name: shop}, stringData: {token: {"fn::secret": abc}}}`,
	},
	{
		ID: "plat-system-namespaces-untouched", Severity: control.Medium,
		Title: "Nothing is put into Kubernetes's own namespaces",
		On:    slices.Concat(workloads, []string{"kubernetes:core/v1:ConfigMap", "kubernetes:core/v1:Secret"}), Reads: []string{"metadata.namespace"},
		Check: noneOf("metadata.namespace", "a namespace of one's own", "kube-node-lease", "kube-public"),
		Fix:   "choose another namespace",
		Bad:   `metadata: {name: shop, namespace: kube-public}`,
		Good:  `metadata: {name: shop, namespace: apps}`,
	},
}

// knownKeys are the keys of a map; none of one that is not known yet.
func knownKeys(v control.Value) []string {
	if !v.IsKnown() {
		return nil
	}
	return v.Keys()
}

func eachNamespaceHas(token string) func(*control.Stack) {
	return func(s *control.Stack) {
		s.Each(namespace, func(ns *control.Resource) {
			if !slices.Contains(systemNamespaces, objectName(ns)) && len(inNamespace(s, token, ns)) == 0 {
				ns.Violate("it has no %s", token[strings.LastIndex(token, ":")+1:])
			}
		})
	}
}

// secretName tells whether a name is one that secrets have.
func secretName(name string) bool {
	plain := strings.ToLower(strings.NewReplacer("-", "", "_", "", ".", "").Replace(name))
	for _, part := range []string{"password", "passwd", "secretkey", "apikey", "accesskey", "privatekey", "authtoken", "clientsecret", "dbpass"} {
		if strings.Contains(plain, part) {
			return true
		}
	}
	return false
}
