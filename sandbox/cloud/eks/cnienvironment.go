package eks

import (
	"maps"
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// cniVariables are the variables that the VPC CNI's own documentation knows,
// version 1.23. The add-on's schema lists its own, of which excerpts are
// published.
// https://github.com/aws/amazon-vpc-cni-k8s#cni-configuration-variables
var cniVariables = []string{
	"ADDITIONAL_ENI_TAGS", "ANNOTATE_POD_IP", "AWS_EC2_ENDPOINT", "AWS_EXTERNAL_SERVICE_CIDRS", "AWS_MANAGE_ENIS_NON_SCHEDULABLE",
	"AWS_VPC_CNI_NODE_PORT_SUPPORT", "AWS_VPC_ENI_MTU", "AWS_VPC_K8S_CNI_CONFIGURE_RPFILTER", "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG",
	"AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS", "AWS_VPC_K8S_CNI_EXTERNALSNAT", "AWS_VPC_K8S_CNI_LOGLEVEL", "AWS_VPC_K8S_CNI_LOG_FILE",
	"AWS_VPC_K8S_CNI_RANDOMIZESNAT", "AWS_VPC_K8S_CNI_VETHPREFIX", "AWS_VPC_K8S_PLUGIN_LOG_FILE", "AWS_VPC_K8S_PLUGIN_LOG_LEVEL",
	"CLUSTER_ENDPOINT", "CLUSTER_NAME", "DISABLE_INTROSPECTION", "DISABLE_LEAKED_ENI_CLEANUP", "DISABLE_METRICS",
	"DISABLE_NETWORK_RESOURCE_PROVISIONING", "DISABLE_POD_V6", "DISABLE_TCP_EARLY_DEMUX", "ENABLE_BANDWIDTH_PLUGIN", "ENABLE_IMDS_ONLY_MODE",
	"ENABLE_IPv4", "ENABLE_IPv6", "ENABLE_MULTI_NIC", "ENABLE_NFTABLES", "ENABLE_POD_ENI", "ENABLE_PREFIX_DELEGATION", "ENABLE_SUBNET_DISCOVERY",
	"ENABLE_V4_EGRESS", "ENABLE_V6_EGRESS", "ENI_CONFIG_ANNOTATION_DEF", "ENI_CONFIG_LABEL_DEF", "INTROSPECTION_BIND_ADDRESS",
	"IP_COOLDOWN_PERIOD", "MAX_ENI", "MINIMUM_IP_TARGET", "NETWORK_POLICY_ENFORCING_MODE", "POD_MTU", "POD_SECURITY_GROUP_ENFORCING_MODE",
	"VPC_CNI_VERSION", "VPC_ID", "WARM_ENI_TARGET", "WARM_IP_TARGET", "WARM_PREFIX_TARGET",
}

// checkEnvironment warns of variables that the VPC CNI does not know; they are
// misspelt, or newer than the list.
func checkEnvironment(tx *cloud.Tx, config cloud.Props) {
	for _, name := range slices.Sorted(maps.Keys(config.StrMap("env"))) {
		if !slices.Contains(cniVariables, name) {
			tx.Warn(cniVariable, "the VPC CNI knows no variable %s; its add-on's schema is closed, so a misspelt one is refused", name)
		}
	}
}
