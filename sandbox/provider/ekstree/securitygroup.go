package ekstree

import "github.com/pulumi/pulumi/sdk/v3/go/common/resource"

const (
	securityGroup     = "aws:ec2/securityGroup:SecurityGroup"
	securityGroupRule = "aws:ec2/securityGroupRule:SecurityGroupRule"
)

var nodeSecurityGroupKind = kind{
	inputs:   words("vpcId clusterSecurityGroup eksCluster tags"),
	required: words("vpcId clusterSecurityGroup eksCluster"),
	build: func(t *tree, in props) props {
		t.begin(in, t.req.Parent)
		group, rule := t.nodeSecurityGroup(in["vpcId"], t.idOf(in["clusterSecurityGroup"]), t.attr(in["eksCluster"], "name"), in["tags"])
		return t.complete(t.root, props{"securityGroup": group.ref(), "securityGroupRule": rule.ref()})
	},
}

// tagged is a Name tag and the tags of others, of which the later ones win.
func (t *tree) tagged(name string, tags ...value) value {
	return t.apply(func(in []value) (value, error) {
		return object(merged(append([]value{object(props{"Name": str(name)})}, in...)...)), nil
	}, tags...)
}

func (t *tree) securityGroup(name string, vpcID, tags value) *node {
	return t.custom(child{Registration: Registration{Type: securityGroup, Name: name, Inputs: props{
		"description":         str("Managed by Pulumi"),
		"vpcId":               vpcID,
		"revokeRulesOnDelete": yes(true),
		"tags":                tags,
	}}})
}

// rule is a rule of the security group with the ID group, from or to the peer.
func (t *tree) rule(name, description, direction, protocol string, from, to float64, group value, peer props) *node {
	return t.custom(child{Registration: Registration{Type: securityGroupRule, Name: t.name + "-" + name, Inputs: merged(object(props{
		"description":     str(description),
		"type":            str(direction),
		"protocol":        str(protocol),
		"fromPort":        num(from),
		"toPort":          num(to),
		"securityGroupId": group,
	}), object(peer))}})
}

// anywhere is the peer of a rule that lets everything out.
func anywhere() props { return props{"cidrBlocks": strs("0.0.0.0/0")} }

// clusterSecurityGroup is the additional security group of the control plane.
func (t *tree) clusterSecurityGroup(in props, vpcID value) *node {
	name := t.name + "-eksClusterSecurityGroup"
	g := t.securityGroup(name, vpcID, t.tagged(name, in["clusterSecurityGroupTags"], in["tags"]))
	t.rule("eksClusterInternetEgressRule", "Allow internet access.", "egress", "-1", 0, 0, g.idValue(), anywhere())
	return g
}

// nodeSecurityGroup is the security group of nodes with the rules between them and the control plane; the rule that lets
// them reach the API server is returned too.
func (t *tree) nodeSecurityGroup(vpcID, clusterGroup, clusterName, tags value) (*node, *node) {
	name := t.name + "-nodeSecurityGroup"
	owned := t.apply(func(in []value) (value, error) {
		return object(merged(object(props{"Name": str(name)}), object(props{resource.PropertyKey("kubernetes.io/cluster/" + text(in[1])): str("owned")}), in[0])), nil
	}, tags, clusterName)
	g := t.securityGroup(name, vpcID, owned)
	id := g.idValue()
	from := func(source value) props { return props{"sourceSecurityGroupId": source} }
	t.rule("eksNodeIngressRule", "Allow nodes to communicate with each other", "ingress", "-1", 0, 0, id, props{"self": yes(true)})
	t.rule("eksNodeClusterIngressRule",
		"Allow worker Kubelets and pods to receive communication from the cluster control plane",
		"ingress", "tcp", 1025, 65535, id, from(clusterGroup))
	t.rule("eksExtApiServerClusterIngressRule",
		"Allow pods running extension API servers on port 443 to receive communication from cluster control plane",
		"ingress", "tcp", 443, 443, id, from(clusterGroup))
	t.rule("eksNodeInternetEgressRule", "Allow internet access.", "egress", "-1", 0, 0, id, anywhere())
	api := t.rule("eksClusterIngressRule", "Allow pods to communicate with the cluster API Server",
		"ingress", "tcp", 443, 443, clusterGroup, from(id))
	return g, api
}
