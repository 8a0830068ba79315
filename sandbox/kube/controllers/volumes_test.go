package controllers_test

import (
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

const driver = "aws-ebs-csi-driver"

// stored is a world with the EBS CSI driver, and two classes: one that binds at
// once, and one that waits.
func stored(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.role("ebs", "pods.eks.amazonaws.com", "ec2:* kms:CreateGrant")
	w.driver()
	w.object("v1", "Namespace", "apps", nil)
	w.class("now", cloud.Props{"volumeBindingMode": "Immediate"})
	w.class("later", cloud.Props{"volumeBindingMode": "WaitForFirstConsumer"})
	return w
}

func (w *world) driver() {
	w.t.Helper()
	w.make("driver", cloud.EKSAddon, theDriver())
}

func theDriver() cloud.Props {
	return cloud.Props{
		"clusterName": "demo", "addonName": driver,
		"podIdentityAssociations": []any{object{"roleArn": roleARN + "ebs", "serviceAccount": "ebs-csi-controller-sa"}},
	}
}

func (w *world) class(name string, more cloud.Props) {
	w.t.Helper()
	w.object("storage.k8s.io/v1", "StorageClass", name, cloud.Props{"provisioner": "ebs.csi.aws.com", "parameters": object{"type": "gp3", "encrypted": "true"}}.With(more))
}

func claim(class string) cloud.Props {
	return cloud.Props{"spec": object{
		"storageClassName": class, "accessModes": []any{"ReadWriteOnce"}, "resources": object{"requests": object{"storage": "10500Mi"}},
	}}
}

// using is a Deployment whose pod uses a claim, on nodes of a zone.
func using(claim, zone string) cloud.Props {
	labels := object{"app": claim}
	return cloud.Props{"metadata": object{"annotations": object{"pulumi.com/skipAwait": "true"}}, "spec": object{
		"replicas": 1.0, "selector": object{"matchLabels": labels},
		"template": object{"metadata": object{"labels": labels}, "spec": object{
			"nodeSelector": object{"topology.kubernetes.io/zone": zone}, "containers": []any{object{"name": "app", "image": "app"}},
			"volumes": []any{object{"name": "data", "persistentVolumeClaim": object{"claimName": claim}}},
		}},
	}}
}

func TestClaimMakesAVolume(t *testing.T) {
	t.Parallel()
	w := stored(t)
	w.object("v1", "PersistentVolumeClaim", "apps/data", claim("now"))
	v := w.all(cloud.Volume)[0]
	if p := v.Props; p.Int("size") != 11 || p.Str("type") != "gp3" || !p.Bool("encrypted") || p.Str("availabilityZone") != region+"a" || v.Owner != driver {
		t.Errorf("got %v of %s", v.Props, v.Owner)
	}
	w.remove("v1", "PersistentVolumeClaim", "apps/data")
	w.wantOwned(driver, map[string]int{})
}

func TestClaimWaitsForAPod(t *testing.T) {
	t.Parallel()
	w := stored(t)
	made := w.object("v1", "PersistentVolumeClaim", "apps/data", claim("later"))
	if phase := made.Obj("status").Str("phase"); phase != "Pending" {
		t.Errorf("the claim is %s", phase)
	}
	w.wantOwned(driver, map[string]int{})
	w.object("apps/v1", "Deployment", "apps/web", using("data", region+"b"))
	if v := w.all(cloud.Volume); len(v) != 1 || v[0].Props.Str("availabilityZone") != region+"b" {
		t.Errorf("got %v, want a volume in the pod's zone", v)
	}
	if phase := w.get("v1", "PersistentVolumeClaim", "apps/data").Obj("status").Str("phase"); phase != "Bound" {
		t.Errorf("the claim is %s", phase)
	}
}

// A claim goes whether or not the driver runs; its volume only while it does.
func TestVolumeStaysWhenTheDriverGoesFirst(t *testing.T) {
	t.Parallel()
	w := stored(t)
	w.object("v1", "PersistentVolumeClaim", "apps/data", claim("now"))
	w.delete("driver")
	w.remove("v1", "Namespace", "apps")
	w.wantOwned(driver, map[string]int{"Volume": 1})
	w.driver()
	w.wantOwned(driver, map[string]int{})

	w.object("v1", "Namespace", "apps", nil)
	w.object("v1", "PersistentVolumeClaim", "apps/data", claim("now"))
	w.delete("group", "cluster")
	w.wantOwned(driver, map[string]int{"Volume": 1})
	if len(w.all(cloud.KubernetesObject)) > 0 {
		t.Error("objects outlive their cluster")
	}
}

func TestRetainedVolumeStays(t *testing.T) {
	t.Parallel()
	w := stored(t)
	w.class("keep", cloud.Props{"volumeBindingMode": "Immediate", "reclaimPolicy": "Retain"})
	w.object("v1", "PersistentVolumeClaim", "apps/data", claim("keep"))
	id := "pvc-" + w.get("v1", "PersistentVolumeClaim", "apps/data").Obj("metadata").Str("uid")
	w.remove("v1", "PersistentVolumeClaim", "apps/data")
	w.wantOwned(driver, map[string]int{"Volume": 1})
	if phase := w.get("v1", "PersistentVolume", id).Obj("status").Str("phase"); phase != "Released" {
		t.Errorf("the volume is %s", phase)
	}
	w.remove("v1", "PersistentVolume", id)
	w.wantOwned(driver, map[string]int{"Volume": 1})
}

func TestDeletedPersistentVolumeTakesItsVolume(t *testing.T) {
	t.Parallel()
	w := stored(t)
	w.object("v1", "PersistentVolumeClaim", "apps/data", claim("now"))
	id := "pvc-" + w.get("v1", "PersistentVolumeClaim", "apps/data").Obj("metadata").Str("uid")
	w.delete("driver")
	wantLate(t, w.tryRemove("v1", "PersistentVolume", id), "kubernetes-object-keeps-finalizer", "external-provisioner.volume.kubernetes.io/finalizer", "the add-on aws-ebs-csi-driver is not in cluster demo")
	w.driver()
	if w.get("v1", "PersistentVolume", id) != nil {
		t.Error("the volume did not go with its driver's return")
	}
}

func TestClaimThatCannotBeBound(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		before func(w *world)
		class  string
		size   string
		want   string
	}{
		"no driver":    {func(w *world) { w.delete("driver") }, "now", "1Gi", "does not run: the add-on aws-ebs-csi-driver is not in cluster demo"},
		"no class":     {nil, "other", "1Gi", "no class and no driver"},
		"no nodes":     {func(w *world) { w.delete("group") }, "now", "1Gi", "no node of cluster demo is ready"},
		"no role":      {func(w *world) { w.delete("ebs-policy") }, "now", "1Gi", "role ebs does not allow ec2:AttachVolume"},
		"unknown type": {func(w *world) { w.class("odd", cloud.Props{"parameters": object{"type": "gp9"}}) }, "odd", "1Gi", "failed to provision volume: "},
		"too large":    {nil, "now", "100Ti", "not between"},
		"unknown key":  {func(w *world) { w.class("odd", cloud.Props{"parameters": object{"kmsKeyId": roleARN}}) }, "odd", "1Gi", "NotFoundException"},
		"key without permission": {func(w *world) {
			w.class("odd", cloud.Props{"parameters": object{"kmsKeyId": roleARN}})
			w.delete("ebs-policy")
			w.make("ebs-policy", cloud.IAMRolePolicy, cloud.Props{"role": "ebs", "name": "own", "policy": text(object{"Version": "2012-10-17", "Statement": []any{
				object{"Effect": "Allow", "Action": "ec2:*", "Resource": "*"},
			}})})
		}, "odd", "1Gi", "role ebs does not allow kms:CreateGrant"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := stored(t)
			if tc.before != nil {
				tc.before(w)
			}
			p := claim(tc.class)
			p.Obj("spec")["resources"] = object{"requests": object{"storage": tc.size}}
			_, err := w.try("v1", "PersistentVolumeClaim", "apps/data", p)
			wantLate(t, err, "kubernetes-claim-not-bound", tc.want)
			w.wantOwned(driver, map[string]int{})
		})
	}
}

