package kube

import (
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// namespace makes a namespace with labels.
func namespace(t *testing.T, c *Client, name string, labels object) {
	t.Helper()
	if _, err := c.Create("v1", "Namespace", "namespace "+name, cloud.Props{"metadata": object{"name": name, "labels": labels}}, false); err != nil {
		t.Fatal(err)
	}
}

func in(namespace string, o cloud.Props) cloud.Props {
	return o.With(cloud.Props{"metadata": map[string]any(o.Obj("metadata").With(cloud.Props{"namespace": namespace}))})
}

// A pod is refused at once; a Deployment is made, and its pods are not.
func TestPodSecurity(t *testing.T) {
	t.Parallel()
	account := world(t)
	c := client(t, account, deployer)
	var warnings []cloud.Warning
	c.Warn = func(w cloud.Warning) { warnings = append(warnings, w) }
	namespace(t, c, "strict", object{"pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/warn": "restricted"})
	pod := in("strict", named("", "one", cloud.Props{"spec": object{"containers": []any{object{"name": "main", "image": "nginx"}}}}))
	_, err := c.Create("v1", "Pod", "1", pod, false)
	wantRule(t, err, podInsecure, `pods "one" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "main"`)
	if len(warnings) > 0 {
		t.Errorf("a pod that is refused has the warnings %v", warnings)
	}
	made, err := c.Create("apps/v1", "Deployment", "2", in("strict", deployment("web", nil, nil)), false)
	wantLate(t, err, "pods-violate-security", "'web' timed out waiting to be Ready", "seccompProfile")
	if made == nil {
		t.Error("the Deployment is not made")
	}
	safe := object{"securityContext": object{"runAsNonRoot": true, "seccompProfile": object{"type": "RuntimeDefault"}}, "containers": []any{object{
		"name": "main", "image": "nginx", "securityContext": object{"allowPrivilegeEscalation": false, "capabilities": object{"drop": []any{"ALL"}}},
	}}}
	_, err = c.Create("apps/v1", "Deployment", "3", in("strict", deployment("safe", safe, nil)), false)
	wantError(t, err)
	_, err = c.Create("apps/v1", "Deployment", "4", deployment("elsewhere", nil, nil), false)
	wantError(t, err)
	if len(warnings) != 1 || warnings[0].Rule != podsInsecure {
		t.Errorf("got the warnings %v", warnings)
	}
}

func TestPodsNeedTheirAccount(t *testing.T) {
	t.Parallel()
	c := client(t, world(t), deployer)
	pod := named("default", "one", cloud.Props{"spec": object{"serviceAccountName": "app", "containers": []any{object{"name": "main", "image": "nginx"}}}})
	_, err := c.Create("v1", "Pod", "1", pod, false)
	wantRule(t, err, podAccount, `error looking up service account default/app: serviceaccount "app" not found`)
	if _, err := c.Create("v1", "ServiceAccount", "2", named("default", "app", nil), false); err != nil {
		t.Fatal(err)
	}
	_, err = c.Create("v1", "Pod", "3", pod, false)
	wantError(t, err)
}

func TestQuotas(t *testing.T) {
	t.Parallel()
	c := client(t, world(t), deployer)
	namespace(t, c, "shop", nil)
	quota := in("shop", named("", "quota", cloud.Props{"spec": object{"hard": object{
		"configmaps": "1", "count/deployments.apps": "1", "services.nodeports": "1", "pods": "1",
	}}}))
	if _, err := c.Create("v1", "ResourceQuota", "q", quota, false); err != nil {
		t.Fatal(err)
	}
	make := func(namespace, apiVersion, kind, name string, o cloud.Props) error {
		o = in(namespace, named("", name, o))
		_, err := c.Create(apiVersion, kind, namespace+kind+name, o, false)
		return err
	}
	unawaited := func(name string) cloud.Props {
		return in("shop", deployment(name, nil, object{"pulumi.com/skipAwait": "true"}))
	}
	wantError(t, make("shop", "v1", "ConfigMap", "a", nil))
	wantRule(t, make("shop", "v1", "ConfigMap", "b", nil), quotaExceeded,
		`configmaps "b" is forbidden: exceeded quota: quota, requested: configmaps=1, used: configmaps=1, limited: configmaps=1`)
	wantError(t, make("default", "v1", "ConfigMap", "b", nil))
	_, err := c.Create("apps/v1", "Deployment", "1", unawaited("one"), false)
	wantError(t, err)
	_, err = c.Create("apps/v1", "Deployment", "2", unawaited("two"), false)
	wantRule(t, err, quotaExceeded, `deployments.apps "two"`, "count/deployments.apps=1")
	ports := func(typ string) cloud.Props {
		return cloud.Props{"spec": object{"type": typ, "ports": []any{object{"port": 80.0}}}}
	}
	wantError(t, make("shop", "v1", "Service", "a", ports("NodePort")))
	wantError(t, make("shop", "v1", "Service", "b", ports("ClusterIP")))
	wantRule(t, make("shop", "v1", "Service", "c", ports("NodePort")), quotaExceeded, "services.nodeports=1")
}

func TestAddressesOfServices(t *testing.T) {
	t.Parallel()
	account := world(t)
	edit(t, account, func(tx *cloud.Tx) error {
		r := tx.Get(cloud.EKSCluster, "demo")
		r.Props["kubernetesNetworkConfig"] = object{"serviceIpv4Cidr": "172.20.0.0/16"}
		tx.Put(r)
		return nil
	})
	c := client(t, account, deployer)
	make := func(name string, spec object) (string, error) {
		spec = object(cloud.Props{"ports": []any{object{"port": 80.0}}}.With(cloud.Props(spec)))
		made, err := c.Create("v1", "Service", name, named("default", name, cloud.Props{"spec": spec}), false)
		return made.Obj("spec").Str("clusterIP"), err
	}
	tests := []struct {
		name string
		spec object
		want string
		rule *cloud.Rule
		says string
	}{
		{"first", nil, "172.20.1.0", nil, ""},
		{"second", nil, "172.20.1.1", nil, ""},
		{"asks", object{"clusterIP": "172.20.1.2"}, "172.20.1.2", nil, ""},
		{"third", nil, "172.20.1.3", nil, ""},
		{"headless", object{"clusterIP": "None"}, "None", nil, ""},
		{"outside", object{"clusterIP": "10.0.0.1"}, "", addressRange, "The range of valid IPs is 172.20.0.0/16"},
		{"taken", object{"clusterIP": "172.20.1.0"}, "", addressTaken, "provided IP is already allocated"},
		{"dns", object{"clusterIP": "172.20.0.10"}, "", addressTaken, "already allocated"},
		{"api", object{"clusterIP": "172.20.0.1"}, "", addressTaken, "already allocated"},
		{"port", object{"type": "NodePort", "ports": []any{object{"port": 80.0, "nodePort": 30080.0}}}, "172.20.1.4", nil, ""},
		{"same-port", object{"type": "NodePort", "ports": []any{object{"port": 80.0, "nodePort": 30080.0}}}, "", nodePortTaken, "provided port is already allocated (by default/port)"},
	}
	for _, tc := range tests {
		got, err := make(tc.name, tc.spec)
		if tc.rule != nil {
			wantRule(t, err, tc.rule, tc.says)
		} else {
			wantError(t, err)
		}
		if got != tc.want {
			t.Errorf("%s has the address %q, want %q", tc.name, got, tc.want)
		}
	}
	// An update that says nothing of the address keeps it.
	changed, err := c.Update("v1", "Service", named("default", "first", cloud.Props{"spec": object{"ports": []any{object{"port": 81.0}}}}))
	if err != nil || changed.Obj("spec").Str("clusterIP") != "172.20.1.0" {
		t.Errorf("changed to %v, %v", changed, err)
	}
	if _, err := c.Get("v1", "Service", objects.At("default", "outside")); err == nil {
		t.Error("what was refused is there")
	}
}
