package platform

import (
	"fmt"
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
	"gopkg.in/yaml.v3"
)

// configKey is the one key of a stack's configuration that the platform reads.
const configKey = "slipway:environment"

// Environment is the configuration of one environment: the value of
// slipway:environment in stacks/Pulumi.<environment>.yaml. Tier chooses the
// default of every other field; docs/configuration.md lists them.
type Environment struct {
	// Tier is dev, staging or prod. Required.
	Tier Tier `json:"tier"`
	// Region is the AWS region, such as us-west-2. Required.
	Region string `json:"region"`
	// AccountID is the number of the AWS account, twelve digits in quotes. The
	// AWS provider refuses credentials of any other account. Required.
	AccountID string `json:"accountId"`
	// DeployerRoleARN is the IAM role that runs Pulumi. It is made an
	// administrator of the cluster by name. Required.
	DeployerRoleARN string `json:"deployerRoleArn"`
	// Engine says where Pulumi runs.
	Engine Engine `json:"engine"`
	// Protect keeps Pulumi from deleting or replacing anything. For a change that
	// must, or a destroy, set it to false and run up first.
	Protect bool `json:"protect"`
	// Tags are put on everything in addition to the ownership tags.
	Tags map[string]string `json:"tags"`
	// Network configures the VPC.
	Network Network `json:"network"`
	// Cluster configures the EKS control plane.
	Cluster Cluster `json:"cluster"`
	// NodeGroups are the managed node groups by name. A group that is given
	// here starts from the tier's default group; giving any leaves out the
	// tier's own.
	NodeGroups map[string]NodeGroup `json:"nodeGroups"`
	// OmitAddons leaves out EKS add-ons that a cluster can do without:
	// aws-ebs-csi-driver, metrics-server.
	OmitAddons []string `json:"omitAddons"`
	// Namespaces are made in the cluster: name to Pod Security level
	// (privileged, baseline or restricted).
	Namespaces map[string]string `json:"namespaces"`
}

// Engine says where the Pulumi engine runs, and as whom.
type Engine struct {
	// Location is outside (a laptop, a hosted CI), vpc (a machine in the VPC or
	// joined to it) or proxy (outside, with a proxy in the VPC).
	Location string `json:"location"`
	// Address is the engine's public address, checked against the cluster's
	// public endpoint when it is given.
	Address string `json:"address"`
	// ProxyURL of the proxy that reaches the cluster's private endpoint; with
	// location proxy only.
	ProxyURL string `json:"proxyUrl"`
	// AssumeDeployerRole has the providers assume the deployer's role. Leave it
	// out when Pulumi's own credentials are that role's already.
	AssumeDeployerRole bool `json:"assumeDeployerRole"`
}

// Network configures the VPC; see package network for what each field means.
type Network struct {
	CIDR                 string   `json:"cidr"`
	PodCIDR              string   `json:"podCidr"`
	Zones                []string `json:"zones"`
	MaxZones             int      `json:"maxZones"`
	NAT                  string   `json:"nat"`
	InterfaceEndpoints   []string `json:"interfaceEndpoints"`
	FlowLogRetentionDays int      `json:"flowLogRetentionDays"`
	AvoidCIDRs           []string `json:"avoidCidrs"`
}

// Cluster configures the EKS control plane; see package cluster.
type Cluster struct {
	// ClusterName is the cluster's name. Defaults to slipway-<environment>.
	ClusterName string   `json:"name"`
	Version     string   `json:"version"`
	ServiceCIDR string   `json:"serviceCidr"`
	PublicCIDRs []string `json:"publicCidrs"`
	AllowWorld  bool     `json:"allowWorld"`
	// Admins and Viewers are IAM roles or users by a name of yours. The deployer
	// is an administrator without being named here.
	Admins           map[string]string `json:"admins"`
	Viewers          map[string]string `json:"viewers"`
	Support          string            `json:"support"`
	LogRetentionDays int               `json:"logRetentionDays"`
	KeyDeletionDays  int               `json:"keyDeletionDays"`
}

// NodeGroup configures a managed node group; see package nodes.
type NodeGroup struct {
	OS                 string            `json:"os"`
	InstanceTypes      []string          `json:"instanceTypes"`
	Capacity           string            `json:"capacity"`
	Size               Size              `json:"size"`
	Surge              Surge             `json:"surge"`
	Labels             map[string]string `json:"labels"`
	Taints             []Taint           `json:"taints"`
	DiskGiB            int               `json:"diskGiB"`
	MetadataHops       int               `json:"metadataHops"`
	DetailedMonitoring bool              `json:"detailedMonitoring"`
	SessionManager     bool              `json:"sessionManager"`
	ExactMaxPods       bool              `json:"exactMaxPods"`
	// AMIID is the image of a group with exactMaxPods. Defaults to the one that
	// EKS recommends for the cluster's version.
	AMIID string `json:"amiId"`
	// ReleaseVersion pins the release of the image of a group without
	// exactMaxPods.
	ReleaseVersion string `json:"releaseVersion"`
}

// Size is how many nodes a group has.
type Size struct {
	Min     int `json:"min"`
	Desired int `json:"desired"`
	Max     int `json:"max"`
}

// Surge is how many nodes an update may take away at once: one of the two.
type Surge struct {
	MaxUnavailable           int `json:"maxUnavailable"`
	MaxUnavailablePercentage int `json:"maxUnavailablePercentage"`
}

// Taint keeps pods that do not tolerate it off a node group.
type Taint struct {
	Key    string `json:"key"`
	Value  string `json:"value"`
	Effect string `json:"effect"`
}

// Read reads the configuration of the running stack.
func Read(ctx *pulumi.Context) (Environment, error) {
	text, err := config.Try(ctx, configKey)
	if err != nil {
		return Environment{}, fmt.Errorf("%s is missing from stacks/Pulumi.%s.yaml: copy it from stacks/Pulumi.dev.yaml", configKey, ctx.Stack())
	}
	return Parse(ctx.Stack(), []byte(text))
}

// ReadFile reads the configuration of a stack from its file.
func ReadFile(path string) (Environment, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Environment{}, err
	}
	var file struct {
		Config map[string]any `yaml:"config"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return Environment{}, fmt.Errorf("%s: %w", path, err)
	}
	value, ok := file.Config[configKey]
	if !ok {
		return Environment{}, fmt.Errorf("%s has no %s: copy it from stacks/Pulumi.dev.yaml", path, configKey)
	}
	environment, err := parse(stackOf(path), value)
	if err != nil {
		return Environment{}, fmt.Errorf("%s: %w", path, err)
	}
	return environment, nil
}
