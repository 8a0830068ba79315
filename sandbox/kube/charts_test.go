package kube

import (
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/charts"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// Every chart installs with nothing but what it needs, and what it makes is
// valid.
func TestEveryChartInstalls(t *testing.T) {
	t.Parallel()
	for _, chart := range charts.All() {
		for _, repository := range chart.Repositories {
			t.Run(chart.Name+" from "+repository, func(t *testing.T) {
				t.Parallel()
				c := client(t, world(t), deployer)
				inputs := cloud.Props{"chart": chart.Name, "name": chart.Name, "namespace": "kube-system", "repositoryOpts": object{"repo": repository}}
				if strings.HasPrefix(repository, "oci://") {
					inputs["chart"], inputs["repositoryOpts"] = repository, nil
				}
				if chart.Name == "aws-load-balancer-controller" {
					inputs["name"], inputs["values"] = "lbc", object{"clusterName": "demo"}
				}
				state, err := c.Install("1", inputs)
				if err != nil {
					t.Fatal(err)
				}
				if got := state.Obj("status").Str("version"); got != chart.Version {
					t.Errorf("installed %s", got)
				}
				for _, d := range chart.Definitions {
					if _, err := c.Get("apiextensions.k8s.io/v1", "CustomResourceDefinition", objects.At("", d.Plural+"."+d.Group)); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
}

// Names and numbers follow from values, as in the charts' own templates.
func TestValuesOfCharts(t *testing.T) {
	t.Parallel()
	deployment := func(chart string, values object, name string) cloud.Props {
		for _, c := range charts.All() {
			if c.Name != chart {
				continue
			}
			for _, o := range (charts.Install{Chart: c, Name: "r", Namespace: "n", Values: values}).Objects() {
				if o.Str("kind") == "Deployment" && objects.NameOf(o) == objects.At("n", name) {
					return o.Obj("spec")
				}
			}
		}
		t.Errorf("%s with %v makes no Deployment %s", chart, values, name)
		return nil
	}
	pod := func(spec cloud.Props) cloud.Props { return spec.Obj("template").Obj("spec") }
	if got := deployment("metrics-server", object{"replicas": 3.0}, "r-metrics-server").Int("replicas"); got != 3 {
		t.Errorf("%d replicas", got)
	}
	if got := pod(deployment("external-dns", object{"fullnameOverride": "dns", "serviceAccount": object{"create": false, "name": "mine"}}, "dns")).Str("serviceAccountName"); got != "mine" {
		t.Errorf("account %s", got)
	}
	if got := pod(deployment("external-dns", object{"serviceAccount": object{"create": false}}, "r-external-dns")).Str("serviceAccountName"); got != "default" {
		t.Errorf("account %s", got)
	}
	tolerations := []any{object{"key": "a", "operator": "Exists"}}
	if got := pod(deployment("cert-manager", object{"webhook": object{"tolerations": tolerations, "hostNetwork": true}}, "r-cert-manager-webhook")); len(got.List("tolerations")) != 1 || !got.Bool("hostNetwork") {
		t.Errorf("the webhook's pods are %v", got)
	}
	if got := pod(deployment("cert-manager", object{"webhook": object{"tolerations": tolerations}}, "r-cert-manager")); got.Has("tolerations") {
		t.Errorf("the controller's pods are %v", got)
	}
	if got := pod(deployment("aws-load-balancer-controller", object{"nameOverride": "lbc"}, "r-lbc")).Str("priorityClassName"); got != "system-cluster-critical" {
		t.Errorf("priority %s", got)
	}
}
