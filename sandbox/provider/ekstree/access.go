package ekstree

// access is who may use the cluster: access entries, the aws-auth ConfigMap, or both.
type access struct {
	entries   []*node
	listed    []value // The entries as the component reports them.
	configMap *node
}

// dependencies are what must be there before anything in the cluster.
func (a access) dependencies() []value {
	deps := each(a.entries, (*node).ref)
	if a.configMap != nil {
		deps = append(deps, a.configMap.ref())
	}
	return deps
}

// nodeRoles finds or makes the roles of the cluster's nodes.
func (t *tree) nodeRoles(c *cluster) {
	in := c.in
	create := plain(in["createInstanceRole"], false)
	switch {
	case truthy(in["instanceRoles"]):
		c.nodes.given = in["instanceRoles"]
	case truthy(in["instanceRole"]):
		r := t.givenRole(in["instanceRole"])
		c.nodes.given, c.nodes.mine = list(r.resolved), &r
	case truthy(create), create.IsNull() && !truthy(in["skipDefaultNodeGroup"]):
		r := t.makeRole(c.acct, serviceRole{
			name: t.name + "-instanceRole", service: "ec2", tags: in["tags"],
			policies: []string{"AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryReadOnly"},
		})
		c.nodes.given, c.nodes.mine = list(r.resolved), &r
		c.nodes.profile = t.custom(child{Registration: Registration{
			Type: "aws:iam/instanceProfile:InstanceProfile", Name: t.name + "-instanceProfile", Inputs: props{"role": r.resolved},
		}})
	default:
		c.nodes.given = list()
	}
}

// access registers who may use the cluster, as its authentication mode has it.
func (t *tree) access(c *cluster, kube *node) access {
	var a access
	if usesConfigMap(modeOf(c.in)) {
		a.configMap = t.awsAuth(c, kube)
	}
	if !usesEntries(modeOf(c.in)) {
		return a
	}
	a.listed = []value{}
	if mine := c.nodes.mine; mine != nil {
		entry := object(props{"principalArn": mine.arn, "type": str("EC2_LINUX")})
		a.add(entry, t.accessEntry(c, "defaultNodeGroupInstanceRole", entry))
	}
	entries := fieldsOf(c.in["accessEntries"])
	for _, name := range keys(entries) {
		a.add(entries[name], t.accessEntry(c, string(name), entries[name]))
	}
	return a
}

func (a *access) add(entry value, made *node) {
	a.entries, a.listed = append(a.entries, made), append(a.listed, entry)
}

// accessEntry registers an access entry and the policies that its principal has.
func (t *tree) accessEntry(c *cluster, name string, entry value) *node {
	given := fieldsOf(entry)
	in := only(given, "kubernetesGroups", "principalArn", "tags", "type")
	in["clusterName"] = c.eks.get("name")
	in["userName"] = given["username"]
	made := t.custom(child{Registration: Registration{
		Type: "aws:eks/accessEntry:AccessEntry", Name: t.name + "-" + name, Inputs: in,
	}})
	policies := fieldsOf(given["accessPolicies"])
	for _, key := range keys(policies) {
		t.custom(child{parent: made, dependsOn: []value{made.ref()}, Registration: Registration{
			Type: "aws:eks/accessPolicyAssociation:AccessPolicyAssociation", Name: t.name + "-" + name + "-" + string(key),
			Inputs: props{
				"accessScope":  path(policies[key], "accessScope"),
				"policyArn":    path(policies[key], "policyArn"),
				"principalArn": given["principalArn"],
				"clusterName":  c.eks.get("name"),
			},
		}})
	}
	return made
}

// awsAuth registers the aws-auth ConfigMap: the roles of nodes, and the roles and users of people.
func (t *tree) awsAuth(c *cluster, kube *node) *node {
	data := props{"mapRoles": t.mapping("rolearn", "roleArn", or(c.in["roleMappings"], list()), t.nodeMappings(c.nodes.given))}
	if users := c.in["userMappings"]; truthy(users) {
		data["mapUsers"] = t.mapping("userarn", "userArn", users)
	}
	return t.custom(child{Registration: Registration{
		Type: "kubernetes:core/v1:ConfigMap", Name: t.name + "-nodeAccess", Provider: kube.provider(),
		Inputs: props{
			"apiVersion": str("v1"), "kind": str("ConfigMap"), "immutable": yes(false), "data": object(data),
			"metadata": object(props{
				"name": str("aws-auth"), "namespace": str("kube-system"),
				"annotations": object(props{"pulumi.com/patchForce": str("true")}),
			}),
		},
	}})
}

// nodeMappings lets nodes with the roles join.
func (t *tree) nodeMappings(roles value) value {
	var c carried
	roles = c.open(roles)
	if c.unknown || !roles.IsArray() {
		return c.wrap(list())
	}
	return c.lift(list(each(roles.ArrayValue(), func(r value) value {
		return object(props{
			"roleArn":  t.attr(r, "arn"),
			"username": str("system:node:{{EC2PrivateDNSName}}"),
			"groups":   strs("system:bootstrappers", "system:nodes"),
		})
	})...))
}

// mapping writes mappings as the YAML that aws-auth holds them in.
func (t *tree) mapping(arnKey string, arnField string, lists ...value) value {
	return t.apply(func(in []value) (value, error) {
		var items []any
		for _, l := range in {
			if !l.IsArray() {
				continue
			}
			for _, m := range l.ArrayValue() {
				item := fields{
					{arnKey, text(field(m, arnField))},
					{"username", text(field(m, "username"))},
				}
				if groups := field(m, "groups"); groups.IsArray() {
					item = append(item, pair{"groups", each(groups.ArrayValue(), func(g value) any { return text(g) })})
				}
				items = append(items, item)
			}
		}
		return str(yamlText(items)), nil
	}, lists...)
}
