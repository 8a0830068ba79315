package karpenter

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// The types of Karpenter's custom resources, as far as this package writes
// them. See https://karpenter.sh/docs/concepts/nodepools/ and
// https://karpenter.sh/docs/concepts/nodeclasses/
const (
	poolVersion, poolKind = "karpenter.sh/v1", "NodePool"
	classGroup, classKind = "karpenter.k8s.aws", "EC2NodeClass"
	classVersion          = classGroup + "/v1"
)

type (
	nodePoolSpec struct {
		Template   nodeTemplate      `json:"template"`
		Disruption disruption        `json:"disruption"`
		Limits     map[string]string `json:"limits"`
		Weight     int               `json:"weight,omitempty"`
	}
	nodeTemplate struct {
		Metadata *templateMetadata `json:"metadata,omitempty"`
		Spec     nodeSpec          `json:"spec"`
	}
	templateMetadata struct {
		Labels map[string]string `json:"labels"`
	}
	nodeSpec struct {
		NodeClassRef nodeClassRef  `json:"nodeClassRef"`
		Requirements []requirement `json:"requirements"`
		Taints       []taint       `json:"taints,omitempty"`
		ExpireAfter  string        `json:"expireAfter"`
	}
	nodeClassRef struct {
		Group string `json:"group"`
		Kind  string `json:"kind"`
		Name  string `json:"name"`
	}
	requirement struct {
		Key      string   `json:"key"`
		Operator string   `json:"operator"`
		Values   []string `json:"values"`
	}
	taint struct {
		Key    string `json:"key"`
		Value  string `json:"value,omitempty"`
		Effect string `json:"effect"`
	}
	disruption struct {
		ConsolidationPolicy string   `json:"consolidationPolicy"`
		ConsolidateAfter    string   `json:"consolidateAfter"`
		Budgets             []budget `json:"budgets"`
	}
	budget struct {
		Nodes    string   `json:"nodes"`
		Schedule string   `json:"schedule,omitempty"`
		Duration string   `json:"duration,omitempty"`
		Reasons  []string `json:"reasons,omitempty"`
	}
)

type (
	nodeClassSpec struct {
		AMISelectorTerms    []amiTerm         `json:"amiSelectorTerms"`
		BlockDeviceMappings []blockDevice     `json:"blockDeviceMappings"`
		Kubelet             kubelet           `json:"kubelet"`
		MetadataOptions     metadataOptions   `json:"metadataOptions"`
		Tags                map[string]string `json:"tags,omitempty"`
	}
	amiTerm struct {
		Alias string `json:"alias"`
	}
	blockDevice struct {
		DeviceName string    `json:"deviceName"`
		EBS        ebsVolume `json:"ebs"`
	}
	ebsVolume struct {
		DeleteOnTermination bool   `json:"deleteOnTermination"`
		Encrypted           bool   `json:"encrypted"`
		VolumeSize          string `json:"volumeSize"`
		VolumeType          string `json:"volumeType"`
	}
	kubelet struct {
		MaxPods    int      `json:"maxPods"`
		ClusterDNS []string `json:"clusterDNS,omitempty"`
	}
	metadataOptions struct {
		HTTPEndpoint            string `json:"httpEndpoint"`
		HTTPProtocolIPv6        string `json:"httpProtocolIPv6"`
		HTTPPutResponseHopLimit int    `json:"httpPutResponseHopLimit"`
		HTTPTokens              string `json:"httpTokens"`
	}
)

// nodeClass is what is known beforehand of the EC2NodeClass of a pool. The role,
// subnets and security groups come out of other resources.
func (a Args) nodeClass(p Pool, image string) nodeClassSpec {
	s := nodeClassSpec{
		AMISelectorTerms: []amiTerm{{Alias: image}},
		BlockDeviceMappings: []blockDevice{{DeviceName: "/dev/xvda", EBS: ebsVolume{
			DeleteOnTermination: true, Encrypted: true, VolumeSize: fmt.Sprintf("%dGi", p.VolumeGiB), VolumeType: "gp3",
		}}},
		Kubelet: kubelet{MaxPods: p.maxPods(a.Networking)},
		// A hop more, and every pod could take the node's role.
		MetadataOptions: metadataOptions{HTTPEndpoint: "enabled", HTTPProtocolIPv6: "disabled", HTTPPutResponseHopLimit: 1, HTTPTokens: "required"},
		Tags:            a.Tags,
	}
	if a.PodDNS != "" {
		s.Kubelet.ClusterDNS = []string{a.PodDNS}
	}
	return s
}

// fields are the fields of a value by their names in JSON.
func fields(v any) (pulumi.Map, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var m map[string]any
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, err
	}
	return pulumi.ToMap(m), nil
}
