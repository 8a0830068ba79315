package controllers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/ec2"
	"github.com/slipway-iac/slipway/sandbox/cloud/elbv2"
)

const clusterTag = "kubernetes.io/cluster/"

// findSubnets finds subnets by ID or by the tag Name.
func findSubnets(tx *cloud.Tx, vpcID string, names []string) ([]string, error) {
	var ids []string
	for _, name := range names {
		s := tx.One(cloud.Subnet, cloud.Prop("vpcId", vpcID), func(s *cloud.Resource) bool {
			return s.ID == name || s.Props.StrMap("tagsAll")["Name"] == name
		})
		if s == nil {
			return nil, fmt.Errorf("couldn't find all subnets: %s is not in %s", name, vpcID)
		}
		ids = append(ids, s.ID)
	}
	return ids, nil
}

// discoverSubnets finds one subnet a zone by the tags that tell what it is for,
// or, where no subnet has one, by whether it leads to the internet. See
// https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/subnet_discovery/
func discoverSubnets(tx *cloud.Tx, cluster *cloud.Resource, internal bool, least int) ([]string, error) {
	role := "kubernetes.io/role/elb"
	if internal {
		role = "kubernetes.io/role/internal-elb"
	}
	candidates := withRole(tx, network(cluster), role)
	how := "tagged " + role
	if len(candidates) == 0 && !anyRole(tx, network(cluster)) {
		candidates = reachable(tx, network(cluster), internal)
		how = "chosen by their routes, as no subnet has a role tag"
	}
	name := clusterName(tx, cluster)
	foreign, full := 0, 0
	zones := map[string]*cloud.Resource{}
	for _, s := range candidates {
		switch zone := s.Props.Str("availabilityZone"); {
		case ofOthers(s, name):
			foreign++
		case ec2.FreeAddresses(tx, s) < elbv2.MinFreeAddresses:
			full++
		case zones[zone] == nil || preferred(s, zones[zone], name):
			zones[zone] = s
		}
	}
	if len(zones) < least {
		return nil, fmt.Errorf("couldn't auto-discover subnets: want subnets in %d zones of %s, found them in %d; evaluated %d subnets (%s): %d are tagged for other clusters, %d have fewer than %d free addresses",
			least, network(cluster), len(zones), len(candidates), how, foreign, full, elbv2.MinFreeAddresses)
	}
	var ids []string
	for _, s := range zones {
		ids = append(ids, s.ID)
	}
	slices.Sort(ids)
	return ids, nil
}

func withRole(tx *cloud.Tx, vpcID, role string) []*cloud.Resource {
	return tx.List(cloud.Subnet, cloud.Prop("vpcId", vpcID), func(s *cloud.Resource) bool {
		v, ok := s.Props.StrMap("tagsAll")[role]
		return ok && (v == "1" || v == "")
	})
}

func anyRole(tx *cloud.Tx, vpcID string) bool {
	return len(withRole(tx, vpcID, "kubernetes.io/role/elb"))+len(withRole(tx, vpcID, "kubernetes.io/role/internal-elb")) > 0
}

// reachable are the subnets whose default route leads to an internet gateway,
// or, for internal load balancers, the others.
func reachable(tx *cloud.Tx, vpcID string, internal bool) []*cloud.Resource {
	return tx.List(cloud.Subnet, cloud.Prop("vpcId", vpcID), func(s *cloud.Resource) bool { return ec2.Public(tx, s.ID) != internal })
}

// ofOthers tells whether a subnet is tagged for clusters, and this one is not
// among them.
func ofOthers(s *cloud.Resource, name string) bool {
	others := false
	for tag := range s.Props.StrMap("tagsAll") {
		if cluster, ok := strings.CutPrefix(tag, clusterTag); ok {
			if cluster == name {
				return false
			}
			others = true
		}
	}
	return others
}

// preferred tells which of two subnets of a zone is taken: the one tagged for
// the cluster, and else the one whose ID comes first.
func preferred(a, b *cloud.Resource, name string) bool {
	_, tagA := a.Props.StrMap("tagsAll")[clusterTag+name]
	_, tagB := b.Props.StrMap("tagsAll")[clusterTag+name]
	if tagA != tagB {
		return tagA
	}
	return a.ID < b.ID
}
