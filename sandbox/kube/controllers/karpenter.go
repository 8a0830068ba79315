package controllers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
	"github.com/slipway-iac/slipway/sandbox/kube/control"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// karpenter is Karpenter; see
// https://github.com/aws/karpenter-provider-aws/tree/v1.14.1
const karpenter = "karpenter"

const (
	poolType  = "karpenter.sh/v1/NodePool"
	classType = "karpenter.k8s.aws/v1/EC2NodeClass"
	poolLabel = "karpenter.sh/nodepool"
)

var provisioners = control.Program{
	Chart: karpenter, Account: objects.Name{Name: karpenter}, Types: []string{poolType, classType, "karpenter.sh/v1/NodeClaim"},
	Actions: []string{
		"ec2:CreateFleet", "ec2:CreateLaunchTemplate", "ec2:CreateTags", "ec2:DescribeImages", "ec2:DescribeInstanceTypes", "ec2:DescribeInstances",
		"ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:RunInstances", "ec2:TerminateInstances",
		"eks:DescribeCluster", "iam:PassRole", "ssm:GetParameter",
	},
	Wants: func(_ *cloud.Tx, cluster *cloud.Resource, values cloud.Props) string {
		if name := values.Obj("settings").Str("clusterName"); name != cluster.ID {
			return fmt.Sprintf("its value settings.clusterName is %q, and the cluster is %s", name, cluster.ID)
		}
		return ""
	},
}

// nodeClasses is the half of Karpenter that sees whether nodes of a class can be
// started, and keeps the instance profile by which they get their role.
var nodeClasses = control.Controller{
	Name: karpenter, Finalizer: "karpenter.k8s.aws/termination", Watches: []string{classType}, Runs: provisioners.Why,
	Reconcile: func(tx *cloud.Tx, cluster, o *cloud.Resource) error {
		_, err := newNodeClass(tx, cluster, o)
		setReady(o, err)
		return err
	},
	Finalize: func(tx *cloud.Tx, cluster, o *cloud.Resource) error {
		name := objects.NameOf(o.Props).Name
		for _, i := range eks.Machines(tx, cluster) {
			if i.Facts.Str(classFact) == name {
				return fmt.Errorf("instance %s of pool %s still has this class: delete the NodePool first", i.ID, i.Facts.Str(poolFact))
			}
		}
		if p := tx.Get(cloud.IAMInstanceProfile, profileName(tx, cluster, name)); p != nil {
			tx.Remove(p)
		}
		return nil
	},
}

// nodePools is the half of Karpenter that starts nodes for pods that no other
// node takes. The finalizer is that of the pool's NodeClaims, for which a
// deletion of the pool waits.
var nodePools = control.Controller{
	Name: karpenter, Finalizer: "karpenter.sh/termination", Watches: []string{poolType}, Runs: provisioners.Why,
	Reconcile: func(tx *cloud.Tx, cluster, o *cloud.Resource) error {
		_, err := newNodePool(tx, cluster, o)
		setReady(o, err)
		return err
	},
	Finalize: func(tx *cloud.Tx, cluster, o *cloud.Resource) error {
		for _, i := range eks.Machines(tx, cluster) {
			if i.Facts.Str(poolFact) != objects.NameOf(o.Props).Name {
				continue
			}
			if err := eks.Stop(tx, cluster, i); err != nil {
				return err
			}
		}
		return nil
	},
	Sync: provide,
}

// What an instance remembers of Karpenter.
const (
	poolFact  = "nodePool"
	classFact = "nodeClass"
)

// setReady writes the condition that Karpenter's objects have.
func setReady(o *cloud.Resource, err error) {
	condition := map[string]any{"type": "Ready", "status": "True", "reason": "Ready"}
	if err != nil {
		condition["status"], condition["reason"], condition["message"] = "False", "NotReady", err.Error()
	}
	o.Props["status"] = map[string]any(o.Props.Obj("status").With(cloud.Props{"conditions": []any{condition}}))
}

// nodeClass is how nodes of a class are started.
type nodeClass struct {
	name, roleARN, profile string
	subnets                []*cloud.Resource
	groups                 []string
	maxPods, hops          int
	tags                   map[string]string
}

