package reach

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/reach/flow"
)

// readNodes reads the managed node groups. Nodes stand in the group's subnets
// with the groups of the launch template; a template without groups, or none,
// gives them the cluster's. See
// https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html
func (n *Network) readNodes() {
	for _, it := range n.index.of(nodeGroupType) {
		cluster, missing := n.index.ref(it, "clusterName", clusterType)
		n.gap(missing)
		template, missing := n.templateOf(it)
		var groups []*group
		groupless, public := missing, maybe
		if missing == "" {
			groups, groupless, public = n.templateGroups(template)
		}
		switch {
		case len(groups) > 0 || groupless != "":
		case cluster != nil:
			groups = []*group{n.groups[cluster]}
		default:
			groupless = "the cluster of node group " + it.Name + " is not known"
		}
		if remote := it.props.obj("remoteAccess"); remote.str("ec2SshKey") != "" {
			groups = append(groups, n.remoteAccess(it, remote))
		}
		for _, p := range n.in(it, RoleNodes, "subnetIds", it.props["subnetIds"], groups, groupless) {
			p.linux = !strings.HasPrefix(it.props.str("amiType"), "WINDOWS")
			if p.public = public; public == maybe && missing == "" {
				p.public = onLaunch(p.subnet)
			}
			p.outside = n.internet
		}
	}
}

func (n *Network) templateOf(it *item) (*item, string) {
	config := it.props.obj("launchTemplate")
	if config == nil {
		if !it.props.known("launchTemplate") {
			return n.index.refPart(it, "launchTemplate", Unknown, templateType)
		}
		return nil, ""
	}
	for _, property := range []string{"id", "name"} {
		if value, is := config[property]; is && value != "" {
			found, missing := n.index.refPart(it, "launchTemplate."+property, value, templateType)
			if found != nil || property == "name" {
				return found, missing
			}
			if !config.known("name") || config.str("name") == "" {
				return nil, missing
			}
		}
	}
	return nil, ""
}

// templateGroups are a launch template's groups, and whether it gives nodes
// public addresses; maybe leaves that to the subnet.
func (n *Network) templateGroups(template *item) ([]*group, string, tri) {
	if template == nil {
		return nil, "", maybe
	}
	groups, missing := n.groupsOf(template, "vpcSecurityGroupIds", template.props["vpcSecurityGroupIds"])
	public := maybe
	for _, nic := range template.props.objs("networkInterfaces") {
		more, missed := n.groupsOf(template, "networkInterfaces.securityGroups", nic["securityGroups"])
		groups = append(groups, more...)
		if missed != "" {
			missing = missed
		}
		if nic.num("deviceIndex", 0) == 0 {
			public = nic.flag("associatePublicIpAddress", maybe)
		}
	}
	return groups, missing, public
}

// remoteAccess is the group that EKS makes for SSH to nodes.
func (n *Network) remoteAccess(it *item, remote props) *group {
	g := n.group(nil, "remote access group of "+it.Name)
	ssh := sgRule{name: g.name, what: flow.Port(flow.TCP, 22)}
	sources, missing := n.groupsOf(it, "remoteAccess.sourceSecurityGroupIds", remote["sourceSecurityGroupIds"])
	switch {
	case missing != "":
		g.in = append(g.in, ssh.unknown(missing))
	case len(sources) == 0:
		g.in = append(g.in, ssh.at(everyAddress))
	}
	for _, s := range sources {
		g.vpc = s.vpc
		g.in = append(g.in, ssh.from(s))
	}
	return g
}

// cniConfig is what the VPC CNI is told, as far as it decides about packets. See
// https://github.com/aws/amazon-vpc-cni-k8s#cni-configuration-variables
type cniConfig struct {
	EnableNetworkPolicy any            `json:"enableNetworkPolicy"`
	Env                 map[string]any `json:"env"`
	ENIConfig           struct {
		Subnets map[string]struct {
			ID             string   `json:"id"`
			SecurityGroups []string `json:"securityGroups"`
		} `json:"subnets"`
	} `json:"eniConfig"`
}