// gp2 is a class that every cluster has, without being the default one.
func TestClassThatEKSMakes(t *testing.T) {
	t.Parallel()
	w := stored(t)
	w.object("v1", "PersistentVolumeClaim", "apps/data", claim("gp2"))
	w.object("apps/v1", "Deployment", "apps/web", using("data", region+"a"))
	if v := w.all(cloud.Volume); len(v) != 1 || v[0].Props.Str("type") != "gp2" || v[0].Props.Bool("encrypted") {
		t.Errorf("got %v", v)
	}
	w.class("standard", cloud.Props{"metadata": object{"annotations": object{"storageclass.kubernetes.io/is-default-class": "true"}}})
	p := claim("")
	delete(p.Obj("spec"), "storageClassName")
	w.object("v1", "PersistentVolumeClaim", "apps/unsaid", p)
	if v := w.all(cloud.Volume); len(v) != 2 || v[1].Props.Str("type") != "gp3" {
		t.Errorf("got %v, want one of the default class", v)
	}
}

// A class marks its volumes, as for AWS Backup.
func TestClassTagsItsVolumes(t *testing.T) {
	t.Parallel()
	w := stored(t)
	tagged := func(name, tag string) string {
		w.class(name, cloud.Props{"volumeBindingMode": "Immediate", "parameters": object{"type": "gp3", "tagSpecification_1": tag}})
		return name
	}
	w.object("v1", "PersistentVolumeClaim", "apps/data", claim(tagged("kept", "backup=daily=yes")))
	have := w.all(cloud.Volume)[0].Props.StrMap("tagsAll")
	if have["backup"] != "daily=yes" || have["kubernetes.io/created-for/pvc/name"] != "data" {
		t.Errorf("the volume has the tags %v", have)
	}
	_, err := w.try("v1", "PersistentVolumeClaim", "apps/other", claim(tagged("wrong", "backup")))
	if err == nil || !strings.Contains(err.Error(), `invalid tag specification: tagSpecification_1 is "backup"`) {
		t.Errorf("the error is %v", err)
	}
}
