package controllers

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/ec2"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
	"github.com/slipway-iac/slipway/sandbox/kube/control"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
	"github.com/slipway-iac/slipway/sandbox/kube/pods"
)

// driver is the EBS CSI driver; see
// https://github.com/kubernetes-sigs/aws-ebs-csi-driver
const driver = "aws-ebs-csi-driver"

var drivers = control.Program{
	Addon: driver, Account: objects.Name{Namespace: "kube-system", Name: "ebs-csi-controller-sa"},
	Actions: []string{"ec2:AttachVolume", "ec2:CreateVolume", "ec2:DeleteVolume"},
}

// claims is the half of the driver that makes a volume after a claim.
var claims = control.Controller{
	Name: driver, Watches: []string{"v1/PersistentVolumeClaim"}, Runs: drivers.Why,
	Mine: func(tx *cloud.Tx, cluster, o *cloud.Resource) bool { return classOfClaim(tx, cluster, o) != nil },
	Reconcile: func(tx *cloud.Tx, cluster, o *cloud.Resource) error {
		if volumeOf(tx, cluster, o) == nil {
			if made, err := provision(tx, cluster, o); made == nil || err != nil {
				setPhase(o, "Pending")
				return err
			}
		}
		setPhase(o, "Bound")
		return nil
	},
}

// volumes is the half that deletes a volume whose claim is gone.
var volumes = control.Controller{
	Name: driver, Finalizer: "external-provisioner.volume.kubernetes.io/finalizer", Watches: []string{"v1/PersistentVolume"}, Runs: drivers.Why,
	Mine: func(_ *cloud.Tx, _, o *cloud.Resource) bool {
		return o.Props.Obj("spec").Obj("csi").Str("driver") == provisioner && o.Owner == driver
	},
	Reconcile: func(tx *cloud.Tx, cluster, o *cloud.Resource) error {
		ref := o.Props.Obj("spec").Obj("claimRef")
		claim := objects.Find(tx, cluster, "v1", "PersistentVolumeClaim", objects.Name{Namespace: ref.Str("namespace"), Name: ref.Str("name")})
		if claim != nil && claim.Props.Obj("metadata").Str("uid") == ref.Str("uid") {
			setPhase(o, "Bound")
			return nil
		}
		setPhase(o, "Released")
		if o.Props.Obj("spec").Str("persistentVolumeReclaimPolicy") == "Delete" {
			deleteVolume(tx, o)
			control.Drop(o)
		}
		return nil
	},
	Finalize: func(tx *cloud.Tx, _, o *cloud.Resource) error {
		if o.Props.Obj("spec").Str("persistentVolumeReclaimPolicy") == "Delete" {
			deleteVolume(tx, o)
		}
		return nil
	},
}

const (
	provisioner = "ebs.csi.aws.com"
	// formerly is the provisioner inside Kubernetes itself, whose classes the driver
	// serves too.
	formerly = "kubernetes.io/aws-ebs"
)

// given is the class that EKS puts into every cluster, and that is no default.
// https://docs.aws.amazon.com/eks/latest/userguide/storage-classes.html
var given = cloud.Props{
	"provisioner": formerly, "parameters": map[string]any{"type": "gp2"}, "reclaimPolicy": "Delete", "volumeBindingMode": "WaitForFirstConsumer",
}

// classOfClaim is the class of a claim when it is the driver's; nil when it is
// not, or has none.
func classOfClaim(tx *cloud.Tx, cluster, o *cloud.Resource) cloud.Props {
	spec := o.Props.Obj("spec")
	name := spec.Str("storageClassName")
	if spec.Has("storageClassName") && name == "" {
		return nil // Only a volume that is there already will do.
	}
	for _, c := range objects.List(tx, cluster, "storage.k8s.io/v1", "StorageClass") {
		standard := c.Props.Obj("metadata").StrMap("annotations")["storageclass.kubernetes.io/is-default-class"] == "true"
		if objects.NameOf(c.Props).Name != name && (name != "" || !standard) {
			continue
		}
		if slices.Contains([]string{provisioner, formerly}, c.Props.Str("provisioner")) {
			return c.Props
		}
		return nil
	}
	if name == "gp2" {
		return given
	}
	return nil
}

// BindsAtOnce tells whether a claim is bound before a pod uses it.
func BindsAtOnce(tx *cloud.Tx, cluster, claim *cloud.Resource) bool {
	class := classOfClaim(tx, cluster, claim)
	return class == nil && claim.Props.Obj("spec").Str("volumeName") == "" || class != nil && class.Str("volumeBindingMode") != "WaitForFirstConsumer"
}

// volumeOf is the volume that was made for a claim; nil when there is none.
func volumeOf(tx *cloud.Tx, cluster, o *cloud.Resource) *cloud.Resource {
	return objects.Find(tx, cluster, "v1", "PersistentVolume", objects.Name{Name: "pvc-" + o.Props.Obj("metadata").Str("uid")})
}

