package ec2

import "github.com/slipway-iac/slipway/sandbox/cloud"

// defaultSecurityGroupKind adopts a VPC's default security group: it takes its
// rules away, puts in those of the program, and leaves the group when it is
// deleted.
func defaultSecurityGroupKind() cloud.Kind {
	fields := groupFields()
	fields["vpcId"] = cloud.String.Computed().ForceNew()
	fields["name"] = cloud.String.Output()
	fields["namePrefix"] = cloud.String.Output()
	fields["description"] = cloud.String.Output()
	return cloud.Kind{
		Token: cloud.DefaultSecurityGroup, Noun: "Default Security Group", Service: "EC2", Tagged: true,
		CreateCall: "RevokeSecurityGroupIngress", UpdateCall: "AuthorizeSecurityGroupIngress", DeleteCall: "DescribeSecurityGroups",
		Fields: fields, Check: checkInlineRules,
		Create: adoptDefaultGroup,
		Update: func(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
			return setInlineRules(tx, r, r.ID, news)
		},
		Read: readGroup,
	}
}

// makeDefaultGroup makes the default security group of a new VPC, with the two
// rules that AWS puts in.
func makeDefaultGroup(tx *cloud.Tx, vpc *cloud.Resource) *cloud.Resource {
	id := tx.ID("sg-")
	group := tx.Make(owner, cloud.SecurityGroup, id, cloud.Props{
		"vpcId": vpc.ID, "name": defaultGroupName, "description": "default VPC security group",
		"arn": tx.ARN("ec2", "security-group/"+id), "ownerId": tx.AccountID(),
	}, nil)
	setPermissions(tx, group, []Permission{
		{ID: tx.ID("sgr-"), Protocol: allProtocols, Peer: id},
		{ID: tx.ID("sgr-"), Egress: true, Protocol: allProtocols, Peer: "0.0.0.0/0"},
	})
	return group
}

func adoptDefaultGroup(tx *cloud.Tx, r *cloud.Resource) error {
	if r.Props.Str("vpcId") == "" {
		return noDefaultVPC.Refuse("No default VPC for this user")
	}
	vpc, err := vpcs.find(tx, r.Props.Str("vpcId"))
	if err != nil {
		return err
	}
	group, err := groups.find(tx, vpc.Props.Str("defaultSecurityGroupId"))
	if err != nil {
		return err
	}
	r.ID = group.ID
	for _, name := range []string{"arn", "ownerId", "name", "description"} {
		r.Props[name] = group.Props[name]
	}
	Revoke(tx, group.ID, func(Permission) bool { return true })
	return setInlineRules(tx, r, group.ID, r.Props)
}
