package elbv2

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/ec2"
)

// Type is a type of load balancer.
type Type string

// The types of load balancers.
const (
	Application Type = "application"
	Network     Type = "network"
)

// MinFreeAddresses is how many addresses a subnet must have left for an
// application load balancer.
const MinFreeAddresses = 8

// maxBalancers is the default quota of each type in a region.
const maxBalancers = 50

// LoadBalancer says what a load balancer is to be.
type LoadBalancer struct {
	// Name has 1 to 32 letters, digits and hyphens.
	Name string
	// Type is what it balances: requests or connections.
	Type Type
	// Internal balancers have no public addresses.
	Internal bool
	// SubnetIDs are where it stands, one subnet to a zone; two zones at least for
	// an application load balancer.
	SubnetIDs []string
	// SecurityGroups are on its interfaces.
	SecurityGroups []string
	// Protected balancers cannot be deleted.
	Protected bool
	// Logs are where its access logs go; nowhere without a bucket.
	Logs AccessLogs
	// Owner is who makes it.
	Owner string
	// Tags are its tags.
	Tags map[string]string
	// Facts are what its owner remembers of it.
	Facts cloud.Props
}

func loadBalancerKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.LoadBalancer, Noun: "ELBv2 Load Balancer", Service: serviceName, Hidden: true, Tagged: true,
		CreateCall: "CreateLoadBalancer", UpdateCall: "SetSubnets", DeleteCall: "DeleteLoadBalancer",
		Fields: cloud.Fields{
			"arn": cloud.String.Output(), "dnsName": cloud.String.Output(), "zoneId": cloud.String.Output(), "name": cloud.String.Output(),
			"loadBalancerType": cloud.String.Output(), "internal": cloud.Bool.Output(), "vpcId": cloud.String.Output(),
			"subnets": cloud.SetOf(cloud.String).Output(), "securityGroups": cloud.SetOf(cloud.String).Output(),
			"enableDeletionProtection": cloud.Bool.Output(),
			"accessLogs": cloud.Object(cloud.Fields{
				"enabled": cloud.Bool.Output(), "bucket": cloud.String.Output(), "prefix": cloud.String.Output(),
			}).Output(),
		},
		Delete: deleteBalancer,
	}
}

var balancerNames = regexp.MustCompile(`^[A-Za-z0-9]([-A-Za-z0-9]{0,30}[A-Za-z0-9])?$`)

// Make makes a load balancer. It refuses what CreateLoadBalancer refuses.
func Make(tx *cloud.Tx, b LoadBalancer) (*cloud.Resource, error) {
	if !balancerNames.MatchString(b.Name) || strings.HasPrefix(b.Name, "internal-") {
		return nil, balancerName.Refuse("The load balancer name '%s' must have 1 to 32 letters, digits and hyphens, must not begin or end with a hyphen, and must not begin with 'internal-'", b.Name)
	}
	others := tx.List(cloud.LoadBalancer)
	if slices.ContainsFunc(others, func(o *cloud.Resource) bool { return o.Props.Str("name") == b.Name }) {
		return nil, balancerExists.Refuse("A load balancer with the same name '%s' exists, but with different settings", b.Name)
	}
	if same := slices.DeleteFunc(others, func(o *cloud.Resource) bool { return o.Props.Str("loadBalancerType") != string(b.Type) }); len(same) >= maxBalancers {
		return nil, balancerQuota.Refuse("You have reached the maximum number of %s load balancers: %d", b.Type, maxBalancers)
	}
	vpcID, err := check(tx, b)
	if err != nil {
		return nil, err
	}
	path := map[Type]string{Application: "app", Network: "net"}[b.Type] + "/" + b.Name + "/" + tx.Hex(16)
	arn := tx.ARN("elasticloadbalancing", "loadbalancer/"+path)
	r := tx.Make(b.Owner, cloud.LoadBalancer, arn, cloud.AllTags(b.Tags).With(cloud.Props{
		"arn": arn, "name": b.Name, "loadBalancerType": string(b.Type), "internal": b.Internal, "vpcId": vpcID,
		"dnsName": dnsName(tx, b), "zoneId": zoneID(tx.Session.Region, b.Type),
	}), b.Facts)
	return r, set(tx, r, b)
}

// Change brings a load balancer to new subnets, security groups, protection and
// access logs. Everything else of it stays.
func Change(tx *cloud.Tx, r *cloud.Resource, b LoadBalancer) error {
	// Its own interfaces do not count against the room in its subnets.
	ec2.ReleaseInterfaces(tx, ec2.For(cloud.LoadBalancer, r.ID))
	if _, err := check(tx, b); err != nil {
		return err
	}
	return set(tx, r, b)
}