// provision makes a volume for a claim, or none yet while its class waits for a
// pod that uses it.
func provision(tx *cloud.Tx, cluster, o *cloud.Resource) (*cloud.Resource, error) {
	class := classOfClaim(tx, cluster, o)
	zone, err := zoneFor(tx, cluster, o, class)
	if zone == "" || err != nil {
		return nil, err
	}
	size, err := gibibytes(o.Props.Obj("spec").Obj("resources").Obj("requests").Str("storage"))
	if err != nil {
		return nil, err
	}
	parameters, name := class.Obj("parameters"), objects.NameOf(o.Props)
	key := parameters.Str("kmsKeyId")
	if why := mayUse(tx, cluster, key); why != "" {
		return nil, fmt.Errorf("failed to provision volume: %s", why)
	}
	tags, err := tagsOf(parameters)
	if err != nil {
		return nil, fmt.Errorf("failed to provision volume: %w", err)
	}
	id := "pvc-" + o.Props.Obj("metadata").Str("uid")
	for key, value := range map[string]string{
		"ebs.csi.aws.com/cluster": "true", "CSIVolumeName": id, "kubernetes.io/created-for/pvc/namespace": name.Namespace,
		"kubernetes.io/created-for/pvc/name": name.Name, "kubernetes.io/cluster/" + cluster.ID: "owned",
	} {
		tags[key] = value
	}
	volume, err := ec2.MakeVolume(tx, ec2.VolumeSpec{
		Zone: zone, Type: parameters.Str("type"), GiB: size, Encrypted: parameters.Str("encrypted") == "true", KMSKey: key, Owner: driver, Tags: tags,
	})
	if err != nil {
		return nil, fmt.Errorf("failed to provision volume: %w", err)
	}
	made := objects.New(cluster, cloud.Props{
		"apiVersion": "v1", "kind": "PersistentVolume", "metadata": map[string]any{"name": id},
		"spec": map[string]any{
			"accessModes": o.Props.Obj("spec")["accessModes"], "capacity": map[string]any{"storage": fmt.Sprint(size, "Gi")},
			"claimRef":                      map[string]any{"namespace": name.Namespace, "name": name.Name, "uid": o.Props.Obj("metadata").Str("uid")},
			"csi":                           map[string]any{"driver": provisioner, "volumeHandle": volume.ID},
			"persistentVolumeReclaimPolicy": cmp.Or(class.Str("reclaimPolicy"), "Delete"),
			"storageClassName":              o.Props.Obj("spec")["storageClassName"],
		},
		"status": map[string]any{"phase": "Bound"},
	})
	made.Owner = driver
	tx.Put(made)
	return made, nil
}

// tagsOf are the tags that a class gives its volumes, each as key=value. See
// https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/tagging.md
func tagsOf(parameters cloud.Props) (map[string]string, error) {
	tags := map[string]string{}
	for name := range parameters {
		if !strings.HasPrefix(name, "tagSpecification_") {
			continue
		}
		key, value, given := strings.Cut(parameters.Str(name), "=")
		if !given || key == "" {
			return nil, fmt.Errorf("invalid tag specification: %s is %q, want key=value", name, parameters.Str(name))
		}
		tags[key] = value
	}
	return tags, nil
}

// zoneFor is the zone of a claim's volume: that of the pod which uses it, where
// the class waits for one, and else that of any node.
func zoneFor(tx *cloud.Tx, cluster, o *cloud.Resource, class cloud.Props) (string, error) {
	waits := class.Str("volumeBindingMode") == "WaitForFirstConsumer"
	var using []cloud.Props
	if waits {
		if using = users(tx, cluster, objects.NameOf(o.Props)); len(using) == 0 {
			return "", nil
		}
	}
	for _, n := range eks.Nodes(tx, cluster) {
		fits := func(pod cloud.Props) bool { return pods.Fits(pod, n) }
		if n.Ready && (!waits || slices.ContainsFunc(using, fits)) {
			return n.Zone, nil
		}
	}
	return "", fmt.Errorf("no ready node of cluster %s takes a pod that uses it", cluster.ID)
}

// users are the pods that use a claim.
func users(tx *cloud.Tx, cluster *cloud.Resource, claim objects.Name) []cloud.Props {
	var out []cloud.Props
	for _, w := range pods.Workloads(tx, cluster) {
		uses := func(v cloud.Props) bool { return v.Obj("persistentVolumeClaim").Str("claimName") == claim.Name }
		if w.Name.Namespace == claim.Namespace && slices.ContainsFunc(w.Spec.Objs("volumes"), uses) {
			out = append(out, w.Spec)
		}
	}
	return out
}

// mayUse tells why the driver cannot encrypt under a key of one's own.
func mayUse(tx *cloud.Tx, cluster *cloud.Resource, key string) string {
	if key == "" {
		return ""
	}
	with := drivers
	with.Actions = []string{"kms:CreateGrant"}
	if why := with.Why(tx, cluster); why != "" {
		return fmt.Sprintf("key %s cannot be used: %s", key, why)
	}
	return ""
}

func deleteVolume(tx *cloud.Tx, o *cloud.Resource) {
	if v := tx.Get(cloud.Volume, o.Props.Obj("spec").Obj("csi").Str("volumeHandle")); v != nil {
		tx.Remove(v)
	}
}

func setPhase(o *cloud.Resource, phase string) {
	o.Props["status"] = map[string]any(o.Props.Obj("status").With(cloud.Props{"phase": phase}))
}
