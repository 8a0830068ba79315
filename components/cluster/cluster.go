// Package cluster makes the control plane of an Amazon EKS cluster: private
// endpoint, access entries, encrypted secrets, all logs with a retention, and
// the security group of its pods.
//
// It makes no nodes, no add-ons and no Kubernetes provider. The control plane
// itself comes from pulumi-eks, which needs the command aws on the machine; of
// its security groups, node groups and add-ons none is used. EKS's own security
// group serves control plane and nodes.
package cluster

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/internal/loggroup"
	"github.com/slipway-iac/slipway/internal/naming"
	"github.com/slipway-iac/slipway/internal/outputs"
	"github.com/slipway-iac/slipway/internal/partition"
)

// typeToken is this component's identity in Pulumi state. Changing it replaces
// every child, so a rename needs an alias.
const typeToken = "slipway:cluster:Cluster"

// Cluster is a control plane. Its outputs wait for the whole of it, access
// entries and rules included, so that what is made with them goes before it on
// destroy.
type Cluster struct {
	pulumi.ResourceState

	// Ready is the whole of the cluster. What takes none of its outputs and yet
	// needs it depends on this and not on the Cluster: of a component, Pulumi's
	// Go SDK sees only the children whose registration has begun by then.
	Ready []pulumi.Resource

	// ClusterName and ServiceCIDR are the cluster's name and its Services'
	// range, known at once; DNSAddress is where the cluster's DNS answers.
	ClusterName, ServiceCIDR, DNSAddress string

	// Name is the cluster's name, for what needs the cluster to exist.
	Name pulumi.StringOutput `pulumi:"name"`

	// ARN is the cluster's ARN.
	ARN pulumi.StringOutput `pulumi:"arn"`

	// Version is the Kubernetes minor.
	Version pulumi.StringOutput `pulumi:"version"`

	// Endpoint is the URL of the API server.
	Endpoint pulumi.StringOutput `pulumi:"endpoint"`

	// CertificateAuthority signs the endpoint's certificate; PEM in base64.
	CertificateAuthority pulumi.StringOutput `pulumi:"certificateAuthority"`

	// KubeconfigJSON is a kubeconfig for everybody whom an access entry admits:
	// it names no role and no profile, but has the command `aws eks get-token`
	// ask for a token with whatever credentials its user has. It holds none
	// itself and so is no secret. The machine that deploys may have to assume a
	// role or go through a proxy; [kube.Engine.Kubeconfig] adds that.
	KubeconfigJSON pulumi.StringOutput `pulumi:"kubeconfigJson"`

	// ClusterSecurityGroupID is the group that EKS made, for the interfaces of
	// the control plane and the nodes.
	ClusterSecurityGroupID pulumi.StringOutput `pulumi:"clusterSecurityGroupId"`

	// PodSecurityGroupID is the group for the interfaces of pods.
	PodSecurityGroupID pulumi.StringOutput `pulumi:"podSecurityGroupId"`

	// OIDCIssuer is the URL of the cluster's issuer of service account tokens.
	OIDCIssuer pulumi.StringOutput `pulumi:"oidcIssuer"`

	// SecretsKeyARN is the KMS key of the cluster's Secrets.
	SecretsKeyARN pulumi.StringOutput `pulumi:"secretsKeyArn"`

	// LogGroupARN is where the control plane logs.
	LogGroupARN pulumi.StringOutput `pulumi:"logGroupArn"`
}

// New makes the control plane and what belongs to it.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Cluster, error) {
	args = args.withDefaults(name)
	if err := args.Validate(name); err != nil {
		return nil, fmt.Errorf("cluster %q: %w", name, err)
	}
	c := &Cluster{ClusterName: args.ClusterName, ServiceCIDR: args.ServiceCIDR, DNSAddress: dnsAddress(args.ServiceCIDR)}
	if err := ctx.RegisterComponentResource(typeToken, name, c, opts...); err != nil {
		return nil, err
	}
	key, err := newSecretsKey(ctx, name, args, pulumi.Parent(c))
	if err != nil {
		return nil, fmt.Errorf("cluster %q: %w", name, err)
	}
	logs, err := loggroup.New(ctx, name+"-logs", loggroup.Args{
		Group: naming.ClusterLogGroup(args.ClusterName), Region: args.Region, AccountID: args.AccountID,
		RetentionDays: args.LogRetentionDays, KeyARN: args.LogKeyARN, KeyDeletionDays: args.KeyDeletionDays,
	}, c)
	if err != nil {
		return nil, fmt.Errorf("cluster %q: %w", name, err)
	}
	plane, err := newControlPlane(ctx, name, args, key, logs, c)
	if err != nil {
		return nil, fmt.Errorf("cluster %q: creating the control plane: %w", name, err)
	}
	c.ClusterSecurityGroupID = plane.ClusterSecurityGroupID
	pods, rules, err := newPodGroup(ctx, name, args, c)
	if err != nil {
		return nil, fmt.Errorf("cluster %q: %w", name, err)
	}
	c.PodSecurityGroupID = pods.ID().ToStringOutput()
	c.SecretsKeyARN, c.LogGroupARN = key.Arn, logs.Arn
	c.Ready = append(rules, plane)
	c.publish(ctx, args, plane, c.Ready)
	return c, ctx.RegisterResourceOutputs(c, c.outputs())
}

// publish fills in the outputs, which wait for all resources given.
func (c *Cluster) publish(ctx *pulumi.Context, args Args, plane *controlPlane, all []pulumi.Resource) {
	after := func(in pulumi.StringInput) pulumi.StringOutput { return outputs.After(ctx, in, all...) }
	arn := "arn:" + partition.Of(args.Region) + ":eks:" + args.Region + ":" + args.AccountID + ":cluster/" + args.ClusterName
	c.Name, c.ARN, c.Version = after(pulumi.String(args.ClusterName)), after(pulumi.String(arn)), after(pulumi.String(args.Version))
	c.KubeconfigJSON = after(plane.KubeconfigJSON)
	c.Endpoint = outputs.String(c.KubeconfigJSON, func(text string) (string, error) {
		connection, err := kube.ReadKubeconfig(text)
		return connection.Server, err
	})
	c.CertificateAuthority = outputs.String(c.KubeconfigJSON, func(text string) (string, error) {
		connection, err := kube.ReadKubeconfig(text)
		return connection.CertificateAuthority, err
	})
	c.ClusterSecurityGroupID, c.PodSecurityGroupID = after(c.ClusterSecurityGroupID), after(c.PodSecurityGroupID)
	c.OIDCIssuer = after(plane.OIDCProviderURL)
}

func (c *Cluster) outputs() pulumi.Map {
	return pulumi.Map{
		"name": c.Name, "arn": c.ARN, "version": c.Version, "endpoint": c.Endpoint,
		"certificateAuthority": c.CertificateAuthority, "kubeconfigJson": c.KubeconfigJSON,
		"clusterSecurityGroupId": c.ClusterSecurityGroupID, "podSecurityGroupId": c.PodSecurityGroupID,
		"oidcIssuer": c.OIDCIssuer, "secretsKeyArn": c.SecretsKeyARN, "logGroupArn": c.LogGroupARN,
	}
}
