package nodes

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/components/instances"
	"github.com/slipway-iac/slipway/internal/check"
)

const (
	// maxName is the longest name of a NodeGroup: EKS allows 63 characters, of
	// which autonaming takes 8.
	maxName = 55

	maxInstanceTypes = 20
	minDiskGiB       = 20
	maxDiskGiB       = 16384
	maxHops          = 64
	maxKey           = 63
	maxTaints        = 50
)

var (
	namePattern    = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_-]*$`)
	versionPattern = regexp.MustCompile(`^1\.\d+$`)

	// A key may have a domain, a value may be empty. See
	// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
	keyPattern   = regexp.MustCompile(`^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?$`)
	valuePattern = regexp.MustCompile(`^([A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?)?$`)
)

func (a Args) withDefaults() Args {
	a.Group = a.Group.withDefaults()
	a.Partition = cmp.Or(a.Partition, "aws")
	return a
}

// Validate reports every problem of the arguments of a group of that name at
// once, each naming the field to fix. New does the same; a program that makes
// more than nodes calls it before its first resource.
func (a Args) Validate(name string) error {
	a = a.withDefaults()
	var e check.Errors
	e.That(len(name) <= maxName && namePattern.MatchString(name), "name", name,
		"at most 55 letters, digits, hyphens and underscores, not beginning with the latter two")
	e.Require(a.Cluster.Name != nil, "Cluster.Name", "pass the cluster's name")
	e.That(versionPattern.MatchString(a.Cluster.Version), "Cluster.Version", a.Cluster.Version,
		`a minor version of Kubernetes such as "1.35"`)
	e.Require(a.SubnetIDs != nil, "SubnetIDs", "pass the private subnets")
	e.In("Group", a.Group.validate())
	if a.Group.ExactMaxPods {
		const hint = "Group.ExactMaxPods makes nodes that EKS tells nothing"
		e.Require(a.AMIID != nil, "AMIID", hint)
		e.Require(a.Cluster.Endpoint != nil, "Cluster.Endpoint", hint)
		e.Require(a.Cluster.CertificateAuthority != nil, "Cluster.CertificateAuthority", hint)
		e.Require(a.Cluster.ServiceCIDR != nil, "Cluster.ServiceCIDR", hint)
	} else if a.AMIID != nil {
		e.Add("AMIID is set without Group.ExactMaxPods: leave it out, or set that too")
	}
	for _, key := range slices.Sorted(maps.Keys(a.Tags)) {
		e.That(!strings.HasPrefix(strings.ToLower(key), "aws:"), "Tags", key, `no key that begins with "aws:"`)
	}
	return e.Err()
}

func (g Group) validate() error {
	var e check.Errors
	e.That(g.OS == AL2023 || g.OS == Bottlerocket, "OS", string(g.OS), "AL2023 or Bottlerocket")
	e.That(g.Capacity == OnDemand || g.Capacity == Spot, "Capacity", string(g.Capacity), "ON_DEMAND or SPOT")
	g.validateTypes(&e)
	g.validateSize(&e)
	e.That(g.DiskGiB >= minDiskGiB && g.DiskGiB <= maxDiskGiB, "DiskGiB", g.DiskGiB, "20 to 16384")
	e.That(g.MetadataHops >= 1 && g.MetadataHops <= maxHops, "MetadataHops", g.MetadataHops, "1 to 64")
	e.That(!g.ExactMaxPods || g.ReleaseVersion == "", "ReleaseVersion", g.ReleaseVersion,
		"nothing with ExactMaxPods: AMIID says it")
	g.validateLabels(&e)
	g.validateTaints(&e)
	return e.Err()
}

func (g Group) validateTypes(e *check.Errors) {
	e.Require(len(g.InstanceTypes) > 0, "InstanceTypes", "list the types to choose from")
	e.That(len(g.InstanceTypes) <= maxInstanceTypes, "InstanceTypes", len(g.InstanceTypes), "at most 20 types")
	seen := map[string]bool{}
	for _, name := range g.InstanceTypes {
		if _, known := instances.Lookup(name); !known {
			e.That(false, "InstanceTypes", name, knownType(name))
		}
		e.That(!seen[name], "InstanceTypes", name, "each type once")
		seen[name] = true
	}
	types := g.types()
	for _, t := range types {
		e.That(t.Arch == types[0].Arch, "InstanceTypes", t.Name, fmt.Sprintf(
			"types of one architecture: it is %s and %s is %s", t.Arch, types[0].Name, types[0].Arch))
	}
}

func knownType(name string) string {
	if nearest := instances.Nearest(name); nearest != "" {
		return "a known type: did you mean " + nearest + "?"
	}
	return "a type of the table in package instances"
}

func (g Group) validateSize(e *check.Errors) {
	s := g.Size
	e.That(s.Min >= 0, "Size.Min", s.Min, "0 or more")
	e.That(s.Max >= 1, "Size.Max", s.Max, "1 or more")
	e.That(s.Min <= s.Desired && s.Desired <= s.Max, "Size.Desired", s.Desired,
		fmt.Sprintf("a number from Min (%d) to Max (%d)", s.Min, s.Max))
	u := g.Surge
	if u.MaxUnavailable != 0 && u.MaxUnavailablePercentage != 0 {
		e.Add("Surge has MaxUnavailable %d and MaxUnavailablePercentage %d: give one of the two",
			u.MaxUnavailable, u.MaxUnavailablePercentage)
	}
	e.That(u.MaxUnavailable >= 0 && u.MaxUnavailable <= 100, "Surge.MaxUnavailable", u.MaxUnavailable, "1 to 100")
	e.That(u.MaxUnavailablePercentage >= 0 && u.MaxUnavailablePercentage <= 100,
		"Surge.MaxUnavailablePercentage", u.MaxUnavailablePercentage, "1 to 100")
}

func (g Group) validateLabels(e *check.Errors) {
	for _, key := range slices.Sorted(maps.Keys(g.Labels)) {
		e.That(len(key) <= maxKey && keyPattern.MatchString(key), "Labels", key, "a label key of 1 to 63 characters")
		e.That(!reserved(key), "Labels", key, "another domain: kubelet refuses to start with a label of "+
			"kubernetes.io or k8s.io outside node.kubernetes.io, and those of eks.amazonaws.com are EKS's own")
		value := g.Labels[key]
		e.That(value != "" && valuePattern.MatchString(value), "Labels["+key+"]", value,
			"a label value of 1 to 63 letters, digits, dots, hyphens and underscores")
	}
}

func (g Group) validateTaints(e *check.Errors) {
	type identity struct {
		key    string
		effect Effect
	}
	e.That(len(g.Taints) <= maxTaints, "Taints", len(g.Taints), "at most 50 taints")
	seen := map[identity]bool{}
	for _, t := range g.Taints {
		e.That(len(t.Key) <= maxKey && keyPattern.MatchString(t.Key), "Taints.Key", t.Key, "a key of 1 to 63 characters")
		e.That(valuePattern.MatchString(t.Value), "Taints.Value", t.Value,
			"at most 63 letters, digits, dots, hyphens and underscores")
		e.That(inAPI[t.Effect] != "", "Taints.Effect", string(t.Effect), "NoSchedule, PreferNoSchedule or NoExecute")
		e.That(!seen[identity{t.Key, t.Effect}], "Taints", t.Key, "each key once for each effect")
		seen[identity{t.Key, t.Effect}] = true
	}
}

// reserved reports whether a node may not give itself a label. See
// https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction
func reserved(key string) bool {
	domain, _, found := strings.Cut(key, "/")
	if !found {
		return false
	}
	within := func(parent string) bool { return domain == parent || strings.HasSuffix(domain, "."+parent) }
	if within("node.kubernetes.io") || within("kubelet.kubernetes.io") {
		return false
	}
	return within("kubernetes.io") || within("k8s.io") || within("eks.amazonaws.com")
}
