package kube

import (
	"errors"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/charts"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

const definitionsOf = "apiextensions.k8s.io/v1"

// define makes a custom resource definition in a cluster.
func define(t *testing.T, c *Client, d charts.CRD) {
	t.Helper()
	if _, err := c.Create(definitionsOf, "CustomResourceDefinition", d.Plural, d.Object(), false); err != nil {
		t.Fatal(err)
	}
}

func TestCustomResources(t *testing.T) {
	t.Parallel()
	c := client(t, world(t), deployer)
	widgets := charts.CRD{Group: "example.com", Kind: "Widget", Plural: "widgets", Versions: []string{"v1", "v1beta1"}}
	fleets := charts.CRD{Group: "example.com", Kind: "Fleet", Plural: "fleets", Versions: []string{"v1"}, Cluster: true}

	_, err := c.Create("example.com/v1", "Widget", "1", named("default", "a", nil), false)
	wantRule(t, err, typeUnserved, `no matches for kind "Widget" in version "example.com/v1": ensure CRDs are installed first`)
	define(t, c, widgets)
	define(t, c, fleets)
	for apiVersion, kind := range map[string]string{"example.com/v2": "Widget", "example.com/v1": "Gadget", "example.org/v1": "Widget"} {
		_, err = c.Create(apiVersion, kind, "2", named("default", "a", nil), false)
		wantRule(t, err, typeUnserved)
	}
	made, err := c.Create("example.com/v1beta1", "Widget", "3", named("default", "a", cloud.Props{"spec": object{"size": 3.0}}), false)
	wantError(t, err)
	if made.Str("apiVersion") != "example.com/v1beta1" || made.Obj("spec").Int("size") != 3 {
		t.Errorf("made %v", made)
	}
	_, err = c.Create("example.com/v1beta1", "Widget", "4", named("default", "a", nil), false)
	wantRule(t, err, objectExists, `widgets.example.com "a" already exists`)

	// A namespace that does not belong is taken off.
	made, err = c.Create("example.com/v1", "Fleet", "5", named("default", "f", nil), false)
	wantError(t, err)
	if id := objects.NameOf(made).ID(); id != "f" {
		t.Errorf("a fleet is at %s", id)
	}
	if c.Namespaced("example.com/v1", "Fleet") || !c.Namespaced("example.com/v1", "Widget") || !c.Namespaced("example.com/v1", "Unheard") {
		t.Error("the cluster is wrong about what has a namespace")
	}
	if c.Namespaced("karpenter.sh/v1", "NodePool") {
		t.Error("before Karpenter is there, its chart should say that node pools have no namespace")
	}

	// With a definition goes what it defines, and nothing else.
	if err := c.Delete(definitionsOf, "CustomResourceDefinition", objects.At("", "widgets.example.com")); err != nil {
		t.Fatal(err)
	}
	_, err = c.Get("example.com/v1beta1", "Widget", objects.At("default", "a"))
	wantRule(t, err, typeUnserved)
	wantError(t, c.Delete("example.com/v1beta1", "Widget", objects.At("default", "a")))
	if _, err := c.Get("example.com/v1", "Fleet", objects.At("", "f")); err != nil {
		t.Error(err)
	}
	define(t, c, widgets)
	if _, err := c.Get("example.com/v1beta1", "Widget", objects.At("default", "a")); !errors.Is(err, ErrNotFound) {
		t.Errorf("the widget outlived its definition: %v", err)
	}
}

// Some definitions come with EKS and its add-ons.
func TestDefinitionsOfAddons(t *testing.T) {
	t.Parallel()
	account := world(t)
	c := client(t, account, deployer)
	eniConfig := func() error {
		_, err := c.Create("crd.k8s.amazonaws.com/v1alpha1", "ENIConfig", "1", named("", "us-west-2a", nil), false)
		return err
	}
	wantRule(t, eniConfig(), typeUnserved)
	addAddon(t, account, "vpc-cni")
	wantError(t, eniConfig())
	_, err := c.Create("vpcresources.k8s.aws/v1beta1", "SecurityGroupPolicy", "2", named("default", "db", nil), false)
	wantError(t, err)
	class := func() error {
		_, err := c.Create("secrets-store.csi.x-k8s.io/v1", "SecretProviderClass", "3", named("default", "token", nil), false)
		return err
	}
	wantRule(t, class(), typeUnserved)
	addAddon(t, account, "aws-secrets-store-csi-driver-provider")
	wantError(t, class())
}

func addAddon(t *testing.T, account *cloud.Account, name string) {
	t.Helper()
	edit(t, account, func(tx *cloud.Tx) error {
		tx.Make("test", cloud.EKSAddon, "demo:"+name, cloud.Props{"clusterName": "demo", "addonName": name}, nil)
		return nil
	})
}
