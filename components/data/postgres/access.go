package postgres

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// admit makes the database's security group, which lets the clients in at one
// port and nothing out.
func (b *builder) admit() error {
	group, err := ec2.NewSecurityGroup(b.ctx, b.name, &ec2.SecurityGroupArgs{
		VpcId: b.args.VPCID.ToStringOutput(), Description: pulumi.String("Database " + b.args.Identifier), Tags: b.tags(),
	}, b.child)
	if err != nil {
		return fmt.Errorf("creating security group: %w", err)
	}
	for _, client := range slices.Sorted(maps.Keys(b.args.Clients)) {
		if _, err := vpc.NewSecurityGroupIngressRule(b.ctx, b.name+"-"+client, &vpc.SecurityGroupIngressRuleArgs{
			SecurityGroupId: group.ID(), ReferencedSecurityGroupId: b.args.Clients[client].ToStringOutput(),
			IpProtocol: pulumi.String("tcp"), FromPort: pulumi.Int(Port), ToPort: pulumi.Int(Port),
			Description: pulumi.String("PostgreSQL, from " + client),
		}, b.child); err != nil {
			return fmt.Errorf("admitting %s: %w", client, err)
		}
	}
	b.group = group
	return nil
}
