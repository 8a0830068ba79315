package kube

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// theRelease is a release of the load balancer controller.
func theRelease(more cloud.Props) cloud.Props {
	return cloud.Props{
		"chart": "aws-load-balancer-controller", "version": "3.5.0", "repositoryOpts": object{"repo": "https://aws.github.io/eks-charts"},
		"name": "lbc", "namespace": "kube-system", "values": object{"clusterName": "demo"},
	}.With(more)
}

func certManager(values object) cloud.Props {
	return cloud.Props{
		"chart": "oci://quay.io/jetstack/charts/cert-manager", "name": "cert-manager", "namespace": "cert-manager",
		"createNamespace": true, "values": values,
	}
}

func TestInstall(t *testing.T) {
	t.Parallel()
	account := world(t)
	c := client(t, account, deployer)
	state, err := c.Install("urn", theRelease(nil))
	if err != nil {
		t.Fatal(err)
	}
	want := object{
		"appVersion": "v3.5.0", "chart": "aws-load-balancer-controller", "name": "lbc", "namespace": "kube-system", "revision": 1.0,
		"status": "deployed", "version": "3.5.0",
	}
	if diff := cmp.Diff(want, state["status"]); diff != "" {
		t.Error(diff)
	}
	const full = "kube-system/lbc-aws-load-balancer-controller"
	names := object{
		"Deployment.apps/apps/v1": []any{full}, "ServiceAccount/v1": []any{full}, "Service/v1": []any{"kube-system/aws-load-balancer-webhook-service"},
		"IngressClass.networking.k8s.io/networking.k8s.io/v1":                                         []any{"alb"},
		"IngressClassParams.elbv2.k8s.aws/elbv2.k8s.aws/v1beta1":                                      []any{"alb"},
		"MutatingWebhookConfiguration.admissionregistration.k8s.io/admissionregistration.k8s.io/v1":   []any{"aws-load-balancer-webhook"},
		"ValidatingWebhookConfiguration.admissionregistration.k8s.io/admissionregistration.k8s.io/v1": []any{"aws-load-balancer-webhook"},
	}
	if diff := cmp.Diff(names, state["resourceNames"]); diff != "" {
		t.Error(diff)
	}
	inputs, read, err := c.Release(objects.At("kube-system", "lbc"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(state, read); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(theRelease(nil), inputs); diff != "" {
		t.Error(diff)
	}
	edit(t, account, func(tx *cloud.Tx) error {
		r, ok := objects.ReleaseOf(tx, tx.Get(cloud.EKSCluster, "demo"), "aws-load-balancer-controller")
		if !ok || r.Name != objects.At("kube-system", "lbc") || r.Version != "3.5.0" || r.Failed || r.Values.Str("clusterName") != "demo" {
			t.Errorf("others see %+v", r)
		}
		return nil
	})
}

func TestInstallRefusals(t *testing.T) {
	t.Parallel()
	c := client(t, world(t), deployer)
	if _, err := c.Install("first", theRelease(nil)); err != nil {
		t.Fatal(err)
	}
	values := func(more object) cloud.Props {
		return theRelease(cloud.Props{"name": "other", "values": object(cloud.Props{"clusterName": "demo"}.With(more))})
	}
	tests := map[string]struct {
		inputs cloud.Props
		rule   *cloud.Rule
		says   string
	}{
		"taken":             {theRelease(nil), releaseExists, "cannot re-use a name that is still in use"},
		"capital letters":   {theRelease(cloud.Props{"name": "LBC"}), releaseNameForm, `"LBC"`},
		"name of 54":        {theRelease(cloud.Props{"name": strings.Repeat("a", 54)}), releaseNameForm, "53"},
		"unknown value":     {values(object{"replicas": 2.0}), valueUnknown, "chart aws-load-balancer-controller 3.5.0 has no value replicas"},
		"deep":              {values(object{"serviceAccount": object{"named": "x"}}), valueUnknown, "serviceAccount.named"},
		"not a map":         {values(object{"serviceAccount": "x"}), valueUnknown, "serviceAccount as anything but a map"},
		"missing value":     {theRelease(cloud.Props{"name": "other", "values": object{}}), valueMissing, "clusterName"},
		"no namespace":      {certManager(nil).With(cloud.Props{"createNamespace": false}), namespaceMissing, `namespaces "cert-manager" not found; make the namespace before the release, or set createNamespace`},
		"another's objects": {values(nil), releaseForeign, `Service "aws-load-balancer-webhook-service"`},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state, err := c.Install(name, tc.inputs)
			wantRule(t, err, tc.rule, tc.says)
			if state != nil {
				t.Errorf("and yet: %v", state)
			}
		})
	}
	for name, tc := range map[string]struct {
		more cloud.Props
		says string
	}{
		"unknown version":    {cloud.Props{"version": "3.4.9"}, `version "3.4.9" not found: the sandbox knows 3.5.0`},
		"unknown chart":      {cloud.Props{"chart": "aws-load-balancer"}, `chart "aws-load-balancer" not found`},
		"unknown repository": {cloud.Props{"repositoryOpts": object{"repo": "https://example.com"}}, `in repository "https://example.com"`},
		"registry":           {cloud.Props{"repositoryOpts": object{"repo": "oci://public.ecr.aws/karpenter"}, "chart": "karpenter"}, "write the chart as oci://public.ecr.aws/karpenter/karpenter"},
	} {
		_, err := c.Install(name, theRelease(tc.more))
		wantError(t, err, tc.says, "check the chart name")
	}
}

