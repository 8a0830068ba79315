package kube

import (
	"errors"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// deployment is a Deployment in the namespace default.
func deployment(name string, pod object, annotations object) cloud.Props {
	labels := object{"app": name}
	spec := object(cloud.Props{"containers": []any{object{"name": "main", "image": "nginx"}}}.With(pod))
	return cloud.Props{
		"metadata": object{"name": name, "namespace": "default", "annotations": annotations},
		"spec":     object{"selector": object{"matchLabels": labels}, "template": object{"metadata": object{"labels": labels}, "spec": spec}},
	}
}

func wantLate(t *testing.T, err error, rule string, parts ...string) {
	t.Helper()
	var late *cloud.Late
	if !errors.As(err, &late) || late.Rule.Name != rule {
		t.Errorf("got %v, want a late failure by %s", err, rule)
		return
	}
	if len(parts) > 0 {
		wantError(t, err, parts...)
	}
}

// A workload whose pods do not run exists all the same.
func TestAwaitedWorkloads(t *testing.T) {
	t.Parallel()
	account := world(t)
	c := client(t, account, deployer)
	if _, err := c.Create("apps/v1", "Deployment", "1", deployment("web", nil, nil), false); err != nil {
		t.Fatal(err)
	}
	removeNodes(t, account)
	made, err := c.Create("apps/v1", "Deployment", "2", deployment("other", nil, nil), false)
	wantLate(t, err, "pods-without-node", "'other' timed out waiting to be Ready", "0/0 nodes are available")
	if made.Obj("metadata").Str("uid") == "" {
		t.Errorf("made %v", made)
	}
	if _, err := c.Get("apps/v1", "Deployment", objects.At("default", "other")); err != nil {
		t.Error(err)
	}
	changed, err := c.Update("apps/v1", "Deployment", deployment("web", object{"nodeSelector": object{"a": "b"}}, nil))
	wantLate(t, err, "pods-without-node")
	if changed.Obj("spec").Obj("template").Obj("spec").Obj("nodeSelector").Str("a") != "b" {
		t.Errorf("changed to %v", changed)
	}
	_, err = c.Create("apps/v1", "Deployment", "3", deployment("unawaited", nil, object{"pulumi.com/skipAwait": "true"}), false)
	wantError(t, err)
}

// A release whose pods do not run has failed, and stays.
func TestAwaitedReleases(t *testing.T) {
	t.Parallel()
	account := world(t)
	removeNodes(t, account)
	c := client(t, account, deployer)
	state, err := c.Install("1", theRelease(nil))
	wantLate(t, err, "pods-without-node", "failed to become available within allocated timeout. Error: Helm Release kube-system/lbc: context deadline exceeded")
	if state.Obj("status").Str("status") != "failed" {
		t.Errorf("its state is %v", state)
	}
	_, err = c.Install("2", theRelease(nil))
	wantRule(t, err, releaseExists)
	addNodes(t, account, "later", 1, nil)
	state, err = c.Upgrade("3", theRelease(nil))
	if err != nil || state.Obj("status").Str("status") != "deployed" {
		t.Errorf("with nodes it is %v, %v", state, err)
	}

	wantError(t, c.Uninstall(objects.At("kube-system", "lbc")))
	removeNodes(t, account)
	_, err = c.Install("4", certManager(object{"crds": object{"enabled": true}}).With(cloud.Props{"skipAwait": true}))
	wantError(t, err)
	atomic := cloud.Props{"chart": "oci://public.ecr.aws/karpenter/karpenter", "name": "karpenter", "namespace": "kube-system", "atomic": true}
	state, err = c.Install("5", atomic)
	wantRule(t, err, releaseUndone, "has been uninstalled due to atomic being set", "0/0 nodes")
	if _, _, err := c.Release(objects.At("kube-system", "karpenter")); !errors.Is(err, ErrNotFound) || state != nil {
		t.Errorf("an atomic release left %v, %v", state, err)
	}
}

// Helm is content with as many pods as a Deployment's strategy lets be there.
func TestOneOfTwoIsEnough(t *testing.T) {
	t.Parallel()
	account := world(t)
	removeNodes(t, account)
	addNodes(t, account, "one", 1, nil)
	c := client(t, account, deployer)
	// No two pods of Karpenter share a node, and one may be missing.
	release := cloud.Props{"chart": "oci://public.ecr.aws/karpenter/karpenter", "name": "karpenter", "namespace": "kube-system"}
	_, err := c.Install("1", release)
	wantError(t, err)
	release["values"] = object{"strategy": object{"rollingUpdate": object{"maxUnavailable": "0%"}}}
	_, err = c.Upgrade("2", release)
	wantLate(t, err, "pods-anti-affinity")
}
