package ekstree

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// passedOn are the inputs that a ManagedNodeGroup hands to its aws:eks/nodeGroup:NodeGroup as they are.
var passedOn = words(`amiType capacityType diskSize forceUpdateVersion instanceTypes labels nodeGroupName nodeGroupNamePrefix releaseVersion
	remoteAccess tags taints version`)

// customUserData are the inputs that go into the nodes' user data.
var customUserData = words("bootstrapExtraArgs kubeletExtraArgs bottlerocketSettings nodeadmExtraOptions")

// customTemplate are the inputs that need a launch template.
var customTemplate = slices.Concat(customUserData, words("enableIMDSv2 userData amiId enableEfaSupport"))

var nodeGroupKind = kind{
	inputs: slices.Concat(passedOn, customTemplate,
		words("cluster clusterName gpu ignoreScalingChanges launchTemplate nodeRole nodeRoleArn operatingSystem scalingConfig subnetIds")),
	required: words("cluster"),
	refused: map[string]string{
		"enableEfaSupport":               "leave it out",
		"placementGroupAvailabilityZone": "leave it out; it belongs to EFA",
	},
	build: buildNodeGroup,
}

func buildNodeGroup(t *tree, in props) props {
	if problems := checkNodeGroup(in); len(problems) > 0 {
		t.fail(invalid(t.req, problems))
		return nil
	}
	core := t.core(in["cluster"])
	if !truthy(in["version"]) && !truthy(in["launchTemplate"]) {
		in["version"] = t.attr(core.cluster, "version")
	}
	t.begin(in, t.req.Parent)

	roleARN := in["nodeRoleArn"]
	if !truthy(roleARN) {
		roleARN = t.attr(in["nodeRole"], "arn")
	}
	t.checkMayJoin(core, roleARN)
	args := only(in, passedOn...)
	args["clusterName"] = in["clusterName"]
	if !truthy(in["clusterName"]) {
		args["clusterName"] = t.attr(core.cluster, "name")
	}
	args["nodeRoleArn"] = roleARN
	args["subnetIds"] = or(in["subnetIds"], core.subnetIDs)
	args["launchTemplate"] = in["launchTemplate"]
	args["scalingConfig"] = t.apply(func(in []value) (value, error) {
		return object(props{
			"desiredSize": or(field(in[0], "desiredSize"), num(2)),
			"minSize":     or(field(in[0], "minSize"), num(1)),
			"maxSize":     or(field(in[0], "maxSize"), num(2)),
		}), nil
	}, in["scalingConfig"])
	if has(in, customTemplate) {
		template := t.launchTemplate(in, core.cluster)
		args["launchTemplate"] = object(props{"id": template.idValue(), "version": t.apply(printed, template.get("latestVersion"))})
		delete(args, "diskSize") // The template has it.
	}
	if ownImage(in) {
		// EKS refuses these next to a template with an image.
		for _, k := range []resource.PropertyKey{"version", "releaseVersion", "amiType"} {
			delete(args, k)
		}
	} else if os := in["operatingSystem"]; in["amiType"].IsNull() && !os.IsNull() {
		args["amiType"] = t.amiType(os, in["gpu"], in["instanceTypes"])
	}
	var ignored []string
	if flag(in["ignoreScalingChanges"]) {
		ignored = []string{"scalingConfig.desiredSize"}
	}
	group := t.custom(child{dependsOn: []value{core.nodeAccess}, Registration: Registration{
		Type: "aws:eks/nodeGroup:NodeGroup", Name: t.name, Inputs: args, IgnoreChanges: ignored,
	}})
	return t.complete(t.root, props{"nodeGroup": group.ref(), "placementGroupName": str("")})
}

// has says whether one of the inputs is set.
func has(in props, names []string) bool { return len(only(in, names...)) > 0 }

// ownImage says whether the image, and with it the Kubernetes version, is the launch template's.
func ownImage(in props) bool {
	return has(in, customUserData) || truthy(in["userData"]) || truthy(in["amiId"])
}

// checkNodeGroup finds what the plugin refuses in the inputs of a managed node group.
func checkNodeGroup(in props) []problem {
	var ps []problem
	add := func(input, format string, args ...any) { ps = append(ps, problem{input, fmt.Sprintf(format, args...)}) }
	switch given, arn := truthy(in["nodeRole"]), truthy(in["nodeRoleArn"]); {
	case given && arn:
		add("nodeRole", "and nodeRoleArn exclude each other: set one")
	case !given && !arn:
		add("nodeRole", "is required: set it, or nodeRoleArn")
	}
	for _, k := range []resource.PropertyKey{"gpu", "amiType"} {
		if truthy(in["amiId"]) && truthy(in[k]) {
			add("amiId", "excludes %s: the image decides it", k)
		}
	}
	if truthy(in["launchTemplate"]) && has(in, customTemplate) {
		add("launchTemplate", "excludes %s: put them into the launch template", strings.Join(customTemplate, ", "))
	}
	if truthy(in["userData"]) && has(in, customUserData) {
		add("userData", "excludes %s: put them into the user data", strings.Join(customUserData, ", "))
	}
	return ps
}

// checkMayJoin refuses nodes whose role the cluster does not know. With access entries that can change outside of the cluster.
func (t *tree) checkMayJoin(core coreValues, roleARN value) {
	var c carried
	arns := []value{}
	if roles := c.open(core.instanceRoles); roles.IsArray() {
		arns = each(roles.ArrayValue(), func(r value) value { return t.attr(r, "arn") })
	}
	t.apply(func(in []value) (value, error) {
		mode, role, known := text(field(in[0], "authenticationMode")), in[1], in[2].ArrayValue()
		if usesEntries(mode) || slices.ContainsFunc(known, role.DeepEquals) {
			return null, nil
		}
		return null, invalid(t.req, []problem{{"nodeRole",
			"must be one of the cluster's instanceRoles: without access entries no other role may join"}})
	}, t.attr(core.cluster, "accessConfig"), roleARN, c.onto(list(arns...)))
}
