package eks_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
)

func TestScaling(t *testing.T) {
	t.Parallel()
	w := platform(t)
	w.make("group", cloud.EKSNodeGroup, w.groupProps(nil))
	for _, size := range []float64{3, 1, 2} {
		if _, err := w.update("group", w.groupProps(cloud.Props{"scalingConfig": map[string]any{"minSize": 1.0, "desiredSize": size, "maxSize": 3.0}})); err != nil {
			t.Fatal(err)
		}
		if got := len(w.all(cloud.Instance)); got != int(size) {
			t.Errorf("got %d instances, want %v", got, size)
		}
	}
}

func TestNewVersionReplacesNodes(t *testing.T) {
	t.Parallel()
	w := platform(t)
	w.make("group", cloud.EKSNodeGroup, w.groupProps(nil))
	if _, err := w.update("cluster", w.clusterProps(cloud.Props{"version": "1.36"})); err != nil {
		t.Fatal(err)
	}
	if got := w.read("group").Props.Str("version"); got != "1.35" {
		t.Errorf("the nodes went to %s with the cluster", got)
	}
	old := w.all(cloud.Instance)[0].ID
	g, err := w.update("group", w.groupProps(cloud.Props{"version": "1.36"}))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(g.Props.Str("releaseVersion"), "1.36.") {
		t.Errorf("release version is %s", g.Props.Str("releaseVersion"))
	}
	now := w.all(cloud.Instance)
	if len(now) != 2 || now[0].ID == old {
		t.Errorf("the nodes were not replaced: %v", now)
	}
	_, err = w.update("group", w.groupProps(cloud.Props{"version": "1.35"}))
	wantCode(t, err, "InvalidParameterException")
}

func TestUpdateThatFailsKeepsTheNodes(t *testing.T) {
	t.Parallel()
	w := platform(t)
	ref := w.template(nil)
	w.make("group", cloud.EKSNodeGroup, w.groupProps(ref))
	if _, err := w.update("template", cloud.Props{"name": "nodes", "vpcSecurityGroupIds": cloud.Strings(w.ids["pod-group"])}); err != nil {
		t.Fatal(err)
	}
	before := w.all(cloud.Instance)
	ref.Obj("launchTemplate")["version"] = "2"
	_, err := w.update("group", w.groupProps(ref))
	wantCode(t, err, "NodeCreationFailure")
	if diff := cmp.Diff(before, w.all(cloud.Instance)); diff != "" {
		t.Error(diff)
	}
	if got := w.read("group").Props.Obj("launchTemplate").Str("version"); got != "1" {
		t.Errorf("the group is at version %s of its template", got)
	}
}

func TestLaunchTemplateAddedReplaces(t *testing.T) {
	t.Parallel()
	w := platform(t)
	w.make("group", cloud.EKSNodeGroup, w.groupProps(nil))
	changes, err := w.acct.Diff(w.session, cloud.EKSNodeGroup, w.groupProps(nil), w.read("group").Props, w.groupProps(w.template(nil)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]cloud.Change{{Path: "launchTemplate", Replace: true, Added: true}}, changes); diff != "" {
		t.Error(diff)
	}
}

func TestTemplateVersionsAreNumbers(t *testing.T) {
	t.Parallel()
	w := platform(t)
	w.template(nil)
	for given, want := range map[string]string{"$Latest": "1", "$Default": "1"} {
		g := w.make("group"+given, cloud.EKSNodeGroup, w.groupProps(cloud.Props{
			"nodeGroupName": "g-" + given[1:], "launchTemplate": map[string]any{"name": "nodes", "version": given},
		}))
		if got := g.Props.Obj("launchTemplate"); got.Str("version") != want || got.Str("id") != w.ids["template"] {
			t.Errorf("%s: got %v", given, got)
		}
	}
}

func TestCustomImage(t *testing.T) {
	t.Parallel()
	w := platform(t)
	config := "MIME-Version: 1.0\n\nspec:\n  cluster:\n    name: demo\n  kubelet:\n    config:\n      maxPods: 42\n"
	g := w.make("group", cloud.EKSNodeGroup, w.groupProps(w.template(cloud.Props{"imageId": w.ami(image), "userData": encoded(config)})))
	if g.Props.Str("amiType") != "CUSTOM" || g.Props.Str("version") != "1.35" {
		t.Errorf("got %v", g.Props)
	}
	w.look(func(tx *cloud.Tx) {
		if n := eks.Nodes(tx, eks.ClusterByName(tx, "demo"))[0]; n.MaxPods != 42 {
			t.Errorf("max pods is %d, want the 42 of the NodeConfig", n.MaxPods)
		}
	})
}
