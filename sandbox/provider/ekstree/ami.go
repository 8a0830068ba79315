package ekstree

import (
	"fmt"
	"regexp"
	"slices"
)

// The operating systems that the plugin knows.
const (
	al2          = "AL2"
	al2023       = "AL2023"
	bottlerocket = "Bottlerocket"
)

// ami is a family of EKS optimised images.
type ami struct {
	kind      string // As EKS names it.
	alias     string // What else the plugin takes for it.
	os        string
	gpu       bool
	arch      string
	parameter string // Where AWS publishes the newest image; %s is the version of Kubernetes.
}

var amis = []ami{
	{"AL2_x86_64", "amazon-linux-2", al2, false, "x86_64", eksImage + "amazon-linux-2/recommended/image_id"},
	{"AL2_x86_64_GPU", "amazon-linux-2-gpu", al2, true, "x86_64", eksImage + "amazon-linux-2-gpu/recommended/image_id"},
	{"AL2_ARM_64", "amazon-linux-2-arm", al2, false, "arm64", eksImage + "amazon-linux-2-arm64/recommended/image_id"},
	amazon2023("AL2023_x86_64_STANDARD", false, "x86_64", "standard"),
	amazon2023("AL2023_ARM_64_STANDARD", false, "arm64", "standard"),
	amazon2023("AL2023_x86_64_NVIDIA", true, "x86_64", "nvidia"),
	{"BOTTLEROCKET_ARM_64", "", bottlerocket, false, "arm64", rocketImage + "/arm64/latest/image_id"},
	{"BOTTLEROCKET_x86_64", "", bottlerocket, false, "x86_64", rocketImage + "/x86_64/latest/image_id"},
	{"BOTTLEROCKET_ARM_64_NVIDIA", "", bottlerocket, true, "arm64", rocketImage + "-nvidia/arm64/latest/image_id"},
	{"BOTTLEROCKET_x86_64_NVIDIA", "", bottlerocket, true, "x86_64", rocketImage + "-nvidia/x86_64/latest/image_id"},
}

const (
	eksImage    = "/aws/service/eks/optimized-ami/%s/"
	rocketImage = "/aws/service/bottlerocket/aws-k8s-%s"
)

func amazon2023(kind string, gpu bool, arch, variant string) ami {
	path := "amazon-linux-2023/" + arch + "/" + variant
	return ami{kind, path, al2023, gpu, arch, eksImage + path + "/recommended/image_id"}
}

func findAMI(match func(ami) bool) (ami, bool) {
	if i := slices.IndexFunc(amis, match); i >= 0 {
		return amis[i], true
	}
	return ami{}, false
}

func named(kind string) func(ami) bool {
	return func(a ami) bool { return kind != "" && (a.kind == kind || a.alias == kind) }
}

// operatingSystem is the one asked for, or that of the image type, or AL2023.
func (t *tree) operatingSystem(in props) value {
	return t.apply(func(v []value) (value, error) {
		kind, os := text(v[0]), text(v[1])
		a, ok := findAMI(named(kind))
		switch {
		case kind == "" && os == "":
			return str(al2023), nil
		case kind == "":
			return str(os), nil
		case !ok:
			return null, invalid(t.req, []problem{{"amiType", fmt.Sprintf("is %q, of which the plugin does not know the operating system", kind)}})
		case os != "" && os != a.os:
			return null, invalid(t.req, []problem{{"operatingSystem", fmt.Sprintf("is %q, but amiType %q is %s", os, kind, a.os)}})
		}
		return str(a.os), nil
	}, in["amiType"], in["operatingSystem"])
}

// amiType is the image type for an operating system on the instance types.
func (t *tree) amiType(os, gpu, instanceTypes value) value {
	return t.apply(func(v []value) (value, error) {
		arch, err := t.architecture(v[2])
		if err != nil {
			return null, err
		}
		a, ok := findAMI(func(a ami) bool { return a.os == text(v[0]) && a.gpu == truthy(v[1]) && a.arch == arch })
		if !ok {
			return null, fmt.Errorf("there is no EKS image for operating system %q, GPU %v, architecture %s", text(v[0]), truthy(v[1]), arch)
		}
		return str(a.kind), nil
	}, os, gpu, instanceTypes)
}

var instanceType = regexp.MustCompile(`([a-z]+)([0-9]+)([a-z])?-?([a-z]+)?\.([a-zA-Z0-9-]+)`)

// architecture is that of the instance types, x86_64 without any. Those whose family goes on with a g after its number are Graviton.
func (t *tree) architecture(types value) (string, error) {
	if !types.IsArray() {
		return "x86_64", nil
	}
	graviton := map[bool]bool{}
	for _, v := range types.ArrayValue() {
		m := instanceType.FindStringSubmatch(text(v))
		if m == nil {
			return "", invalid(t.req, []problem{{"instanceTypes", fmt.Sprintf("%q is no EC2 instance type", text(v))}})
		}
		graviton[m[3] == "g"] = true
	}
	switch {
	case !graviton[true]:
		return "x86_64", nil
	case len(graviton) > 1:
		return "", invalid(t.req, []problem{{"instanceTypes", "mix architectures, so no image fits them all"}})
	}
	return "arm64", nil
}

// recommendedAMI is the image that AWS recommends at the moment.
func (t *tree) recommendedAMI(in props, kubernetes value) value {
	kind := in["amiType"]
	if !truthy(kind) {
		kind = t.amiType(t.operatingSystem(in), in["gpu"], in["instanceTypes"])
	}
	name := t.apply(func(v []value) (value, error) {
		a, ok := findAMI(named(text(v[0])))
		if !ok {
			return null, invalid(t.req, []problem{{"amiType", fmt.Sprintf("is %q, for which AWS publishes no image: set amiId and userData", text(v[0]))}})
		}
		return str(fmt.Sprintf(a.parameter, text(v[1]))), nil
	}, kind, or(in["version"], kubernetes))
	return path(t.invoke("aws:ssm/getParameter:getParameter", t.root, props{"name": name}), "value")
}
