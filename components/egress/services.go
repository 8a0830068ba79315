package egress

import (
	"fmt"
	"maps"
	"slices"
)

// The registries that charts and images of this library come from.
const (
	publicECR  = "public.ecr.aws"
	kubernetes = "registry.k8s.io"
	quay       = "quay.io"
)

// withoutEndpoint are services that the network component has no interface
// endpoint for, and what to do about each. See
// https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
var withoutEndpoint = map[string]string{
	"iam":     "a global service without an endpoint in the region; it takes NAT",
	"pricing": "its endpoint is in few regions; it takes NAT",
	"route53": "a global service without an endpoint in the region; it takes NAT",
	"wafv2":   "have the load balancer controller do without WAF, or take NAT",
}

// caches are the registries that ECR keeps copies of, and whether it needs a login
// of theirs. See
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
var caches = map[string]bool{
	publicECR: false, kubernetes: false, quay: false,
	"docker.io": true, "ghcr.io": true, "registry.gitlab.com": true,
}

// Caches are the registries that a pull-through cache of ECR can stand for. From a
// VPC without NAT only copies are reached that are in the cache already: the first
// pull of an image has to come from elsewhere. No interface endpoint leads to any
// of the registries themselves, ECR's own public one included.
func Caches() []string { return slices.Sorted(maps.Keys(caches)) }

// mirror says what to do about a registry.
func mirror(registry string) string {
	login, known := caches[registry]
	switch {
	case !known:
		return "copy its images to ECR, have nodes take them from there and say that it is mirrored; or take NAT"
	case login:
		return "fill a pull-through cache of ECR, which needs a login, have nodes take its images from there and say that it is mirrored; or take NAT"
	}
	return fmt.Sprintf("fill a pull-through cache of ECR for %s, have nodes take its images from there and say that it is mirrored; or take NAT", registry)
}
