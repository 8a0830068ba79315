package ec2

import (
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// The AWS provider finds these before it calls EC2.
func TestProviderChecksValues(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	type object = map[string]any
	rule := cloud.Props{"securityGroupId": "sg-0", "type": "ingress", "protocol": "tcp", "fromPort": 1.0, "toPort": 2.0}
	flowLog := cloud.Props{"vpcId": "vpc-0", "logDestination": "arn:aws:s3:::bucket"}
	endpoint := cloud.Props{"vpcId": "vpc-0", "serviceName": "s"}
	for want, c := range map[string]struct {
		kind  string
		props cloud.Props
	}{
		"cidrBlock":                      {cloud.VPC, cloud.Props{"cidrBlock": "10.0.0.0"}},
		"instanceTenancy":                {cloud.VPC, cloud.Props{"cidrBlock": "10.0.0.0/16", "instanceTenancy": "host"}},
		"ipv6NetmaskLength":              {cloud.VPC, cloud.Props{"cidrBlock": "10.0.0.0/16", "ipv6NetmaskLength": 56.0}},
		"privateDnsHostnameTypeOnLaunch": {cloud.Subnet, cloud.Props{"vpcId": "vpc-0", "privateDnsHostnameTypeOnLaunch": "name"}},
		"customerOwnedIpv4Pool":          {cloud.Subnet, cloud.Props{"vpcId": "vpc-0", "customerOwnedIpv4Pool": "p"}},
		"destinationCidrBlock":           {cloud.Route, cloud.Props{"routeTableId": "rtb-0", "gatewayId": "igw-0", "destinationCidrBlock": "10.0.0/8"}},
		"routes[0].cidrBlock":            {cloud.RouteTable, cloud.Props{"vpcId": "vpc-0", "routes": []any{object{"cidrBlock": "10.0.0.1/8"}}}},
		"cidrIpv4":                       {cloud.SecurityGroupIngressRule, cloud.Props{"securityGroupId": "sg-0", "ipProtocol": "-1", "cidrIpv4": "10.0.0.0"}},
		"toPort":                         {cloud.SecurityGroupIngressRule, cloud.Props{"securityGroupId": "sg-0", "ipProtocol": "tcp", "cidrIpv4": "10.0.0.0/8", "fromPort": 1.0, "toPort": 65536.0}},
		"cidrBlocks":                     {cloud.SecurityGroupRule, rule},
		"ingress[0].protocol":            {cloud.NetworkACL, cloud.Props{"vpcId": "vpc-0", "ingress": []any{object{"ruleNo": 1.0, "action": "allow", "protocol": "web", "fromPort": 0.0, "toPort": 0.0}}}},
		"privateIp":                      {cloud.NATGateway, cloud.Props{"subnetId": "subnet-0", "privateIp": "10.0.0"}},
		"trafficType":                    {cloud.FlowLog, flowLog.With(cloud.Props{"trafficType": "SOME"})},
		"logDestination":                 {cloud.FlowLog, flowLog.With(cloud.Props{"logDestination": "bucket"})},
		"destinationOptions.fileFormat":  {cloud.FlowLog, flowLog.With(cloud.Props{"destinationOptions": object{"fileFormat": "csv"}})},
		"vpcEndpointType":                {cloud.VPCEndpoint, endpoint.With(cloud.Props{"vpcEndpointType": "interface"})},
		"dnsOptions.dnsRecordIpType":     {cloud.VPCEndpoint, endpoint.With(cloud.Props{"dnsOptions": object{"dnsRecordIpType": "both"}})},
		"name":                           {cloud.LaunchTemplate, cloud.Props{"name": "my nodes"}},
		"ebsOptimized":                   {cloud.LaunchTemplate, cloud.Props{"ebsOptimized": "yes"}},
		"instanceRequirements.localStorage": {cloud.LaunchTemplate, cloud.Props{"instanceRequirements": object{
			"memoryMib": object{"min": 1.0}, "vcpuCount": object{"min": 1.0}, "localStorage": "maybe",
		}}},
		"instanceMarketOptions.spotOptions.blockDurationMinutes": {cloud.LaunchTemplate, cloud.Props{
			"instanceMarketOptions": object{"spotOptions": object{"blockDurationMinutes": 90.0}},
		}},
	} {
		if got := w.problem(c.kind, c.props); got != want {
			t.Errorf("%s %v: problem with %q, want %s", c.kind, c.props, got, want)
		}
	}
}

// What the provider leaves to EC2 does not fail a preview.
func TestProviderLeavesToEC2(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	vpc := w.vpc()
	twoTargets := cloud.Props{"vpcId": vpc.ID, "routes": []any{map[string]any{"cidrBlock": "0.0.0.0/0", "gatewayId": "igw-0", "natGatewayId": "nat-0"}}}
	if got := w.problem(cloud.RouteTable, twoTargets); got != "" {
		t.Errorf("problem with %s", got)
	}
	if _, err := w.try(cloud.RouteTable, twoTargets); err == nil {
		t.Error("a route with two targets was made")
	}
	if got := w.problem(cloud.NetworkACLRule, aclRule("acl-0", 32767).With(cloud.Props{"cidrBlock": "10/8"})); got != "" {
		t.Errorf("problem with %s", got)
	}
}

// Outputs that only AWS can tell are unknown in a preview, and nothing else.
func TestPreviewsOfComputedProperties(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	preview := func(kind string, props cloud.Props) cloud.Props {
		got, err := w.acct.Preview(w.session, kind, props)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := preview(cloud.ElasticIP, cloud.Props{"domain": "vpc"})["ipamPoolId"]; got != cloud.Unknown {
		t.Errorf("the IPAM pool of an address is %v", got)
	}
	if got, there := preview(cloud.Subnet, cloud.Props{"vpcId": "vpc-0"})["cidrBlock"]; there {
		t.Errorf("a subnet's range that is not given is %v", got)
	}
	disk := []any{map[string]any{"ebs": map[string]any{"volumeSize": 20.0}}}
	ebs := preview(cloud.LaunchTemplate, cloud.Props{"blockDeviceMappings": disk}).Objs("blockDeviceMappings")[0].Obj("ebs")
	if ebs["volumeInitializationRate"] != cloud.Unknown {
		t.Errorf("the volume is previewed as %v", ebs)
	}
}
