package eks

import (
	"strconv"
	"strings"

	"github.com/slipway-iac/slipway/components/instances"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
)

// Why the VPC CNI does not make a node ready.
var (
	cniMissing        = failure("node-without-cni", notJoined, guide+"managing-vpc-cni.html")
	cniMayNot         = failure("cni-role-permissions", notJoined, guide+"cni-iam-role.html")
	cniNoAgent        = failure("cni-association-without-agent", notJoined, guide+"pod-id-agent-setup.html")
	cniRoleGone       = failure("cni-association-role-gone", notJoined, guide+"pod-id-role.html")
	cniRoleTrust      = failure("cni-association-role-trust", notJoined, guide+"pod-id-role.html")
	agentMayNot       = failure("pod-identity-agent-permissions", notJoined, guide+"pod-id-agent-setup.html")
	cniFederatedGone  = failure("cni-federated-role-gone", notJoined, guide+"iam-roles-for-service-accounts.html")
	cniNoProvider     = failure("cni-federated-role-without-provider", notJoined, guide+"enable-iam-roles-for-service-accounts.html")
	cniFederatedTrust = failure("cni-federated-role-trust", notJoined, guide+"iam-roles-for-service-accounts.html")
	cniNoZone         = failure("cni-zone-without-eniconfig", notJoined, guide+"cni-custom-network.html")
	cniSubnetMissing  = failure("cni-eniconfig-subnet-missing", notJoined, guide+"cni-custom-network.html")
	cniSubnetZone     = failure("cni-eniconfig-subnet-zone", notJoined, guide+"cni-custom-network.html")
	cniGroupMissing   = failure("cni-eniconfig-group-missing", notJoined, guide+"cni-custom-network.html")
	cniNoRoom         = failure("cni-without-free-addresses", notJoined, guide+"cni-increase-ip-addresses.html")
	cniNoInterface    = failure("cni-interface-refused", notJoined, guide+"cni-custom-network.html")
)

// cniAccount is the service account of the VPC CNI's DaemonSet.
const cniAccount = "aws-node"

// cni is how the VPC CNI of a cluster is configured.
type cni struct {
	present bool
	// roleARN is the role of its service account by the old way, through the
	// cluster's OpenID Connect provider.
	roleARN string
	env     map[string]string
	// zones are the ENIConfigs that the add-on makes: a subnet and groups by
	// name.
	zones cloud.Props
}

// cniOf is the VPC CNI of a cluster: the add-on, or what EKS installed, or what
// a deleted add-on preserved.
func cniOf(tx *cloud.Tx, c *cloud.Resource) cni {
	var addon cloud.Props
	switch a := findAddon(tx, c.ID, "vpc-cni"); {
	case a != nil:
		addon = a.Props
	case SelfManaged(c, "vpc-cni"):
		addon = c.Facts.Obj("preserved vpc-cni")
	default:
		return cni{}
	}
	config, err := readConfiguration(addon.Str("configurationValues"))
	if err != nil {
		config = nil
	}
	n := cni{present: true, roleARN: addon.Str("serviceAccountRoleArn"), env: config.StrMap("env")}
	if e := config.Obj("eniConfig"); e.Bool("create") {
		n.zones = e.Obj("subnets")
	}
	return n
}

func (n cni) on(key string) bool {
	b, err := strconv.ParseBool(n.env[key])
	return err == nil && b
}

func (n cni) count(key string) int {
	i, err := strconv.Atoi(n.env[key])
	if err != nil {
		return 0
	}
	return i
}

func (n cni) networking() instances.Networking {
	return instances.Networking{
		CustomNetworking: n.on("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"),
		PrefixDelegation: n.on("ENABLE_PREFIX_DELEGATION"),
	}
}

// eniConfig is the ENIConfig that a node reads: the one named by the value of
// a label, which the CNI is told, or "default".
func (n cni) eniConfig(zone string, labels map[string]string) (name string, config cloud.Props) {
	label := n.env["ENI_CONFIG_LABEL_DEF"]
	switch label {
	case "":
		label = "k8s.amazonaws.com/eniConfig"
	case "topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone":
		return zone, n.zones.Obj(zone)
	}
	name = labels[label]
	if name == "" {
		name = "default"
	}
	return name, n.zones.Obj(name)
}

