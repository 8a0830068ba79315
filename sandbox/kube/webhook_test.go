package kube

import (
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

func service(name string, selector object) cloud.Props {
	return named("default", name, cloud.Props{"spec": object{"ports": []any{object{"port": 80.0}}, "selector": selector}})
}

// While the load balancer controller has no pods, no Service is made.
func TestServicesWaitForTheirWebhook(t *testing.T) {
	t.Parallel()
	account := world(t)
	c := client(t, account, deployer)
	make := func(name string) error {
		_, err := c.Create("v1", "Service", name, service(name, object{"app": "web"}), false)
		return err
	}
	wantError(t, make("before"))
	removeNodes(t, account)
	_, err := c.Install("lbc", theRelease(cloud.Props{"skipAwait": true}))
	wantError(t, err)
	wantRule(t, make("while"), webhookSilent, `Internal error occurred: failed calling webhook "mservice.elbv2.k8s.aws"`,
		`no endpoints available for service "aws-load-balancer-webhook-service"`)
	// It judges Services as they are made, Ingresses always, and ConfigMaps never.
	_, err = c.Update("v1", "Service", service("before", object{"app": "other"}))
	wantError(t, err)
	ingress := named("default", "web", cloud.Props{"spec": object{"defaultBackend": object{"service": object{"name": "before", "port": object{"number": 80.0}}}}})
	_, err = c.Create("networking.k8s.io/v1", "Ingress", "i", ingress, false)
	wantRule(t, err, webhookSilent, "vingress.elbv2.k8s.aws")
	_, err = c.Create("v1", "ConfigMap", "c", named("default", "c", nil), false)
	wantError(t, err)
	addNodes(t, account, "later", 1, nil)
	wantError(t, make("after"))
	_, err = c.Create("networking.k8s.io/v1", "Ingress", "i", ingress, false)
	wantError(t, err, "no controller answers to its class") // It was admitted.
	// Without its service the configuration answers nobody.
	wantError(t, c.Delete("v1", "Service", objects.At("kube-system", "aws-load-balancer-webhook-service")))
	wantRule(t, make("orphan"), webhookSilent, `service "aws-load-balancer-webhook-service" not found`)
}

// A release that is stopped by a webhook has failed and keeps what it made
// until then.
func TestReleaseStoppedByAWebhook(t *testing.T) {
	t.Parallel()
	account := world(t)
	c := client(t, account, deployer)
	removeNodes(t, account)
	_, err := c.Install("lbc", theRelease(cloud.Props{"skipAwait": true}))
	wantError(t, err)
	state, err := c.Install("dns", cloud.Props{
		"chart": "external-dns", "repositoryOpts": object{"repo": "https://kubernetes-sigs.github.io/external-dns/"},
		"name": "external-dns", "namespace": "kube-system", "skipAwait": true,
	})
	wantLate(t, err, "helm-object-refused", "failed to create resource: Internal error occurred", "mservice.elbv2.k8s.aws")
	if state.Obj("status").Str("status") != "failed" {
		t.Errorf("its state is %v", state)
	}
	if _, err := c.Get("v1", "ServiceAccount", objects.At("kube-system", "external-dns")); err != nil {
		t.Error(err)
	}
	_, err = c.Get("apps/v1", "Deployment", objects.At("kube-system", "external-dns"))
	wantError(t, err, "not found")
}

// cert-manager's own resources wait for its webhook.
func TestIssuersWaitForCertManager(t *testing.T) {
	t.Parallel()
	account := world(t)
	c := client(t, account, deployer)
	issuer := named("", "letsencrypt", cloud.Props{"spec": object{"selfSigned": object{}}})
	make := func() error {
		_, err := c.Create("cert-manager.io/v1", "ClusterIssuer", "issuer", issuer, false)
		return err
	}
	wantRule(t, make(), typeUnserved, "ensure CRDs are installed first")
	removeNodes(t, account)
	_, err := c.Install("cm", certManager(object{"crds": object{"enabled": true}}).With(cloud.Props{"skipAwait": true}))
	wantError(t, err)
	wantRule(t, make(), webhookSilent, `failed calling webhook "webhook.cert-manager.io"`, `no endpoints available for service "cert-manager-webhook"`)
	addNodes(t, account, "later", 1, nil)
	wantError(t, make())
}

func TestWhichWebhooksAreCalled(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		hook object
		stop bool
	}{
		"as it is":            {nil, true},
		"ignored":             {object{"failurePolicy": "Ignore"}, false},
		"outside":             {object{"clientConfig": object{"url": "https://example.com/"}}, false},
		"another operation":   {object{"rules": []any{object{"apiGroups": []any{""}, "apiVersions": []any{"v1"}, "operations": []any{"DELETE"}, "resources": []any{"configmaps"}}}}, false},
		"every operation":     {object{"rules": []any{object{"apiGroups": []any{"*"}, "apiVersions": []any{"*"}, "operations": []any{"*"}, "resources": []any{"*"}}}}, true},
		"another group":       {object{"rules": []any{object{"apiGroups": []any{"apps"}, "apiVersions": []any{"v1"}, "operations": []any{"CREATE"}, "resources": []any{"configmaps"}}}}, false},
		"another scope":       {object{"rules": []any{object{"apiGroups": []any{""}, "apiVersions": []any{"v1"}, "operations": []any{"CREATE"}, "resources": []any{"configmaps"}, "scope": "Cluster"}}}, false},
		"object's label":      {object{"objectSelector": object{"matchLabels": object{"judge": "me"}}}, true},
		"no such label":       {object{"objectSelector": object{"matchLabels": object{"judge": "not"}}}, false},
		"namespace's name":    {object{"namespaceSelector": object{"matchLabels": object{"kubernetes.io/metadata.name": "shop"}}}, true},
		"namespace's label":   {object{"namespaceSelector": object{"matchLabels": object{"team": "shop"}}}, true},
		"another's namespace": {object{"namespaceSelector": object{"matchExpressions": []any{object{"key": "team", "operator": "NotIn", "values": []any{"shop"}}}}}, false},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := client(t, world(t), deployer)
			shop := cloud.Props{"metadata": object{"name": "shop", "labels": object{"team": "shop"}}}
			if _, err := c.Create("v1", "Namespace", "1", shop, false); err != nil {
				t.Fatal(err)
			}
			hook := cloud.Props{
				"name": "judge.example.com", "sideEffects": "None", "admissionReviewVersions": []any{"v1"},
				"clientConfig": object{"service": object{"name": "judge", "namespace": "shop"}},
				"rules":        []any{object{"apiGroups": []any{""}, "apiVersions": []any{"v1"}, "operations": []any{"CREATE"}, "resources": []any{"configmaps"}}},
			}.With(cloud.Props(tc.hook))
			configuration := named("", "judge", cloud.Props{"webhooks": []any{map[string]any(hook)}})
			if _, err := c.Create(registration, "ValidatingWebhookConfiguration", "2", configuration, false); err != nil {
				t.Fatal(err)
			}
			judged := cloud.Props{"metadata": object{"name": "a", "namespace": "shop", "labels": object{"judge": "me"}}}
			if _, err := c.Create("v1", "ConfigMap", "3", judged, false); tc.stop {
				wantRule(t, err, webhookSilent, "judge.example.com")
			} else {
				wantError(t, err)
			}
			// Nothing stands in the way of taking the webhook back.
			wantError(t, c.Delete(registration, "ValidatingWebhookConfiguration", objects.At("", "judge")))
		})
	}
}
