package managed

import (
	"encoding/json"
	"fmt"
)

// cniConfiguration is the configuration of the add-on vpc-cni, as far as this
// package sets it. The add-on refuses keys it does not know, and every value of
// env that is not a string. See
// https://github.com/aws/amazon-vpc-cni-k8s#cni-configuration-variables
type cniConfiguration struct {
	EnableNetworkPolicy string    `json:"enableNetworkPolicy"`
	ENIConfig           eniConfig `json:"eniConfig"`
	Env                 cniEnv    `json:"env"`
}

// eniConfig has the add-on make an ENIConfig for each zone.
type eniConfig struct {
	Create  bool                 `json:"create"`
	Region  string               `json:"region"`
	Subnets map[string]eniSubnet `json:"subnets"`
}

// eniSubnet is where the pods' interfaces of a zone are.
type eniSubnet struct {
	ID             string   `json:"id"`
	SecurityGroups []string `json:"securityGroups"`
}

// cniEnv are the settings of the CNI.
type cniEnv struct {
	// CustomNetworking puts pods on interfaces in the subnets of the
	// ENIConfigs, away from the nodes' addresses.
	CustomNetworking string `json:"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"`
	// ExternalSNAT "true" has packets leave the VPC with the pod's own address.
	ExternalSNAT string `json:"AWS_VPC_K8S_CNI_EXTERNALSNAT"`
	// PrefixDelegation gives interfaces blocks of 16 addresses.
	PrefixDelegation string `json:"ENABLE_PREFIX_DELEGATION"`
	// SubnetDiscovery would put interfaces in any tagged subnet as well.
	SubnetDiscovery string `json:"ENABLE_SUBNET_DISCOVERY"`
	// ENIConfigLabel is the node label that names the node's ENIConfig.
	ENIConfigLabel string `json:"ENI_CONFIG_LABEL_DEF"`
	// WarmPrefixes are the free blocks kept on each node.
	WarmPrefixes string `json:"WARM_PREFIX_TARGET"`
}

// zoneLabel is set by the cloud on every node, so that a node finds the
// ENIConfig of its zone without anybody's help.
const zoneLabel = "topology.kubernetes.io/zone"

// cniValues writes the configuration. subnets maps each zone to its subnet.
func cniValues(region, group string, subnets map[string]string, externalSNAT bool) (string, error) {
	byZone := map[string]eniSubnet{}
	for zone, id := range subnets {
		byZone[zone] = eniSubnet{ID: id, SecurityGroups: []string{group}}
	}
	b, err := json.Marshal(cniConfiguration{
		EnableNetworkPolicy: "true",
		ENIConfig:           eniConfig{Create: true, Region: region, Subnets: byZone},
		Env: cniEnv{
			CustomNetworking: "true",
			ExternalSNAT:     fmt.Sprint(externalSNAT),
			PrefixDelegation: "true",
			// The ENIConfigs alone say where pods are.
			SubnetDiscovery: "false",
			ENIConfigLabel:  zoneLabel,
			// One block is what the CNI needs to be ahead of demand; each more
			// holds 16 addresses per node that no pod uses.
			WarmPrefixes: "1",
		},
	})
	return string(b), err
}
