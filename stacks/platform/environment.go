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
	// Tier is one of dev, staging and prod. Required.
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
	// NodeGroups are the managed node groups by name. Left out, there is one,
	// system. A group that is given here starts from the tier's system; giving
	// any leaves out the tier's own.
	NodeGroups map[string]NodeGroup `json:"nodeGroups"`
	// NodePools are the nodes that Karpenter makes when pods find no place, by
	// name. Left out, there is one, general. A pool that is given here starts from
	// the tier's general; giving any leaves out the tier's own.
	NodePools map[string]NodePool `json:"nodePools"`
	// DNS configures the environment's zone in Route 53.
	DNS DNS `json:"dns"`
	// OmitAddons leaves out what a cluster can do without: the EKS add-ons
	// aws-ebs-csi-driver and metrics-server, and aws-load-balancer-controller,
	// cert-manager, external-dns, karpenter and node-local-dns.
	OmitAddons []string `json:"omitAddons"`
	// Database configures PostgreSQL.
	Database Database `json:"database"`
	// Buckets configures the buckets of logs, media and backups.
	Buckets Buckets `json:"buckets"`
	// Backup configures AWS Backup.
	Backup Backup `json:"backup"`
	// Namespaces are made in the cluster: name to Pod Security level
	// (privileged, baseline or restricted). No pod in them talks to anybody, but
	// asks for names, until a NetworkPolicy of yours opens more.
	Namespaces map[string]string `json:"namespaces"`
	// Sample runs an application that goes through everything, at
	// https://sample. and the domain, open to the internet. It needs a certificate.
	Sample bool `json:"sample"`
}

// Engine says where the Pulumi engine runs, and as whom.
type Engine struct {
	// Location is one of outside (a laptop, a hosted CI), vpc (a machine in the
	// VPC or joined to it) and proxy (outside, with a proxy in the VPC).
	Location string `json:"location"`
	// Address is the engine's public address, checked against the cluster's
	// public endpoint when it is given.
	Address string `json:"address"`
	// ProxyURL is the proxy that reaches the cluster's private endpoint; with
	// location proxy only.
	ProxyURL string `json:"proxyUrl"`
	// AssumeDeployerRole has the providers assume the deployer's role. Leave it
	// out when Pulumi's own credentials are that role's already.
	AssumeDeployerRole bool `json:"assumeDeployerRole"`
}

// Network configures the VPC; package network has the reasons behind it.
type Network struct {
	// CIDR is the VPC's primary range: all tiers of subnets but the pods' are in
	// it. It cannot change later.
	CIDR string `json:"cidr"`
	// PodCIDR is the pods' range, inside 100.64.0.0/10, a /14 or less. It cannot
	// change later.
	PodCIDR string `json:"podCidr"`
	// Zones are the two to six availability zones in use. One may be added or
	// removed later. Required.
	Zones []string `json:"zones"`
	// MaxZones is how many zones, counted by their letters from a, have room
	// reserved in every tier. 3 may become 4 later and 5 may become 6; no other
	// change is possible.
	MaxZones int `json:"maxZones"`
	// NAT is how nodes and pods reach the internet: per-zone, single or none.
	// With none, interfaceEndpoints must name every service that nodes need.
	NAT string `json:"nat"`
	// InterfaceEndpoints are the AWS services, by short name, that the VPC
	// reaches through interface endpoints. S3 and DynamoDB have gateway
	// endpoints always.
	InterfaceEndpoints []string `json:"interfaceEndpoints"`
	// MirroredRegistries are those, such as quay.io, whose images the nodes take
	// from a cache that is reached without NAT: what runs from them is not refused
	// then. The cache, and telling the nodes of it, is yours to do.
	MirroredRegistries []string `json:"mirroredRegistries"`
	// FlowLogs is where they go: s3, to the bucket of logs, which keeps them for
	// buckets.logDays at half the price of cloudwatch and less; or cloudwatch, to an
	// encrypted log group that can be searched at once.
	FlowLogs string `json:"flowLogs"`
	// FlowLogRetentionDays is how long cloudwatch keeps flow logs: one of the values
	// that CloudWatch Logs allows.
	FlowLogRetentionDays int `json:"flowLogRetentionDays"`
	// AvoidCIDRs are ranges that the VPC and the cluster's Services must not
	// overlap: peers, networks on premises.
	AvoidCIDRs []string `json:"avoidCidrs"`
}

