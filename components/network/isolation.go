package network

import (
	"fmt"
	"net/netip"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// emptyDefaultGroup takes over the security group that every VPC has and leaves
// it without a rule, so that what is started without a group can talk to nobody.
func (b *builder) emptyDefaultGroup(vpc *ec2.Vpc) error {
	if _, err := ec2.NewDefaultSecurityGroup(b.ctx, b.named("default"), &ec2.DefaultSecurityGroupArgs{
		VpcId:   vpc.ID(),
		Ingress: ec2.DefaultSecurityGroupIngressArray{},
		Egress:  ec2.DefaultSecurityGroupEgressArray{},
		Tags:    b.tagged("default"),
	}, b.child); err != nil {
		return fmt.Errorf("emptying default security group: %w", err)
	}
	return nil
}

// aclRule is one rule of a network ACL: TCP between the subnet and a range.
type aclRule struct {
	number   int
	peer     netip.Prefix
	from, to int
}

// Rules are numbered with gaps, so that one can be put between by hand in an
// emergency.
const aclStep = 10

// dataRules are the rules of the data tier, the same in both directions. An ACL
// has no memory, so one direction's rules must also let the answers of the other
// through. Databases listen at 1024 and above, and the ports that clients answer
// from lie there too, which makes it one rule; 443 is for services that speak
// HTTPS and for the interface endpoints.
func dataRules(ranges []netip.Prefix) []aclRule {
	var rules []aclRule
	for i, peer := range ranges {
		number := 100 + 2*aclStep*i
		rules = append(rules,
			aclRule{number: number, peer: peer, from: 1024, to: 65535},
			aclRule{number: number + aclStep, peer: peer, from: 443, to: 443})
	}
	return rules
}

// dataACL lets the data tier speak with the VPC's own ranges and nobody else,
// whatever a security group or a route may say.
func (b *builder) dataACL(vpc *ec2.Vpc, data []subnet) (pulumi.StringOutput, error) {
	if len(data) == 0 {
		return none(), nil
	}
	var ingress ec2.NetworkAclIngressArray
	var egress ec2.NetworkAclEgressArray
	for _, r := range dataRules(b.plan.Ranges()) {
		ingress = append(ingress, ec2.NetworkAclIngressArgs{
			RuleNo: pulumi.Int(r.number), Action: pulumi.String("allow"), Protocol: pulumi.String("tcp"),
			CidrBlock: pulumi.String(r.peer.String()), FromPort: pulumi.Int(r.from), ToPort: pulumi.Int(r.to),
		})
		egress = append(egress, ec2.NetworkAclEgressArgs{
			RuleNo: pulumi.Int(r.number), Action: pulumi.String("allow"), Protocol: pulumi.String("tcp"),
			CidrBlock: pulumi.String(r.peer.String()), FromPort: pulumi.Int(r.from), ToPort: pulumi.Int(r.to),
		})
	}
	acl, err := ec2.NewNetworkAcl(b.ctx, b.named("data"), &ec2.NetworkAclArgs{
		VpcId:     vpc.ID(),
		SubnetIds: ids(data),
		Ingress:   ingress,
		Egress:    egress,
		Tags:      b.tagged("data"),
	}, b.child)
	if err != nil {
		return none(), fmt.Errorf("creating network ACL of the data tier: %w", err)
	}
	return acl.ID().ToStringOutput(), nil
}
