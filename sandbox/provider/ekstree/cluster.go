package ekstree

import (
	"slices"
)

const awsCluster = "aws:eks/cluster:Cluster"

// A cluster without a default node group is all that is modelled, so what describes that group changes no resource.
var clusterKind = kind{
	inputs: words(`accessEntries authenticationMode autoMode clusterSecurityGroup clusterSecurityGroupTags clusterTags corednsAddonOptions
		createInstanceRole createOidcProvider defaultAddonsToRemove desiredCapacity enableConfigMapMutable enabledClusterLogTypes
		encryptionConfigKeyArn endpointPrivateAccess endpointPublicAccess gpu instanceRole instanceRoles instanceType ipFamily
		kubeProxyAddonOptions kubernetesServiceIpAddressRange maxSize minSize name nodeAmiId nodeAssociatePublicIpAddress nodeGroupOptions
		nodePublicKey nodeRootVolumeEncrypted nodeRootVolumeSize nodeSecurityGroupTags nodeSubnetIds nodeUserData privateSubnetIds
		providerCredentialOpts proxy publicAccessCidrs publicSubnetIds roleMappings serviceRole skipDefaultNodeGroup
		skipDefaultSecurityGroups storageClasses subnetIds tags useDefaultVpcCni userMappings version vpcCniOptions vpcId`),
	refused: map[string]string{
		"fargate":              "leave it out; use a node group",
		"instanceProfileName":  "leave it out; it belongs to self-managed nodes",
		"creationRoleProvider": "the plugin refuses it outside of Node.js; use providerCredentialOpts",
	},
	nested: map[string][]string{
		"autoMode":               words("computeConfig createNodeRole enabled"),
		"corednsAddonOptions":    words("configurationValues enabled resolveConflictsOnCreate resolveConflictsOnUpdate version"),
		"kubeProxyAddonOptions":  words("configurationValues enabled resolveConflictsOnCreate resolveConflictsOnUpdate version"),
		"providerCredentialOpts": words("profileName roleArn"),
		"vpcCniOptions":          vpcCNIOptions,
	},
	build: buildCluster,
}

// cluster is what of a Cluster component other parts of it need.
type cluster struct {
	in        props
	acct      account
	vpcID     value
	subnetIDs value
	service   role
	auto      autoMode
	group     *node // The control plane's own security group, if it is made here.
	groupRef  value // A reference to the control plane's security group; null without one besides EKS's own.
	groupID   value
	eks       *node
	nodes     nodes
}

// nodes is the default for node groups of the cluster: roles that may join, and a security group.
type nodes struct {
	given   value // References to the roles, in a list.
	mine    *role // The one role that an access entry of its own lets in.
	profile *node
	group   *node
	rule    *node
}

func buildCluster(t *tree, in props) props {
	if profile := t.req.Config["aws:profile"]; profile != "" && in["providerCredentialOpts"].IsNull() {
		in["providerCredentialOpts"] = object(props{"profileName": str(profile)})
	}
	if problems := checkCluster(in); len(problems) > 0 {
		t.fail(invalid(t.req, problems))
		return nil
	}
	t.begin(in, t.req.Parent)
	c := &cluster{in: in, acct: t.account()}
	t.network(c)
	t.controlPlane(c)
	if enabled(in["kubeProxyAddonOptions"], !c.auto.on) {
		t.clusterAddon(c, "kube-proxy", in["kubeProxyAddonOptions"])
	}
	kube := t.kubernetes(c)
	t.nodeRoles(c)
	access := t.access(c, kube)
	classes := t.storageClasses(in["storageClasses"], kube, access)
	var cni *node
	if leave := or(in["useDefaultVpcCni"], yes(c.auto.on)); !flag(leave) { // "Use the default" means: leave alone what EKS installs.
		cni = t.clusterCNI(c, kube, access)
	}
	if t.wantsCoreDNS(c) {
		t.clusterAddon(c, "coredns", in["corednsAddonOptions"])
	}
	oidc := t.oidcProvider(c)
	if !skipSecurityGroups(in) {
		c.nodes.group, c.nodes.rule = t.nodeSecurityGroup(c.vpcID, c.groupID, c.eks.get("name"),
			t.apply(mergeTags, in["nodeSecurityGroupTags"], in["tags"]))
	}
	return t.complete(t.root, t.clusterOutputs(c, parts{kube: kube, access: access, classes: classes, cni: cni, oidc: oidc}))
}

func mergeTags(in []value) (value, error) { return object(merged(in...)), nil }

// enabled is the switch of an add-on's options.
func enabled(options value, fallback bool) bool {
	return flag(or(path(options, "enabled"), yes(fallback)))
}

func skipSecurityGroups(in props) bool {
	return flag(or(in["skipDefaultSecurityGroups"], path(in["autoMode"], "enabled")))
}