// check refuses subnets and security groups that do not suit a load balancer,
// and tells its VPC.
func check(tx *cloud.Tx, b LoadBalancer) (string, error) {
	vpcID := ""
	zones := map[string]string{}
	for _, id := range b.SubnetIDs {
		subnet := tx.Get(cloud.Subnet, id)
		if subnet == nil {
			return "", subnetMissing.Refuse("The subnet ID '%s' does not exist", id)
		}
		zone := subnet.Props.Str("availabilityZone")
		switch {
		case vpcID != "" && subnet.Props.Str("vpcId") != vpcID:
			return "", subnetNetworks.Refuse("Subnet '%s' is not in %s as the other subnets are", id, vpcID)
		case zones[zone] != "":
			return "", subnetTwice.Refuse("A load balancer cannot be attached to multiple subnets in the same Availability Zone: '%s' and '%s'", zones[zone], id)
		}
		if free := ec2.FreeAddresses(tx, subnet); free < MinFreeAddresses && b.Type == Application {
			return "", subnetRoom.Refuse("Not enough IP space available in %s. ELB requires at least %d free IP addresses in each subnet. (it has %d)", id, MinFreeAddresses, free)
		}
		vpcID, zones[zone] = subnet.Props.Str("vpcId"), id
	}
	switch {
	case len(zones) < 2 && b.Type == Application, len(zones) == 0:
		return "", subnetZones.Refuse("At least two subnets in two different Availability Zones must be specified, not %d", len(zones))
	case !b.Internal && tx.One(cloud.InternetGateway, cloud.Prop("vpcId", vpcID)) == nil:
		return "", noGateway.Refuse("VPC %s has no internet gateway", vpcID)
	}
	for _, id := range b.SecurityGroups {
		if g := tx.Get(cloud.SecurityGroup, id); g == nil || g.Props.Str("vpcId") != vpcID {
			return "", groupMissing.Refuse("Security group '%s' does not exist in %s", id, vpcID)
		}
	}
	return vpcID, nil
}

// set puts the interfaces of a load balancer into its subnets, and its first log
// into its bucket.
func set(tx *cloud.Tx, r *cloud.Resource, b LoadBalancer) error {
	holder := ec2.For(cloud.LoadBalancer, r.ID)
	_, path, _ := strings.Cut(r.ID, ":loadbalancer/")
	kind := map[Type]string{Application: "interface", Network: "network_load_balancer"}[b.Type]
	for _, id := range b.SubnetIDs {
		nic, err := ec2.AttachInterface(tx, ec2.Interface{
			SubnetID: id, SecurityGroups: b.SecurityGroups, For: holder, Owner: owner, Type: kind, Description: "ELB " + path, Public: !b.Internal,
		})
		if err != nil {
			return err
		}
		if len(b.SecurityGroups) == 0 {
			// A network load balancer without groups has none, not the VPC's.
			nic.Props["securityGroups"] = []any{}
			tx.Put(nic)
		}
	}
	r.Props["subnets"], r.Props["securityGroups"] = cloud.Strings(b.SubnetIDs...), cloud.Strings(b.SecurityGroups...)
	r.Props["enableDeletionProtection"] = b.Protected
	delete(r.Props, "accessLogs")
	if b.Logs.Bucket != "" {
		r.Props["accessLogs"] = map[string]any{"enabled": true, "bucket": b.Logs.Bucket, "prefix": b.Logs.Prefix}
	}
	tx.Put(r)
	return b.Logs.deliver(tx, r)
}

func deleteBalancer(tx *cloud.Tx, r *cloud.Resource) error {
	if r.Props.Bool("enableDeletionProtection") {
		return protected.Refuse("Load balancer '%s' cannot be deleted because deletion protection is enabled", r.ID)
	}
	for _, l := range tx.List(cloud.Listener, cloud.Prop("loadBalancerArn", r.ID)) {
		tx.Remove(l)
	}
	ec2.ReleaseInterfaces(tx, ec2.For(cloud.LoadBalancer, r.ID))
	return nil
}

// dnsName is an address of the form that load balancers have. It follows from
// the name, so that a load balancer that is made again is found again.
func dnsName(tx *cloud.Tx, b LoadBalancer) string {
	name, region := b.Name, tx.Session.Region
	if b.Internal {
		name = "internal-" + name
	}
	if b.Type == Network {
		return strings.ToLower(name) + "-" + hash(tx.AccountID(), region, b.Name)[:16] + ".elb." + region + "." + cloud.DNSSuffix(region)
	}
	return strings.ToLower(name) + "-" + hash(tx.AccountID(), region, b.Name)[:10] + "." + region + ".elb." + cloud.DNSSuffix(region)
}

// zoneID is the hosted zone of a region's load balancers of a type, for
// aliases. AWS's are other ones.
func zoneID(region string, t Type) string { return "Z" + strings.ToUpper(hash(region, string(t)))[:13] }

func hash(words ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(words, "|")))
	return hex.EncodeToString(sum[:])
}