// newNodeClass finds what an EC2NodeClass names, and makes its instance
// profile.
func newNodeClass(tx *cloud.Tx, cluster, o *cloud.Resource) (*nodeClass, error) {
	spec, name := o.Props.Obj("spec"), objects.NameOf(o.Props).Name
	c := &nodeClass{name: name, hops: 1, maxPods: spec.Obj("kubelet").Int("maxPods"), tags: spec.StrMap("tags")}
	if hops := spec.Obj("metadataOptions").Int("httpPutResponseHopLimit"); hops > 0 {
		c.hops = hops
	}
	for _, s := range tx.List(cloud.Subnet) {
		if selected(s, spec.Objs("subnetSelectorTerms")) {
			c.subnets = append(c.subnets, s)
		}
	}
	for _, g := range tx.List(cloud.SecurityGroup) {
		if selected(g, spec.Objs("securityGroupSelectorTerms")) {
			c.groups = append(c.groups, g.ID)
		}
	}
	slices.SortFunc(c.subnets, func(a, b *cloud.Resource) int {
		return strings.Compare(a.Props.Str("availabilityZone")+a.ID, b.Props.Str("availabilityZone")+b.ID)
	})
	switch {
	case len(c.subnets) == 0:
		return nil, fmt.Errorf("SubnetsNotFound: SubnetSelector did not match any Subnets")
	case len(c.groups) == 0:
		return nil, fmt.Errorf("SecurityGroupsNotFound: SecurityGroupSelector did not match any SecurityGroups")
	}
	return c, c.findRole(tx, cluster, spec)
}

// findRole finds the role of a class, by the profile that it names or by one
// that Karpenter makes for the role that it names.
func (c *nodeClass) findRole(tx *cloud.Tx, cluster *cloud.Resource, spec cloud.Props) error {
	c.profile = spec.Str("instanceProfile")
	if c.profile == "" {
		role := tx.Get(cloud.IAMRole, spec.Str("role"))
		if role == nil {
			return fmt.Errorf("InstanceProfileNotReady: the role with name %s cannot be found", spec.Str("role"))
		}
		c.profile = profileName(tx, cluster, c.name)
		if tx.Get(cloud.IAMInstanceProfile, c.profile) == nil {
			tx.Make(karpenter, cloud.IAMInstanceProfile, c.profile, cloud.AllTags(map[string]string{
				"kubernetes.io/cluster/" + cluster.ID: "owned", "karpenter.k8s.aws/ec2nodeclass": c.name,
			}).With(cloud.Props{"name": c.profile, "path": "/", "role": role.ID, "arn": tx.ARN("iam", "instance-profile/"+c.profile)}), nil)
		}
	}
	profile := tx.Get(cloud.IAMInstanceProfile, c.profile)
	if profile == nil {
		return fmt.Errorf("InstanceProfileNotReady: Instance Profile %s cannot be found", c.profile)
	}
	role := tx.Get(cloud.IAMRole, profile.Props.Str("role"))
	if role == nil || !iam.Trusts(role, "ec2.amazonaws.com") {
		return fmt.Errorf("InstanceProfileNotReady: role %s of instance profile %s does not trust ec2.amazonaws.com", profile.Props.Str("role"), c.profile)
	}
	c.roleARN = role.Props.Str("arn")
	return nil
}

// profileName is how Karpenter calls the instance profile of a class.
func profileName(tx *cloud.Tx, cluster *cloud.Resource, class string) string {
	return cluster.ID + "_" + hash(20, tx.Session.Region, class)
}

// selected tells whether a subnet or a security group fits one of the terms.
func selected(r *cloud.Resource, terms []cloud.Props) bool {
	return slices.ContainsFunc(terms, func(t cloud.Props) bool {
		if id := t.Str("id"); id != "" {
			return r.ID == id
		}
		if name := t.Str("name"); name != "" && r.Props.Str("name") != name {
			return false
		}
		have := r.Props.StrMap("tagsAll")
		for key, want := range t.StrMap("tags") {
			if got, ok := have[key]; !ok || want != "*" && got != want {
				return false
			}
		}
		return t.Has("name") || len(t.StrMap("tags")) > 0
	})
}
