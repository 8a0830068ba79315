package cluster

import (
	"cmp"
	"regexp"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/versions"
	"github.com/slipway-iac/slipway/internal/check"
	"github.com/slipway-iac/slipway/internal/loggroup"
)

const (
	defaultServiceCIDR      = "172.20.0.0/16"
	defaultLogRetentionDays = 90
	defaultKeyDeletionDays  = 30

	// maxName is the longest logical name: pulumi-eks adds "-eksRole-role" and
	// Pulumi 8 characters, and IAM allows 64.
	maxName = 43
)

// Support says what AWS does when standard support of the cluster's version
// ends.
type Support string

// The kinds of support. See
// https://docs.aws.amazon.com/eks/latest/userguide/view-upgrade-policy.html
const (
	// StandardSupport has AWS upgrade the control plane when standard support
	// ends, so that nobody pays for an old version without having decided to.
	StandardSupport Support = "STANDARD"
	// ExtendedSupport keeps the version for another year, at six times the
	// price of the control plane.
	ExtendedSupport Support = "EXTENDED"
)

// Args configures a Cluster.
type Args struct {
	// ClusterName is the cluster's name in AWS, unique in the account and
	// region: 1 to 100 letters, digits, hyphens and underscores. Defaults to
	// the component's name. A change replaces the cluster.
	ClusterName string

	// Version is the Kubernetes minor, such as "1.35". Defaults to
	// versions.Kubernetes. It rises by one minor at a time and never falls.
	Version string

	// Region and AccountID are where the cluster is. Required: names and
	// policies are made from them, so that they are known in a preview.
	Region, AccountID string

	// VPCID is the network. Required.
	VPCID pulumi.StringInput

	// VPCCIDRs are all ranges of the VPC, the pods' included. Required: the
	// service range must not overlap them.
	VPCCIDRs []string

	// OtherCIDRs are ranges that pods talk to outside the VPC: peers, networks
	// on premises. Services there would shadow them. Optional.
	OtherCIDRs []string

	// SubnetIDs are at least two subnets, in two zones, for the control plane's
	// network interfaces. Required. Subnets of their own are best: AWS needs
	// six free addresses in each, twice as many in an upgrade.
	SubnetIDs pulumi.StringArrayInput

	// ServiceCIDR is where Services have their addresses: a /12 to /24 inside
	// 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16. Defaults to 172.20.0.0/16. A
	// change replaces the cluster.
	ServiceCIDR string

	// PublicCIDRs opens the public endpoint to at most 40 public ranges.
	// Defaults to none: no public endpoint. The private one is always there.
	PublicCIDRs []string

	// AllowWorld lets PublicCIDRs hold ranges wider than a /8, such as
	// 0.0.0.0/0. It puts the login of the API server on the whole internet,
	// where one leaked credential is enough.
	AllowWorld bool

	// DeployerARN is the IAM role or user that the AWS provider acts as.
	// Required, and required among Admins: the cluster's creator has no hidden
	// rights, so that what is not an access entry is no access.
	DeployerARN string

	// Admins may do everything in the cluster: a name of yours to the ARN of an
	// IAM role or user. Required.
	Admins map[string]string

	// Access are further entries, by a name of yours. Optional. Node roles do
	// not belong here: what makes nodes admits them.
	Access map[string]Entry

	// Support defaults to StandardSupport.
	Support Support

	// LogRetentionDays is how long the control plane's logs are kept, one of
	// the values that CloudWatch Logs allows. Defaults to 90.
	LogRetentionDays int

	// LogKeyARN is the KMS key that encrypts the logs. Its policy must let
	// CloudWatch Logs use it. Defaults to a key made for these logs alone.
	LogKeyARN pulumi.StringInput

	// KeyDeletionDays is how long the cluster's keys wait once they are deleted:
	// 7 to 30. Defaults to 30.
	KeyDeletionDays int
}

func (a Args) withDefaults(name string) Args {
	a.ClusterName = cmp.Or(a.ClusterName, name)
	a.Version = cmp.Or(a.Version, versions.Kubernetes)
	a.ServiceCIDR = cmp.Or(a.ServiceCIDR, defaultServiceCIDR)
	a.Support = cmp.Or(a.Support, StandardSupport)
	a.LogRetentionDays = cmp.Or(a.LogRetentionDays, defaultLogRetentionDays)
	a.KeyDeletionDays = cmp.Or(a.KeyDeletionDays, defaultKeyDeletionDays)
	return a
}

var namePattern = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$`)

// Validate reports every problem of the arguments of a cluster of that name at
// once, each naming the field to fix. New does the same; a program that makes
// more than a cluster calls it before its first resource.
func (a Args) Validate(name string) error {
	a = a.withDefaults(name)
	var e check.Errors
	e.That(len(name) <= maxName, "name", name, "at most 43 characters: the cluster's role is named after it")
	e.That(namePattern.MatchString(a.ClusterName), "ClusterName", a.ClusterName,
		"1 to 100 letters, digits, hyphens and underscores, the first a letter or digit")
	if err := versions.Supported(a.Version); err != nil {
		e.Add("Version: %w", err)
	}
	e.That(check.IsRegion(a.Region), "Region", a.Region, "a region such as eu-central-1")
	e.That(check.IsAccount(a.AccountID), "AccountID", a.AccountID, "an account of 12 digits")
	e.Require(a.VPCID != nil, "VPCID", "pass the network's VPC")
	e.Require(a.SubnetIDs != nil, "SubnetIDs", "pass subnets in at least two zones")
	validateServiceCIDR(&e, a)
	validatePublicCIDRs(&e, a)
	validateAccess(&e, a)
	e.That(a.Support == StandardSupport || a.Support == ExtendedSupport, "Support", string(a.Support), "STANDARD or EXTENDED")
	e.That(loggroup.Retains(a.LogRetentionDays), "LogRetentionDays", a.LogRetentionDays,
		"a number of days that CloudWatch Logs allows, such as 30, 90 or 365")
	e.That(a.KeyDeletionDays >= 7 && a.KeyDeletionDays <= 30, "KeyDeletionDays", a.KeyDeletionDays, "7 to 30")
	return e.Err()
}
