package ekstree

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// The ways in which a cluster tells who may use its API.
const (
	modeConfigMap    = "CONFIG_MAP"
	modeAPI          = "API"
	modeAPIConfigMap = "API_AND_CONFIG_MAP"
)

// usesConfigMap: the aws-auth ConfigMap is what EKS had first, and what it has unless told otherwise.
func usesConfigMap(mode string) bool { return mode != modeAPI }

func usesEntries(mode string) bool { return mode == modeAPI || mode == modeAPIConfigMap }

func modeOf(in props) string { return text(plain(in["authenticationMode"], false)) }

// defaultNodes are the inputs that describe the default node group one by one.
var defaultNodes = words(`nodeSubnetIds nodeAssociatePublicIpAddress instanceType instanceProfileName nodePublicKey nodeRootVolumeSize
	nodeUserData minSize maxSize desiredCapacity nodeAmiId gpu`)

// checkCluster finds what the plugin refuses in the inputs of a cluster.
func checkCluster(in props) []problem {
	var ps []problem
	add := func(input, format string, args ...any) { ps = append(ps, problem{input, fmt.Sprintf(format, args...)}) }
	mode := modeOf(in)
	switch mode {
	case "", modeConfigMap, modeAPI, modeAPIConfigMap:
	default:
		add("authenticationMode", "is %q: want %s, %s or %s", mode, modeAPI, modeAPIConfigMap, modeConfigMap)
	}
	if !usesConfigMap(mode) {
		for _, name := range []string{"roleMappings", "userMappings", "instanceRoles"} {
			if v := plain(in[resource.PropertyKey(name)], false); v.IsArray() && len(v.ArrayValue()) > 0 {
				add(name, "must be empty: authenticationMode is %q, which has no aws-auth ConfigMap; use accessEntries", mode)
			}
		}
	}
	if truthy(in["accessEntries"]) && !usesEntries(mode) {
		add("accessEntries", "needs authenticationMode %s or %s (it is %q)", modeAPI, modeAPIConfigMap, mode)
	}
	auto := flag(path(in["autoMode"], "enabled"))
	if auto && !usesEntries(mode) {
		add("autoMode", "needs access entries: set authenticationMode to %s or %s (it is %q)", modeAPI, modeAPIConfigMap, mode)
	}
	if truthy(in["instanceRole"]) && truthy(in["instanceRoles"]) {
		add("instanceRole", "and instanceRoles exclude each other: set one")
	}
	if truthy(in["subnetIds"]) && (truthy(in["publicSubnetIds"]) || truthy(in["privateSubnetIds"])) {
		add("subnetIds", "excludes publicSubnetIds and privateSubnetIds: use the one or the others")
	}
	if truthy(in["nodeGroupOptions"]) {
		var both []string
		for _, name := range defaultNodes {
			if truthy(in[resource.PropertyKey(name)]) {
				both = append(both, name)
			}
		}
		if len(both) > 0 {
			add("nodeGroupOptions", "excludes single options of the node group (%s): put them into nodeGroupOptions", strings.Join(both, ", "))
		}
	}
	public := plain(or(in["endpointPublicAccess"], yes(true)), false)
	if truthy(in["publicAccessCidrs"]) && public.IsBool() && !public.BoolValue() {
		add("publicAccessCidrs", "needs a public endpoint: set endpointPublicAccess, or leave publicAccessCidrs out")
	}
	if !flag(in["skipDefaultNodeGroup"]) && !auto {
		add("skipDefaultNodeGroup", "the sandbox does not model the default node group: set skipDefaultNodeGroup and use eks:index:ManagedNodeGroup")
	}
	return append(ps, checkNested(in)...)
}

// checkNested finds fields that the plugin does not know in the entries of maps.
func checkNested(in props) []problem {
	var ps []problem
	check := func(input string, entries value, allowed []string) {
		entries = plain(entries, false)
		for _, name := range keys(merged(entries)) {
			for _, f := range keys(merged(field(entries, string(name)))) {
				if len(only(props{f: null}, allowed...)) == 0 {
					ps = append(ps, problem{fmt.Sprintf("%s.%s.%s", input, name, f), "pulumi-eks 3.9.1 has no such input"})
				}
			}
		}
	}
	check("accessEntries", in["accessEntries"], words("accessPolicies kubernetesGroups principalArn tags type username"))
	check("storageClasses", in["storageClasses"], words(`allowVolumeExpansion default encrypted iopsPerGb kmsKeyId metadata mountOptions
		reclaimPolicy type volumeBindingMode zones`))
	return ps
}
