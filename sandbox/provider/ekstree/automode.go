package ekstree

// autoModePolicies are what the cluster's role needs besides AmazonEKSClusterPolicy for EKS Auto Mode
// (Amazon EKS user guide, "Enable EKS Auto Mode on existing EKS clusters").
var autoModePolicies = words("AmazonEKSComputePolicy AmazonEKSBlockStoragePolicy AmazonEKSLoadBalancingPolicy AmazonEKSNetworkingPolicy")

// autoMode is EKS Auto Mode, and with it the network settings that it shares with clusters without.
type autoMode struct {
	on       bool
	nodeRole role
	compute  value
	storage  value
	network  value
}

// autoMode works out the settings. EKS wants Auto Mode's three switches on or off together, so with Auto Mode none of them is
// known in a preview before all are.
func (t *tree) autoMode(c *cluster) {
	serviceCIDR, family := c.in["kubernetesServiceIpAddressRange"], c.in["ipFamily"]
	if truthy(serviceCIDR) || truthy(family) || c.auto.on {
		c.auto.network = t.apply(func(in []value) (value, error) {
			family := or(in[1], str("ipv4"))
			out := props{"ipFamily": family}
			if text(family) == "ipv4" {
				out["serviceIpv4Cidr"] = in[0]
			}
			if c.auto.on {
				out["elasticLoadBalancing"] = object(props{"enabled": yes(true)})
			}
			return object(out), nil
		}, serviceCIDR, family)
	}
	if !c.auto.on {
		return
	}
	options := c.in["autoMode"]
	if create := path(options, "createNodeRole"); create.IsNull() || flag(create) {
		c.auto.nodeRole = t.makeRole(c.acct, serviceRole{
			name: t.name + "-nodeRole", service: "ec2", tags: c.in["tags"],
			policies: []string{"AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"},
		})
	}
	compute := t.apply(func(in []value) (value, error) {
		return object(merged(object(props{
			"enabled": yes(true), "nodeRoleArn": in[1], "nodePools": strs("general-purpose", "system"),
		}), in[0])), nil
	}, path(options, "computeConfig"), c.auto.nodeRole.own)
	together := func(pick int) value {
		return t.apply(func(in []value) (value, error) { return in[pick], nil },
			compute, object(props{"blockStorage": object(props{"enabled": yes(true)})}), c.auto.network)
	}
	c.auto.compute, c.auto.storage, c.auto.network = together(0), together(1), together(2)
}
