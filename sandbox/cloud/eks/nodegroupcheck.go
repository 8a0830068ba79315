package eks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/components/instances"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks/versions"
)

var (
	groupExists   = rule("node-group-exists", inUse, api+"API_CreateNodegroup.html", cloud.Verified)
	groupQuota    = rule("node-group-quota", limitExceeded, guide+"service-quotas.html", cloud.Verified)
	groupSize     = rule("node-group-size", invalidParameter, api+"API_NodegroupScalingConfig.html", cloud.Verified)
	groupRole     = rule("node-group-role", invalidParameter, guide+"create-node-role.html", cloud.Verified)
	groupSubnet   = rule("node-group-subnet", invalidParameter, api+"API_CreateNodegroup.html", cloud.Verified)
	groupName     = rule("node-group-name", invalidParameter, api+"API_CreateNodegroup.html", cloud.Memory)
	groupVersion  = rule("node-group-version", invalidParameter, guide+"update-managed-node-group.html", cloud.Verified)
	groupAMI      = rule("node-group-ami-type", invalidParameter, guide+"eks-ami-deprecation-faqs.html", cloud.Verified)
	groupTypes    = rule("node-group-instance-types", invalidParameter, api+"API_CreateNodegroup.html", cloud.Verified)
	groupLabel    = rule("node-group-label", invalidParameter, api+"API_CreateNodegroup.html", cloud.Memory)
	groupTaint    = rule("node-group-taint", invalidParameter, api+"API_Taint.html", cloud.Verified)
	groupTemplate = rule("node-group-launch-template", invalidParameter, guide+"launch-templates.html", cloud.Verified)
	rollout       = rule("node-group-update-rolled-back", "NodeCreationFailure", guide+"managed-node-update-behavior.html", cloud.Derived)
)

const (
	maxNodeGroups    = 30
	maxNodes         = 450
	maxInstanceTypes = 20
	maxTaints        = 50
)

var (
	// The provider looks at a name's length and leaves its characters to EKS.
	groupNameText = cloud.Text{Want: "63 characters at most", Example: "example", Good: func(s string) bool { return len(s) <= 63 }}
	groupNameForm = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_-]{0,62}$`)
	labelName     = regexp.MustCompile(`^([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$`)
	labelValue    = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$`)
	effects       = []string{"NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE"}
	capacityTypes = []string{"ON_DEMAND", "SPOT", "CAPACITY_BLOCK"}
)

// amiTypes maps the types of image to their architecture; Windows and images of
// the user's own have none here.
var amiTypes = map[string]instances.Arch{
	"AL2_x86_64": instances.AMD64, "AL2_x86_64_GPU": instances.AMD64, "AL2_ARM_64": instances.ARM64, "CUSTOM": "",
	"BOTTLEROCKET_ARM_64": instances.ARM64, "BOTTLEROCKET_x86_64": instances.AMD64,
	"BOTTLEROCKET_ARM_64_FIPS": instances.ARM64, "BOTTLEROCKET_x86_64_FIPS": instances.AMD64,
	"BOTTLEROCKET_ARM_64_NVIDIA": instances.ARM64, "BOTTLEROCKET_x86_64_NVIDIA": instances.AMD64,
	"BOTTLEROCKET_ARM_64_NVIDIA_FIPS": instances.ARM64, "BOTTLEROCKET_x86_64_NVIDIA_FIPS": instances.AMD64,
	"WINDOWS_CORE_2019_x86_64": instances.AMD64, "WINDOWS_FULL_2019_x86_64": instances.AMD64,
	"WINDOWS_CORE_2022_x86_64": instances.AMD64, "WINDOWS_FULL_2022_x86_64": instances.AMD64,
	"WINDOWS_CORE_2025_x86_64": instances.AMD64, "WINDOWS_FULL_2025_x86_64": instances.AMD64,
	"AL2023_x86_64_STANDARD": instances.AMD64, "AL2023_ARM_64_STANDARD": instances.ARM64, "AL2023_x86_64_NEURON": instances.AMD64,
	"AL2023_x86_64_NVIDIA": instances.AMD64, "AL2023_ARM_64_NVIDIA": instances.ARM64,
}

