package main

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/slipway-iac/slipway/sandbox/timeline"
)

// exported is a small environment as `pulumi stack export` writes it: two zones,
// a cluster with nodes in one, and one name that wants to be HTML.
func exported(t testing.TB) []byte {
	t.Helper()
	type p = map[string]any
	var list []p
	add := func(typ, name, id string, properties p) {
		list = append(list, p{"urn": "urn:pulumi:small::shop::" + typ + "::" + name, "type": typ, "id": id, "custom": true, "inputs": properties, "outputs": properties})
	}
	subnet := func(name, tier, zone, cidr, table string) {
		add(subnetType, name, "subnet-"+name, p{"vpcId": "vpc-1", "cidrBlock": cidr, "availabilityZone": zone, "tags": p{"slipway:tier": tier}})
		add("aws:ec2/routeTableAssociation:RouteTableAssociation", name, "a-"+name, p{"subnetId": "subnet-" + name, "routeTableId": table})
	}
	add("pulumi:pulumi:Stack", "shop-small", "", p{})
	add(vpcType, "<b>net</b> \"${x}\"", "vpc-1", p{"cidrBlock": "10.0.0.0/16"})
	add(gatewayType, "way-out", "igw-1", p{"vpcId": "vpc-1"})
	add("aws:ec2/routeTable:RouteTable", "out", "rtb-out", p{"vpcId": "vpc-1"})
	add("aws:ec2/routeTable:RouteTable", "in", "rtb-in", p{"vpcId": "vpc-1"})
	add(routeType, "out", "r-out", p{"routeTableId": "rtb-out", "destinationCidrBlock": "0.0.0.0/0", "gatewayId": "igw-1"})
	add(routeType, "in", "r-in", p{"routeTableId": "rtb-in", "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": "nat-1"})
	subnet("public-a", "public", "eu-1a", "10.0.0.0/24", "rtb-out")
	subnet("private-a", "private", "eu-1a", "10.0.1.0/24", "rtb-in")
	subnet("private-b", "private", "eu-1b", "10.0.2.0/24", "rtb-none")
	add(natType, "nat-a", "nat-1", p{"subnetId": "subnet-public-a", "privateIp": "10.0.0.4", "publicIp": "198.51.100.7", "connectivityType": "public"})
	add(clusterType, "main", "shop", p{"name": "shop", "version": "1.35", "vpcConfig": p{
		"vpcId": "vpc-1", "subnetIds": []any{"subnet-private-a", "subnet-private-b"}, "endpointPublicAccess": true, "publicAccessCidrs": []any{"0.0.0.0/0"}, "clusterSecurityGroupId": "sg-1"}})
	add(groupType, "workers", "shop:workers", p{"clusterName": "shop", "subnetIds": []any{"subnet-private-a"}, "instanceTypes": []any{"m6i.large"}, "scalingConfig": p{"minSize": 1, "desiredSize": 1, "maxSize": 3}})
	for _, name := range []string{"media", "logs", "attic", "backups"} {
		add("aws:s3/bucketV2:BucketV2", name, name+"-1a2b3c", p{"bucket": name + "-1a2b3c"})
	}
	add("aws:route53/zone:Zone", "inside", "Z1", p{"name": "shop.internal", "vpcs": []any{p{"vpcId": "vpc-1"}}})
	add("aws:route53/zone:Zone", "outside", "Z2", p{"name": "shop.example.com"})
	text, err := json.Marshal(p{"version": 3, "deployment": p{"resources": list}})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// smallPage is the report of the small environment.
func smallPage(t testing.TB) (*report, []byte) {
	t.Helper()
	s, err := parse(exported(t))
	if err != nil {
		t.Fatal(err)
	}
	r, err := newReport(t.Context(), s, "")
	if err != nil {
		t.Fatal(err)
	}
	minute := timeline.Duration(time.Minute)
	r.Timeline = &timeline.Timeline{Expected: 10 * minute, Shortest: 5 * minute, Longest: 20 * minute, Bound: 9 * minute, Widest: 2, Operations: []timeline.Operation{
		{Name: "net", Type: vpcType, Verb: "create", End: minute, Critical: true},
		{Name: "way-out", Type: gatewayType, Verb: "create", Start: minute, End: 2 * minute, Because: "vpcId"},
		{Name: "main", Type: clusterType, Verb: "create", Start: minute, End: 10 * minute, Critical: true, Because: "vpcConfig"},
	}}
	page, err := r.page()
	if err != nil {
		t.Fatal(err)
	}
	return r, page
}