// wantsCoreDNS: without nodes of its own the component leaves CoreDNS out unless asked for.
func (t *tree) wantsCoreDNS(c *cluster) bool {
	options := c.in["corednsAddonOptions"]
	return enabled(options, false) || truthy(path(options, "configurationValues")) || c.auto.on && enabled(options, true)
}

// network finds the VPC and the subnets of the control plane: those given, or those of the default VPC.
func (t *tree) network(c *cluster) {
	c.vpcID, c.subnetIDs = c.in["vpcId"], list()
	if !truthy(c.vpcID) {
		vpc := t.invoke("aws:ec2/getVpc:getVpc", t.root, props{"default": yes(true)})
		c.vpcID = path(vpc, "id")
		found := t.invoke("aws:ec2/getSubnets:getSubnets", t.root, props{"filters": list(object(props{
			"name": str("vpc-id"), "values": list(c.vpcID),
		}))})
		c.subnetIDs = path(found, "ids")
	}
	public, private := c.in["publicSubnetIds"], c.in["privateSubnetIds"]
	if given := c.in["subnetIds"]; !given.IsNull() {
		c.subnetIDs = given
	} else if !public.IsNull() || !private.IsNull() {
		c.subnetIDs = t.apply(func(in []value) (value, error) {
			return list(slices.Concat(in[0].ArrayValue(), in[1].ArrayValue())...), nil
		}, or(public, list()), or(private, list()))
	}
}

// controlPlane registers the cluster itself and what it needs: its role, its security group.
func (t *tree) controlPlane(c *cluster) {
	c.auto.on = flag(path(c.in["autoMode"], "enabled"))
	policies := []string{"AmazonEKSClusterPolicy"}
	if c.auto.on {
		policies = append(policies, autoModePolicies...)
	}
	given := truthy(c.in["serviceRole"])
	if given {
		c.service = t.givenRole(c.in["serviceRole"])
	} else {
		c.service = t.makeRole(c.acct, serviceRole{
			name: t.name + "-eksRole", service: "eks", description: "Allows EKS to manage clusters on your behalf.",
			policies: policies, actions: []string{"sts:AssumeRole", "sts:TagSession"}, tags: c.in["tags"],
		})
	}
	if sg := c.in["clusterSecurityGroup"]; truthy(sg) {
		c.groupRef, c.groupID = sg, t.idOf(sg)
	} else if !skipSecurityGroups(c.in) {
		c.group = t.clusterSecurityGroup(c.in, c.vpcID)
		c.groupRef, c.groupID = c.group.ref(), c.group.idValue()
	}
	t.autoMode(c)

	var after []value
	if !given {
		after = append(after, c.service.resolved)
	}
	c.eks = t.custom(child{
		dependsOn: append(after, c.auto.nodeRole.resolved),
		Registration: Registration{
			Type: awsCluster, Name: t.name + "-eksCluster", Inputs: t.clusterInputs(c),
			// Both only matter when a cluster is made, and differ between versions of the AWS provider.
			IgnoreChanges: []string{"accessConfig.bootstrapClusterCreatorAdminPermissions", "bootstrapSelfManagedAddons"},
		},
	})
}

// clusterInputs are the inputs of the aws:eks/cluster:Cluster.
func (t *tree) clusterInputs(c *cluster) props {
	in := c.in
	out := props{
		"name":                    in["name"],
		"roleArn":                 c.service.own,
		"computeConfig":           c.auto.compute,
		"storageConfig":           c.auto.storage,
		"kubernetesNetworkConfig": c.auto.network,
		"version":                 in["version"],
		"enabledClusterLogTypes":  in["enabledClusterLogTypes"],
		"defaultAddonsToRemoves":  in["defaultAddonsToRemove"],
		"tags":                    t.tagged(t.name+"-eksCluster", in["clusterTags"], in["tags"]),
		"vpcConfig":               t.vpcConfig(c),
	}
	if c.auto.on {
		out["bootstrapSelfManagedAddons"] = yes(false)
	}
	if truthy(in["encryptionConfigKeyArn"]) {
		out["encryptionConfig"] = t.apply(func(in []value) (value, error) {
			return object(props{"provider": object(props{"keyArn": in[0]}), "resources": strs("secrets")}), nil
		}, in["encryptionConfigKeyArn"])
	}
	if mode := in["authenticationMode"]; truthy(mode) {
		out["accessConfig"] = object(props{"authenticationMode": mode, "bootstrapClusterCreatorAdminPermissions": yes(true)})
	}
	return out
}

func (t *tree) vpcConfig(c *cluster) value {
	out := props{
		"subnetIds":             c.subnetIDs,
		"endpointPrivateAccess": c.in["endpointPrivateAccess"],
		"endpointPublicAccess":  c.in["endpointPublicAccess"],
		"publicAccessCidrs":     c.in["publicAccessCidrs"],
	}
	if !c.groupID.IsNull() {
		out["securityGroupIds"] = list(c.groupID)
	}
	return object(out)
}
