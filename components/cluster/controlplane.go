package cluster

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// The component of pulumi-eks, and the release of the plugin that makes it.
const (
	pluginToken   = "eks:index:Cluster"
	pluginVersion = "3.9.1"
)

// logTypes are everything that the control plane can log. See
// https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
var logTypes = []string{"api", "audit", "authenticator", "controllerManager", "scheduler"}

// controlPlane is the component of pulumi-eks with the outputs that are used
// here. It is registered without pulumi-eks's own SDK, which imports a third of
// the Kubernetes SDK: 70 CPU-seconds of compiling for one resource. A test holds
// names and types to that SDK.
type controlPlane struct {
	pulumi.ResourceState

	ClusterSecurityGroupID pulumi.StringOutput `pulumi:"clusterSecurityGroupId"`
	KubeconfigJSON         pulumi.StringOutput `pulumi:"kubeconfigJson"`
	OIDCProviderURL        pulumi.StringOutput `pulumi:"oidcProviderUrl"`
}

// newControlPlane has pulumi-eks make the control plane, its role and the
// access entries.
func newControlPlane(ctx *pulumi.Context, name string, args Args, key *kms.Key, logs *cloudwatch.LogGroup, owner *Cluster) (*controlPlane, error) {
	c := &controlPlane{}
	err := ctx.RegisterRemoteComponentResource(pluginToken, name, args.controlPlane(key.Arn), c,
		pulumi.Parent(owner), pulumi.Version(pluginVersion),
		pulumi.Transforms([]pulumi.ResourceTransform{args.harden}),
		// EKS makes the group itself, unencrypted and kept for ever, when it is
		// not there at the first line; the same when it goes before the cluster.
		pulumi.DependsOn([]pulumi.Resource{logs}))
	return c, err
}

// controlPlane are the inputs of the component.
func (a Args) controlPlane(keyARN pulumi.StringInput) pulumi.Map {
	off := pulumi.Map{
		"enabled": pulumi.Bool(false),
		// Without effect on an add-on that is off; the SDK of pulumi-eks sends
		// them, and so do we.
		"resolveConflictsOnCreate": pulumi.String("OVERWRITE"),
		"resolveConflictsOnUpdate": pulumi.String("OVERWRITE"),
	}
	inputs := pulumi.Map{
		"name":                            pulumi.String(a.ClusterName),
		"version":                         pulumi.String(a.Version),
		"vpcId":                           a.VPCID,
		"privateSubnetIds":                a.SubnetIDs,
		"endpointPrivateAccess":           pulumi.Bool(true),
		"endpointPublicAccess":            pulumi.Bool(len(a.PublicCIDRs) > 0),
		"kubernetesServiceIpAddressRange": pulumi.String(a.ServiceCIDR),
		"encryptionConfigKeyArn":          keyARN,
		"enabledClusterLogTypes":          pulumi.ToStringArray(logTypes),
		"authenticationMode":              pulumi.String("API"),
		"accessEntries":                   accessEntries(a),
		// With an AWS provider of the program's own pulumi-eks insists on this
		// argument, and without it takes over the profile of whoever runs the
		// program. Empty is right: see KubeconfigJSON.
		"providerCredentialOpts": pulumi.Map{},
		// Add-ons are made elsewhere, each with a role of its own. Those that
		// pulumi-eks makes belong to this one call, which returns when they are
		// ready: CoreDNS would wait for nodes that wait for the cluster.
		"useDefaultVpcCni":      pulumi.Bool(true),
		"kubeProxyAddonOptions": off,
		"corednsAddonOptions":   off,
		"skipDefaultNodeGroup":  pulumi.Bool(true),
		"createInstanceRole":    pulumi.Bool(false),
		// The node group that pulumi-eks would make carries the tag
		// kubernetes.io/cluster/<name> as EKS's own does, see newPodGroup.
		"skipDefaultSecurityGroups": pulumi.Bool(true),
	}
	if len(a.PublicCIDRs) > 0 {
		inputs["publicAccessCidrs"] = pulumi.ToStringArray(a.PublicCIDRs)
	}
	return inputs
}
