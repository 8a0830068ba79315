// Package podsecurity judges pods by the Pod Security Standards, as the
// admission of Kubernetes does at the levels baseline and restricted.
//
// It knows the newest version of each level. Of the controls for Windows, AppArmor,
// SELinux, sysctls and the kinds of /proc it knows nothing, and passes them.
package podsecurity

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// The levels. A namespace without one is privileged: it takes every pod.
const (
	Privileged = "privileged"
	Baseline   = "baseline"
	Restricted = "restricted"
)

// Level is what the labels of a namespace say for a mode: enforce or warn.
func Level(labels map[string]string, mode string) string {
	if level := labels["pod-security.kubernetes.io/"+mode]; level != "" {
		return level
	}
	return Privileged
}

// pod is a pod that is judged: its specification and all its containers.
type pod struct {
	spec       cloud.Props
	containers []cloud.Props
}

// check finds what a control has against a pod; "" when nothing.
type check func(p pod) string

var (
	baseline   = []check{hostNamespaces, privileged, hostPorts, unconfined, hostPaths, addedCapabilities}
	restricted = []check{hostNamespaces, privileged, hostPorts, volumes, escalation, capabilities, nonRoot, root, seccomp}
)

// Violations are what is wrong with a pod at a level, in the words of the
// admission; none when it is admitted.
func Violations(level string, spec cloud.Props) []string {
	checks := map[string][]check{Baseline: baseline, Restricted: restricted}[level]
	p := pod{spec, slices.Concat(spec.Objs("initContainers"), spec.Objs("containers"))}
	var out []string
	for _, c := range checks {
		if v := c(p); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// those names the containers that a condition holds for; "" when there are
// none.
func (p pod) those(bad func(container, security cloud.Props) bool) string {
	var names []string
	for _, c := range p.containers {
		if bad(c, c.Obj("securityContext")) {
			names = append(names, fmt.Sprintf("%q", c.Str("name")))
		}
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return "container " + names[0]
	}
	return "containers " + strings.Join(names, ", ")
}

// say is a violation of the containers named, if there are any.
func say(reason, who, detail string) string {
	if who == "" {
		return ""
	}
	return fmt.Sprintf("%s (%s %s)", reason, who, detail)
}

func hostNamespaces(p pod) string {
	var used []string
	for _, name := range []string{"hostNetwork", "hostPID", "hostIPC"} {
		if p.spec.Bool(name) {
			used = append(used, name+"=true")
		}
	}
	if used == nil {
		return ""
	}
	return "host namespaces (" + strings.Join(used, ", ") + ")"
}

func privileged(p pod) string {
	return say("privileged", p.those(func(_, s cloud.Props) bool { return s.Bool("privileged") }), "must not set securityContext.privileged=true")
}

func hostPorts(p pod) string {
	return say("hostPort", p.those(func(c, _ cloud.Props) bool {
		return slices.ContainsFunc(c.Objs("ports"), func(port cloud.Props) bool { return port.Int("hostPort") != 0 })
	}), "uses a hostPort")
}

func unconfined(p pod) string {
	if p.spec.Obj("securityContext").Obj("seccompProfile").Str("type") == "Unconfined" {
		return "seccompProfile (pod must not set securityContext.seccompProfile.type to \"Unconfined\")"
	}
	return say("seccompProfile", p.those(func(_, s cloud.Props) bool { return s.Obj("seccompProfile").Str("type") == "Unconfined" }),
		"must not set securityContext.seccompProfile.type to \"Unconfined\"")
}

func hostPaths(p pod) string {
	for _, v := range p.spec.Objs("volumes") {
		if v.Has("hostPath") {
			return fmt.Sprintf("hostPath volumes (volume %q)", v.Str("name"))
		}
	}
	return ""
}

// usual are the capabilities that baseline lets a container add.
var usual = []string{
	"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
}

func addedCapabilities(p pod) string {
	return say("non-default capabilities", p.those(func(_, s cloud.Props) bool { return adds(s, usual) }),
		"must not include more than the default ones in securityContext.capabilities.add")
}

// adds tells whether a container adds a capability that is not among those
// allowed.
func adds(security cloud.Props, allowed []string) bool {
	return slices.ContainsFunc(security.Obj("capabilities").Strs("add"), func(c string) bool { return !slices.Contains(allowed, c) })
}

// harmless are the sources of volumes that the level restricted admits.
var harmless = []string{"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"}

func volumes(p pod) string {
	for _, v := range p.spec.Objs("volumes") {
		for _, source := range v.Names() {
			if source != "name" && v[source] != nil && !slices.Contains(harmless, source) {
				return fmt.Sprintf("restricted volume types (volume %q uses restricted volume type %q)", v.Str("name"), source)
			}
		}
	}
	return ""
}

func escalation(p pod) string {
	return say("allowPrivilegeEscalation != false", p.those(func(_, s cloud.Props) bool { return s["allowPrivilegeEscalation"] != false }),
		"must set securityContext.allowPrivilegeEscalation=false")
}

func capabilities(p pod) string {
	kept := p.those(func(_, s cloud.Props) bool { return !slices.Contains(s.Obj("capabilities").Strs("drop"), "ALL") })
	if kept != "" {
		return say("unrestricted capabilities", kept, "must set securityContext.capabilities.drop=[\"ALL\"]")
	}
	return say("unrestricted capabilities", p.those(func(_, s cloud.Props) bool { return adds(s, []string{"NET_BIND_SERVICE"}) }),
		"must not include anything but \"NET_BIND_SERVICE\" in securityContext.capabilities.add")
}

func nonRoot(p pod) string {
	whole := p.spec.Obj("securityContext")["runAsNonRoot"]
	who := p.those(func(_, s cloud.Props) bool {
		own, set := s["runAsNonRoot"].(bool)
		return set && !own || !set && whole != true
	})
	return say("runAsNonRoot != true", orPod(who), "must set securityContext.runAsNonRoot=true")
}

func root(p pod) string {
	isRoot := func(s cloud.Props) bool { return s["runAsUser"] == 0.0 }
	if isRoot(p.spec.Obj("securityContext")) {
		return "runAsUser=0 (pod must not set runAsUser=0)"
	}
	return say("runAsUser=0", p.those(func(_, s cloud.Props) bool { return isRoot(s) }), "must not set runAsUser=0")
}

func seccomp(p pod) string {
	fine := func(s cloud.Props) bool {
		t := s.Obj("seccompProfile").Str("type")
		return t == "RuntimeDefault" || t == "Localhost"
	}
	whole := fine(p.spec.Obj("securityContext"))
	who := p.those(func(_, s cloud.Props) bool { return !fine(s) && (s.Has("seccompProfile") || !whole) })
	return say("seccompProfile", orPod(who), "must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"")
}

func orPod(who string) string {
	if who == "" {
		return ""
	}
	return "pod or " + who
}
