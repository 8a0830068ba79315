package podsecurity

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// strict is a pod that the level restricted admits.
const strict = `{
	"securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
	"containers": [{"name": "a", "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}}]
}`

func parse(t *testing.T, text string) cloud.Props {
	t.Helper()
	p := cloud.Props{}
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestViolations(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		// more is laid over the pod, own over its container's security context.
		more, own            string
		baseline, restricted []string
	}{
		"strict":          {`{}`, `{}`, nil, nil},
		"host network":    {`{"hostNetwork": true, "hostPID": true}`, `{}`, []string{"host namespaces (hostNetwork=true, hostPID=true)"}, []string{"host namespaces (hostNetwork=true, hostPID=true)"}},
		"privileged":      {`{}`, `{"privileged": true}`, []string{`privileged (container "a" must not set securityContext.privileged=true)`}, []string{`privileged (container "a" must not set securityContext.privileged=true)`}},
		"host path":       {`{"volumes": [{"name": "v", "hostPath": {"path": "/"}}]}`, `{}`, []string{`hostPath volumes (volume "v")`}, []string{`restricted volume types (volume "v" uses restricted volume type "hostPath")`}},
		"nfs":             {`{"volumes": [{"name": "v", "nfs": {}}]}`, `{}`, nil, []string{`restricted volume types (volume "v" uses restricted volume type "nfs")`}},
		"harmless volume": {`{"volumes": [{"name": "v", "emptyDir": {}}]}`, `{}`, nil, nil},
		"escalation":      {`{}`, `{"allowPrivilegeEscalation": null}`, nil, []string{`allowPrivilegeEscalation != false (container "a" must set securityContext.allowPrivilegeEscalation=false)`}},
		"capabilities":    {`{}`, `{"capabilities": {}}`, nil, []string{`unrestricted capabilities (container "a" must set securityContext.capabilities.drop=["ALL"])`}},
		"added": {
			`{}`, `{"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}}`,
			[]string{`non-default capabilities (container "a" must not include more than the default ones in securityContext.capabilities.add)`},
			[]string{`unrestricted capabilities (container "a" must not include anything but "NET_BIND_SERVICE" in securityContext.capabilities.add)`},
		},
		"added usual":  {`{}`, `{"capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}}`, nil, nil},
		"maybe root":   {`{"securityContext": {"seccompProfile": {"type": "RuntimeDefault"}}}`, `{}`, nil, []string{`runAsNonRoot != true (pod or container "a" must set securityContext.runAsNonRoot=true)`}},
		"own non-root": {`{"securityContext": {"seccompProfile": {"type": "RuntimeDefault"}}}`, `{"runAsNonRoot": true}`, nil, nil},
		"own root":     {`{}`, `{"runAsNonRoot": false}`, nil, []string{`runAsNonRoot != true (pod or container "a" must set securityContext.runAsNonRoot=true)`}},
		"user 0":       {`{}`, `{"runAsUser": 0}`, nil, []string{`runAsUser=0 (container "a" must not set runAsUser=0)`}},
		"pod's user 0": {`{"securityContext": {"runAsNonRoot": true, "runAsUser": 0, "seccompProfile": {"type": "Localhost"}}}`, `{}`, nil, []string{"runAsUser=0 (pod must not set runAsUser=0)"}},
		"no seccomp":   {`{"securityContext": {"runAsNonRoot": true}}`, `{}`, nil, []string{`seccompProfile (pod or container "a" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")`}},
		"own seccomp":  {`{"securityContext": {"runAsNonRoot": true}}`, `{"seccompProfile": {"type": "RuntimeDefault"}}`, nil, nil},
		"unconfined": {
			`{}`, `{"seccompProfile": {"type": "Unconfined"}}`,
			[]string{`seccompProfile (container "a" must not set securityContext.seccompProfile.type to "Unconfined")`},
			[]string{`seccompProfile (pod or container "a" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")`},
		},
		"pod unconfined": {
			`{"securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "Unconfined"}}}`, `{}`,
			[]string{`seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")`},
			[]string{`seccompProfile (pod or container "a" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")`},
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spec := parse(t, strict).With(parse(t, tc.more))
			container := spec.Objs("containers")[0]
			container["securityContext"] = map[string]any(container.Obj("securityContext").With(parse(t, tc.own)))
			for level, want := range map[string][]string{Privileged: nil, "": nil, Baseline: tc.baseline, Restricted: tc.restricted} {
				if diff := cmp.Diff(want, Violations(level, spec)); diff != "" {
					t.Errorf("%s: %s", level, diff)
				}
			}
		})
	}
}

func TestEveryContainerCounts(t *testing.T) {
	t.Parallel()
	spec := parse(t, `{"initContainers": [{"name": "i", "ports": [{"hostPort": 1}]}], "containers": [{"name": "a", "ports": [{"hostPort": 2}]}]}`)
	want := []string{`hostPort (containers "i", "a" uses a hostPort)`}
	if diff := cmp.Diff(want, Violations(Baseline, spec)); diff != "" {
		t.Error(diff)
	}
}

func TestLevel(t *testing.T) {
	t.Parallel()
	labels := map[string]string{"pod-security.kubernetes.io/enforce": "restricted"}
	if Level(labels, "enforce") != Restricted || Level(labels, "warn") != Privileged {
		t.Error("the levels are wrong")
	}
}
