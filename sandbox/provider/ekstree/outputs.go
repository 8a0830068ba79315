package ekstree

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// parts are the parts of a cluster that only its outputs tell of.
type parts struct {
	kube    *node
	access  access
	classes props
	cni     *node
	oidc    *node
}

// clusterOutputs are the outputs of a Cluster.
func (t *tree) clusterOutputs(c *cluster, p parts) props {
	kubeconfig := t.kubeconfig(c.eks, c.in["providerCredentialOpts"], false)
	own := path(c.eks.get("vpcConfig"), "clusterSecurityGroupId") // The group that EKS makes by itself.
	issuer := t.issuer(c)
	roles := t.apply(func(in []value) (value, error) { return in[0], nil }, c.nodes.given)
	return props{
		"kubeconfig":              t.parsed(kubeconfig),
		"kubeconfigJson":          kubeconfig,
		"clusterSecurityGroup":    c.groupRef,
		"clusterSecurityGroupId":  or(c.groupID, own),
		"instanceRoles":           roles,
		"nodeSecurityGroup":       c.nodes.group.ref(),
		"nodeSecurityGroupId":     idOr(c.nodes.group, own),
		"eksClusterIngressRule":   c.nodes.rule.ref(),
		"clusterIngressRuleId":    getOr(c.nodes.rule, "securityGroupRuleId"),
		"eksCluster":              c.eks.ref(),
		"core":                    t.coreData(c, p, t.parsed(kubeconfig)),
		"defaultNodeGroupAsgName": str(""),
		"fargateProfileId":        str(""),
		"fargateProfileStatus":    str(""),
		"oidcProviderArn":         getOr(p.oidc, "arn"),
		"oidcProviderUrl":         issuer,
		"oidcIssuer": t.apply(func(in []value) (value, error) {
			return str(strings.TrimPrefix(text(in[0]), "https://")), nil
		}, issuer),
		"autoModeNodeRoleName": or(c.auto.nodeRole.name, str("")),
	}
}

func idOr(n *node, fallback value) value {
	if n == nil {
		return fallback
	}
	return n.idValue()
}

func getOr(n *node, key string) value {
	if n == nil {
		return str("")
	}
	return n.get(key)
}

// coreData is what other components take of a cluster. As one value it is known only when all of it is.
func (t *tree) coreData(c *cluster, p parts, kubeconfig value) value {
	in := c.in
	data := props{
		"cluster":               c.eks.ref(),
		"vpcId":                 c.vpcID,
		"subnetIds":             c.subnetIDs,
		"publicSubnetIds":       in["publicSubnetIds"],
		"privateSubnetIds":      in["privateSubnetIds"],
		"endpoint":              c.eks.get("endpoint"),
		"clusterSecurityGroup":  c.groupRef,
		"provider":              p.kube.ref(),
		"instanceRoles":         c.nodes.given,
		"nodeGroupOptions":      t.nodeGroupOptions(c),
		"kubeconfig":            kubeconfig,
		"vpcCni":                p.cni.ref(),
		"tags":                  in["tags"],
		"nodeSecurityGroupTags": in["nodeSecurityGroupTags"],
		"storageClasses":        object(p.classes),
		"oidcProvider":          p.oidc.ref(),
		"clusterIamRole":        c.service.direct,
		"eksNodeAccess":         p.access.configMap.ref(),
		"autoModeNodeRoleName":  or(c.auto.nodeRole.name, str("")),
	}
	if p.access.listed != nil {
		data["accessEntries"] = list(p.access.listed...)
	}
	if key := in["encryptionConfigKeyArn"]; truthy(key) {
		data["encryptionConfig"] = object(props{"provider": object(props{"keyArn": key}), "resources": strs("secrets")})
	}
	return t.apply(func(in []value) (value, error) { return in[0], nil }, object(data))
}

// nodeGroupOptions are what the cluster was told about node groups.
func (t *tree) nodeGroupOptions(c *cluster) value {
	out := merged(object(fieldsOf(c.in["nodeGroupOptions"])))
	if len(out) == 0 {
		for _, k := range []resource.PropertyKey{
			"nodeSubnetIds", "nodeAssociatePublicIpAddress", "instanceType", "nodePublicKey", "nodeRootVolumeEncrypted", "nodeRootVolumeSize",
			"nodeUserData", "minSize", "maxSize", "desiredCapacity", "gpu", "version",
		} {
			out[k] = c.in[k]
		}
		out["amiId"] = c.in["nodeAmiId"]
	}
	out["instanceProfile"] = c.nodes.profile.ref()
	out["nodeSecurityGroup"], out["clusterIngressRule"] = c.nodes.group.ref(), c.nodes.rule.ref()
	return object(out)
}

// coreValues are the parts of a cluster's core that are read here.
type coreValues struct {
	cluster       value
	subnetIDs     value
	instanceRoles value
	nodeAccess    value
}

// core reads the core of a cluster: v is a reference to a Cluster, or a core itself.
func (t *tree) core(v value) coreValues {
	if n := t.lookup(v); n != nil {
		v = n.get("core")
	}
	subnets := t.apply(func(in []value) (value, error) {
		c := in[0]
		return or(field(c, "subnetIds"), or(field(c, "privateSubnetIds"), or(field(c, "publicSubnetIds"), list()))), nil
	}, v)
	return coreValues{
		cluster:       path(v, "cluster"),
		subnetIDs:     subnets,
		instanceRoles: path(v, "instanceRoles"),
		nodeAccess:    path(v, "eksNodeAccess"),
	}
}
