package kube

import (
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
	"github.com/slipway-iac/slipway/sandbox/kube/pods"
)

const registration = "admissionregistration.k8s.io/v1"

var webhookSilent = rule("webhook-without-endpoints", internalError, docs+"reference/access-authn-authz/extensible-admission-controllers/", cloud.Verified)

// The operations that webhooks are called for.
const (
	creating = "CREATE"
	updating = "UPDATE"
	deleting = "DELETE"
)

// askWebhooks calls the webhooks that an operation on an object is for: those
// that change it, and then those that judge it. One that may not be left out and
// has no pods behind it stops the operation. What a webhook would say is not
// modelled.
func (c call) askWebhooks(operation string, t objects.Type, object cloud.Props) error {
	var running *pods.State
	for _, kind := range []string{"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"} {
		for _, configuration := range objects.List(c.tx, c.cluster, registration, kind) {
			for _, hook := range configuration.Props.Objs("webhooks") {
				if !c.concerns(hook, operation, t, object) || hook.Str("failurePolicy") == "Ignore" {
					continue
				}
				if running == nil {
					running = pods.Look(c.tx, c.cluster)
				}
				if err := c.answered(hook, running); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// answered calls one webhook. Those outside of the cluster always answer.
func (c call) answered(hook cloud.Props, running *pods.State) error {
	ref := hook.Obj("clientConfig").Obj("service")
	if ref == nil {
		return nil
	}
	name := objects.At(ref.Str("namespace"), ref.Str("name"))
	service := objects.Find(c.tx, c.cluster, "v1", "Service", name)
	switch {
	case service == nil:
		return webhookSilent.Refuse("Internal error occurred: failed calling webhook %q: failed to call webhook: service %q not found", hook.Str("name"), name.Name)
	case running.Behind(name.Namespace, service.Props.Obj("spec").Obj("selector")) == 0:
		return webhookSilent.Refuse("Internal error occurred: failed calling webhook %q: failed to call webhook: no endpoints available for service %q; "+
			"wait for the pods of %s before anything that the webhook judges", hook.Str("name"), name.Name, name.ID())
	}
	return nil
}

// concerns tells whether a webhook is called for an operation. Webhooks are
// never called for webhooks.
func (c call) concerns(hook cloud.Props, operation string, t objects.Type, object cloud.Props) bool {
	if strings.HasPrefix(t.APIVersion, "admissionregistration.k8s.io/") {
		return false
	}
	if !slices.ContainsFunc(hook.Objs("rules"), func(r cloud.Props) bool { return covers(r, operation, t) }) {
		return false
	}
	if !objects.Selects(hook.Obj("objectSelector"), objects.Labels(object)) {
		return false
	}
	// Whatever is in no namespace is in all of them, as far as webhooks care.
	return t.Cluster && t.Kind != "Namespace" || objects.Selects(hook.Obj("namespaceSelector"), c.namespaceLabels(t, object))
}

// covers tells whether a rule of a webhook is about a type. A webhook sees other
// versions of a type too, unless it wants the exact one; the sandbox takes every
// version of a group for equivalent.
func covers(rule cloud.Props, operation string, t objects.Type) bool {
	has := func(field string, values ...string) bool {
		return slices.ContainsFunc(rule.Strs(field), func(v string) bool { return slices.Contains(values, v) })
	}
	switch scope := rule.Str("scope"); {
	case scope == "Cluster" && !t.Cluster, scope == "Namespaced" && t.Cluster:
		return false
	}
	return has("operations", operation, "*") && has("apiGroups", t.Group(), "*") && has("resources", t.Resource, "*", "*/*")
}

// namespaceLabels are those of an object's namespace, or a namespace's own.
func (c call) namespaceLabels(t objects.Type, object cloud.Props) map[string]string {
	name := objects.NameOf(object)
	namespace := objects.Find(c.tx, c.cluster, "v1", "Namespace", objects.At("", name.Namespace))
	if t.APIVersion == "v1" && t.Kind == "Namespace" {
		return withName(objects.Labels(object), name.Name)
	}
	if namespace == nil {
		return nil
	}
	return withName(objects.Labels(namespace.Props), name.Namespace)
}

// withName adds the label that the API server gives every namespace.
func withName(labels map[string]string, name string) map[string]string {
	labels["kubernetes.io/metadata.name"] = name
	return labels
}