// Cluster configures the EKS control plane; package cluster has the reasons
// behind it.
type Cluster struct {
	// ClusterName is the cluster's name in AWS. A change replaces the cluster.
	ClusterName string `json:"name"`
	// Version is the minor version of Kubernetes, in quotes. It rises by one
	// minor at a time and never falls.
	Version string `json:"version"`
	// ServiceCIDR is where Services have their addresses: a private range of /12
	// to /24 outside the VPC. A change replaces the cluster.
	ServiceCIDR string `json:"serviceCidr"`
	// PublicCIDRs are the ranges, at most 40, that the public endpoint is open
	// to. Without any there is no public endpoint; the private one is always
	// there.
	PublicCIDRs []string `json:"publicCidrs"`
	// AllowWorld lets publicCidrs hold ranges wider than a /8, such as 0.0.0.0/0.
	AllowWorld bool `json:"allowWorld"`
	// Admins may do everything in the cluster: a name of yours to the ARN of an
	// IAM role or user. The deployer is one without being named here.
	Admins map[string]string `json:"admins"`
	// Viewers may read what runs in the cluster, but no Secrets: names and ARNs
	// as for admins.
	Viewers map[string]string `json:"viewers"`
	// Support says what AWS does when standard support of the version ends:
	// STANDARD upgrades the control plane, EXTENDED keeps it for another year at
	// a higher price.
	Support string `json:"support"`
	// LogRetentionDays is how long the control plane's logs are kept: one of the
	// values that CloudWatch Logs allows.
	LogRetentionDays int `json:"logRetentionDays"`
	// KeyDeletionDays is how long all KMS keys of the environment wait once they are
	// deleted: 7 to 30.
	KeyDeletionDays int `json:"keyDeletionDays"`
}

// DNS configures the environment's zone in Route 53. Its names, and no others,
// are external-dns' to write and the certificate's to be for.
type DNS struct {
	// Domain is the zone's name, such as dev.example.com. Without it there is no
	// zone, no certificate and no external-dns. A change replaces the zone.
	Domain string `json:"domain"`
	// ParentZoneID is the zone above, in the same account, which is to delegate to
	// this one.
	ParentZoneID string `json:"parentZoneId"`
	// Delegated says that the zone above, wherever it is, delegates to this one:
	// to the name servers that the stack's output nameServers lists. Only then is
	// there a certificate in ACM, for the domain and every name right below it:
	// waiting for one that nobody can look up takes 75 minutes and fails. With
	// parentZoneId it need not be said.
	Delegated bool `json:"delegated"`
	// Email is where Let's Encrypt writes to of the certificates that cert-manager
	// gets. Required with domain, unless cert-manager is left out.
	Email string `json:"email"`
}

// NodePool configures nodes that Karpenter makes; package karpenter has the
// reasons behind it.
type NodePool struct {
	// InstanceTypes are what may be started. All nodes of a pool take as many pods
	// as the smallest has addresses for.
	InstanceTypes []string `json:"instanceTypes"`
	// Capacity lists how nodes are bought, on-demand or spot; spot is tried first
	// where both are listed.
	Capacity []string `json:"capacity"`
	// CPU is the most processors that all nodes of the pool have together: it
	// stops a mistake in a Deployment from costing money.
	CPU int `json:"cpu"`
	// MemoryGiB is the most memory that they have together.
	MemoryGiB int `json:"memoryGiB"`
	// Budgets say how many nodes may be taken away at a time, and when none.
	// Without any, 10% at any time.
	Budgets []Budget `json:"budgets"`
	// ExpireAfter is how old a node gets, such as 720h, or Never.
	ExpireAfter string `json:"expireAfter"`
	// VolumeGiB is the size of a node's encrypted volume.
	VolumeGiB int `json:"volumeGiB"`
	// Labels are the Kubernetes labels of the nodes.
	Labels map[string]string `json:"labels"`
	// Taints keep away pods that do not tolerate them.
	Taints []Taint `json:"taints"`
	// Weight prefers a pool over those with less, up to 100.
	Weight int `json:"weight"`
}

