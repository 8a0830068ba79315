package nodes

import (
	"fmt"
	"mime/multipart"
	"net/textproto"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// boundary parts the MIME document. It is fixed, so that the same settings
// always render to the same bytes and make no new launch template.
const boundary = "==SLIPWAY=="

// nodeConfig is the configuration of nodeadm, the bootstrap program of AL2023,
// as far as this library needs it. See
// https://awslabs.github.io/amazon-eks-ami/nodeadm/doc/api/
type nodeConfig struct {
	APIVersion string         `yaml:"apiVersion"`
	Kind       string         `yaml:"kind"`
	Spec       nodeConfigSpec `yaml:"spec"`
}

type nodeConfigSpec struct {
	Cluster nodeConfigCluster `yaml:"cluster"`
	Kubelet nodeConfigKubelet `yaml:"kubelet"`
}

type nodeConfigCluster struct {
	Name                 string `yaml:"name"`
	APIServerEndpoint    string `yaml:"apiServerEndpoint"`
	CertificateAuthority string `yaml:"certificateAuthority"`
	CIDR                 string `yaml:"cidr"`
}

type nodeConfigKubelet struct {
	Config            kubeletConfig `yaml:"config"`
	MaxPodsExpression string        `yaml:"maxPodsExpression"`
	Flags             []string      `yaml:"flags,omitempty"`
}

type kubeletConfig struct {
	MaxPods int `yaml:"maxPods"`
}

// renderNodeConfig writes the NodeConfig in a MIME document of one part.
//
// The number of pods stands in it twice: kubelet obeys config.maxPods, but
// nodeadm computes the memory that it reserves from maxPodsExpression. Labels
// and taints are kubelet's flags, so that a node has them when it joins; EKS
// adds those of its API only some time after that.
func (b bootstrap) renderNodeConfig() (string, error) {
	config := nodeConfig{
		APIVersion: "node.eks.aws/v1alpha1",
		Kind:       "NodeConfig",
		Spec: nodeConfigSpec{
			Cluster: nodeConfigCluster{
				Name: b.cluster, APIServerEndpoint: b.endpoint,
				CertificateAuthority: b.certificate, CIDR: b.serviceCIDR,
			},
			Kubelet: nodeConfigKubelet{
				Config:            kubeletConfig{MaxPods: b.maxPods},
				MaxPodsExpression: strconv.Itoa(b.maxPods),
			},
		},
	}
	kubelet := &config.Spec.Kubelet
	if labels := b.labelList(); labels != "" {
		kubelet.Flags = append(kubelet.Flags, "--node-labels="+labels)
	}
	if taints := b.taintList(); taints != "" {
		kubelet.Flags = append(kubelet.Flags, "--register-with-taints="+taints)
	}
	document, err := yaml.Marshal(config)
	if err != nil {
		return "", fmt.Errorf("writing the NodeConfig: %w", err)
	}
	return multipartOf("application/node.eks.aws", document)
}

// multipartOf wraps a document in MIME, the form that AL2023 expects of user
// data in a launch template.
func multipartOf(contentType string, document []byte) (string, error) {
	var body strings.Builder
	fmt.Fprintf(&body, "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=%q\n\n", boundary)
	w := multipart.NewWriter(&body)
	if err := w.SetBoundary(boundary); err != nil {
		return "", err
	}
	part, err := w.CreatePart(textproto.MIMEHeader{"Content-Type": {contentType}})
	if err != nil {
		return "", err
	}
	if _, err := part.Write(document); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	// The writer ends lines as mail does; user data is written as files are.
	return strings.ReplaceAll(body.String(), "\r\n", "\n"), nil
}
