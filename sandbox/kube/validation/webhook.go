package validation

import (
	"fmt"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func (c *checker) webhooks() {
	seen := map[string]bool{}
	for i, w := range c.object.Objs("webhooks") {
		at := fmt.Sprintf("webhooks[%d]", i)
		name := w.Str("name")
		if !isQualifiedDomain(name) {
			c.invalid(webhookForm, at+".name", name, "should be a domain with at least three segments separated by dots")
		}
		if seen[name] {
			c.add(duplicate, at+".name", "Duplicate value: %q", name)
		}
		seen[name] = true
		c.oneOf(w, at, "failurePolicy", "Fail", "Ignore")
		c.oneOf(w, at, "matchPolicy", "Equivalent", "Exact")
		if c.require(w, at, "sideEffects", "must specify one of None, NoneOnDryRun") {
			c.oneOf(w, at, "sideEffects", "None", "NoneOnDryRun")
		}
		c.require(w, at, "admissionReviewVersions", "must specify one of v1, v1beta1")
		c.selector(at+".namespaceSelector", w.Obj("namespaceSelector"))
		c.selector(at+".objectSelector", w.Obj("objectSelector"))
		c.webhookClient(at+".clientConfig", w.Obj("clientConfig"))
		for j, r := range w.Objs("rules") {
			for _, field := range []string{"operations", "apiGroups", "apiVersions", "resources"} {
				c.require(r, fmt.Sprintf("%s.rules[%d]", at, j), field, "")
			}
		}
	}
}

func (c *checker) webhookClient(path string, client cloud.Props) {
	if client.Has("url") == client.Has("service") {
		c.add(webhookForm, path, "Required value: exactly one of url or service is required")
		return
	}
	if client.Has("service") {
		c.require(client.Obj("service"), path+".service", "name", "service name is required")
		c.require(client.Obj("service"), path+".service", "namespace", "service namespace is required")
	}
}

// isQualifiedDomain tells whether a name is a domain of at least three parts.
func isQualifiedDomain(name string) bool { return isSubdomain(name) && strings.Count(name, ".") >= 2 }