// checkNodeGroup finds what the provider refuses before it calls EKS; values
// may be unknown.
func checkNodeGroup(p cloud.Props) []cloud.Problem {
	var problems []cloud.Problem
	bad := func(property, format string, args ...any) {
		problems = append(problems, cloud.Problem{Property: property, Reason: fmt.Sprintf(format, args...)})
	}
	if t := p.Str("amiType"); t != "" {
		if _, ok := amiTypes[t]; !ok {
			bad("amiType", "is %q, which is no type of image", t)
		}
	}
	if t := p.Str("capacityType"); t != "" && !slices.Contains(capacityTypes, t) {
		bad("capacityType", "is %q, want one of %q", t, capacityTypes)
	}
	if len(p.List("taints")) > maxTaints {
		bad("taints", "has %d entries, EKS allows %d", len(p.List("taints")), maxTaints)
	}
	for _, t := range p.Objs("taints") {
		if e := t.Str("effect"); e != "" && !slices.Contains(effects, e) {
			bad("taints.effect", "is %q, want one of %q", e, effects)
		}
	}
	if t := p.Obj("launchTemplate"); t.Has("id") && t.Has("name") {
		bad("launchTemplate", "has both id and name, want one")
	}
	if u := p.Obj("updateConfig"); u != nil && u.Has("maxUnavailable") == u.Has("maxUnavailablePercentage") {
		bad("updateConfig", "needs maxUnavailable or maxUnavailablePercentage, and not both")
	}
	return problems
}

func checkSize(p cloud.Props) error {
	n := p.Obj("scalingConfig")
	least, desired, most := n.Int("minSize"), n.Int("desiredSize"), n.Int("maxSize")
	switch {
	case least > most:
		return groupSize.Refuse("Minimum capacity %d can't be greater than maximum size %d", least, most)
	case desired < least:
		return groupSize.Refuse("Minimum capacity %d can't be greater than desired size %d", least, desired)
	case desired > most:
		return groupSize.Refuse("desired capacity %d can't be greater than max size %d", desired, most)
	case desired > maxNodes:
		return groupQuota.Refuse("A node group has %d nodes at most, not %d", maxNodes, desired)
	}
	return nil
}

// checkMarks refuses labels and taints that a node could not have.
func checkMarks(p cloud.Props) error {
	for key, value := range p.StrMap("labels") {
		prefix, _, hasPrefix := strings.Cut(key, "/")
		reserved := hasPrefix && (isOf(prefix, "kubernetes.io") || isOf(prefix, "k8s.io") || prefix == "eks.amazonaws.com") &&
			prefix != "node.kubernetes.io" && prefix != "kubelet.kubernetes.io"
		switch {
		case reserved:
			return groupLabel.Refuse("Label cannot contain reserved prefixes [kubernetes.io/, k8s.io/, eks.amazonaws.com/]: %s", key)
		case !labelName.MatchString(key) || !labelValue.MatchString(value):
			return groupLabel.Refuse("Label %s=%s is not valid: want up to 63 letters, digits, -, _ and . that begin and end with a letter or digit", key, value)
		}
	}
	for _, t := range p.Objs("taints") {
		if n := len(t.Str("key")); n < 1 || n > 63 || len(t.Str("value")) > 63 {
			return groupTaint.Refuse("Taint %s=%s is not valid: want a key of 1 to 63 and a value of at most 63 characters", t.Str("key"), t.Str("value"))
		}
	}
	return nil
}

func isOf(prefix, domain string) bool {
	return prefix == domain || strings.HasSuffix(prefix, "."+domain)
}

// settleVersion refuses a Kubernetes version that the nodes cannot have, and
// chooses the cluster's when the program names none.
func settleVersion(c *cloud.Resource, p cloud.Props) error {
	plane := c.Props.Str("version")
	if !p.Has("version") {
		p["version"] = plane
	}
	v := p.Str("version")
	switch skew := versions.Number(plane) - versions.Number(v); {
	case versions.Number(v) < 0:
		return groupVersion.Refuse("%q is not a Kubernetes version", v)
	case skew < 0:
		return groupVersion.Refuse("Nodegroup Kubernetes version %s must not be newer than cluster version %s: update the cluster first", v, plane)
	case skew > maxSkew:
		return groupVersion.Refuse("Nodegroup Kubernetes version %s is more than %d minors older than cluster version %s", v, maxSkew, plane)
	}
	return nil
}

// checkNodeVersionStep holds nodes to going up.
func checkNodeVersionStep(old, news cloud.Props) error {
	if from, to := old.Str("version"), news.Str("version"); versions.Number(to) < versions.Number(from) {
		return groupVersion.Refuse("Nodegroup version cannot be rolled back from %s to %s", from, to)
	}
	return nil
}
