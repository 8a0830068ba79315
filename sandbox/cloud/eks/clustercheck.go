package eks

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks/versions"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
	"github.com/slipway-iac/slipway/sandbox/cloud/kms"
)

// The quotas and limits of a cluster. A control plane's interface has five
// groups at most, and one of them is the cluster's own.
const (
	maxClusters    = 100
	maxGroups      = 4
	maxPublicCIDRs = 40
)

// The ways in which a cluster can learn who may enter.
const (
	modeConfigMap = "CONFIG_MAP"
	modeBoth      = "API_AND_CONFIG_MAP"
	modeAPI       = "API"
)

var (
	clusterName = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$`)
	// The provider asks less of a cluster's name where it only refers to one.
	clusterNameText = cloud.Text{Want: "the name of a cluster", Example: "example", Good: regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_-]*$`).MatchString}
	logTypes        = []string{"api", "audit", "authenticator", "controllerManager", "scheduler"}
)

// checkCluster finds what the provider refuses before it calls EKS; values may
// be unknown.
func checkCluster(p cloud.Props) []cloud.Problem {
	var problems []cloud.Problem
	bad := func(property, format string, args ...any) {
		problems = append(problems, cloud.Problem{Property: property, Reason: fmt.Sprintf(format, args...)})
	}
	oneOf := func(property, value string, known ...string) {
		if value != "" && !slices.Contains(known, value) {
			bad(property, "is %q, want one of %q", value, known)
		}
	}
	if name := p.Str("name"); name != "" && !clusterName.MatchString(name) {
		bad("name", "must have 1 to 100 letters, digits, - and _, and begin with a letter or digit: %s", name)
	}
	oneOf("accessConfig.authenticationMode", p.Obj("accessConfig").Str("authenticationMode"), modeConfigMap, modeBoth, modeAPI)
	oneOf("upgradePolicy.supportType", p.Obj("upgradePolicy").Str("supportType"), "STANDARD", "EXTENDED")
	oneOf("kubernetesNetworkConfig.ipFamily", p.Obj("kubernetesNetworkConfig").Str("ipFamily"), "ipv4", "ipv6")
	for _, t := range p.Strs("enabledClusterLogTypes") {
		oneOf("enabledClusterLogTypes", t, logTypes...)
	}
	for _, r := range p.Obj("encryptionConfig").Strs("resources") {
		oneOf("encryptionConfig.resources", r, "secrets")
	}
	for _, c := range p.Obj("vpcConfig").Strs("publicAccessCidrs") {
		if prefix, err := netip.ParsePrefix(c); err != nil || prefix.Masked() != prefix {
			bad("vpcConfig.publicAccessCidrs", "%q is not the address of a network", c)
		}
	}
	if p.Obj("computeConfig").Bool("enabled") || p.Obj("storageConfig").Obj("blockStorage").Bool("enabled") ||
		p.Obj("kubernetesNetworkConfig").Obj("elasticLoadBalancing").Bool("enabled") {
		bad("computeConfig", "is EKS Auto Mode, which the sandbox does not model")
	}
	if p.Obj("kubernetesNetworkConfig").Str("ipFamily") == "ipv6" {
		bad("kubernetesNetworkConfig.ipFamily", "is ipv6: the sandbox models IPv4 clusters only")
	}
	return problems
}

// checkNewCluster refuses what CreateCluster refuses, and finds the cluster's
// VPC.
func checkNewCluster(tx *cloud.Tx, p cloud.Props) (*cloud.Resource, error) {
	if err := checkVersion(tx, p); err != nil {
		return nil, err
	}
	if err := checkClusterRole(tx, p.Str("roleArn")); err != nil {
		return nil, err
	}
	vpc, err := checkNetwork(tx, p.Obj("vpcConfig"))
	if err != nil {
		return nil, err
	}
	for _, check := range []func() error{
		func() error { return checkEndpoints(p.Obj("vpcConfig")) },
		func() error { return settleServiceCIDR(tx, p, vpc.ID) },
		func() error { return checkEncryption(tx, p) },
		func() error { return checkAccess(p) },
	} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	return vpc, nil
}

func checkVersion(tx *cloud.Tx, p cloud.Props) error {
	minor := p.Str("version")
	w, ok := versions.Find(minor)
	today := tx.Now().UTC()
	switch {
	case versions.ToCome(minor):
		tx.Warn(versionToCome, "Kubernetes %s is newer than the versions that the sandbox knows EKS to offer (%q); it takes it for one like the newest", minor, versions.Minors())
		return nil
	case !ok || today.Before(w.Released) || today.After(w.Extended.AddDate(0, 0, 1)):
		return clusterVersion.Refuse("unsupported Kubernetes version %q: EKS offers %q", minor, versions.Minors())
	case p.Obj("upgradePolicy").Str("supportType") == "STANDARD" && today.After(w.Standard.AddDate(0, 0, 1)):
		return supportPolicy.Refuse("Kubernetes version %s is in extended support since %s: set the upgrade policy to EXTENDED, or take a newer version",
			minor, w.Standard.Format("2006-01-02"))
	}
	return nil
}

func checkClusterRole(tx *cloud.Tx, arn string) error {
	role := iam.RoleByARN(tx, arn)
	if role == nil || !iam.Trusts(role, "eks.amazonaws.com") {
		return clusterRole.Refuse("The role with name %s could not be assumed because it does not exist or the trusted entity is not correct", lastPart(arn))
	}
	if missing := iam.Missing(tx, role, "ec2:DescribeSubnets", "ec2:DescribeVpcs", "ec2:CreateSecurityGroup"); len(missing) > 0 {
		return clusterRole.Refuse("The provided role doesn't have the Amazon EKS Managed Policies associated with it. "+
			"Please ensure the following policy is attached: arn:%s:iam::aws:policy/AmazonEKSClusterPolicy (missing: %q)", cloud.Partition(tx.Session.Region), missing)
	}
	return nil
}

func checkEncryption(tx *cloud.Tx, p cloud.Props) error {
	config := p.Obj("encryptionConfig")
	if config == nil {
		return nil
	}
	arn := config.Obj("provider").Str("keyArn")
	if err := kms.Usable(tx, arn); err != nil {
		return encryption.Refuse("The keyArn in encryptionConfig provider is invalid: %s", err)
	}
	if key := kms.Key(tx, arn); key == nil || key.Props.Str("customerMasterKeySpec") != "SYMMETRIC_DEFAULT" {
		return encryption.Refuse("The keyArn in encryptionConfig provider must be of a symmetric key of this account: %s", arn)
	}
	return nil
}

func checkAccess(p cloud.Props) error {
	access := p.Obj("accessConfig")
	if access.Str("authenticationMode") == modeConfigMap && !access.Bool("bootstrapClusterCreatorAdminPermissions") {
		return authMode.Refuse("bootstrapClusterCreatorAdminPermissions must be true if cluster authentication mode is set to CONFIG_MAP")
	}
	return nil
}
