package ekstree

import (
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// vpcCNIOptions are what a cluster passes on to its VpcCniAddon.
var vpcCNIOptions = words(`addonVersion cniConfigureRpfilter cniCustomNetworkCfg cniExternalSnat configurationValues customNetworkConfig
	disableTcpEarlyDemux enableNetworkPolicy enablePodEni enablePrefixDelegation eniConfigLabelDef eniMtu externalSnat logFile logLevel
	nodePortSupport resolveConflictsOnCreate resolveConflictsOnUpdate securityContextPrivileged serviceAccountRoleArn vethPrefix
	warmEniTarget warmIpTarget warmPrefixTarget`)

var vpcCNIKind = kind{
	inputs:   append(words("clusterName clusterVersion tags"), vpcCNIOptions...),
	required: words("clusterName"),
	build: func(t *tree, in props) props {
		if problems := checkVPCCNI(in); len(problems) > 0 {
			t.fail(invalid(t.req, problems))
			return nil
		}
		t.begin(in, t.req.Parent)
		return t.vpcCNI(t.root, t.name, in, t.req.Providers["kubernetes"])
	},
}

func checkVPCCNI(in props) []problem {
	var ps []problem
	if truthy(in["cniExternalSnat"]) && truthy(in["externalSnat"]) {
		ps = append(ps, problem{"externalSnat", "and cniExternalSnat mean the same: set one"})
	}
	if !truthy(in["addonVersion"]) && !truthy(in["clusterVersion"]) {
		ps = append(ps, problem{"addonVersion", "is required, unless clusterVersion is set: it decides the version of the add-on"})
	}
	return ps
}

// clusterCNI registers the VpcCniAddon of a cluster.
func (t *tree) clusterCNI(c *cluster, kube *node, a access) *node {
	in := fieldsOf(c.in["vpcCniOptions"])
	in["clusterName"], in["clusterVersion"], in["tags"] = c.eks.get("name"), c.eks.get("version"), c.in["tags"]
	if problems := checkVPCCNI(in); len(problems) > 0 {
		t.fail(invalid(t.req, problems))
	}
	component := t.component(child{dependsOn: a.dependencies(), Registration: Registration{
		Type: "eks:index:VpcCniAddon", Name: t.name + "-vpc-cni", Inputs: in,
		Providers: map[string]string{"kubernetes": kube.provider()},
	}})
	t.vpcCNI(component, t.name+"-vpc-cni", in, kube.provider())
	return component
}

// vpcCNI registers what a VpcCniAddon consists of.
func (t *tree) vpcCNI(component *node, name string, in props, kubernetes string) props {
	version := in["addonVersion"]
	if !truthy(version) {
		version = t.newest("vpc-cni", in["clusterVersion"], component)
	}
	made := t.custom(child{parent: component, Registration: Registration{Type: awsAddon, Name: name, Inputs: props{
		"addonName":                str("vpc-cni"),
		"clusterName":              in["clusterName"],
		"addonVersion":             version,
		"preserve":                 yes(true),
		"resolveConflictsOnCreate": or(in["resolveConflictsOnCreate"], str("OVERWRITE")),
		"resolveConflictsOnUpdate": or(in["resolveConflictsOnUpdate"], str("OVERWRITE")),
		"configurationValues":      t.vpcCNIConfiguration(in),
		"serviceAccountRoleArn":    in["serviceAccountRoleArn"],
		"tags":                     in["tags"],
	}}})
	if privileged := in["securityContextPrivileged"]; truthy(privileged) {
		t.patchAWSNode(component, name, made, privileged, kubernetes)
	}
	return t.complete(component, props{"addon": made.ref()})
}

// patchAWSNode lets the CNI's container run privileged, which SELinux asks for.
func (t *tree) patchAWSNode(component *node, name string, addon *node, privileged value, kubernetes string) {
	container := object(props{"name": str("aws-node"), "securityContext": object(props{"privileged": privileged})})
	pods := object(props{"spec": object(props{"containers": list(container)})})
	t.custom(child{parent: component, dependsOn: []value{addon.ref()}, Registration: Registration{
		Type: "kubernetes:apps/v1:DaemonSetPatch", Name: name, Provider: kubernetes, RetainOnDelete: true,
		Inputs: props{
			"apiVersion": str("apps/v1"), "kind": str("DaemonSet"),
			"metadata": object(props{
				"name": str("aws-node"), "namespace": str("kube-system"),
				"annotations": object(props{"pulumi.com/patchForce": str("true")}),
			}),
			"spec": object(props{"template": pods}),
		},
	}})
}

// setting is an environment variable of the CNI: the input it comes from, and what it is without one.
type setting struct {
	name     string
	input    string
	fallback string // Left out if there is none.
}

// Settings with the same name: the later one wins.
var cniSettings = []setting{
	{"AWS_VPC_CNI_NODE_PORT_SUPPORT", "nodePortSupport", ""},
	{"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", "customNetworkConfig", ""},
	{"WARM_IP_TARGET", "warmIpTarget", ""},
	{"WARM_PREFIX_TARGET", "warmPrefixTarget", ""},
	{"ENABLE_PREFIX_DELEGATION", "enablePrefixDelegation", ""},
	{"AWS_VPC_K8S_CNI_LOGLEVEL", "logLevel", "DEBUG"},
	{"AWS_VPC_K8S_CNI_LOG_FILE", "logFile", "/host/var/log/aws-routed-eni/ipamd.log"},
	{"AWS_VPC_K8S_CNI_VETHPREFIX", "vethPrefix", "eni"},
	{"AWS_VPC_ENI_MTU", "eniMtu", "9001"},
	{"ENI_CONFIG_LABEL_DEF", "eniConfigLabelDef", ""},
	{"AWS_VPC_K8S_PLUGIN_LOG_LEVEL", "", "DEBUG"},
	{"AWS_VPC_K8S_PLUGIN_LOG_FILE", "", "/var/log/aws-routed-eni/plugin.log"},
	{"ENABLE_POD_ENI", "enablePodEni", "false"},
	{"AWS_VPC_K8S_CNI_CONFIGURE_RPFILTER", "cniConfigureRpfilter", ""},
	{"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", "cniCustomNetworkCfg", "false"},
}

// vpcCNIConfiguration is the add-on's configuration as JSON. What the program sets in configurationValues wins.
func (t *tree) vpcCNIConfiguration(in props) value {
	env := props{"WARM_ENI_TARGET": t.apply(printed, or(in["warmEniTarget"], num(1)))}
	for _, s := range cniSettings {
		if v := in[resource.PropertyKey(s.input)]; truthy(v) {
			env[resource.PropertyKey(s.name)] = t.apply(printed, v)
		} else if s.fallback != "" {
			env[resource.PropertyKey(s.name)] = str(s.fallback)
		}
	}
	env["AWS_VPC_K8S_CNI_EXTERNALSNAT"] = str("false")
	for _, input := range []resource.PropertyKey{"cniExternalSnat", "externalSnat"} {
		if v := in[input]; truthy(v) {
			env["AWS_VPC_K8S_CNI_EXTERNALSNAT"] = t.apply(printed, v)
		}
	}
	early := str("false")
	if v := in["disableTcpEarlyDemux"]; truthy(v) {
		early = t.apply(printed, v)
	}
	return t.stringified(t.apply(mergeCNI, object(env), object(props{"DISABLE_TCP_EARLY_DEMUX": early}), in["enableNetworkPolicy"],
		in["configurationValues"]))
}

func mergeCNI(in []value) (value, error) {
	env, initEnv, policy, given := in[0], in[1], in[2], in[3]
	out := merged(given)
	if out["enableNetworkPolicy"].IsNull() && policy.IsBool() {
		out["enableNetworkPolicy"] = str(strconv.FormatBool(policy.BoolValue()))
	}
	out["env"] = object(merged(env, field(given, "env")))
	initial := merged(field(given, "init"))
	if own := initial["env"]; own.IsNull() || own.IsObject() {
		initial["env"] = object(merged(initEnv, own))
	}
	out["init"] = object(initial)
	return object(out), nil
}
