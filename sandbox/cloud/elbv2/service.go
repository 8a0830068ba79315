// Package elbv2 simulates the application and network load balancers of Elastic
// Load Balancing.
//
// No program makes them here: controllers in a cluster do, with [Make],
// [MakeTargetGroup] and [MakeListener]. A load balancer has an interface in each
// of its subnets, with a public address when it faces the internet, and holds
// the subnets, its security groups and the internet gateway by them. What it does
// not simulate: rules of listeners, health, registered targets and traffic.
package elbv2

import "github.com/slipway-iac/slipway/sandbox/cloud"

// owner makes the interfaces of load balancers.
const owner = "elb"

// Service lists what Elastic Load Balancing adds to an account.
func Service() cloud.Service {
	return cloud.Service{Kinds: []cloud.Kind{loadBalancerKind(), targetGroupKind(), listenerKind()}}
}

const (
	serviceName = "Elastic Load Balancing v2"
	api         = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/"
	guide       = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/"
	moto        = "getmoto/moto 5.2.3, moto/elbv2"
)

func rule(name, code, source string, tag cloud.Tag) *cloud.Rule {
	return cloud.Declare(cloud.Rule{Name: name, Code: code, Source: source, Tag: tag})
}

var (
	balancerName   = rule("load-balancer-name", "ValidationError", api+"API_CreateLoadBalancer.html", cloud.Verified)
	balancerExists = rule("load-balancer-exists", "DuplicateLoadBalancerName", api+"API_CreateLoadBalancer.html", cloud.Verified)
	balancerQuota  = rule("too-many-load-balancers", "TooManyLoadBalancers", guide+"load-balancer-limits.html", cloud.Memory)
	subnetMissing  = rule("load-balancer-subnet-missing", "SubnetNotFound", api+"API_CreateLoadBalancer.html", cloud.Verified)
	subnetZones    = rule("load-balancer-in-one-zone", "ValidationError", guide+"application-load-balancers.html", cloud.Memory)
	subnetTwice    = rule("load-balancer-twice-in-zone", "InvalidConfigurationRequest", guide+"application-load-balancers.html", cloud.Memory)
	subnetNetworks = rule("load-balancer-subnet-networks", "InvalidConfigurationRequest", api+"API_CreateLoadBalancer.html", cloud.Derived)
	subnetRoom     = rule("load-balancer-subnet-addresses", "InvalidSubnet", guide+"application-load-balancers.html", cloud.Verified)
	noGateway      = rule("load-balancer-without-internet-gateway", "InvalidSubnet", moto, cloud.Memory)
	groupMissing   = rule("load-balancer-security-group", "InvalidSecurityGroup", api+"API_CreateLoadBalancer.html", cloud.Verified)
	protected      = rule("load-balancer-protected", "OperationNotPermitted", api+"API_DeleteLoadBalancer.html", cloud.Verified)

	targetName   = rule("target-group-name", "ValidationError", api+"API_CreateTargetGroup.html", cloud.Verified)
	targetExists = rule("target-group-exists", "DuplicateTargetGroupName", api+"API_CreateTargetGroup.html", cloud.Verified)
	targetInUse  = rule("target-group-in-use", "ResourceInUse", api+"API_DeleteTargetGroup.html", cloud.Verified)

	balancerMissing    = rule("load-balancer-missing", "LoadBalancerNotFound", api+"API_CreateListener.html", cloud.Verified)
	targetMissing      = rule("target-group-missing", "TargetGroupNotFound", api+"API_CreateListener.html", cloud.Verified)
	listenerExists     = rule("listener-exists", "DuplicateListener", api+"API_CreateListener.html", cloud.Verified)
	certificateMissing = rule("listener-certificate", "CertificateNotFound", api+"API_CreateListener.html", cloud.Verified)
	certificatePending = rule("listener-certificate-not-issued", "UnsupportedCertificate", api+"API_CreateListener.html", cloud.Memory)
)
