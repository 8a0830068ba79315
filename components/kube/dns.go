package kube

import (
	"fmt"
	"net/netip"
)

// LocalDNS is the address of a DNS cache on the pod's own node. It is the one
// that the project's manifests use and only nodes themselves can reach. See
// https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/
const LocalDNS = "169.254.20.10"

// clusterDNSHost is the place of the cluster's DNS in the range of Services.
const clusterDNSHost = 10

// ClusterDNS is the address of the cluster's DNS: EKS gives it the tenth of the
// range of Services. See
// https://docs.aws.amazon.com/eks/latest/userguide/managing-coredns.html
func ClusterDNS(serviceCIDR string) (string, error) {
	services, err := netip.ParsePrefix(serviceCIDR)
	if err != nil || !services.Addr().Is4() {
		return "", fmt.Errorf("%q is no IPv4 range of Services, such as 172.20.0.0/16", serviceCIDR)
	}
	a := services.Masked().Addr()
	for range clusterDNSHost {
		a = a.Next()
	}
	if !services.Contains(a) {
		return "", fmt.Errorf("%s has no tenth address for the cluster's DNS: want a range of /24 or wider", serviceCIDR)
	}
	return a.String(), nil
}

// DNSAddresses are the addresses that pods ask for names, as ranges of one
// address each: the cache on the node and the cluster's DNS. A network policy
// that selects the pods of CoreDNS does not cover the cache, which has its
// node's network.
func DNSAddresses(serviceCIDR string) ([]string, error) {
	service, err := ClusterDNS(serviceCIDR)
	if err != nil {
		return nil, err
	}
	return []string{LocalDNS + "/32", service + "/32"}, nil
}
