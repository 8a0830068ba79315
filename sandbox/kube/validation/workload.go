package validation

import (
	"regexp"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

func (c *checker) deployment() {
	spec := c.workload("deployment")
	c.oneOf(spec.Obj("strategy"), "spec.strategy", "type", "Recreate", "RollingUpdate")
	if spec.Obj("strategy").Str("type") == "Recreate" && spec.Obj("strategy").Has("rollingUpdate") {
		c.add(supportedValue, "spec.strategy.rollingUpdate", "Forbidden: may not be specified when strategy `type` is 'Recreate'")
	}
}

func (c *checker) daemonSet() {
	spec := c.workload("daemonset")
	c.oneOf(spec.Obj("updateStrategy"), "spec.updateStrategy", "type", "OnDelete", "RollingUpdate")
}

func (c *checker) statefulSet() {
	spec := c.workload("statefulset")
	c.oneOf(spec, "spec", "podManagementPolicy", "OrderedReady", "Parallel")
	c.oneOf(spec.Obj("updateStrategy"), "spec.updateStrategy", "type", "OnDelete", "RollingUpdate")
	for _, t := range spec.Objs("volumeClaimTemplates") {
		c.claimSpec("spec.volumeClaimTemplates.spec", t.Obj("spec"))
	}
}

// workload holds to their rules the selector and the template of what keeps
// pods running.
func (c *checker) workload(what string) cloud.Props {
	spec := c.object.Obj("spec")
	c.atLeast(spec, "spec", "replicas", 0)
	c.atLeast(spec, "spec", "minReadySeconds", 0)
	selector := spec.Obj("selector")
	if !spec.Has("selector") {
		c.add(requiredValue, "spec.selector", "Required value")
	} else if len(selector.Obj("matchLabels"))+len(selector.List("matchExpressions")) == 0 {
		c.add(selectorEmpty, "spec.selector", "Invalid value: empty selector is invalid for %s", what)
	}
	c.selector("spec.selector", selector)
	template := spec.Obj("template")
	if len(selector) > 0 && !objects.Selects(selector, objects.Labels(template)) {
		c.invalid(selectorMismatch, "spec.template.metadata.labels", objects.Labels(template), "`selector` does not match template `labels`")
	}
	var claimed []string
	for _, t := range spec.Objs("volumeClaimTemplates") {
		claimed = append(claimed, objects.NameOf(t).Name)
	}
	c.template("spec.template", template, []string{"Always"}, claimed)
	return spec
}

// template holds a pod template to its rules. claimed are volumes that it has
// besides its own.
func (c *checker) template(path string, template cloud.Props, restarts, claimed []string) {
	c.labels(path+".metadata.labels", template.Obj("metadata"))
	pod := template.Obj("spec")
	policy := "Always"
	if pod.Has("restartPolicy") {
		policy = pod.Str("restartPolicy")
	}
	if !strings.Contains(strings.Join(restarts, " ")+" ", policy+" ") {
		c.add(restartPolicy, path+".spec.restartPolicy", "Unsupported value: %q: supported values: %s", policy, quoted(restarts))
	}
	c.podSpec(path+".spec", pod, claimed)
}

func (c *checker) job() { c.jobSpec("spec", c.object.Obj("spec")) }

func (c *checker) jobSpec(path string, spec cloud.Props) {
	for _, name := range []string{"parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"} {
		c.atLeast(spec, path, name, 0)
	}
	c.oneOf(spec, path, "completionMode", "Indexed", "NonIndexed")
	if spec.Has("selector") && !spec.Bool("manualSelector") {
		c.invalid(supportedValue, path+".selector", spec["selector"], "`selector` not auto-generated")
	}
	c.template(path+".template", spec.Obj("template"), []string{"OnFailure", "Never"}, nil)
}

// maxCronJobName leaves room for the eleven characters that a job's name adds.
const maxCronJobName = 52

var (
	cronFields = regexp.MustCompile(`^\S+\s+\S+\s+\S+\s+\S+\s+\S+$`)
	cronField  = regexp.MustCompile(`^[0-9A-Za-z*/,?#-]+$`)
)

func (c *checker) cronJob() {
	if name := objects.NameOf(c.object).Name; len(name) > maxCronJobName {
		c.invalid(cronJobName, "metadata.name", name, "must be no more than %d characters", maxCronJobName)
	}
	spec := c.object.Obj("spec")
	if c.require(spec, "spec", "schedule", "") && !isSchedule(spec.Str("schedule")) {
		c.invalid(cronSchedule, "spec.schedule", spec.Str("schedule"), "want five fields such as 0 3 * * *, or a name such as @daily")
	}
	if s := spec.Str("schedule"); strings.Contains(s, "TZ") {
		c.invalid(cronSchedule, "spec.schedule", s, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead")
	}
	c.oneOf(spec, "spec", "concurrencyPolicy", "Allow", "Forbid", "Replace")
	c.jobSpec("spec.jobTemplate.spec", spec.Obj("jobTemplate").Obj("spec"))
}

func isSchedule(s string) bool {
	switch s {
	case "@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly":
		return true
	}
	if strings.HasPrefix(s, "@every ") {
		return true
	}
	if !cronFields.MatchString(s) {
		return false
	}
	for _, f := range strings.Fields(s) {
		if !cronField.MatchString(f) {
			return false
		}
	}
	return true
}