// readPods says where the pods of each cluster are: with custom networking in
// the subnets of the ENIConfigs, else where the nodes are.
func (n *Network) readPods() {
	n.enforced = no
	for _, cluster := range n.index.of(clusterType) {
		addon := n.cniOf(cluster)
		config, known := cniConfig{}, true
		if addon != nil {
			known = addon.props.known("configurationValues")
			if err := json.Unmarshal([]byte(addon.props.str("configurationValues")), &config); err != nil && addon.props.str("configurationValues") != "" {
				n.gap("the configuration of " + addon.Name + " is no JSON: " + err.Error())
			}
		}
		nodes := n.nodesOf(cluster)
		var pods []*Place
		switch {
		case !known:
			n.gap("the configuration of " + addon.Name + " is not known yet; pods are taken to be in the subnets and groups that it was made from")
			groups := n.index.sources(addon, "configurationValues", []string{groupType})
			for _, s := range n.index.sources(addon, "configurationValues", []string{subnetType}) {
				pods = append(pods, n.at(addon, RolePods, n.subnets[s], n.theirs(groups)))
			}
		case config.Env["AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"] == "true":
			pods = append(n.configuredPods(addon, config), n.objectPods()...)
		}
		if len(pods) == 0 {
			for _, node := range nodes {
				p := n.at(node.item, RolePods, node.subnet, node.groups)
				p.Name, p.missing, p.groupless = cluster.Name, node.missing, node.groupless
				pods = append(pods, p)
			}
		}
		for _, p := range pods {
			p.linux, p.Name = true, podsName(cluster)
			p.translate(nodes, config, known)
		}
		if addon != nil {
			n.enforced = policyEnforcement(config, known)
		}
	}
}

func policyEnforcement(config cniConfig, known bool) tri {
	if !known {
		return maybe
	}
	return truth(config.EnableNetworkPolicy == "true" || config.EnableNetworkPolicy == true)
}

func (n *Network) cniOf(cluster *item) *item {
	for _, it := range n.index.of(addonType) {
		if owner, _ := n.index.ref(it, "clusterName", clusterType); owner == cluster && it.props.str("addonName") == "vpc-cni" {
			return it
		}
	}
	return nil
}

func (n *Network) nodesOf(cluster *item) []*Place {
	var out []*Place
	for _, it := range n.index.of(nodeGroupType) {
		if owner, _ := n.index.ref(it, "clusterName", clusterType); owner == cluster {
			out = append(out, n.hosts[it]...)
		}
	}
	return out
}

func (n *Network) theirs(items []*item) []*group {
	var out []*group
	for _, it := range items {
		out = append(out, n.groups[it])
	}
	return out
}

// configuredPods are the pods of the ENIConfigs that the add-on makes.
func (n *Network) configuredPods(addon *item, config cniConfig) []*Place {
	var out []*Place
	for _, zone := range slices.Sorted(maps.Keys(config.ENIConfig.Subnets)) {
		c := config.ENIConfig.Subnets[zone]
		groups, groupless := n.groupsOf(addon, "configurationValues", anys(c.SecurityGroups))
		out = append(out, n.in(addon, RolePods, "configurationValues", c.ID, groups, groupless)...)
	}
	return out
}

// objectPods are the pods of ENIConfigs that the program makes itself.
func (n *Network) objectPods() []*Place {
	var out []*Place
	for _, it := range n.index.of("kubernetes:crd.k8s.amazonaws.com/v1alpha1:ENIConfig") {
		spec := it.props.obj("spec")
		groups, groupless := n.groupsOf(it, "spec.securityGroups", spec["securityGroups"])
		out = append(out, n.in(it, RolePods, "spec.subnet", spec["subnet"], groups, groupless)...)
	}
	return out
}

func anys(texts []string) any {
	out := make([]any, len(texts))
	for i, t := range texts {
		out[i] = t
	}
	return out
}

// translate says by which node a pod's packets leave the VPC. Unless the CNI is
// told otherwise they leave with the node's address.
func (p *Place) translate(nodes []*Place, config cniConfig, known bool) {
	for _, node := range nodes {
		if node.Zone == p.Zone || node.Zone == "" || p.Zone == "" {
			p.nodes = append(p.nodes, node)
		}
	}
	if len(p.groups) == 0 && p.groupless == "" && len(p.nodes) > 0 {
		p.groups = p.nodes[0].groups // An ENIConfig without groups has the node's.
	}
	if p.snat = yes; !known {
		p.snat = maybe
	} else if config.Env["AWS_VPC_K8S_CNI_EXTERNALSNAT"] == "true" {
		p.snat = no
	}
	text, _ := config.Env["AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS"].(string)
	for cidr := range strings.SplitSeq(text, ",") {
		if prefix, ok := prefixOf(strings.TrimSpace(cidr)); ok {
			p.keep = join(p.keep, setOf(prefix))
		}
	}
}
