package validation

import (
	"strings"

	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

func (c *checker) budget() {
	spec := c.object.Obj("spec")
	if spec.Has("minAvailable") && spec.Has("maxUnavailable") {
		c.add(budgetBoth, "spec", "Invalid value: minAvailable and maxUnavailable cannot be both set")
	}
	c.selector("spec.selector", spec.Obj("selector"))
	c.oneOf(spec, "spec", "unhealthyPodEvictionPolicy", "AlwaysAllow", "IfHealthyBudget")
}

func (c *checker) autoscaler() {
	spec := c.object.Obj("spec")
	ref := spec.Obj("scaleTargetRef")
	c.require(ref, "spec.scaleTargetRef", "kind", "")
	c.require(ref, "spec.scaleTargetRef", "name", "")
	least := 1.0
	if n, ok := spec["minReplicas"].(float64); ok {
		if least = n; n < 1 {
			c.invalid(scaleRange, "spec.minReplicas", n, "must be greater than or equal to 1")
		}
	}
	most, _ := spec["maxReplicas"].(float64)
	switch {
	case most < 1:
		c.invalid(scaleRange, "spec.maxReplicas", most, "must be greater than 0")
	case most < least:
		c.invalid(scaleRange, "spec.maxReplicas", most, "must be greater than or equal to `minReplicas`")
	}
}

// maxPriority is the highest priority that is not Kubernetes' own.
const maxPriority = 1_000_000_000

func (c *checker) priorityClass() {
	if strings.HasPrefix(objects.NameOf(c.object).Name, "system-") {
		c.add(priorityLimit, "metadata.name", "Forbidden: priority class names with 'system-' prefix are reserved for system use only")
	}
	if n, _ := c.object["value"].(float64); n > maxPriority {
		c.add(priorityLimit, "value", "Forbidden: maximum allowed value of a user defined priority is %d", maxPriority)
	}
	c.oneOf(c.object, "PriorityClass", "preemptionPolicy", "Never", "PreemptLowerPriority")
}
