package network

import (
	"cmp"
	"fmt"
	"net/netip"
	"regexp"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/internal/check"
	"github.com/slipway-iac/slipway/internal/loggroup"
	"github.com/slipway-iac/slipway/internal/naming"
)

const (
	defaultCIDR          = "10.0.0.0/16"
	defaultPodCIDR       = "100.64.0.0/14"
	defaultMaxZones      = 4
	defaultNAT           = NATPerZone
	defaultRetentionDays = 90
	defaultKeyDays       = 30

	// elasticIPQuota is how many Elastic IPs a region has until AWS is asked
	// for more.
	elasticIPQuota = 5
)

// Args configures a Network. What decides the addresses (CIDR, PodCIDR,
// MaxZones) cannot change once there is a network: AWS would replace every
// subnet. Zones, Tiers and everything else can.
type Args struct {
	// Region is the region of the AWS provider in use, such as "eu-central-1".
	// Required: endpoints, zones and policies are derived from it.
	Region string

	// AccountID is the 12-digit account of the AWS provider in use. Required:
	// the flow logs' role and key admit this account alone.
	AccountID string

	// CIDR is the VPC's primary range, in canonical form. All tiers but Pod are
	// in it. Defaults to 10.0.0.0/16; the smallest for four zones is a /23.
	CIDR string

	// PodCIDR is the range of the pod tier, inside 100.64.0.0/10, a /14 or less.
	// It joins the VPC in blocks of at most a /16. Defaults to 100.64.0.0/14,
	// the most that a VPC takes: a /16 for each of four zones. A /16 here leaves
	// three of the VPC's five ranges for later.
	PodCIDR string

	// AvoidCIDRs are ranges that must stay free: peered networks, those on
	// premises, and the cluster's service range. They are only checked.
	AvoidCIDRs []string

	// Zones are the two to six availability zones in use, such as
	// "eu-central-1a". Required. Their order is the order of the outputs, and
	// the first has the NAT gateway when there is one. A zone may be added or
	// removed later. EKS takes no control plane in the zones with the IDs
	// use1-az3, usw1-az2 and cac1-az3.
	Zones []string

	// MaxZones is how many zones, counted by their letters from a, have room
	// reserved in every tier. Defaults to 4: zones a to d. Room comes in powers
	// of two, so 3 may become 4 later and 5 may become 6, and no other change is
	// possible.
	MaxZones int

	// Tiers are the tiers that exist. Defaults to all of them; Private must be
	// among them. The room of a tier left out stays reserved.
	Tiers []Tier

	// NAT is how the private and pod tiers reach the internet. Defaults to
	// NATPerZone.
	NAT NAT

	// InterfaceEndpoints are the AWS services, by short name ("ecr.api"), that
	// the VPC reaches through interface endpoints. Defaults to none; see
	// NodeEndpoints. S3 and DynamoDB have gateway endpoints always.
	InterfaceEndpoints []string

	// ClusterName, when given, marks the private subnets for the Karpenter of
	// that cluster.
	ClusterName string

	// FlowLogBucket is the bucket that flow logs go to, by name: one whose policy
	// admits delivery.logs.amazonaws.com, such as bucket.Bucket.Name of the kind
	// Logs. Then there is no log group, and the rest here about flow logs does not
	// count. Optional.
	FlowLogBucket pulumi.StringInput

	// FlowLogRetentionDays is how long flow logs are kept, one of the values
	// that CloudWatch Logs allows. Defaults to 90.
	FlowLogRetentionDays int

	// FlowLogGroup is the name of the flow logs' group, which no other may have
	// in the account and region. Defaults to /vpc/<name of the component>/flow-logs;
	// give it when stacks of one account use the same component name.
	FlowLogGroup string

	// LogKeyARN is the KMS key that encrypts the flow logs. Its policy must let
	// CloudWatch Logs use it. When absent, the network makes a key of its own
	// that serves for nothing else.
	LogKeyARN pulumi.StringInput

	// KeyDeletionDays is how long the network's own key waits once it is
	// deleted, 7 to 30: until then it can be brought back, and without it the
	// logs cannot be read. Defaults to 30.
	KeyDeletionDays int
}

