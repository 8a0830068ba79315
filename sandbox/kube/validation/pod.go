package validation

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

func (c *checker) pod() { c.podSpec("spec", c.object.Obj("spec"), nil) }

// podSpec holds what a pod is to its rules. claimed are volumes that it has
// besides its own.
func (c *checker) podSpec(path string, pod cloud.Props, claimed []string) {
	c.oneOf(pod, path, "restartPolicy", "Always", "OnFailure", "Never")
	c.oneOf(pod, path, "dnsPolicy", "ClusterFirst", "ClusterFirstWithHostNet", "Default", "None")
	c.oneOf(pod, path, "preemptionPolicy", "PreemptLowerPriority", "Never")
	c.atLeast(pod, path, "terminationGracePeriodSeconds", 0)
	volumes := append(slices.Clone(claimed), c.volumes(path, pod)...)
	if c.require(pod, path, "containers", "") {
		names := map[string]bool{}
		for _, field := range []string{"initContainers", "containers"} {
			for i, container := range pod.Objs(field) {
				at := fmt.Sprintf("%s.%s[%d]", path, field, i)
				c.container(at, container, volumes, pod.Bool("hostNetwork"))
				if name := container.Str("name"); name != "" && names[name] {
					c.add(duplicate, at+".name", "Duplicate value: %q", name)
				}
				names[container.Str("name")] = true
			}
		}
	}
	for i, t := range pod.Objs("tolerations") {
		c.toleration(fmt.Sprintf("%s.tolerations[%d]", path, i), t)
	}
	for i, s := range pod.Objs("topologySpreadConstraints") {
		at := fmt.Sprintf("%s.topologySpreadConstraints[%d]", path, i)
		c.atLeast(s, at, "maxSkew", 1)
		c.require(s, at, "topologyKey", "can not be empty")
		c.require(s, at, "whenUnsatisfiable", "")
		c.oneOf(s, at, "whenUnsatisfiable", "DoNotSchedule", "ScheduleAnyway")
		c.selector(at+".labelSelector", s.Obj("labelSelector"))
	}
	for _, key := range pod.Obj("nodeSelector").Names() {
		if v := pod.Obj("nodeSelector").Str(key); !qualifiedName.MatchString(key) || !labelText.MatchString(v) {
			c.invalid(labelForm, path+".nodeSelector", key+"="+v, "want a label and its value")
		}
	}
}

// volumes returns the names of a pod's volumes.
func (c *checker) volumes(path string, pod cloud.Props) []string {
	var names []string
	for i, v := range pod.Objs("volumes") {
		at := fmt.Sprintf("%s.volumes[%d]", path, i)
		name := v.Str("name")
		if !dnsLabel.MatchString(name) {
			c.invalid(containerNames, at+".name", name, "want at most 63 lower case letters, digits and hyphens")
		}
		if slices.Contains(names, name) {
			c.add(duplicate, at+".name", "Duplicate value: %q", name)
		}
		names = append(names, name)
		sources := slices.DeleteFunc(v.Names(), func(n string) bool { return n == "name" || v[n] == nil })
		switch len(sources) {
		case 0:
			c.add(volumeSource, at, "Required value: must specify a volume type")
		case 1:
		default:
			c.add(volumeSource, at+"."+sources[1], "Forbidden: may not specify more than 1 volume type")
		}
	}
	return names
}

// maxPortName is how long the name of a container's port may be.
var portName = regexp.MustCompile(`^[a-z0-9-]{0,14}[a-z][a-z0-9-]{0,14}$`)

func isPortName(s string) bool { return len(s) <= 15 && portName.MatchString(s) }

func isPort(n float64) bool { return n >= 1 && n <= 65535 }

func (c *checker) container(path string, container cloud.Props, volumes []string, hostNetwork bool) {
	if name := container.Str("name"); !dnsLabel.MatchString(name) {
		c.invalid(containerNames, path+".name", name, "want at most 63 lower case letters, digits and hyphens")
	}
	c.require(container, path, "image", "")
	c.oneOf(container, path, "imagePullPolicy", "Always", "IfNotPresent", "Never")
	for i, p := range container.Objs("ports") {
		c.containerPort(fmt.Sprintf("%s.ports[%d]", path, i), p, hostNetwork)
	}
	for i, e := range container.Objs("env") {
		at := fmt.Sprintf("%s.env[%d]", path, i)
		c.require(e, at, "name", "")
		if e.Str("value") != "" && e.Has("valueFrom") {
			c.invalid(volumeSource, at+".valueFrom", "", "may not be specified when `value` is not empty")
		}
	}
	for i, m := range container.Objs("volumeMounts") {
		at := fmt.Sprintf("%s.volumeMounts[%d]", path, i)
		if name := m.Str("name"); !slices.Contains(volumes, name) {
			c.add(volumeMissing, at+".name", "Not found: %q", name)
		}
		c.require(m, at, "mountPath", "")
	}
	c.resources(path+".resources", container.Obj("resources"))
}

func (c *checker) containerPort(path string, p cloud.Props, hostNetwork bool) {
	number, _ := p["containerPort"].(float64)
	if !isPort(number) {
		c.invalid(portNumber, path+".containerPort", number, "must be between 1 and 65535, inclusive")
	}
	if host, ok := p["hostPort"].(float64); ok && hostNetwork && host != number {
		c.invalid(hostPorts, path+".hostPort", host, "must match `containerPort` when `hostNetwork` is true")
	}
	if name := p.Str("name"); name != "" && !isPortName(name) {
		c.invalid(portNumber, path+".name", name, "want at most 15 lower case letters, digits and hyphens, with a letter")
	}
	c.oneOf(p, path, "protocol", "SCTP", "TCP", "UDP")
}

func (c *checker) resources(path string, r cloud.Props) {
	limits := r.Obj("limits")
	for _, name := range r.Obj("requests").Names() {
		request, limit := r.Obj("requests")[name], limits[name]
		if limit != nil && objects.Quantity(request) > objects.Quantity(limit) {
			c.invalid(requestLimit, path+".requests", fmt.Sprint(request), "must be less than or equal to %s limit of %v", name, limit)
		}
	}
}

func (c *checker) toleration(path string, t cloud.Props) {
	c.oneOf(t, path, "effect", "NoSchedule", "PreferNoSchedule", "NoExecute", "")
	c.oneOf(t, path, "operator", "Equal", "Exists", "Gt", "Lt", "")
	if t.Str("key") == "" && t.Str("operator") != "Exists" {
		c.invalid(supportedValue, path+".operator", t.Str("operator"), "operator must be Exists when `key` is empty, which means \"match all values and all keys\"")
	}
	if t.Str("operator") == "Exists" && t.Str("value") != "" {
		c.invalid(supportedValue, path+".operator", t.Str("value"), "value must be empty when `operator` is 'Exists'")
	}
}
