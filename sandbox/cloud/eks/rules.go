package eks

import "github.com/slipway-iac/slipway/sandbox/cloud"

// rule declares one of EKS's refusals. Most have the same code, so the name
// tells them apart.
func rule(name, code, source string, tag cloud.Tag) *cloud.Rule {
	status := map[string]int{inUse: 409, notFound: 404}[code]
	return cloud.Declare(cloud.Rule{Name: name, Code: code, Status: status, Source: source, Tag: tag})
}

// doubt declares what EKS may refuse, or not any more.
func doubt(name, code, source string) *cloud.Rule {
	return cloud.Declare(cloud.Rule{Name: name, Code: code, Source: source, Tag: cloud.Memory, Effect: cloud.Warns})
}

// failure declares one of EKS's late failures: its code is the health issue that
// EKS shows.
func failure(name, issue, source string) *cloud.Rule {
	return cloud.Declare(cloud.Rule{Name: name, Code: issue, Source: source, Tag: cloud.Derived, Effect: cloud.FailsLate})
}

const (
	invalidParameter = "InvalidParameterException"
	invalidRequest   = "InvalidRequestException"
	inUse            = "ResourceInUseException"
	notFound         = "ResourceNotFoundException"
	limitExceeded    = "ResourceLimitExceededException"
)

var (
	clusterMissing = rule("cluster-missing", notFound, api+"API_DescribeCluster.html", cloud.Verified)
	clusterExists  = rule("cluster-exists", inUse, api+"API_CreateCluster.html", cloud.Verified)
	clusterQuota   = rule("cluster-quota", limitExceeded, guide+"service-quotas.html", cloud.Verified)
	clusterNodes   = rule("cluster-has-node-groups", inUse, api+"API_DeleteCluster.html", cloud.Verified)
	clusterVersion = rule("cluster-version", invalidParameter, guide+"kubernetes-versions.html", cloud.Derived)
	versionToCome  = doubt("cluster-version-to-come", invalidParameter, guide+"kubernetes-versions.html")
	versionStep    = rule("cluster-version-step", invalidParameter, guide+"update-cluster.html", cloud.Verified)
	versionSkew    = rule("cluster-version-skew", invalidRequest, guide+"update-cluster.html", cloud.Derived)
	supportPolicy  = rule("cluster-support-policy", invalidRequest, guide+"view-upgrade-policy.html", cloud.Derived)
	clusterRole    = rule("cluster-role", invalidParameter, guide+"cluster-iam-role.html", cloud.Verified)

	subnetMissing  = rule("cluster-subnet-missing", invalidParameter, guide+"network-reqs.html", cloud.Verified)
	subnetZones    = rule("cluster-subnet-zones", invalidParameter, guide+"network-reqs.html", cloud.Verified)
	subnetNetworks = rule("cluster-subnet-networks", invalidParameter, guide+"network-reqs.html", cloud.Verified)
	subnetRoom     = rule("cluster-subnet-addresses", invalidParameter, guide+"network-reqs.html", cloud.Derived)
	subnetMove     = rule("cluster-subnet-change", invalidParameter, guide+"network-reqs.html", cloud.Verified)
	zoneRefused    = rule("cluster-zone", "UnsupportedAvailabilityZoneException", guide+"network-reqs.html", cloud.Verified)
	networkDNS     = rule("cluster-network-dns", invalidParameter, guide+"network-reqs.html", cloud.Derived)
	clusterGroups  = rule("cluster-security-groups", invalidParameter, guide+"sec-group-reqs.html", cloud.Derived)

	endpointsOff = rule("cluster-endpoints-off", invalidParameter, guide+"cluster-endpoint.html", cloud.Memory)
	publicCIDRs  = rule("cluster-public-cidrs", invalidParameter, guide+"cluster-endpoint.html", cloud.Derived)
	serviceCIDR  = rule("cluster-service-cidr", invalidParameter, api+"API_KubernetesNetworkConfigRequest.html", cloud.Memory)
	encryption   = rule("cluster-encryption", invalidParameter, api+"API_EncryptionConfig.html", cloud.Derived)
	authMode     = rule("cluster-authentication-mode", invalidParameter, guide+"setting-up-access-entries.html", cloud.Memory)
)
