package cluster

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// podPort is a port of nodes and control plane that pods may open.
type podPort struct {
	key, protocol string
	port          int
	why           string
}

// podPorts are what pods in general need of what carries the cluster's own
// security group. Whoever needs more, such as a collector of the nodes'
// metrics, adds a rule of its own.
var podPorts = []podPort{
	{"api", "tcp", 443, "Kubernetes API, from controllers in pods"},
	{"kubelet", "tcp", 10250, "kubelet, from metrics-server and other readers of node metrics"},
	// CoreDNS usually is a pod among pods. Where it has a node's interface, or
	// runs on Fargate, it carries the cluster's group instead.
	{"dns-tcp", "tcp", 53, "DNS on an interface of a node, for answers longer than a datagram"},
	{"dns-udp", "udp", 53, "DNS on an interface of a node"},
}

// newPodGroup makes the security group of the pods' network interfaces, and
// returns it with its rules. With custom networking the VPC CNI puts pods on
// interfaces of their own, which carry this group and not that of the nodes.
//
// It must not have the tag kubernetes.io/cluster/<name>. EKS's own group has
// it, and where an interface carries two groups that have it, as that of a pod
// with extra groups may, the load balancer controller cannot tell which one to
// open and gives up. An interface with one group needs no tag.
//
// Rules are resources of their own: inline rules would fight with those that
// the load balancer controller adds.
func newPodGroup(ctx *pulumi.Context, name string, args Args, owner *Cluster) (*ec2.SecurityGroup, []pulumi.Resource, error) {
	child := pulumi.Parent(owner)
	group, err := ec2.NewSecurityGroup(ctx, name+"-pods", &ec2.SecurityGroupArgs{
		VpcId:       args.VPCID.ToStringOutput(),
		Description: pulumi.String("Network interfaces of the pods of cluster " + args.ClusterName),
		Tags:        pulumi.StringMap{"Name": pulumi.String(args.ClusterName + "-pods")},
	}, child)
	if err != nil {
		return nil, nil, fmt.Errorf("creating the pods' security group: %w", err)
	}
	rules := &ruleMaker{ctx: ctx, name: name, child: child}
	rules.ingress("pods-self", &vpc.SecurityGroupIngressRuleArgs{
		SecurityGroupId:           group.ID(),
		ReferencedSecurityGroupId: group.ID(),
		IpProtocol:                pulumi.String("-1"),
		Description:               pulumi.String("Pods to each other; network policies say which"),
	})
	// Every port, because the other side chooses it: the API server calls
	// webhooks and aggregated APIs wherever a pod serves them, and the kubelet
	// probes whatever a pod names.
	rules.ingress("pods-cluster", &vpc.SecurityGroupIngressRuleArgs{
		SecurityGroupId:           group.ID(),
		ReferencedSecurityGroupId: owner.ClusterSecurityGroupID,
		IpProtocol:                pulumi.String("-1"),
		Description:               pulumi.String("Probes of the kubelet, webhooks and other calls of the API server"),
	})
	rules.egress("pods-out", &vpc.SecurityGroupEgressRuleArgs{
		SecurityGroupId: group.ID(),
		CidrIpv4:        pulumi.String("0.0.0.0/0"),
		IpProtocol:      pulumi.String("-1"),
		Description:     pulumi.String("Anywhere; network policies and routes say where"),
	})
	for _, p := range podPorts {
		rules.ingress("cluster-"+p.key, &vpc.SecurityGroupIngressRuleArgs{
			SecurityGroupId:           owner.ClusterSecurityGroupID,
			ReferencedSecurityGroupId: group.ID(),
			IpProtocol:                pulumi.String(p.protocol),
			FromPort:                  pulumi.Int(p.port),
			ToPort:                    pulumi.Int(p.port),
			Description:               pulumi.String("Pods: " + p.why),
		})
	}
	return group, append(rules.made, group), rules.err
}

// ruleMaker makes rules until one fails.
type ruleMaker struct {
	ctx   *pulumi.Context
	name  string
	child pulumi.ResourceOption
	made  []pulumi.Resource
	err   error
}

func (m *ruleMaker) ingress(key string, args *vpc.SecurityGroupIngressRuleArgs) {
	if m.err != nil {
		return
	}
	rule, err := vpc.NewSecurityGroupIngressRule(m.ctx, m.name+"-"+key, args, m.child)
	m.add(key, rule, err)
}

func (m *ruleMaker) egress(key string, args *vpc.SecurityGroupEgressRuleArgs) {
	if m.err != nil {
		return
	}
	rule, err := vpc.NewSecurityGroupEgressRule(m.ctx, m.name+"-"+key, args, m.child)
	m.add(key, rule, err)
}

func (m *ruleMaker) add(key string, rule pulumi.Resource, err error) {
	if err != nil {
		m.err = fmt.Errorf("creating rule %s: %w", key, err)
		return
	}
	m.made = append(m.made, rule)
}
