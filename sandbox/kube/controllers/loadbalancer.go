package controllers

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
	"github.com/slipway-iac/slipway/sandbox/cloud/elbv2"
	"github.com/slipway-iac/slipway/sandbox/kube/control"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// balancerOwner is the AWS Load Balancer Controller; see
// https://github.com/kubernetes-sigs/aws-load-balancer-controller/tree/v3.5.0
const balancerOwner = "aws-load-balancer-controller"

var balancers = control.Program{
	Chart: balancerOwner, Account: objects.Name{Name: balancerOwner},
	Types: []string{"elbv2.k8s.aws/v1beta1/TargetGroupBinding", "elbv2.k8s.aws/v1beta1/IngressClassParams"},
	Actions: []string{
		"ec2:AuthorizeSecurityGroupIngress", "ec2:CreateSecurityGroup", "ec2:CreateTags", "ec2:DeleteSecurityGroup",
		"ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:RevokeSecurityGroupIngress",
		"elasticloadbalancing:AddTags", "elasticloadbalancing:CreateListener", "elasticloadbalancing:CreateLoadBalancer",
		"elasticloadbalancing:CreateTargetGroup", "elasticloadbalancing:DeleteLoadBalancer", "elasticloadbalancing:DeleteTargetGroup",
		"elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:RegisterTargets",
	},
	Wants: knowsItsNetwork,
}

// knowsItsNetwork wants the controller to be told its VPC and region where its
// pods cannot ask their node.
func knowsItsNetwork(tx *cloud.Tx, cluster *cloud.Resource, values cloud.Props) string {
	if id := values.Str("vpcId"); id != "" && id != network(cluster) {
		return fmt.Sprintf("its value vpcId is %s, and the cluster's VPC is %s", id, network(cluster))
	}
	told := values.Str("vpcId") != "" && values.Str("region") != "" || values.Bool("hostNetwork")
	if told || slices.ContainsFunc(eks.Nodes(tx, cluster), func(n eks.Node) bool { return n.Ready && n.MetadataHops >= 2 }) {
		return ""
	}
	return "its pods do not reach their node's metadata: set its values vpcId and region"
}

// balancer is a load balancer as objects want it.
type balancer struct {
	// stack names the objects: a group, or namespace/name.
	stack string
	// prefix is that of its tags: ingress.k8s.aws or service.k8s.aws.
	prefix string
	name   string
	kind   elbv2.Type

	internal, protected bool
	logs                elbv2.AccessLogs
	subnets             []string
	// groups are the security groups that it is told to have; without any, it gets
	// one of its own.
	groups []string
	// inbound are the ranges that its own group admits.
	inbound      []string
	listeners    []listener
	targets      []target
	certificates []string
}

type listener struct {
	protocol string
	port     int
}

// target is a port of a Service that gets what a load balancer takes.
type target struct {
	service objects.Name
	port    int
	// kind is instance or ip.
	kind string
}

// tags are those by which the controller finds again what it made.
func (b *balancer) tags(cluster, resource string) map[string]string {
	return map[string]string{"elbv2.k8s.aws/cluster": cluster, b.prefix + "/stack": b.stack, b.prefix + "/resource": resource}
}

// clusterName is what the controller is told that its cluster is called.
func clusterName(tx *cloud.Tx, cluster *cloud.Resource) string {
	return cmp.Or(balancers.Values(tx, cluster).Str("clusterName"), cluster.ID)
}

// find is the load balancer as it is; nil when there is none.
func (b *balancer) find(tx *cloud.Tx, cluster string) *cloud.Resource {
	return tx.One(cloud.LoadBalancer, tagged(b.tags(cluster, "LoadBalancer")))
}

// apply brings the account to what is wanted, and tells the name under which it
// is reached.
func (b *balancer) apply(tx *cloud.Tx, cluster *cloud.Resource) (string, error) {
	name := clusterName(tx, cluster)
	groups, err := b.securityGroups(tx, cluster, name)
	if err != nil {
		return "", err
	}
	r := b.find(tx, name)
	// A scheme cannot be changed.
	if r != nil && r.Props.Bool("internal") != b.internal {
		if err := b.delete(tx, r); err != nil {
			return "", err
		}
		r = nil
	}
	want := elbv2.LoadBalancer{
		Name: b.name, Type: b.kind, Internal: b.internal, SubnetIDs: b.subnets, SecurityGroups: groups, Protected: b.protected, Logs: b.logs,
		Owner: balancerOwner, Tags: b.tags(name, "LoadBalancer"),
	}
	switch {
	case r == nil:
		r, err = elbv2.Make(tx, want)
	case b.differs(r, groups):
		err = elbv2.Change(tx, r, want)
	}
	if err != nil {
		return "", err
	}
	return r.Props.Str("dnsName"), b.listen(tx, cluster, name, r)
}

