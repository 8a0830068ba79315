package ec2

import "github.com/slipway-iac/slipway/sandbox/cloud"

// reference is a kind that others name by its ID, and how AWS says that there
// is none with that ID.
type reference struct {
	kind string
	rule *cloud.Rule
	text string
}

// Where rules were read.
const (
	moto    = "getmoto/moto 5.2.3, moto/ec2"
	vpcDocs = "awsdocs/amazon-vpc-user-guide, June 2023"
	// reported errors are quoted in public issues and repositories.
	reported = "reported errors of the call"
	// ec2API is where rules from memory should be compared.
	ec2API = "general knowledge; compare https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
)

func missing(name, code string, tag cloud.Tag) *cloud.Rule {
	source := moto
	if tag == cloud.Memory {
		source = ec2API
	}
	return cloud.Declare(cloud.Rule{Name: name + "-does-not-exist", Code: code, Source: source, Tag: tag})
}

var (
	vpcs = reference{cloud.VPC, missing("vpc", "InvalidVpcID.NotFound", cloud.Verified),
		"The vpc ID '%s' does not exist"}
	subnets = reference{cloud.Subnet, missing("subnet", "InvalidSubnetID.NotFound", cloud.Verified),
		"The subnet ID '%s' does not exist"}
	groups = reference{cloud.SecurityGroup, missing("security-group", "InvalidGroup.NotFound", cloud.Verified),
		"The security group '%s' does not exist"}
	addresses = reference{cloud.ElasticIP, missing("address", "InvalidAllocationID.NotFound", cloud.Verified),
		"The allocation ID '%s' does not exist"}
	routeTables = reference{cloud.RouteTable, missing("route-table", "InvalidRouteTableID.NotFound", cloud.Verified),
		"The routeTable ID '%s' does not exist"}
	internetGateways = reference{cloud.InternetGateway, missing("internet-gateway", "InvalidInternetGatewayID.NotFound", cloud.Verified),
		"The internetGateway ID '%s' does not exist"}
	natGateways = reference{cloud.NATGateway, missing("nat-gateway", "NatGatewayNotFound", cloud.Memory),
		"The Nat Gateway '%s' was not found"}
	endpoints = reference{cloud.VPCEndpoint, missing("vpc-endpoint", "InvalidVpcEndpointId.NotFound", cloud.Verified),
		"The VpcEndPoint ID '%s' does not exist"}
	networkACLs = reference{cloud.NetworkACL, missing("network-acl", "InvalidNetworkAclID.NotFound", cloud.Verified),
		"The networkAcl ID '%s' does not exist"}
	interfaces = reference{cloud.NetworkInterface, missing("network-interface", "InvalidNetworkInterfaceID.NotFound", cloud.Verified),
		"The networkInterface ID '%s' does not exist"}
	templates = reference{cloud.LaunchTemplate, missing("launch-template", "InvalidLaunchTemplateId.NotFound", cloud.Memory),
		"The specified launch template, with template ID %s, does not exist."}
	instances = reference{cloud.Instance, missing("instance", "InvalidInstanceID.NotFound", cloud.Verified),
		"The instance ID '%s' does not exist"}
)

// find is the resource with an ID, or AWS's refusal.
func (ref reference) find(tx *cloud.Tx, id string) (*cloud.Resource, error) {
	if r := tx.Get(ref.kind, id); r != nil {
		return r, nil
	}
	return nil, ref.rule.Refuse(ref.text, id)
}

// dependencyViolation is AWS's answer to every delete of what is still in use.
var dependencyViolation = cloud.Declare(cloud.Rule{
	Name: "delete-while-in-use", Code: "DependencyViolation", Source: moto,
})

// The refusals that many calls share. AWS tells them apart in the message only.
var (
	invalidValue = cloud.Declare(cloud.Rule{
		Name: "parameter-value-not-allowed", Code: "InvalidParameterValue", Source: ec2API, Tag: cloud.Memory,
	})
	invalidCombination = cloud.Declare(cloud.Rule{
		Name: "parameters-do-not-go-together", Code: "InvalidParameterCombination", Source: ec2API, Tag: cloud.Memory,
	})
	invalidParameter = cloud.Declare(cloud.Rule{
		Name: "parameter-not-valid-here", Code: "InvalidParameter", Source: ec2API, Tag: cloud.Memory,
	})
	missingParameter = cloud.Declare(cloud.Rule{
		Name: "parameter-missing", Code: "MissingParameter", Source: moto, Tag: cloud.Memory,
	})
	notModelled = cloud.Declare(cloud.Rule{
		Name: "ipam-pool-does-not-exist", Code: "InvalidIpamPoolId.NotFound", Source: ec2API, Tag: cloud.Memory,
	})
)