// Without the definitions that its objects need, a chart is not installed.
func TestSkippedDefinitions(t *testing.T) {
	t.Parallel()
	c := client(t, world(t), deployer)
	skipping := theRelease(cloud.Props{"skipCrds": true})
	_, err := c.Install("1", skipping)
	wantRule(t, err, typeOfRelease, `no matches for kind "IngressClassParams"`, "ensure CRDs are installed first")
	if _, _, err := c.Release(objects.At("kube-system", "lbc")); !errors.Is(err, ErrNotFound) {
		t.Errorf("the release: %v", err)
	}
	skipping["values"] = object{"clusterName": "demo", "createIngressClassResource": false}
	_, err = c.Install("2", skipping)
	wantError(t, err)
}

func TestUpgrade(t *testing.T) {
	t.Parallel()
	c := client(t, world(t), deployer)
	if _, err := c.Upgrade("0", theRelease(nil)); !errors.Is(err, ErrNotFound) {
		t.Errorf("upgrading what is not there: %v", err)
	}
	if _, err := c.Install("1", theRelease(nil)); err != nil {
		t.Fatal(err)
	}
	deployment := func() cloud.Props {
		d, err := c.Get("apps/v1", "Deployment", objects.At("kube-system", "lbc-aws-load-balancer-controller"))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	before := deployment()
	state, err := c.Upgrade("2", theRelease(cloud.Props{"values": object{"clusterName": "demo", "replicaCount": 3.0, "createIngressClassResource": false}}))
	if err != nil || state.Obj("status").Int("revision") != 2 {
		t.Fatalf("upgraded: %v, %v", state, err)
	}
	after := deployment()
	if after.Obj("spec").Int("replicas") != 3 || before.Obj("metadata").Str("uid") != after.Obj("metadata").Str("uid") {
		t.Errorf("from %v to %v", before, after)
	}
	_, err = c.Get("networking.k8s.io/v1", "IngressClass", objects.At("", "alb"))
	if !errors.Is(err, ErrNotFound) {
		t.Errorf("the class that the release no longer has: %v", err)
	}
	// Given no values at all, Helm keeps the old ones, unless told not to.
	if _, err := c.Upgrade("3", theRelease(cloud.Props{"values": object{}})); err != nil || deployment().Obj("spec").Int("replicas") != 3 {
		t.Errorf("without values there are %d replicas, %v", deployment().Obj("spec").Int("replicas"), err)
	}
	_, err = c.Upgrade("4", theRelease(cloud.Props{"values": object{}, "resetValues": true}))
	wantRule(t, err, valueMissing)
}

// What a release leaves behind: the namespace it made, definitions of the
// folder crds/, and definitions that it is told to keep.
func TestUninstall(t *testing.T) {
	t.Parallel()
	left := func(c *Client) []string {
		var ids []string
		edit(t, c.account, func(tx *cloud.Tx) error {
			for _, o := range objects.All(tx, tx.Get(cloud.EKSCluster, "demo")) {
				ids = append(ids, o.Props.Str("kind")+" "+objects.NameOf(o.Props).ID())
			}
			return nil
		})
		slices.Sort(ids)
		return ids
	}
	kept := []string{
		"CustomResourceDefinition certificaterequests.cert-manager.io", "CustomResourceDefinition certificates.cert-manager.io",
		"CustomResourceDefinition challenges.acme.cert-manager.io", "CustomResourceDefinition clusterissuers.cert-manager.io",
		"CustomResourceDefinition issuers.cert-manager.io", "CustomResourceDefinition orders.acme.cert-manager.io", "Namespace cert-manager",
	}
	for name, tc := range map[string]struct {
		inputs cloud.Props
		want   []string
	}{
		"without definitions": {certManager(nil), []string{"Namespace cert-manager"}},
		"kept":                {certManager(object{"crds": object{"enabled": true}}), kept},
		"not kept":            {certManager(object{"crds": object{"enabled": true, "keep": false}}), []string{"Namespace cert-manager"}},
		"folder": {
			cloud.Props{"chart": "oci://public.ecr.aws/karpenter/karpenter", "name": "karpenter", "namespace": "kube-system"},
			[]string{
				"CustomResourceDefinition capacitybuffers.autoscaling.x-k8s.io", "CustomResourceDefinition ec2nodeclasses.karpenter.k8s.aws",
				"CustomResourceDefinition nodeclaims.karpenter.sh", "CustomResourceDefinition nodeoverlays.karpenter.sh", "CustomResourceDefinition nodepools.karpenter.sh",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := client(t, world(t), deployer)
			if _, err := c.Install(name, tc.inputs); err != nil {
				t.Fatal(err)
			}
			release := objects.At(tc.inputs.Str("namespace"), tc.inputs.Str("name"))
			if err := c.Uninstall(release); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, left(c)); diff != "" {
				t.Error(diff)
			}
			wantRule(t, c.Uninstall(release), releaseMissing)
			// What is kept does not stand in the way of the same release.
			if _, err := c.Install(name+" again", tc.inputs); err != nil {
				t.Errorf("installed again: %v", err)
			}
		})
	}
}

