package network

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/internal/check"
	"github.com/slipway-iac/slipway/internal/partition"
)

// NodeEndpoints are the interface endpoints with which nodes join and work
// although there is no NAT. Each has a price per zone and hour.
func NodeEndpoints() []string {
	return []string{
		"autoscaling",          // The cluster autoscaler reads and sets the size of node groups.
		"ec2",                  // A starting node describes itself; the CNI attaches interfaces and addresses; so do CSI drivers with volumes.
		"ecr.api",              // The kubelet's credential provider asks for a registry login.
		"ecr.dkr",              // Image manifests; the layers come from S3, through its gateway endpoint.
		"eks",                  // A starting node reads its cluster's endpoint and certificate when its user data lacks them.
		"eks-auth",             // The Pod Identity agent fetches the credentials of pods.
		"elasticloadbalancing", // The load balancer controller makes load balancers and registers targets.
		"logs",                 // Agents send the logs of containers and nodes.
		"ssm",                  // Karpenter reads the current AMIs; the node's agent registers for sessions.
		"ssmmessages",          // A shell on a node that has no SSH.
		"sts",                  // Roles for service accounts; the node's own identity when it logs in to the cluster.
	}
}

// interfaceServices are the services that Args.InterfaceEndpoints may name. The
// value tells whether the service has a name of its own in the China partition,
// where some do and some do not.
// https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
var interfaceServices = map[string]bool{
	"acm-pca": false, "application-autoscaling": true, "aps-workspaces": false, "athena": true, "autoscaling": true,
	"bedrock-runtime": false, "cloudformation": true, "cloudtrail": false, "ebs": true, "ec2": true, "ec2messages": false,
	"ecr.api": true, "ecr.dkr": true, "eks": true, "eks-auth": true, "elasticache": true, "elasticfilesystem": true,
	"elasticloadbalancing": false, "events": false, "fsx": true, "glue": false, "guardduty-data": false,
	"kinesis-firehose": false, "kinesis-streams": true, "kms": false, "lambda": true, "logs": false, "monitoring": true,
	"rds": true, "rds-data": false, "secretsmanager": false, "servicediscovery": false,
	"sns": false, "sqs": true, "ssm": false, "ssmmessages": false, "states": true, "sts": true, "xray": true,
}

// gatewayServices have endpoints that are routes and cost nothing.
var gatewayServices = []string{"s3", "dynamodb"}

func (a Args) checkEndpoints(e *check.Errors) {
	for i, name := range a.InterfaceEndpoints {
		_, known := interfaceServices[name]
		switch {
		case slices.Contains(a.InterfaceEndpoints[:i], name):
			e.Add("InterfaceEndpoints names %q twice: a VPC has one private DNS name for it, name it once", name)
		case slices.Contains(gatewayServices, name):
			e.Add("InterfaceEndpoints has %q: it has a gateway endpoint already, leave it out", name)
		case !known:
			e.Add("InterfaceEndpoints has %q: want the short name of a service that this library knows, such as \"ecr.api\"; "+
				"an endpoint of another service can stand beside the network, in its private subnets", name)
		}
	}
}

// serviceName is the full name by which EC2 knows a service's endpoints.
func serviceName(region, service string) string {
	prefix := "com.amazonaws."
	if partition.Of(region) == "aws-cn" && interfaceServices[service] {
		prefix = "cn.com.amazonaws."
	}
	return prefix + region + "." + service
}

// gatewayEndpoints lets the private and pod tiers reach S3 and DynamoDB without
// NAT. The data tier gets none: a database has no business there, and it is to
// have no way out at all.
func (b *builder) gatewayEndpoints(vpc *ec2.Vpc, tiers ...[]subnet) (map[string]*ec2.VpcEndpoint, error) {
	tables := pulumi.StringArray{}
	for _, s := range slices.Concat(tiers...) {
		tables = append(tables, s.table.ID())
	}
	made := map[string]*ec2.VpcEndpoint{}
	for _, service := range gatewayServices {
		endpoint, err := ec2.NewVpcEndpoint(b.ctx, b.named(service), &ec2.VpcEndpointArgs{
			VpcId:           vpc.ID(),
			VpcEndpointType: pulumi.String("Gateway"),
			ServiceName:     pulumi.String(serviceName(b.args.Region, service)),
			RouteTableIds:   tables,
			Tags:            b.tagged(service),
		}, b.child)
		if err != nil {
			return nil, fmt.Errorf("creating endpoint of %s: %w", service, err)
		}
		made[service] = endpoint
	}
	return made, nil
}

// endpointGroup is the security group of the interface endpoints: HTTPS from
// anywhere in the VPC, and nothing out, since an endpoint only answers.
func (b *builder) endpointGroup(vpc *ec2.Vpc) (*ec2.SecurityGroup, error) {
	ranges := pulumi.StringArray{}
	for _, r := range b.plan.Ranges() {
		ranges = append(ranges, pulumi.String(r.String()))
	}
	group, err := ec2.NewSecurityGroup(b.ctx, b.named("endpoints"), &ec2.SecurityGroupArgs{
		VpcId:       vpc.ID(),
		Description: pulumi.String("Interface endpoints: HTTPS from the VPC"),
		Ingress: ec2.SecurityGroupIngressArray{ec2.SecurityGroupIngressArgs{
			Description: pulumi.String("HTTPS from nodes, pods and databases"),
			Protocol:    pulumi.String("tcp"),
			FromPort:    pulumi.Int(443),
			ToPort:      pulumi.Int(443),
			CidrBlocks:  ranges,
		}},
		Egress: ec2.SecurityGroupEgressArray{},
		Tags:   b.tagged("endpoints"),
	}, b.child)
	if err != nil {
		return nil, fmt.Errorf("creating security group of endpoints: %w", err)
	}
	return group, nil
}

// interfaceEndpoints puts an interface of each service into every zone's private
// subnet. Private DNS makes the service's usual name resolve to it, so that no
// client needs to know.
func (b *builder) interfaceEndpoints(vpc *ec2.Vpc, private []subnet, group *ec2.SecurityGroup) ([]pulumi.Resource, error) {
	var made []pulumi.Resource
	for _, service := range b.args.InterfaceEndpoints {
		key := "endpoint-" + service
		endpoint, err := ec2.NewVpcEndpoint(b.ctx, b.named(key), &ec2.VpcEndpointArgs{
			VpcId:             vpc.ID(),
			VpcEndpointType:   pulumi.String("Interface"),
			ServiceName:       pulumi.String(serviceName(b.args.Region, service)),
			SubnetIds:         ids(private),
			SecurityGroupIds:  pulumi.StringArray{group.ID()},
			PrivateDnsEnabled: pulumi.Bool(true),
			Tags:              b.tagged(key),
		}, b.child)
		if err != nil {
			return nil, fmt.Errorf("creating endpoint of %s: %w", service, err)
		}
		made = append(made, endpoint)
	}
	return made, nil
}
