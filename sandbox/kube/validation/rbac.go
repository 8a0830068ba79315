package validation

import (
	"fmt"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

const rbacGroup = "rbac.authorization.k8s.io"

func (c *checker) role() {
	for i, r := range c.object.Objs("rules") {
		at := fmt.Sprintf("rules[%d]", i)
		if len(r.List("verbs")) == 0 {
			c.add(roleRules, at+".verbs", "Required value: verbs must contain at least one value")
		}
		if len(r.List("nonResourceURLs")) > 0 {
			if !c.t.Cluster {
				c.add(roleRules, at+".nonResourceURLs", "Invalid value: namespaced rules cannot apply to non-resource URLs")
			}
			if len(r.List("apiGroups"))+len(r.List("resources"))+len(r.List("resourceNames")) > 0 {
				c.add(roleRules, at+".nonResourceURLs", "Invalid value: rules cannot apply to both regular resources and non-resource URLs")
			}
			continue
		}
		if len(r.List("apiGroups")) == 0 {
			c.add(roleRules, at+".apiGroups", "Required value: resource rules must supply at least one api group")
		}
		if len(r.List("resources")) == 0 {
			c.add(roleRules, at+".resources", "Required value: resource rules must supply at least one resource")
		}
	}
}

func (c *checker) binding() {
	ref := c.object.Obj("roleRef")
	kinds := []string{"Role", "ClusterRole"}
	if c.t.Cluster {
		kinds = kinds[1:]
	}
	// The API server fills the group in where it is left out.
	c.oneOf(ref, "roleRef", "apiGroup", rbacGroup, "")
	if c.require(ref, "roleRef", "kind", "") {
		c.oneOf(ref, "roleRef", "kind", kinds...)
	}
	c.require(ref, "roleRef", "name", "")
	for i, s := range c.object.Objs("subjects") {
		c.subject(fmt.Sprintf("subjects[%d]", i), s)
	}
}

func (c *checker) subject(path string, s cloud.Props) {
	c.require(s, path, "name", "")
	group := s.Str("apiGroup")
	switch s.Str("kind") {
	case "ServiceAccount":
		if group != "" {
			c.add(subjectForm, path+".apiGroup", "Unsupported value: %q: supported values: \"\"", group)
		}
		if c.t.Cluster && s.Str("namespace") == "" {
			c.add(subjectForm, path+".namespace", "Required value")
		}
	case "User", "Group":
		if group != "" && group != rbacGroup {
			c.add(subjectForm, path+".apiGroup", "Unsupported value: %q: supported values: %q", group, rbacGroup)
		}
	default:
		c.add(subjectForm, path+".kind", "Unsupported value: %q: supported values: \"ServiceAccount\", \"User\", \"Group\"", s.Str("kind"))
	}
}
