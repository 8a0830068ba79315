package ekstree

const awsAddon = "aws:eks/addon:Addon"

// addonInputs are what an add-on takes of the inputs of its component.
var addonInputs = words("addonName addonVersion preserve resolveConflictsOnCreate resolveConflictsOnUpdate serviceAccountRoleArn tags")

var addonKind = kind{
	inputs:   append(words("cluster configurationValues"), addonInputs...),
	required: words("addonName cluster"),
	build: func(t *tree, in props) props {
		of := t.lookup(in["cluster"])
		if of == nil {
			t.fail(invalid(t.req, []problem{{"cluster", "is not a Cluster"}}))
			return nil
		}
		t.begin(in, of.urn) // The plugin makes the cluster the parent, whatever the program says.
		args := only(in, addonInputs...)
		args["clusterName"] = t.attr(t.core(in["cluster"]).cluster, "name")
		args["configurationValues"] = t.stringified(in["configurationValues"])
		made := t.custom(child{Registration: Registration{Type: awsAddon, Name: t.name, Inputs: args}})
		return t.complete(t.root, props{"addon": made.ref()})
	},
}

// newest is the newest version of an add-on for a version of Kubernetes.
func (t *tree) newest(addon string, kubernetes value, parent *node) value {
	return path(t.invoke("aws:eks/getAddonVersion:getAddonVersion", parent, props{
		"addonName": str(addon), "kubernetesVersion": kubernetes, "mostRecent": yes(true),
	}), "version")
}

// clusterAddon registers an add-on that comes with a cluster: kube-proxy, CoreDNS.
func (t *tree) clusterAddon(c *cluster, addon string, options value) {
	version := path(options, "version")
	if !truthy(version) {
		version = t.newest(addon, c.eks.get("version"), t.root)
	}
	in := props{
		"addonName":                str(addon),
		"clusterName":              c.eks.get("name"),
		"addonVersion":             version,
		"preserve":                 yes(true),
		"tags":                     c.in["tags"],
		"resolveConflictsOnCreate": or(path(options, "resolveConflictsOnCreate"), str("OVERWRITE")),
		"resolveConflictsOnUpdate": or(path(options, "resolveConflictsOnUpdate"), str("OVERWRITE")),
		"configurationValues":      t.stringified(path(options, "configurationValues")),
	}
	t.custom(child{Registration: Registration{Type: awsAddon, Name: t.name + "-" + addon, Inputs: in}})
}
