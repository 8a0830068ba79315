package cluster_test

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// descriptionPattern is what EC2 takes as the description of a rule.
var descriptionPattern = regexp.MustCompile(`^[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{1,255}$`)

func TestPodGroup(t *testing.T) {
	t.Parallel()
	r := build(t, asItIs, unused)
	// No tag of a cluster, and no inline rules.
	want := map[string]cloud.Props{"demo-pods": {
		"description": "Network interfaces of the pods of cluster demo", "vpcId": "vpc:net", "tags": map[string]any{"Name": "demo-pods"},
	}}
	if d := cmp.Diff(want, inputsOf(r, cloud.SecurityGroup)); d != "" {
		t.Errorf("groups (-want +got):\n%s", d)
	}
	const pods = "securityGroup:demo-pods"
	eksOwn := r.One(t, cloud.EKSCluster, "demo-eksCluster").Outputs.Obj("vpcConfig").Str("clusterSecurityGroupId")
	port := func(protocol string, n float64) cloud.Props {
		return cloud.Props{"securityGroupId": eksOwn, "referencedSecurityGroupId": pods, "ipProtocol": protocol, "fromPort": n, "toPort": n}
	}
	rules := map[string]map[string]cloud.Props{
		cloud.SecurityGroupIngressRule: {
			"demo-pods-self":       {"securityGroupId": pods, "referencedSecurityGroupId": pods, "ipProtocol": "-1"},
			"demo-pods-cluster":    {"securityGroupId": pods, "referencedSecurityGroupId": eksOwn, "ipProtocol": "-1"},
			"demo-cluster-api":     port("tcp", 443),
			"demo-cluster-kubelet": port("tcp", 10250),
			"demo-cluster-dns-tcp": port("tcp", 53),
			"demo-cluster-dns-udp": port("udp", 53),
		},
		cloud.SecurityGroupEgressRule: {"demo-pods-out": {"securityGroupId": pods, "cidrIpv4": "0.0.0.0/0", "ipProtocol": "-1"}},
	}
	for typ, want := range rules {
		got := inputsOf(r, typ)
		for name, rule := range got {
			if d := rule.Str("description"); !descriptionPattern.MatchString(d) {
				t.Errorf("%s: EC2 refuses the description %q", name, d)
			}
			delete(rule, "description")
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", typ, d)
		}
	}
}