// credentials finds what keeps the CNI from calling EC2: nil when it may. An
// association of Pod Identity comes first; a role through OpenID Connect is
// used without one, and the node's role without either.
func (n cni) credentials(tx *cloud.Tx, c, nodeRole *cloud.Resource) error {
	var role *cloud.Resource
	switch a := Association(tx, c.ID, "kube-system", cniAccount); {
	case a != nil && (n.roleARN == "" || findAddon(tx, c.ID, "eks-pod-identity-agent") != nil):
		role = iam.RoleByARN(tx, a.Props.Str("roleArn"))
		if err := assumable(tx, c, a, role, nodeRole); err != nil {
			return err
		}
	case n.roleARN != "":
		role = iam.RoleByARN(tx, n.roleARN)
		if err := federated(tx, c, n.roleARN, role); err != nil {
			return err
		}
	default:
		role = nodeRole
	}
	if missing := iam.Missing(tx, role, iam.CNIActions...); len(missing) > 0 {
		return cniMayNot.Late("the VPC CNI runs as role %s, which does not allow %s: attach AmazonEKS_CNI_Policy to it", role.ID, strings.Join(missing, ", "))
	}
	return nil
}

// assumable finds what keeps the Pod Identity agent from giving the CNI the
// role of its association.
func assumable(tx *cloud.Tx, c, a, role, nodeRole *cloud.Resource) error {
	switch {
	case findAddon(tx, c.ID, "eks-pod-identity-agent") == nil:
		return cniNoAgent.Late("the Pod Identity association %s of %s does nothing without the add-on eks-pod-identity-agent: make it before the node group", a.ID, cniAccount)
	case role == nil:
		return cniRoleGone.Late("the Pod Identity association %s of %s names the role %s, which does not exist any more", a.ID, cniAccount, a.Props.Str("roleArn"))
	case !iam.Trusts(role, podIdentity, "sts:AssumeRole", "sts:TagSession"):
		return cniRoleTrust.Late("role %s of the VPC CNI does not trust %s any more", role.ID, podIdentity)
	}
	if missing := iam.Missing(tx, nodeRole, "eks-auth:AssumeRoleForPodIdentity"); len(missing) > 0 {
		return agentMayNot.Late("the Pod Identity agent runs as node role %s, which does not allow %s: attach AmazonEKSWorkerNodePolicy to it", nodeRole.ID, missing[0])
	}
	return nil
}

// federated finds what keeps the CNI from assuming its role through the
// cluster's OpenID Connect provider.
func federated(tx *cloud.Tx, c *cloud.Resource, arn string, role *cloud.Resource) error {
	provider := tx.ARN("iam", "oidc-provider/"+issuer(c))
	switch {
	case role == nil:
		return cniFederatedGone.Late("role %s of the add-on vpc-cni does not exist any more", arn)
	case tx.Get(cloud.IAMOpenIDConnectProvider, provider) == nil:
		return cniNoProvider.Late("role %s of the add-on vpc-cni needs the OpenID Connect provider %s: make it, or give the add-on a Pod Identity association", role.ID, provider)
	case !iam.TrustsWebIdentity(role, provider, issuer(c), "system:serviceaccount:kube-system:"+cniAccount):
		return cniFederatedTrust.Late("role %s of the add-on vpc-cni does not trust %s for the service account kube-system/%s", role.ID, provider, cniAccount)
	}
	return nil
}

// addresses are how many addresses the CNI takes at once on a new node: on its
// primary interface and on a second one.
func (n cni) addresses(t instances.Type) (primary, second int) {
	warm := 0
	if n.env["WARM_IP_TARGET"] != "" || n.env["MINIMUM_IP_TARGET"] != "" {
		warm = max(n.count("WARM_IP_TARGET"), n.count("MINIMUM_IP_TARGET"), 1)
	}
	networking := n.networking()
	full := t.IPv4PerENI
	switch {
	case networking.PrefixDelegation && t.Nitro:
		full = 1 + prefixSize*max(n.count("WARM_PREFIX_TARGET"), (warm+prefixSize-1)/prefixSize, 1)
	case warm > 0:
		full = min(1+warm, t.IPv4PerENI)
	}
	switch {
	case networking.CustomNetworking:
		return 1, full
	case networking.PrefixDelegation && t.Nitro, warm > 0:
		return full, 0
	}
	// WARM_ENI_TARGET is 1: a whole interface is kept in reserve.
	return full, full
}

// prefixSize is how many addresses a /28 has.
const prefixSize = 16

// PodNetworking is how the VPC CNI of a cluster gives pods their addresses.
func PodNetworking(tx *cloud.Tx, cluster *cloud.Resource) instances.Networking {
	return cniOf(tx, cluster).networking()
}
