package controllers

import (
	"fmt"
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/ec2"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
)

// backendRule is how the controller describes its rules in others' groups.
const backendRule = "elbv2.k8s.aws/targetGroupBinding=shared"

// securityGroups are those of a load balancer's interfaces: what it is told, or
// one of its own, and the one that all of the cluster's share.
func (b *balancer) securityGroups(tx *cloud.Tx, cluster *cloud.Resource, name string) ([]string, error) {
	if len(b.groups) > 0 {
		return findGroups(tx, network(cluster), b.groups)
	}
	front, err := b.frontend(tx, cluster, name)
	if err != nil {
		return nil, err
	}
	back, err := backend(tx, cluster, name)
	if err != nil {
		return nil, err
	}
	return []string{front.ID, back.ID}, nil
}

// findGroups finds security groups by ID or by the tag Name.
func findGroups(tx *cloud.Tx, vpcID string, names []string) ([]string, error) {
	var ids []string
	for _, name := range names {
		g := tx.One(cloud.SecurityGroup, cloud.Prop("vpcId", vpcID), func(g *cloud.Resource) bool {
			return g.ID == name || g.Props.StrMap("tagsAll")["Name"] == name
		})
		if g == nil {
			return nil, fmt.Errorf("couldn't find all security groups: %s is not in %s", name, vpcID)
		}
		ids = append(ids, g.ID)
	}
	return ids, nil
}

// frontend is the load balancer's own group, which admits its clients.
func (b *balancer) frontend(tx *cloud.Tx, cluster *cloud.Resource, name string) (*cloud.Resource, error) {
	tags := b.tags(name, "ManagedLBSecurityGroup")
	group := tx.One(cloud.SecurityGroup, tagged(tags))
	if group == nil {
		made, err := ec2.MakeSecurityGroup(tx, ec2.Group{
			VPCID: network(cluster), Name: b.name, Description: "[k8s] Managed SecurityGroup for LoadBalancer", Owner: balancerOwner, Tags: tags,
		})
		if err != nil {
			return nil, err
		}
		group = made
	}
	var want []ec2.Permission
	for _, l := range b.listeners {
		protocol := "tcp"
		if l.protocol == "UDP" {
			protocol = "udp"
		}
		for _, from := range b.inbound {
			want = append(want, ec2.Permission{Protocol: protocol, From: l.port, To: l.port, Peer: from, By: balancerOwner})
		}
	}
	have := ec2.Permissions(group)
	has := func(in []ec2.Permission, p ec2.Permission) bool {
		return slices.ContainsFunc(in, func(o ec2.Permission) bool {
			return o.Egress == p.Egress && o.Protocol == p.Protocol && o.From == p.From && o.To == p.To && o.Peer == p.Peer
		})
	}
	ec2.Revoke(tx, group.ID, func(p ec2.Permission) bool { return !p.Egress && !has(want, p) })
	want = slices.DeleteFunc(want, func(p ec2.Permission) bool { return has(have, p) })
	if _, err := ec2.Authorize(tx, group.ID, want...); err != nil {
		return nil, err
	}
	return group, nil
}

func backendTags(name string) map[string]string {
	return map[string]string{"elbv2.k8s.aws/cluster": name, "elbv2.k8s.aws/resource": "backend-sg"}
}

// backend is the group that the cluster's load balancers share, and that targets
// admit.
func backend(tx *cloud.Tx, cluster *cloud.Resource, name string) (*cloud.Resource, error) {
	tags := backendTags(name)
	if group := tx.One(cloud.SecurityGroup, tagged(tags)); group != nil {
		return group, nil
	}
	return ec2.MakeSecurityGroup(tx, ec2.Group{
		VPCID: network(cluster), Name: fmt.Sprintf("k8s-traffic-%s-%s", short(200, name), hash(10, name)), Owner: balancerOwner, Tags: tags,
		Description: "[k8s] Shared Backend SecurityGroup for LoadBalancer",
	})
}

// admit opens the targets' groups to the shared group. A target's interface may
// have one group only that is marked as the cluster's.
func (b *balancer) admit(tx *cloud.Tx, cluster *cloud.Resource, name string) error {
	back := tx.One(cloud.SecurityGroup, tagged(backendTags(name)))
	if back == nil {
		return nil // It was told its groups, and opens nothing.
	}
	for _, nic := range b.targetInterfaces(tx, cluster) {
		groups := nic.Props.Strs("securityGroups")
		if len(groups) > 1 {
			mark := "kubernetes.io/cluster/" + name
			groups = slices.DeleteFunc(groups, func(id string) bool {
				g := tx.Get(cloud.SecurityGroup, id)
				if g == nil {
					return true
				}
				_, marked := g.Props.StrMap("tagsAll")[mark]
				return !marked
			})
			if len(groups) != 1 {
				return fmt.Errorf("expected exactly one securityGroup tagged with %s for eni %s, got: %v", mark, nic.ID, groups)
			}
		}
		for _, id := range groups {
			if err := open(tx, id, back.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func open(tx *cloud.Tx, id, from string) error {
	group := tx.Get(cloud.SecurityGroup, id)
	if group == nil || slices.ContainsFunc(ec2.Permissions(group), func(p ec2.Permission) bool { return p.Peer == from && !p.Egress }) {
		return nil
	}
	_, err := ec2.Authorize(tx, id, ec2.Permission{Protocol: "tcp", To: 65535, Peer: from, Description: backendRule, By: balancerOwner})
	return err
}

// targetInterfaces are those that the traffic arrives at: the nodes' own, or
// those of their pods.
func (b *balancer) targetInterfaces(tx *cloud.Tx, cluster *cloud.Resource) []*cloud.Resource {
	kinds := map[string]bool{}
	for _, t := range b.targets {
		kinds[t.kind] = true
	}
	var out []*cloud.Resource
	for _, n := range eks.Nodes(tx, cluster) {
		nics := ec2.InterfacesFor(tx, ec2.For(cloud.Instance, n.InstanceID))
		for i, nic := range nics {
			// Pods have the second interface, or share the only one.
			if n.Ready && (kinds["instance"] && i == 0 || kinds["ip"] && (i > 0 || len(nics) == 1)) {
				out = append(out, nic)
			}
		}
	}
	return out
}

// releaseGroups deletes the load balancer's own group, and the shared one with
// its rules in others once no load balancer of the cluster is left.
func (b *balancer) releaseGroups(tx *cloud.Tx, cluster *cloud.Resource, name string) error {
	var gone []*cloud.Resource
	if front := tx.One(cloud.SecurityGroup, tagged(b.tags(name, "ManagedLBSecurityGroup"))); front != nil {
		gone = append(gone, front)
	}
	back := tx.One(cloud.SecurityGroup, tagged(backendTags(name)))
	if back != nil && tx.One(cloud.LoadBalancer, tagged(map[string]string{"elbv2.k8s.aws/cluster": name})) == nil {
		for _, g := range tx.List(cloud.SecurityGroup, cloud.Prop("vpcId", network(cluster))) {
			ec2.Revoke(tx, g.ID, func(p ec2.Permission) bool { return p.Peer == back.ID && p.By == balancerOwner })
		}
		gone = append(gone, back)
	}
	for _, g := range gone {
		if err := tx.Delete(g); err != nil {
			return fmt.Errorf("failed to delete securityGroup %s: %w", g.ID, err)
		}
	}
	return nil
}
