package validation

import (
	"fmt"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
	"github.com/slipway-iac/slipway/sandbox/kube/schema"
)

// checker collects what is wrong with an object, as the API server does.
type checker struct {
	t        objects.Type
	object   cloud.Props
	problems []problem
}

type problem struct {
	rule *cloud.Rule
	text string
}

func (c *checker) add(r *cloud.Rule, path, format string, args ...any) {
	c.problems = append(c.problems, problem{r, path + ": " + fmt.Sprintf(format, args...)})
}

func (c *checker) require(p cloud.Props, at, name, why string) bool {
	v := p[name]
	if v != nil && v != "" && !emptyList(v) {
		return true
	}
	c.add(requiredValue, at+"."+name, "Required value%s", colon(why))
	return false
}

func emptyList(v any) bool { l, ok := v.([]any); return ok && len(l) == 0 }

func colon(why string) string {
	if why == "" {
		return ""
	}
	return ": " + why
}

// invalid says that a value is wrong.
func (c *checker) invalid(r *cloud.Rule, path string, value any, format string, args ...any) {
	shown := fmt.Sprintf("%v", value)
	if s, ok := value.(string); ok {
		shown = fmt.Sprintf("%q", s)
	}
	c.add(r, path, "Invalid value: %s: %s", shown, fmt.Sprintf(format, args...))
}

// oneOf holds a field, when it is set, to the values it takes.
func (c *checker) oneOf(p cloud.Props, at, name string, values ...string) {
	v, ok := p[name].(string)
	if !ok {
		return
	}
	for _, known := range values {
		if v == known {
			return
		}
	}
	c.add(supportedValue, at+"."+name, "Unsupported value: %q: supported values: %s", v, quoted(values))
}

func quoted(values []string) string {
	var out []string
	for _, v := range values {
		out = append(out, fmt.Sprintf("%q", v))
	}
	return strings.Join(out, ", ")
}

// atLeast holds a number, when it is set, to a minimum.
func (c *checker) atLeast(p cloud.Props, at, name string, least float64) {
	if n, ok := p[name].(float64); ok && n < least {
		c.invalid(negative, at+"."+name, n, "must be greater than or equal to %v", least)
	}
}

// err is nil when nothing is wrong. The rule is that of the first problem, the
// text says all of them.
func (c *checker) err() error {
	var texts []string
	for _, p := range c.problems {
		texts = append(texts, p.text)
	}
	all := strings.Join(texts, ", ")
	if len(texts) > 1 {
		all = "[" + all + "]"
	}
	for _, p := range c.problems {
		if err := p.rule.Refuse("%s %q is invalid: %s", c.t.Singular(), objects.NameOf(c.object).Name, all); err != nil {
			return err
		}
	}
	return nil
}

// Object finds what is wrong with an object: what does not decode, or else what
// is invalid.
func Object(t objects.Type, object cloud.Props) error {
	if err := decodes(t, object); err != nil {
		return err
	}
	c := &checker{t: t, object: object}
	c.metadata()
	if check := checks[t.APIVersion+"/"+t.Kind]; check != nil {
		check(c)
	}
	return c.err()
}

func decodes(t objects.Type, object cloud.Props) error {
	for _, p := range schema.Check(t.APIVersion, t.Kind, object) {
		var err error
		if p.Want == "" {
			err = unknownField.Refuse("%s in version %q cannot be handled as a %s: strict decoding error: unknown field %q; there are %s",
				t.Kind, t.APIVersion, t.Kind, p.Path, strings.Join(p.Known, ", "))
		} else {
			err = wrongType.Refuse("%s in version %q cannot be handled as a %s: %s: want %s", t.Kind, t.APIVersion, t.Kind, p.Path, p.Want)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// checks are the rules of types, by apiVersion/Kind.
var checks = map[string]func(*checker){
	"v1/ConfigMap": (*checker).configMap, "v1/Secret": (*checker).secret, "v1/Service": (*checker).service,
	"v1/PersistentVolumeClaim": (*checker).claim, "v1/LimitRange": (*checker).limitRange, "v1/Pod": (*checker).pod,
	"apps/v1/Deployment": (*checker).deployment, "apps/v1/DaemonSet": (*checker).daemonSet, "apps/v1/StatefulSet": (*checker).statefulSet,
	"batch/v1/Job": (*checker).job, "batch/v1/CronJob": (*checker).cronJob,
	"networking.k8s.io/v1/Ingress": (*checker).ingress, "networking.k8s.io/v1/IngressClass": (*checker).ingressClass,
	"networking.k8s.io/v1/NetworkPolicy":       (*checker).networkPolicy,
	"rbac.authorization.k8s.io/v1/Role":        (*checker).role,
	"rbac.authorization.k8s.io/v1/ClusterRole": (*checker).role, "rbac.authorization.k8s.io/v1/RoleBinding": (*checker).binding,
	"rbac.authorization.k8s.io/v1/ClusterRoleBinding": (*checker).binding,
	"storage.k8s.io/v1/StorageClass":                  (*checker).storageClass, "policy/v1/PodDisruptionBudget": (*checker).budget,
	"autoscaling/v2/HorizontalPodAutoscaler": (*checker).autoscaler, "scheduling.k8s.io/v1/PriorityClass": (*checker).priorityClass,
	"apiextensions.k8s.io/v1/CustomResourceDefinition":               (*checker).customDefinition,
	"admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration": (*checker).webhooks,
	"admissionregistration.k8s.io/v1/MutatingWebhookConfiguration":   (*checker).webhooks,
}
