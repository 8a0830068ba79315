package reach

import (
	"fmt"
	"math"
	"runtime"
	"testing"
	"time"
)

// estate is a large model: ten VPCs of a cluster each, joined by a transit gateway, with
// a thousand subnets and as many rules of security groups as asked for.
func estate(rules int) *scene {
	const vpcs, subnets, groups = 10, 100, 20
	s := new(scene).add("aws:ec2transitgateway/transitGateway:TransitGateway", "hub", p{})
	for v := range vpcs {
		in := func(kind string, i int) string { return fmt.Sprintf("%s-%d-%d", kind, v, i) }
		vpc, cidr := fmt.Sprintf("vpc-%d", v), fmt.Sprintf("10.%d.0.0/16", v)
		s.add(vpcType, vpc, p{"cidrBlock": cidr}).add(gatewayType, "igw-"+vpc, p{"vpcId": vpc})
		tiers := []string{TierPublic, "private", "pod", TierData, "control"}
		for _, tier := range tiers {
			s.add(tableType, "table-"+tier+"-"+vpc, p{"vpcId": vpc})
			to := p{"natGatewayId": "nat-" + vpc}
			if tier == TierPublic {
				to = p{"gatewayId": "igw-" + vpc}
			}
			if tier != TierData {
				to["routeTableId"], to["destinationCidrBlock"] = "table-"+tier+"-"+vpc, "0.0.0.0/0"
				s.add(routeType, "out-"+tier+"-"+vpc, to)
			}
			s.add(routeType, "hub-"+tier+"-"+vpc, p{"routeTableId": "table-" + tier + "-" + vpc, "destinationCidrBlock": "10.0.0.0/8", "transitGatewayId": "hub"})
		}
		// Subnet i of a tier is number 5i plus the tier's.
		for i := range subnets {
			tier := tiers[i%len(tiers)]
			name := in("subnet", i)
			s.add(subnetType, name, p{"vpcId": vpc, "cidrBlock": fmt.Sprintf("10.%d.%d.0/24", v, i), "availabilityZone": string(rune('a' + i/5%3)), "tags": p{"slipway:tier": tier}}).
				add(associationType, "association-"+name, p{"subnetId": name, "routeTableId": "table-" + tier + "-" + vpc})
		}
		three := func(tier int) []any { return []any{in("subnet", tier), in("subnet", tier+5), in("subnet", tier+10)} }
		s.add(natType, "nat-"+vpc, p{"subnetId": in("subnet", 0), "publicIp": fmt.Sprintf("52.0.0.%d", v)}).
			add("aws:ec2transitgateway/vpcAttachment:VpcAttachment", "hub-"+vpc, p{"vpcId": vpc, "transitGatewayId": "hub", "subnetIds": three(4)})
		for g := range groups {
			group := in("group", g)
			s.add(groupType, group, p{"vpcId": vpc}).
				add(egressType, "out-"+group, p{"securityGroupId": group, "ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"})
			for r := range rules/(vpcs*groups) - 1 {
				from := float64(1000 + 7*r)
				rule := p{"securityGroupId": group, "ipProtocol": "tcp", "fromPort": from, "toPort": from + 3}
				switch r % 3 {
				case 0:
					rule["referencedSecurityGroupId"] = in("group", (g+r)%groups)
				case 1:
					rule["cidrIpv4"] = fmt.Sprintf("10.%d.%d.0/24", r%vpcs, r%subnets)
				default:
					rule["cidrIpv4"] = fmt.Sprintf("10.%d.0.0/16", r%vpcs)
				}
				s.add(ingressType, in("rule-"+group, r), rule)
			}
		}
		s.add(clusterType, "cluster-"+vpc, p{"name": "cluster-" + vpc, "vpcConfig": p{"subnetIds": three(4), "securityGroupIds": []any{in("group", 0)}}}).
			add(addonType, "cni-"+vpc, p{"addonName": "vpc-cni", "clusterName": "cluster-" + vpc, "configurationValues": fmt.Sprintf(
				`{"eniConfig":{"create":true,"region":"r","subnets":{"a":{"id":%q,"securityGroups":[%q]},"b":{"id":%q,"securityGroups":[%q]},"c":{"id":%q,"securityGroups":[%q]}}},"env":{"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG":"true","AWS_VPC_K8S_CNI_EXTERNALSNAT":"false"}}`,
				in("subnet", 2), in("group", 1), in("subnet", 7), in("group", 1), in("subnet", 12), in("group", 1))})
		for g := range 3 {
			name := in("nodes", g)
			s.add(templateType, "template-"+name, p{"vpcSecurityGroupIds": []any{in("group", 2+g)}}).
				add(nodeGroupType, name, p{"clusterName": "cluster-" + vpc, "subnetIds": three(1), "launchTemplate": p{"id": "template-" + name, "version": "1"}})
		}
		s.add("aws:rds/subnetGroup:SubnetGroup", "data-"+vpc, p{"subnetIds": three(3)})
		for d := range 2 {
			s.add("aws:rds/instance:Instance", in("postgres", d), p{"dbSubnetGroupName": "data-" + vpc, "vpcSecurityGroupIds": []any{in("group", 6+d)}})
		}
		for e := range 3 {
			s.add(endpointType, in("endpoint", e), p{"vpcId": vpc, "vpcEndpointType": "Interface", "subnetIds": three(1), "securityGroupIds": []any{in("group", 9+e)}})
		}
		s.add("aws:lb/loadBalancer:LoadBalancer", "web-"+vpc, p{"subnets": three(0), "securityGroups": []any{in("group", 12)}})
		for h := range 4 {
			s.add(instanceType, in("host", h), p{"subnetId": in("subnet", 16+5*h), "vpcSecurityGroupIds": []any{in("group", 13+h), in("group", 17)}})
		}
	}
	return s
}

// The matrix of a thousand subnets and ten thousand rules, from the resources. The
// metrics are the pairs of places that it has, the time of one, and the power of the number
// of rules with which the time grows, from a fourth of them: n log n is about 1.11.
func BenchmarkLargeMatrix(b *testing.B) {
	const rules = 10000
	few, many := estate(rules/4), estate(rules)
	var fewTime, manyTime time.Duration
	pairs := 0
	for b.Loop() {
		took, _ := matrix(b, few)
		fewTime += took
		took, pairs = matrix(b, many)
		manyTime += took
	}
	b.ReportMetric(manyTime.Seconds()/float64(b.N), "s/matrix")
	b.ReportMetric(manyTime.Seconds()/float64(b.N)/2, "of-the-2-s")
	b.ReportMetric(float64(pairs), "pairs")
	b.ReportMetric(math.Log(float64(manyTime)/float64(fewTime))/math.Log(4), "power-of-rules")
}

func matrix(b *testing.B, s *scene) (time.Duration, int) {
	b.Helper()
	runtime.GC()
	start := time.Now()
	n := s.network()
	m, err := n.Matrix()
	if err != nil {
		b.Fatal(err)
	}
	sums := m.Sums()
	took := time.Since(start)
	if want := len(m.Groups)*len(m.Groups) - 1; len(sums) != want {
		b.Fatalf("%d answers, want %d", len(sums), want)
	}
	if gaps := n.Gaps(); len(gaps) > 0 {
		b.Fatal(gaps)
	}
	pairs := 0
	for _, row := range m.Cells {
		for _, r := range row {
			if r != nil {
				pairs += len(r.Pairs)
			}
		}
	}
	return took, pairs
}