// attribute takes those of a load balancer's attributes that the sandbox knows.
func (b *balancer) attribute(said map[string]string) {
	b.protected = said["deletion_protection.enabled"] == "true"
	if said["access_logs.s3.enabled"] == "true" {
		b.logs = elbv2.AccessLogs{Bucket: said["access_logs.s3.bucket"], Prefix: said["access_logs.s3.prefix"]}
	}
}

// differs tells whether a load balancer is not as it is wanted.
func (b *balancer) differs(r *cloud.Resource, groups []string) bool {
	logs := r.Props.Obj("accessLogs")
	return !same(r.Props.Strs("subnets"), b.subnets) || !same(r.Props.Strs("securityGroups"), groups) ||
		r.Props.Bool("enableDeletionProtection") != b.protected || logs.Str("bucket") != b.logs.Bucket || logs.Str("prefix") != b.logs.Prefix
}

// listen makes listeners and target groups anew when they are not the wanted
// ones.
func (b *balancer) listen(tx *cloud.Tx, cluster *cloud.Resource, name string, r *cloud.Resource) error {
	if err := b.admit(tx, cluster, name); err != nil {
		return err
	}
	plan := fmt.Sprint(b.listeners, b.targets, b.certificates)
	if r.Facts.Str("plan") == plan {
		return nil
	}
	if err := b.close(tx, name, r); err != nil {
		return err
	}
	var arns []string
	for _, t := range b.targets {
		g, err := elbv2.MakeTargetGroup(tx, elbv2.TargetGroup{
			Name:  fmt.Sprintf("k8s-%s-%s-%s", short(8, t.service.Namespace), short(8, t.service.Name), hash(10, cluster.ID, b.stack, t.service.ID(), fmt.Sprint(t.port, t.kind))),
			VPCID: network(cluster), TargetType: t.kind, Protocol: b.listeners[0].protocol, Port: t.port, Owner: balancerOwner,
			Tags: b.tags(name, t.service.ID()+":"+fmt.Sprint(t.port)),
		})
		if err != nil {
			return err
		}
		arns = append(arns, g.ID)
	}
	for _, l := range b.listeners {
		spec := elbv2.Listener{LoadBalancerARN: r.ID, Protocol: l.protocol, Port: l.port, TargetGroupARNs: arns, Owner: balancerOwner}
		if l.protocol == "HTTPS" || l.protocol == "TLS" {
			spec.CertificateARNs = b.certificates
		}
		if _, err := elbv2.MakeListener(tx, spec); err != nil {
			return err
		}
	}
	r = tx.Get(cloud.LoadBalancer, r.ID)
	if r.Facts == nil {
		r.Facts = cloud.Props{}
	}
	r.Facts["plan"] = plan
	tx.Put(r)
	return nil
}

// close takes away listeners and target groups.
func (b *balancer) close(tx *cloud.Tx, name string, r *cloud.Resource) error {
	for _, l := range tx.List(cloud.Listener, cloud.Prop("loadBalancerArn", r.ID)) {
		tx.Remove(l)
	}
	stack := map[string]string{"elbv2.k8s.aws/cluster": name, b.prefix + "/stack": b.stack}
	for _, g := range tx.List(cloud.TargetGroup, tagged(stack)) {
		if err := tx.Delete(g); err != nil {
			return err
		}
	}
	return nil
}

// release takes away what the controller made for a load balancer, and what all
// of them share when it was the last.
func (b *balancer) release(tx *cloud.Tx, cluster *cloud.Resource) error {
	name := clusterName(tx, cluster)
	if r := b.find(tx, name); r != nil {
		if err := b.delete(tx, r); err != nil {
			return err
		}
		if err := b.close(tx, name, r); err != nil {
			return err
		}
	}
	return b.releaseGroups(tx, cluster, name)
}

func (b *balancer) delete(tx *cloud.Tx, r *cloud.Resource) error {
	if err := tx.Delete(r); err != nil {
		return fmt.Errorf("it cannot delete load balancer %s: %w", r.Props.Str("name"), err)
	}
	return nil
}

func same(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
