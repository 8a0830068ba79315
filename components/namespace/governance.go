package namespace

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/internal/check"
)

// Role is one of the roles for namespaces that every cluster has. See
// https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles
type Role string

// The roles.
const (
	// Admin may do everything in the namespace but change its quota and itself.
	// It may read secrets and give others its rights.
	Admin Role = "admin"
	// Edit may change what runs, and read secrets.
	Edit Role = "edit"
	// View may read what runs, and no secrets.
	View Role = "view"
)

// Defaults are what a container gets that does not say how much it needs. All
// or none are given.
type Defaults struct {
	// CPURequest and MemoryRequest are what is kept for it, such as 100m and
	// 128Mi.
	CPURequest, MemoryRequest string

	// MemoryLimit is where it is killed. There is none for processors: it slows
	// containers down that nobody is in the way of.
	MemoryLimit string
}

// governed is one of the objects that govern the namespace.
type governed struct {
	apiVersion, kind, name string
	// role is what its logical name ends with.
	role string
	body pulumi.Map
}

func (g governed) logical(component string) string { return component + "-" + g.role }

// governance lists the objects besides the namespace itself.
func (a Args) governance() []governed {
	var all []governed
	if a.ServiceCIDR != "" {
		all = append(all, a.policies()...)
	}
	if len(a.OpenPorts) > 0 {
		all = append(all, a.openPorts(), askAPIs())
	}
	if len(a.Quota) > 0 {
		all = append(all, governed{"v1", "ResourceQuota", "quota", "quota", pulumi.Map{"spec": pulumi.Map{"hard": pulumi.ToStringMap(a.Quota)}}})
	}
	if a.Defaults != (Defaults{}) {
		all = append(all, governed{"v1", "LimitRange", "defaults", "defaults", pulumi.Map{"spec": pulumi.Map{"limits": pulumi.Array{pulumi.Map{
			"type": pulumi.String("Container"),
			"defaultRequest": pulumi.StringMap{
				"cpu": pulumi.String(a.Defaults.CPURequest), "memory": pulumi.String(a.Defaults.MemoryRequest),
			},
			"default": pulumi.StringMap{"memory": pulumi.String(a.Defaults.MemoryLimit)},
		}}}}})
	}
	for _, group := range slices.Sorted(maps.Keys(a.Groups)) {
		all = append(all, binding(group, a.Groups[group]))
	}
	return all
}

// policy is about the traffic of every pod, in the ways that it names: nothing but
// what the rules say.
func policy(name string, rules pulumi.Map, ways ...string) governed {
	spec := pulumi.Map{"podSelector": pulumi.Map{}, "policyTypes": pulumi.ToStringArray(ways)}
	maps.Copy(spec, rules)
	return governed{"networking.k8s.io/v1", "NetworkPolicy", name, name, pulumi.Map{"spec": spec}}
}

// port is one port of a network policy's rule.
func port(protocol string, number int) pulumi.Map {
	return pulumi.Map{"protocol": pulumi.String(protocol), "port": pulumi.Int(number)}
}

// address is one address among the peers of a network policy's rule.
func address(cidr string) pulumi.Map {
	return pulumi.Map{"ipBlock": pulumi.Map{"cidr": pulumi.String(cidr)}}
}

// policies forbid everything, and then allow questions for names. The two are
// apart so that a policy of somebody's own is one more of the same kind.
func (a Args) policies() []governed {
	// The pods of CoreDNS are named too: a policy may be judged before or after the
	// Service's address has become a pod's.
	to := pulumi.Array{pulumi.Map{
		"namespaceSelector": pulumi.Map{"matchLabels": pulumi.StringMap{"kubernetes.io/metadata.name": pulumi.String("kube-system")}},
		"podSelector":       pulumi.Map{"matchLabels": pulumi.StringMap{"k8s-app": pulumi.String("kube-dns")}},
	}}
	// validate has seen the range.
	servers, _ := kube.DNSAddresses(a.ServiceCIDR)
	for _, server := range servers {
		to = append(to, address(server))
	}
	dns := pulumi.Map{"to": to, "ports": pulumi.Array{port("UDP", 53), port("TCP", 53)}}
	return []governed{
		policy("default-deny", nil, "Ingress", "Egress"),
		policy("allow-dns", pulumi.Map{"egress": pulumi.Array{dns}}, "Egress"),
	}
}

