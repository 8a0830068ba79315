package ec2

import (
	"regexp"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

const defaultGroupName = "default"

var (
	groupExists = cloud.Declare(cloud.Rule{
		Name: "security-group-name-taken-in-vpc", Code: "InvalidGroup.Duplicate", Source: moto,
	})
	groupName = cloud.Declare(cloud.Rule{
		Name: "security-group-name-or-description-malformed", Code: "InvalidParameterValue",
		Source: "botocore ec2 service model, CreateSecurityGroupRequest",
	})
	noDefaultVPC = cloud.Declare(cloud.Rule{
		Name: "no-vpc-given-and-no-default-vpc", Code: "VPCIdNotSpecified", Source: ec2API, Tag: cloud.Memory,
	})
	defaultGroupStays = cloud.Declare(cloud.Rule{
		Name: "default-security-group-deleted", Code: "CannotDelete", Source: ec2API, Tag: cloud.Memory,
	})

	groupText = regexp.MustCompile(`^[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}$`)
)

func securityGroupKind() cloud.Kind {
	fields := groupFields()
	fields["vpcId"] = cloud.String.Computed().ForceNew()
	fields["name"] = cloud.String.AutoNamed(255).ForceNew()
	fields["namePrefix"] = cloud.String.Computed().ForceNew()
	fields["description"] = cloud.String.Default("Managed by Pulumi").ForceNew()
	return cloud.Kind{
		Token: cloud.SecurityGroup, Noun: "Security Group", Service: "EC2", Tagged: true,
		CreateCall: "CreateSecurityGroup", UpdateCall: "AuthorizeSecurityGroupIngress", DeleteCall: "DeleteSecurityGroup",
		Fields: fields, Check: checkInlineRules,
		Create: createGroup, Update: updateGroup, Delete: deleteGroup, Read: readGroup,
	}
}

func groupFields() cloud.Fields {
	rule := cloud.SetOf(cloud.Object(cloud.Fields{
		"protocol":       cloud.String.Required(),
		"fromPort":       cloud.Number.Required(),
		"toPort":         cloud.Number.Required(),
		"cidrBlocks":     cloud.ListOf(cloud.String),
		"ipv6CidrBlocks": cloud.ListOf(cloud.String),
		"prefixListIds":  cloud.ListOf(cloud.String),
		"securityGroups": cloud.SetOf(cloud.String),
		"self":           cloud.Bool.Default(false),
		"description":    cloud.String,
	})).Computed()
	return cloud.Fields{
		"ingress":             rule,
		"egress":              rule,
		"revokeRulesOnDelete": cloud.Bool.Default(false),
		"arn":                 cloud.String.Output(),
		"ownerId":             cloud.String.Output(),
	}
}

func createGroup(tx *cloud.Tx, r *cloud.Resource) error {
	name := r.Props.Str("name")
	if prefix := r.Props.Str("namePrefix"); name == "" && prefix != "" {
		name = prefix + tx.Hex(26)
	}
	r.ID = tx.ID("sg-")
	r.Props["name"] = name
	if err := checkGroup(tx, r); err != nil {
		return err
	}
	if err := groupsPerRegion.admit(tx.Count(cloud.SecurityGroup), 1); err != nil {
		return err
	}
	finishGroup(tx, r)
	// AWS lets everything out of a new group. The provider takes that rule away,
	// so that the group has what the program says.
	tx.Put(r)
	return setInlineRules(tx, r, r.ID, r.Props)
}

// checkGroup holds a new group to the rules for VPC, name and description.
func checkGroup(tx *cloud.Tx, r *cloud.Resource) error {
	vpcID, name := r.Props.Str("vpcId"), r.Props.Str("name")
	if vpcID == "" {
		return noDefaultVPC.Refuse("No default VPC for this user")
	}
	if _, err := vpcs.find(tx, vpcID); err != nil {
		return err
	}
	if strings.EqualFold(name, defaultGroupName) {
		return groupName.Refuse("Cannot use reserved security group name: %s", name)
	}
	if !groupText.MatchString(name) || name == "" || strings.HasPrefix(strings.ToLower(name), "sg-") {
		return groupName.Refuse("Value (%s) for parameter GroupName is invalid. It must have 1 to 255 characters of a-z, A-Z, 0-9, spaces, "+
			"and ._-:/()#,@[]+=&;{}!$*, and must not start with sg-", name)
	}
	if !groupText.MatchString(r.Props.Str("description")) {
		return groupName.Refuse("Value (%s) for parameter GroupDescription is invalid. Character sets beyond ASCII are not supported.", r.Props.Str("description"))
	}
	sameName := func(g *cloud.Resource) bool { return strings.EqualFold(g.Props.Str("name"), name) }
	if tx.Count(cloud.SecurityGroup, cloud.Prop("vpcId", vpcID), sameName) > 0 {
		return groupExists.Refuse("The security group '%s' already exists for VPC '%s'", name, vpcID)
	}
	return nil
}

func finishGroup(tx *cloud.Tx, r *cloud.Resource) {
	r.Props["arn"] = tx.ARN("ec2", "security-group/"+r.ID)
	r.Props["ownerId"] = tx.AccountID()
}

// Group is a security group that a service makes.
type Group struct {
	// VPCID, Name and Description are as in EC2.
	VPCID, Name, Description string
	// Owner is the service that makes it, such as eks.
	Owner string
	// Tags are its tags.
	Tags map[string]string
}

// MakeSecurityGroup makes a security group with the default rule that lets
// everything out. It refuses what CreateSecurityGroup refuses.
func MakeSecurityGroup(tx *cloud.Tx, g Group) (*cloud.Resource, error) {
	props := cloud.AllTags(g.Tags).With(cloud.Props{"vpcId": g.VPCID, "name": g.Name, "description": g.Description})
	r := &cloud.Resource{Kind: cloud.SecurityGroup, Props: props}
	if err := checkGroup(tx, r); err != nil {
		return nil, err
	}
	r.ID = tx.ID("sg-")
	finishGroup(tx, r)
	tx.Make(g.Owner, cloud.SecurityGroup, r.ID, r.Props, nil)
	if _, err := Authorize(tx, r.ID, Permission{Egress: true, Protocol: allProtocols, Peer: "0.0.0.0/0"}); err != nil {
		return nil, err
	}
	return tx.Get(cloud.SecurityGroup, r.ID), nil
}

func updateGroup(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	return setInlineRules(tx, r, r.ID, news)
}

func deleteGroup(tx *cloud.Tx, r *cloud.Resource) error {
	if r.Props.Str("name") == defaultGroupName {
		return defaultGroupStays.Refuse("the specified group: \"%s\" name: \"default\" cannot be deleted by a user", r.ID)
	}
	others := tx.List(cloud.SecurityGroup, func(g *cloud.Resource) bool { return g.ID != r.ID && refersTo(g, r.ID) })
	if r.Props.Bool("revokeRulesOnDelete") {
		for _, g := range others {
			Revoke(tx, g.ID, func(p Permission) bool { return p.Peer == r.ID })
		}
		others = nil
	}
	for _, g := range others {
		return dependencyViolation.Refuse("resource %s has a dependent object (a rule of %s%s)", r.ID, g.ID, named(g))
	}
	if i := tx.One(cloud.NetworkInterface, cloud.Contains("securityGroups", r.ID)); i != nil {
		return dependencyViolation.Refuse("resource %s has a dependent object (%s%s)", r.ID, i.ID, named(i))
	}
	Revoke(tx, r.ID, func(Permission) bool { return true })
	return nil
}

func refersTo(group *cloud.Resource, peer string) bool {
	for _, p := range Permissions(group) {
		if p.Peer == peer {
			return true
		}
	}
	return false
}
