// Package loadbalancer installs the AWS Load Balancer Controller, which makes
// load balancers for Ingresses of the class "alb".
//
// It makes the controller's role, its association and the release. What makes
// Ingresses or Services of type LoadBalancer depends on Ready: without the
// controller they are not answered, and once it is gone their load balancers
// stay and hold the VPC. It makes no load balancer itself.
//
// See https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/
package loadbalancer

import (
	"cmp"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/identity"
	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/components/tags"
	"github.com/slipway-iac/slipway/components/versions"
	"github.com/slipway-iac/slipway/internal/check"
	"github.com/slipway-iac/slipway/internal/helm"
)

// typeToken is this component's identity in Pulumi state. Changing it replaces
// every child, so a rename needs an alias.
const typeToken = "slipway:loadbalancer:Controller"

// Class is the class of the Ingresses that the controller answers to.
const Class = "alb"

// TLSPolicy is what HTTPS listeners negotiate unless an Ingress says otherwise:
// TLS 1.3, and 1.2 with forward secrecy. The controller's own default still has
// TLS 1.0. See
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
const TLSPolicy = "ELBSecurityPolicy-TLS13-1-2-2021-06"

const (
	namespace      = "kube-system"
	serviceAccount = "aws-load-balancer-controller"

	defaultReplicas = 2
)

// Controller is the controller in one cluster.
type Controller struct {
	pulumi.ResourceState

	// Ready is what must exist before an Ingress, and longer than it.
	Ready []pulumi.Resource

	// RoleARN is the role that the controller runs as.
	RoleARN pulumi.StringOutput `pulumi:"roleArn"`
}

// Args configures a Controller.
type Args struct {
	// Cluster is where the controller is installed. Its Ready has the nodes and
	// the Pod Identity agent. Required.
	Cluster kube.Target

	// ClusterARN is the cluster's ARN. The role's permissions end at its region,
	// its account and, where AWS allows it, its tags. Required.
	ClusterARN pulumi.StringInput

	// VPCID is the cluster's VPC, and Region its region. Required: otherwise the
	// controller asks the node's metadata, which pods do not reach.
	VPCID  pulumi.StringInput
	Region string

	// Replicas is how many pods there are, of which one works. Defaults to 2.
	Replicas int

	// Tags are put on everything that the controller makes, which Pulumi's default
	// tags do not reach. Optional.
	Tags tags.Set

	// DisableWAF takes away the association of web ACLs. Set it in a VPC that does
	// not reach the API of AWS WAF: the controller asks it for every load balancer.
	DisableWAF bool
}

// New installs the controller.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Controller, error) {
	args = args.withDefaults()
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("load balancer controller %q: %w", name, err)
	}
	c := &Controller{}
	if err := ctx.RegisterComponentResource(typeToken, name, c, opts...); err != nil {
		return nil, err
	}
	role, err := identity.New(ctx, name, identity.Args{
		ClusterName: args.Cluster.ClusterName, ClusterARN: args.ClusterARN,
		Namespace: namespace, ServiceAccount: serviceAccount,
		Policies: []identity.Policy{
			{Name: "surroundings", Document: args.surroundings, Inputs: []pulumi.StringInput{args.ClusterARN, args.VPCID}},
			{Name: "balancers", Document: balancers, Inputs: []pulumi.StringInput{args.ClusterARN, args.VPCID}},
		},
	}, pulumi.Parent(c))
	if err != nil {
		return nil, fmt.Errorf("load balancer controller %q: %w", name, err)
	}
	// After the association: pods that start without it have no credentials until
	// they are restarted.
	release, err := helm.New(ctx, name, helm.Args{
		Cluster: args.Cluster, Chart: versions.LoadBalancerControllerChart, Namespace: pulumi.String(namespace), Values: args.values(),
	}, c, pulumi.DependsOn(role.Ready))
	if err != nil {
		return nil, fmt.Errorf("load balancer controller %q: %w", name, err)
	}
	c.Ready = append(role.Ready, release)
	c.RoleARN = role.RoleARN
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"roleArn": c.RoleARN})
}

func (a Args) withDefaults() Args {
	a.Replicas = cmp.Or(a.Replicas, defaultReplicas)
	return a
}

// validate reports every problem at once, each naming the field to fix.
func (a Args) validate() error {
	var e check.Errors
	e.In("Cluster", a.Cluster.Validate())
	e.Require(a.ClusterARN != nil, "ClusterARN", "pass the cluster's output ARN")
	e.Require(a.VPCID != nil, "VPCID", "pass the cluster's VPC")
	e.Require(a.Region != "", "Region", "write the cluster's region")
	e.That(a.Replicas >= 1, "Replicas", a.Replicas, "1 or more")
	return e.Err()
}
