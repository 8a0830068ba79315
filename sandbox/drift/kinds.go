package drift

import (
	"maps"
	"strconv"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/ec2"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// Kind is a kind of drift.
type Kind struct {
	// Name chooses it.
	Name string
	// Does says what it does.
	Does string

	applies func(a *cloud.Account, r *cloud.Resource) bool
	make    func(a *cloud.Account, r *cloud.Resource) error
}

// What drift leaves behind where it needs a name.
const (
	tagKey   = "changed"
	tagValue = "by-hand"
)

// Kinds lists the kinds of drift.
func Kinds() []Kind {
	return []Kind{
		{"tag", "adds the tag " + tagKey + "=" + tagValue, tagged, addTag},
		{"untag", "removes a tag that the program gave", withTags, removeTag},
		{"rule-added", "opens a security group to the internet for SSH", isA(cloud.SecurityGroup), addRule},
		{
			"rule-removed", "revokes a rule of a security group",
			isA(cloud.SecurityGroupRule, cloud.SecurityGroupIngressRule, cloud.SecurityGroupEgressRule), deleteIt,
		},
		{"route-removed", "deletes a route", isA(cloud.Route), deleteIt},
		{"retention", "changes how long a log group keeps its events", isA(cloud.LogGroup), changeRetention},
		{"rotation", "turns the rotation of a KMS key off", rotating, stopRotation},
		{"endpoint", "opens a cluster's endpoint to the internet", isA(cloud.EKSCluster), openEndpoint},
		{"addon-configuration", "takes an add-on's configuration away", configured, resetAddon},
		{"desired-size", "changes the desired size of a node group by one", resizable, resize},
		{"label", "adds the label " + tagKey + "=" + tagValue + " to a Kubernetes object", isObject, addLabel},
		{"deleted", "deletes a resource", deletable, deleteIt},
	}
}

func isA(kinds ...string) func(*cloud.Account, *cloud.Resource) bool {
	return func(_ *cloud.Account, r *cloud.Resource) bool {
		for _, k := range kinds {
			if r.Kind == k {
				return true
			}
		}
		return false
	}
}

func tagged(a *cloud.Account, r *cloud.Resource) bool {
	k, err := a.Kind(r.Kind)
	return err == nil && k.Tagged && !r.Props.Obj("tags").Has(tagKey)
}

func addTag(a *cloud.Account, r *cloud.Resource) error {
	return edit(a, r, func(_ *cloud.Tx, r *cloud.Resource) error {
		for _, property := range []string{"tags", "tagsAll"} {
			r.Props[property] = map[string]any(r.Props.Obj(property).With(cloud.Props{tagKey: tagValue}))
		}
		return nil
	})
}

func withTags(a *cloud.Account, r *cloud.Resource) bool { return len(r.Props.Obj("tags")) > 0 }

func removeTag(a *cloud.Account, r *cloud.Resource) error {
	return edit(a, r, func(_ *cloud.Tx, r *cloud.Resource) error {
		first := r.Props.Obj("tags").Names()[0]
		for _, property := range []string{"tags", "tagsAll"} {
			delete(r.Props.Obj(property), first)
		}
		return nil
	})
}

func addRule(a *cloud.Account, r *cloud.Resource) error {
	return a.Change(cloud.Session{Region: r.Region}, "drift", func(tx *cloud.Tx) error {
		_, err := ec2.Authorize(tx, r.ID, ec2.Permission{Protocol: "tcp", From: 22, To: 22, Peer: "0.0.0.0/0"})
		return err
	})
}

func changeRetention(a *cloud.Account, r *cloud.Resource) error {
	days := map[bool]float64{true: 3, false: 1}[r.Props.Int("retentionInDays") == 1]
	return update(a, r, func(p cloud.Props) { p["retentionInDays"] = days })
}

func rotating(_ *cloud.Account, r *cloud.Resource) bool {
	return r.Kind == cloud.KMSKey && r.Props.Bool("enableKeyRotation")
}

func stopRotation(a *cloud.Account, r *cloud.Resource) error {
	return update(a, r, func(p cloud.Props) {
		p["enableKeyRotation"] = false
		delete(p, "rotationPeriodInDays")
	})
}

func openEndpoint(a *cloud.Account, r *cloud.Resource) error {
	return update(a, r, func(p cloud.Props) {
		p["vpcConfig"] = map[string]any(p.Obj("vpcConfig").With(cloud.Props{
			"endpointPublicAccess": true, "publicAccessCidrs": cloud.Strings("0.0.0.0/0"),
		}))
	})
}

func configured(_ *cloud.Account, r *cloud.Resource) bool {
	return r.Kind == cloud.EKSAddon && len(r.Props.Str("configurationValues")) > len("{}")
}

func resetAddon(a *cloud.Account, r *cloud.Resource) error {
	return update(a, r, func(p cloud.Props) { p["configurationValues"] = "{}" })
}

// step is by how much the desired size of a group can change: one up, else one
// down, else not at all.
func step(r *cloud.Resource) int {
	size := r.Props.Obj("scalingConfig")
	switch desired := size.Int("desiredSize"); {
	case desired < size.Int("maxSize"):
		return 1
	case desired > size.Int("minSize"):
		return -1
	}
	return 0
}

func resizable(_ *cloud.Account, r *cloud.Resource) bool {
	return r.Kind == cloud.EKSNodeGroup && step(r) != 0
}

func resize(a *cloud.Account, r *cloud.Resource) error {
	size := r.Props.Obj("scalingConfig")
	return update(a, r, func(p cloud.Props) {
		p["scalingConfig"] = map[string]any(size.With(cloud.Props{"desiredSize": float64(size.Int("desiredSize") + step(r))}))
	})
}

// isObject leaves out Helm releases, which the account keeps among the objects.
func isObject(_ *cloud.Account, r *cloud.Resource) bool {
	return r.Kind == cloud.KubernetesObject && r.Props.Str("kind") != objects.ReleaseKind
}

func addLabel(a *cloud.Account, r *cloud.Resource) error {
	return edit(a, r, func(_ *cloud.Tx, r *cloud.Resource) error {
		metadata := r.Props.Obj("metadata")
		version, err := strconv.Atoi(metadata.Str("resourceVersion"))
		if err != nil {
			return err
		}
		labels := map[string]any(metadata.Obj("labels").With(cloud.Props{tagKey: tagValue}))
		maps.Copy(metadata, cloud.Props{"labels": labels, "resourceVersion": strconv.Itoa(version + 1)})
		return nil
	})
}
