package nodes

import (
	"fmt"
	"strings"

	"github.com/BurntSushi/toml"
)

// bottlerocket is Bottlerocket's settings as far as this library needs them. See
// https://bottlerocket.dev/en/os/latest/#/api/settings/kubernetes/
type bottlerocket struct {
	Settings bottlerocketSettings `toml:"settings"`
}

type bottlerocketSettings struct {
	Kubernetes bottlerocketKubernetes `toml:"kubernetes"`
}

type bottlerocketKubernetes struct {
	APIServer          string              `toml:"api-server"`
	ClusterCertificate string              `toml:"cluster-certificate"`
	ClusterName        string              `toml:"cluster-name"`
	ClusterDNSIP       string              `toml:"cluster-dns-ip"`
	MaxPods            int                 `toml:"max-pods"`
	KubeReserved       map[string]string   `toml:"kube-reserved"`
	NodeLabels         map[string]string   `toml:"node-labels,omitempty"`
	NodeTaints         map[string][]string `toml:"node-taints,omitempty"`
}

// renderSettings writes the settings as TOML.
func (b bootstrap) renderSettings() (string, error) {
	dns, err := b.clusterDNS()
	if err != nil {
		return "", err
	}
	kubernetes := bottlerocketKubernetes{
		APIServer:          b.endpoint,
		ClusterCertificate: b.certificate,
		ClusterName:        b.cluster,
		ClusterDNSIP:       dns,
		MaxPods:            b.maxPods,
		KubeReserved:       map[string]string{"memory": b.kubeReservedMemory()},
		NodeLabels:         b.labels,
		NodeTaints:         map[string][]string{},
	}
	for _, t := range b.taints {
		kubernetes.NodeTaints[t.Key] = append(kubernetes.NodeTaints[t.Key], fmt.Sprintf("%s:%s", t.Value, t.Effect))
	}
	var document strings.Builder
	encoder := toml.NewEncoder(&document)
	encoder.Indent = ""
	if err := encoder.Encode(bottlerocket{bottlerocketSettings{kubernetes}}); err != nil {
		return "", fmt.Errorf("writing Bottlerocket's settings: %w", err)
	}
	return document.String(), nil
}