var (
	clusterPattern = regexp.MustCompile(`^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$`)

	// logGroupPattern is what CloudWatch Logs allows as a name.
	logGroupPattern = regexp.MustCompile(`^[.\-_/#A-Za-z0-9]{1,512}$`)

	// namePattern keeps the component's name fit for what is named after it; the
	// tightest is the flow logs' role, which has 64 characters with a suffix.
	namePattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,39}$`)
)

func (a Args) withDefaults(name string) Args {
	a.CIDR = cmp.Or(a.CIDR, defaultCIDR)
	a.PodCIDR = cmp.Or(a.PodCIDR, defaultPodCIDR)
	a.MaxZones = cmp.Or(a.MaxZones, defaultMaxZones)
	a.NAT = cmp.Or(a.NAT, defaultNAT)
	a.FlowLogRetentionDays = cmp.Or(a.FlowLogRetentionDays, defaultRetentionDays)
	a.FlowLogGroup = cmp.Or(a.FlowLogGroup, naming.FlowLogGroup(name))
	a.KeyDeletionDays = cmp.Or(a.KeyDeletionDays, defaultKeyDays)
	if len(a.Tiers) == 0 {
		a.Tiers = Tiers()
	}
	return a
}

// Validate reports every problem of the arguments of a network of that name at
// once, the addresses' first. New does the same; a program that makes more than
// a network calls it before its first resource.
func (a Args) Validate(name string) error {
	a = a.withDefaults(name)
	var e check.Errors
	e.That(namePattern.MatchString(name), "name", name, "a letter and then at most 39 letters, digits and hyphens")
	a.checkAddresses(&e)
	e.Require(a.AccountID != "", "AccountID", "write the 12 digits of the account")
	e.That(a.AccountID == "" || check.IsAccount(a.AccountID), "AccountID", a.AccountID, "12 digits")

	e.That(slices.Contains(natModes(), a.NAT), "NAT", string(a.NAT), fmt.Sprintf("one of %v", natModes()))
	if (a.NAT == NATPerZone || a.NAT == NATSingle) && !slices.Contains(a.Tiers, Public) {
		e.Add("NAT is %q but Tiers lacks %q, where NAT gateways are: add the tier or set NAT to %q", a.NAT, Public, NATNone)
	}
	a.checkEndpoints(&e)
	e.That(a.ClusterName == "" || clusterPattern.MatchString(a.ClusterName), "ClusterName", a.ClusterName,
		"1 to 100 letters, digits, hyphens and underscores, beginning with a letter or digit")
	e.That(loggroup.Retains(a.FlowLogRetentionDays), "FlowLogRetentionDays", a.FlowLogRetentionDays,
		"days that CloudWatch Logs can keep events for, such as 30, 90 or 365")
	e.That(a.FlowLogGroup == naming.FlowLogGroup(name) || logGroupPattern.MatchString(a.FlowLogGroup), "FlowLogGroup", a.FlowLogGroup,
		"1 to 512 letters, digits and the characters . - _ / #")
	e.That(a.KeyDeletionDays >= 7 && a.KeyDeletionDays <= 30, "KeyDeletionDays", a.KeyDeletionDays, "7 to 30")
	return e.Err()
}

// warnings are about what AWS accepts and may yet regret. The args are valid.
func (a Args) warnings() []string {
	var w []string
	if netip.MustParsePrefix(a.CIDR).Overlaps(dockerBridge) {
		w = append(w, fmt.Sprintf("CIDR %s overlaps %s, the default bridge of container runtimes: hosts that use the bridge cannot reach this VPC",
			a.CIDR, dockerBridge))
	}
	if n := len(a.natZones()); n > elasticIPQuota {
		w = append(w, fmt.Sprintf("NAT %q over %d zones needs as many Elastic IPs; a region has %d until AWS raises the quota",
			a.NAT, n, elasticIPQuota))
	}
	return w
}