// The two charts of Karpenter do not go together unless one leaves the
// definitions out.
func TestBothChartsOfKarpenter(t *testing.T) {
	t.Parallel()
	c := client(t, world(t), deployer)
	crds := cloud.Props{"chart": "oci://public.ecr.aws/karpenter/karpenter-crd", "version": "1.14.1", "name": "karpenter-crd", "namespace": "kube-system"}
	main := cloud.Props{"chart": "oci://public.ecr.aws/karpenter/karpenter", "version": "1.14.1", "name": "karpenter", "namespace": "kube-system"}
	if _, err := c.Install("1", crds); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Install("2", main); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Create("karpenter.sh/v1", "NodePool", "3", named("", "all", nil), false); err != nil {
		t.Fatal(err)
	}
	// With the chart go the definitions, and with them every node pool.
	if err := c.Uninstall(objects.At("kube-system", "karpenter-crd")); err != nil {
		t.Fatal(err)
	}
	_, err := c.Get("karpenter.sh/v1", "NodePool", objects.At("", "all"))
	wantRule(t, err, typeUnserved)

	other := client(t, world(t), deployer)
	if _, err := other.Install("1", main); err != nil {
		t.Fatal(err)
	}
	_, err = other.Install("2", crds)
	wantRule(t, err, releaseForeign, `CustomResourceDefinition "capacitybuffers.autoscaling.x-k8s.io"`)
}

// Whoever may not make everything in a chart installs nothing of it.
func TestInstallNeedsEveryPermission(t *testing.T) {
	t.Parallel()
	account := world(t)
	const who = "arn:aws:iam::123456789012:role/who"
	grant(t, account, who, "AmazonEKSEditPolicy")
	_, err := client(t, account, who).Install("1", theRelease(cloud.Props{"skipCrds": true, "values": object{"clusterName": "demo", "createIngressClassResource": false}}))
	wantError(t, err, "forbidden: "+who, "MutatingWebhookConfiguration")
	edit(t, account, func(tx *cloud.Tx) error {
		if all := objects.All(tx, tx.Get(cloud.EKSCluster, "demo")); len(all) > 0 {
			t.Errorf("there are %d objects", len(all))
		}
		return nil
	})
}

func wantRule(t *testing.T, err error, rule *cloud.Rule, parts ...string) {
	t.Helper()
	var refusal *cloud.Refusal
	if !errors.As(err, &refusal) {
		t.Errorf("got %v, want a refusal by %s", err, rule.Name)
		return
	}
	if refusal.Rule != rule {
		t.Errorf("got %s (%v), want %s", refusal.Rule.Name, err, rule.Name)
	}
	if len(parts) > 0 {
		wantError(t, err, parts...)
	}
}

func TestValuesAreCopied(t *testing.T) {
	t.Parallel()
	c := client(t, world(t), deployer)
	inputs := theRelease(cloud.Props{"values": object{"clusterName": "demo", "serviceAccount": object{"annotations": object{"a": "b"}}}})
	before := inputs.Clone()
	if _, err := c.Install("1", inputs); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, inputs); diff != "" {
		t.Errorf("the properties changed: %s", diff)
	}
	account, err := c.Get("v1", "ServiceAccount", objects.At("kube-system", "lbc-aws-load-balancer-controller"))
	if err != nil {
		t.Fatal(err)
	}
	annotations := slices.Sorted(maps.Keys(account.Obj("metadata").Obj("annotations")))
	if diff := cmp.Diff([]string{"a", "meta.helm.sh/release-name", "meta.helm.sh/release-namespace"}, annotations); diff != "" {
		t.Error(diff)
	}
}