// openPorts lets nobody in but at the ports.
func (a Args) openPorts() governed {
	ports := pulumi.Array{}
	for _, number := range a.OpenPorts {
		ports = append(ports, port("TCP", number))
	}
	return policy("open-ports", pulumi.Map{"ingress": pulumi.Array{pulumi.Map{"ports": ports}}}, "Ingress")
}

// askAPIs lets nothing out but to the API server, to AWS and to servers of names,
// whose addresses nobody knows beforehand, and to the Pod Identity agent.
func askAPIs() governed {
	return policy("ask-apis", pulumi.Map{"egress": pulumi.Array{
		pulumi.Map{"ports": pulumi.Array{port("TCP", 443), port("UDP", 53), port("TCP", 53)}},
		pulumi.Map{"to": pulumi.Array{address(kube.PodIdentityAgent + "/32")}, "ports": pulumi.Array{port("TCP", 80)}},
	}}, "Egress")
}

// binding gives a group a role in the namespace.
func binding(group string, role Role) governed {
	const api = "rbac.authorization.k8s.io"
	name := strings.NewReplacer(":", "-", "/", "-").Replace(group)
	return governed{api + "/v1", "RoleBinding", name, "group-" + name, pulumi.Map{
		"roleRef": pulumi.StringMap{
			"apiGroup": pulumi.String(api), "kind": pulumi.String("ClusterRole"), "name": pulumi.String(role),
		},
		"subjects": pulumi.Array{pulumi.StringMap{
			"apiGroup": pulumi.String(api), "kind": pulumi.String("Group"), "name": pulumi.String(group),
		}},
	}}
}

var (
	groupPattern    = regexp.MustCompile(`^[a-z0-9]([a-z0-9:/-]{0,61}[a-z0-9])?$`)
	quantityPattern = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$`)
)

func (a Args) validateGovernance(e *check.Errors) {
	if a.ServiceCIDR != "" {
		if _, err := kube.DNSAddresses(a.ServiceCIDR); err != nil {
			e.Add("ServiceCIDR: %w", err)
		}
	}
	if len(a.OpenPorts) > 0 && a.ServiceCIDR != "" {
		e.Add("OpenPorts is given with ServiceCIDR: want one of them, and NetworkPolicies of yours beside the latter")
	}
	for _, port := range a.OpenPorts {
		e.That(port > 0 && port < 1<<16, "OpenPorts", port, "ports, 1 to 65535")
	}
	for _, name := range slices.Sorted(maps.Keys(a.Quota)) {
		e.That(quantityPattern.MatchString(a.Quota[name]), "Quota."+name, a.Quota[name], "a quantity such as 10 or 64Gi")
	}
	if _, ok := a.Quota["limits.cpu"]; ok {
		e.Add("Quota has limits.cpu: want requests.cpu, for Defaults limit no processors and it would refuse every pod")
	}
	if d := a.Defaults; d != (Defaults{}) {
		for _, f := range []struct{ field, value string }{
			{"CPURequest", d.CPURequest}, {"MemoryRequest", d.MemoryRequest}, {"MemoryLimit", d.MemoryLimit},
		} {
			e.That(quantityPattern.MatchString(f.value), "Defaults."+f.field, f.value, "a quantity such as 100m or 128Mi")
		}
	}
	for _, group := range slices.Sorted(maps.Keys(a.Groups)) {
		// EKS refuses access entries with groups of Kubernetes' own.
		e.That(groupPattern.MatchString(group) && !strings.HasPrefix(group, "system:"), "Groups", group,
			"lower-case letters, digits, hyphens, colons and slashes, and not system:")
		e.That(slices.Contains([]Role{Admin, Edit, View}, a.Groups[group]), "Groups."+group, string(a.Groups[group]), "admin, edit or view")
	}
	e.Require(a.Defaults != (Defaults{}) || !a.limitsCompute(), "Defaults",
		"Quota limits processors or memory, and refuses every pod that does not say how much it needs")
}

// limitsCompute tells whether the quota makes pods say what they need.
func (a Args) limitsCompute() bool {
	return slices.ContainsFunc(slices.Collect(maps.Keys(a.Quota)), func(name string) bool {
		return slices.Contains([]string{"cpu", "memory", "requests.cpu", "requests.memory", "limits.memory"}, name)
	})
}
