package nodes

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/components/instances"
)

// bootstrap is what a node must be told to join a cluster when EKS does not
// tell it, because the launch template names an AMI.
type bootstrap struct {
	cluster     string
	endpoint    string
	certificate string // base64, as EKS hands it out
	serviceCIDR string
	maxPods     int
	labels      map[string]string
	taints      []Taint
}

// userData is the document that the operating system reads at its first start,
// encoded as EC2 wants it.
func (b bootstrap) userData(os OS) (string, error) {
	render := b.renderNodeConfig
	if os == Bottlerocket {
		render = b.renderSettings
	}
	document, err := render()
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString([]byte(document)), nil
}

// clusterDNS is the address of the cluster's DNS service, by EKS's convention
// the tenth of the service range.
func (b bootstrap) clusterDNS() (string, error) {
	prefix, err := netip.ParsePrefix(b.serviceCIDR)
	if err != nil {
		return "", fmt.Errorf("service CIDR %q: %w", b.serviceCIDR, err)
	}
	address := prefix.Masked().Addr()
	for range 10 {
		address = address.Next()
	}
	return address.String(), nil
}

// kubeReservedMemory is in the notation of Kubernetes.
func (b bootstrap) kubeReservedMemory() string {
	return fmt.Sprintf("%dMi", instances.KubeReservedMemoryMiB(b.maxPods))
}

// labelList is the labels as kubelet's flag takes them, in a steady order.
func (b bootstrap) labelList() string {
	var list []string
	for _, key := range slices.Sorted(maps.Keys(b.labels)) {
		list = append(list, key+"="+b.labels[key])
	}
	return strings.Join(list, ",")
}

// taintList is the taints as kubelet's flag takes them, in the order given.
func (b bootstrap) taintList() string {
	var list []string
	for _, t := range b.taints {
		list = append(list, fmt.Sprintf("%s=%s:%s", t.Key, t.Value, t.Effect))
	}
	return strings.Join(list, ",")
}