// Budget limits how many nodes of a pool go at a time of their own accord.
type Budget struct {
	// Nodes is a number or a percentage: "0" is none. Required.
	Nodes string `json:"nodes"`
	// Schedule is when it holds, a cron expression in UTC. Without it, always.
	Schedule string `json:"schedule"`
	// Duration is for how long after each time of the schedule, such as 8h.
	Duration string `json:"duration"`
	// Reasons are what it is about: Underutilized, Empty, Drifted. Without any,
	// all of them.
	Reasons []string `json:"reasons"`
}

// NodeGroup configures a managed node group; package nodes has the reasons
// behind it.
type NodeGroup struct {
	// OS is the operating system: AL2023 or Bottlerocket. A change replaces the
	// group, or with exactMaxPods its nodes.
	OS string `json:"os"`
	// InstanceTypes are the types to choose from: 1 to 20, all of one
	// architecture. A change replaces the group.
	InstanceTypes []string `json:"instanceTypes"`
	// Capacity is how instances are bought: ON_DEMAND or SPOT. A change replaces
	// the group.
	Capacity string `json:"capacity"`
	// Size is how many nodes there are.
	Size Size `json:"size"`
	// Surge is how many nodes an update takes away at once.
	Surge Surge `json:"surge"`
	// Labels are the Kubernetes labels of the nodes.
	Labels map[string]string `json:"labels"`
	// Taints keep pods away that do not tolerate them: at most 50.
	Taints []Taint `json:"taints"`
	// DiskGiB is the size of the volume for images, logs and scratch space, in
	// GiB: 20 to 16384.
	DiskGiB int `json:"diskGiB"`
	// MetadataHops is how many network hops an answer of the instance metadata
	// service may travel: 1 keeps it on the node, 2 lets every pod take the
	// node's role. Left out, it is 1.
	MetadataHops int `json:"metadataHops"`
	// DetailedMonitoring reports the instances' metrics to CloudWatch each minute
	// and not each five. It costs per instance.
	DetailedMonitoring bool `json:"detailedMonitoring"`
	// SessionManager lets people with the right IAM permissions open a shell on a
	// node through AWS Systems Manager.
	SessionManager bool `json:"sessionManager"`
	// ExactMaxPods tells nodes the computed number of pods, and reserves memory
	// for as many, in place of the number that EKS chooses. A change replaces the
	// group.
	ExactMaxPods bool `json:"exactMaxPods"`
	// AMIID is the image of a group with exactMaxPods. Left out, it is the one
	// that EKS recommends for the cluster's version at the time of each up.
	AMIID string `json:"amiId"`
	// ReleaseVersion pins the release of the image of a group without
	// exactMaxPods. Left out, EKS takes the newest when it makes the group and
	// whenever the version changes.
	ReleaseVersion string `json:"releaseVersion"`
}

// Size is how many nodes a group has.
type Size struct {
	// Min is the least number of nodes.
	Min int `json:"min"`
	// Desired is the number to begin with, from min to max. Once the group
	// exists the number is the autoscaler's, and a change here does nothing.
	Desired int `json:"desired"`
	// Max is the greatest number of nodes. An update goes beyond it for a while.
	Max int `json:"max"`
}

// Surge is how many nodes an update may take away at once: one of the two.
// Without either it is one node.
type Surge struct {
	// MaxUnavailable is a number of nodes, 1 to 100.
	MaxUnavailable int `json:"maxUnavailable"`
	// MaxUnavailablePercentage is a share of the nodes, 1 to 100.
	MaxUnavailablePercentage int `json:"maxUnavailablePercentage"`
}

// Taint keeps pods that do not tolerate it off a node group.
type Taint struct {
	// Key is the taint's name, 1 to 63 characters. Required.
	Key string `json:"key"`
	// Value is up to 63 characters.
	Value string `json:"value"`
	// Effect is NoSchedule, PreferNoSchedule or NoExecute. Required.
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
	environment, err := parse(StackOf(path), value)
	if err != nil {
		return Environment{}, fmt.Errorf("%s: %w", path, err)
	}
	return environment, nil
}
