package ec2

import (
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var (
	serviceUnknown = cloud.Declare(cloud.Rule{
		Name: "endpoint-service-does-not-exist", Code: "InvalidServiceName", Source: moto,
	})
	endpointType = cloud.Declare(cloud.Rule{
		Name: "endpoint-type-not-of-service", Code: "InvalidParameter", Source: ec2API, Tag: cloud.Memory,
	})
	secondSubnetInZone = cloud.Declare(cloud.Rule{
		Name: "endpoint-with-two-subnets-in-zone", Code: "DuplicateSubnetsInSameZone", Source: reported,
	})
	privateDNSOff = cloud.Declare(cloud.Rule{
		Name: "endpoint-private-dns-needs-vpc-dns", Code: "InvalidParameter",
		Source: "https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html", Tag: cloud.Memory,
	})
	privateDNSTaken = cloud.Declare(cloud.Rule{
		Name: "endpoint-private-dns-taken", Code: "InvalidParameter", Source: reported,
	})
)

// everyone is the policy of an endpoint that is given none.
const everyone = `{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}],"Version":"2008-10-17"}`

// endpointKinds are the types of endpoints that there are.
var endpointKinds = []string{gatewayEndpoint, interfaceEndpoint, "GatewayLoadBalancer", "Resource", "ServiceNetwork"}

func endpointKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.VPCEndpoint, Noun: "EC2 VPC Endpoint", Service: "EC2", Tagged: true,
		CreateCall: "CreateVpcEndpoint", UpdateCall: "ModifyVpcEndpoint", DeleteCall: "DeleteVpcEndpoints",
		Fields: cloud.Fields{
			"vpcId":                    cloud.String.Required().ForceNew(),
			"serviceName":              cloud.String.ForceNew(),
			"vpcEndpointType":          cloud.String.Default(gatewayEndpoint).OneOf(endpointKinds...).ForceNew(),
			"routeTableIds":            cloud.SetOf(cloud.String).Computed(),
			"subnetIds":                cloud.SetOf(cloud.String).Computed(),
			"securityGroupIds":         cloud.SetOf(cloud.String).Computed(),
			"privateDnsEnabled":        cloud.Bool.Computed(),
			"policy":                   cloud.JSON.Computed(),
			"autoAccept":               cloud.Bool,
			"ipAddressType":            cloud.String.OneOf("ipv4", "dualstack", "ipv6").Computed(),
			"serviceRegion":            cloud.String.Computed().ForceNew(),
			"serviceNetworkArn":        cloud.String.Like(cloud.ARNText).ForceNew(),
			"resourceConfigurationArn": cloud.String.Like(cloud.ARNText).ForceNew(),
			"dnsOptions": cloud.Object(cloud.Fields{
				"dnsRecordIpType":                          cloud.String.OneOf("ipv4", "dualstack", "ipv6", "service-defined").Computed(),
				"privateDnsOnlyForInboundResolverEndpoint": cloud.Bool,
			}).Computed(),
			"subnetConfigurations": cloud.SetOf(cloud.Object(cloud.Fields{
				"ipv4": cloud.String, "ipv6": cloud.String, "subnetId": cloud.String,
			})).Computed(),
			"arn":                 cloud.String.Output(),
			"cidrBlocks":          cloud.ListOf(cloud.String).Output(),
			"dnsEntries":          cloud.ListOf(cloud.Object(cloud.Fields{"dnsName": cloud.String, "hostedZoneId": cloud.String})).Output(),
			"networkInterfaceIds": cloud.SetOf(cloud.String).Output(),
			"ownerId":             cloud.String.Output(),
			"prefixListId":        cloud.String.Output(),
			"requesterManaged":    cloud.Bool.Output(),
			"state":               cloud.String.Output(),
		},
		Check: func(p cloud.Props) []cloud.Problem {
			return atMostOne(p, "serviceName", "serviceNetworkArn", "resourceConfigurationArn")
		},
		Create: createEndpoint, Update: updateEndpoint, Delete: deleteEndpoint,
	}
}

func createEndpoint(tx *cloud.Tx, r *cloud.Resource) error {
	vpc, err := vpcs.find(tx, r.Props.Str("vpcId"))
	if err != nil {
		return err
	}
	service, ok := serviceOf(tx.Session.Region, r.Props.Str("serviceName"))
	if !ok {
		return serviceUnknown.Refuse("The Vpc Endpoint Service '%s' does not exist", r.Props.Str("serviceName"))
	}
	kind := r.Props.Str("vpcEndpointType")
	if types := endpointTypes(service); !slices.Contains(types, kind) {
		return endpointType.Refuse("Endpoint type (%s) does not match available service types ([%s]).", kind, strings.Join(types, ", "))
	}
	r.ID = tx.ID("vpce-")
	r.Facts["service"] = service
	r.Props["arn"] = tx.ARN("ec2", "vpc-endpoint/"+r.ID)
	r.Props["ownerId"] = tx.AccountID()
	r.Props["state"], r.Props["requesterManaged"] = "available", false
	if !r.Props.Has("serviceRegion") {
		r.Props["serviceRegion"] = tx.Session.Region
	}
	if !r.Props.Has("policy") {
		r.Props["policy"] = everyone
	}
	tx.Put(r)
	if kind == gatewayEndpoint {
		return createGateway(tx, r, service)
	}
	return createInterfaces(tx, r, vpc, service)
}

func updateEndpoint(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	if r.Props.Str("vpcEndpointType") == gatewayEndpoint {
		if news.Has("routeTableIds") {
			return setTables(tx, r, news.Strs("routeTableIds"))
		}
		return nil
	}
	vpc, err := vpcs.find(tx, r.Props.Str("vpcId"))
	if err != nil {
		return err
	}
	want := r.Props.With(nil)
	delete(want, "subnetConfigurations") // Those in r.Props follow from the subnets.
	for _, name := range []string{"subnetIds", "securityGroupIds", "privateDnsEnabled", "dnsOptions", "subnetConfigurations"} {
		if news.Has(name) {
			want[name] = news[name]
		}
	}
	if err := checkPrivateDNS(tx, r.ID, vpc, r.Facts.Str("service"), want); err != nil {
		return err
	}
	return setInterfaces(tx, r, want)
}

func deleteEndpoint(tx *cloud.Tx, r *cloud.Resource) error {
	ReleaseInterfaces(tx, For(cloud.VPCEndpoint, r.ID))
	return setTables(tx, r, nil)
}

// endpointsOf are the endpoints of a VPC for a service.
func endpointsOf(tx *cloud.Tx, vpcID, service, kind string) []*cloud.Resource {
	return tx.List(cloud.VPCEndpoint, cloud.Prop("vpcId", vpcID), cloud.Prop("vpcEndpointType", kind),
		func(e *cloud.Resource) bool { return e.Facts.Str("service") == service })
}
