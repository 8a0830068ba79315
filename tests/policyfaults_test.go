package tests

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"

	"github.com/slipway-iac/slipway/policy/catalogue"
	"github.com/slipway-iac/slipway/policy/pack"
)

// captured is a resource of an environment that is up, as policies see it.
type captured struct {
	URN                  resource.URN                            `json:"urn"`
	Type                 tokens.Type                             `json:"type"`
	Inputs               map[string]any                          `json:"inputs"`
	Outputs              map[string]any                          `json:"outputs"`
	Protect              bool                                    `json:"protect"`
	PropertyDependencies map[resource.PropertyKey][]resource.URN `json:"propertyDependencies"`
}

// fault is a mistake that somebody makes in an environment: a property of one
// resource, by the end of its type and of its name, is set to something else,
// or, where there is no path, the resource is left out.
type fault struct {
	kind, name, path string
	value            any
	// found by this control, and by nothing else but its relatives.
	by        string
	relatives []string
}

// faults has a mistake for each control that an environment can break by a
// single change.
var faults = []fault{
	{"eks/cluster:Cluster", "", "vpcConfig.endpointPublicAccess", true, "eks-endpoint-not-public", []string{"eks-public-cidrs-restricted"}},
	{"eks/cluster:Cluster", "", "vpcConfig.endpointPrivateAccess", false, "eks-endpoint-private-enabled", nil},
	{"eks/cluster:Cluster", "", "encryptionConfig", nil, "eks-secrets-cmk-encryption", nil},
	{"eks/cluster:Cluster", "", "enabledClusterLogTypes", []any{"api", "authenticator", "controllerManager", "scheduler"}, "eks-audit-logging", []string{"eks-all-log-types"}},
	{"eks/cluster:Cluster", "", "enabledClusterLogTypes", []any{"audit"}, "eks-all-log-types", nil},
	{"eks/cluster:Cluster", "", "version", "1.33", "eks-version-standard-support", []string{"plat-eks-version-runway", "plat-addon-compatible-with-version"}},
	{"eks/cluster:Cluster", "", "upgradePolicy.supportType", "EXTENDED", "eks-upgrade-policy-standard", nil},
	{"eks/cluster:Cluster", "", "accessConfig.authenticationMode", "CONFIG_MAP", "eks-auth-mode-api", nil},
	{"eks/cluster:Cluster", "", "accessConfig.bootstrapClusterCreatorAdminPermissions", true, "eks-no-bootstrap-creator-admin", nil},
	{"eks/cluster:Cluster", "", "kubernetesNetworkConfig.serviceIpv4Cidr", "10.2.16.0/20", "plat-service-cidr-no-overlap", nil},
	{"logGroup:LogGroup", "cluster-logs", "", nil, "eks-log-group-managed", nil},
	{"accessEntry:AccessEntry", "", "kubernetesGroups", []any{"system:masters"}, "eks-access-entry-no-system-masters", nil},
	{"accessEntry:AccessEntry", "", "principalArn", "arn:aws:iam::123456789012:user/alice", "eks-access-entry-no-iam-user", nil},
	{"AccessPolicyAssociation", "", "principalArn", "arn:aws:iam::123456789012:role/developers", "eks-access-policy-not-cluster-admin", nil},
	{"addon:Addon", "pod-identity-agent", "", nil, "plat-pod-identity-agent-present", nil},
	{"addon:Addon", "vpc-cni", "", nil, "plat-cni-addon-managed", []string{"plat-core-addons-present"}},
	{"addon:Addon", "coredns", "", nil, "plat-core-addons-present", nil},
	{"addon:Addon", "vpc-cni", "podIdentityAssociations", nil, "eks-addon-has-identity", nil},
	{"addon:Addon", "vpc-cni", "addonVersion", "v1.12.0-eksbuild.1", "plat-cni-min-version", nil},
	{"addon:Addon", "coredns", "addonVersion", nil, "eks-addon-version-pinned", nil},
	{"addon:Addon", "coredns", "resolveConflictsOnUpdate", nil, "eks-addon-resolve-conflicts-explicit", nil},
	{"nodeGroup:NodeGroup", "", "amiType", "AL2_x86_64", "plat-node-ami-not-retired", nil},
	{"nodeGroup:NodeGroup", "", "instanceTypes", []any{"m4.large"}, "plat-node-nitro-only", nil},
	{"nodeGroup:NodeGroup", "", "version", "1.32", "eks-nodegroup-version-supported", nil},
	{"nodeGroup:NodeGroup", "", "remoteAccess", map[string]any{"ec2SshKey": "operators"}, "eks-nodegroup-remote-access-restricted", nil},
	{"nodeGroup:NodeGroup", "", "launchTemplate", nil, "eks-nodegroup-uses-launch-template", nil},
	{"nodeGroup:NodeGroup", "", "updateConfig", nil, "plat-node-update-config", nil},
	{"nodeGroup:NodeGroup", "", "capacityType", nil, "plat-node-capacity-type-explicit", nil},
	{"RolePolicyAttachment", "nodes-system-AmazonEKSWorkerNode", "policyArn", "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy", "eks-node-role-minimal", nil},
	{"RolePolicyAttachment", "nodes-system-AmazonEKSWorkerNode", "policyArn", "arn:aws:iam::aws:policy/AdministratorAccess", "iam-no-administratoraccess-attachment", []string{"eks-node-role-minimal"}},
	{"launchTemplate:LaunchTemplate", "", "metadataOptions.httpTokens", "optional", "lt-imdsv2-required", nil},
	{"launchTemplate:LaunchTemplate", "", "metadataOptions.httpPutResponseHopLimit", 2.0, "lt-imds-hop-limit-one", nil},
	{"launchTemplate:LaunchTemplate", "", "networkInterfaces", []any{map[string]any{"associatePublicIpAddress": "true"}}, "lt-no-public-ip", nil},
	{"launchTemplate:LaunchTemplate", "", "blockDeviceMappings", []any{map[string]any{"ebs": map[string]any{"encrypted": "false"}}}, "lt-ebs-encrypted-cmk", nil},
	{"launchTemplate:LaunchTemplate", "", "userData", "-----BEGIN RSA PRIVATE KEY-----", "lt-no-secrets-in-user-data", nil},
	{"launchTemplate:LaunchTemplate", "", "keyName", "operators", "lt-no-ssh-key", nil},
	{"flowLog:FlowLog", "", "", nil, "vpc-flow-logs-enabled", nil},
	{"flowLog:FlowLog", "", "trafficType", "ACCEPT", "flow-log-traffic-all-or-reject", nil},
	{"flowLog:FlowLog", "", "logFormat", nil, "flow-log-format-has-pkt-addr", nil},
	{"logGroup:LogGroup", "database-postgresql", "retentionInDays", 30.0, "logs-retention", nil},
	{"vpc:Vpc", "", "enableDnsHostnames", false, "vpc-dns-enabled", nil},
	{"subnet:Subnet", "private-a", "mapPublicIpOnLaunch", true, "subnet-no-auto-public-ip", []string{"plat-node-private-subnets"}},
	{"subnet:Subnet", "data-a", "tags.slipway:tier", "misc", "plat-subnet-tier-tagged", []string{"plat-subnet-az-balance", "plat-db-only-isolated-subnets"}},
	{"subnet:Subnet", "data-a", "tags.kubernetes.io/role/elb", "1", "plat-lb-subnet-tags", nil},
	{"subnet:Subnet", "pod-a", "cidrBlock", "10.2.200.0/20", "plat-pod-cidr-cgnat", nil},
	{"subnet:Subnet", "pod-a", "cidrBlock", "100.66.0.0/24", "plat-pod-subnet-size", []string{"plat-node-subnet-free-ips"}},
	{"subnet:Subnet", "control-b", "availabilityZone", "us-west-2a", "eks-cluster-two-subnets-two-azs", []string{"plat-subnet-az-balance"}},
	{"natGateway:NatGateway", "nat-b", "", nil, "eip-associated", nil},
	{"natGateway:NatGateway", "nat-b", "allocationId", nil, "plat-nat-in-public-subnet", []string{"eip-associated"}},
	{"route:Route", "private-a", "vpcPeeringConnectionId", "pcx-1", "route-peering-least-access", nil},
	{"DefaultSecurityGroup", "", "", nil, "default-sg-locked", nil},
	{"DefaultSecurityGroup", "", "ingress", []any{map[string]any{"protocol": "tcp", "fromPort": 443.0, "toPort": 443.0, "cidrBlocks": []any{"10.2.0.0/16"}}}, "default-sg-locked", nil},
	{"SecurityGroupIngressRule", "pods-self", "cidrIpv4", "0.0.0.0/0", "sg-no-all-ports-ingress-open", []string{"sg-no-ssh-from-anywhere", "sg-no-rdp-from-anywhere", "sg-no-cifs-from-anywhere"}},
	{"SecurityGroupIngressRule", "cluster-kubelet", "cidrIpv4", "0.0.0.0/0", "sg-no-high-risk-ports-open", []string{"sg-open-ingress-only-allowed-ports"}},
	{"SecurityGroupIngressRule", "cluster-kubelet", "description", nil, "sg-rule-described", nil},
	{"key:Key", "cluster-secrets", "enableKeyRotation", false, "kms-rotation", nil},
	{"key:Key", "cluster-secrets", "deletionWindowInDays", 7.0, "kms-deletion-window", nil},
	{"key:Key", "cluster-secrets", "isEnabled", false, "kms-key-enabled", nil},
	{"key:Key", "cluster-secrets", "bypassPolicyLockoutSafetyCheck", true, "kms-no-lockout-bypass", nil},
	{"key:Key", "cluster-secrets", "description", nil, "kms-described", nil},
	{"key:Key", "cluster-secrets", "policy", nil, "kms-policy-defined", nil},
	{"key:Key", "cluster-secrets", "policy", `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}]}`, "kms-policy-no-wildcard-principal", nil},
	{"role:Role", "nodes-system", "assumeRolePolicy", `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`, "iam-trust-no-wildcard", nil},
	{"role:Role", "addons-before-nodes-vpc-cni", "assumeRolePolicy", `{"Statement":[{"Effect":"Allow","Principal":{"Service":"pods.eks.amazonaws.com"},"Action":"sts:AssumeRole"}]}`, "iam-trust-pod-identity-tagsession", nil},
	{"role:Role", "database-monitoring", "assumeRolePolicy", `{"Statement":[{"Effect":"Allow","Principal":{"Service":"vpc-flow-logs.amazonaws.com"},"Action":"sts:AssumeRole"}]}`, "iam-trust-confused-deputy", nil},
	{"role:Role", "nodes-system", "maxSessionDuration", 43200.0, "iam-role-session-duration", nil},
	{"RolePolicy", "cert-manager-challenges", "policy", `{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`, "iam-no-admin-policy",
		[]string{"iam-no-credentials-exposure", "iam-no-data-exfiltration", "iam-no-unconstrained-permissions-mgmt", "iam-kms-decrypt-scoped"}},
	{"RolePolicy", "cert-manager-challenges", "policy", `{"Statement":[{"Effect":"Allow","Action":"iam:AttachRolePolicy","Resource":"*"}]}`, "iam-no-privilege-escalation", []string{"iam-no-unconstrained-write"}},
	{"subnet:Subnet", "private-a", "tags.slipway:tier", "data", "plat-no-internet-path-to-db", []string{"plat-subnet-az-balance", "plat-lb-subnet-tags"}},
	{"launchTemplate:LaunchTemplate", "", "userData", "maxPods: 500", "plat-node-max-pods-consistent", nil},
	{"nodeGroup:NodeGroup", "", "instanceTypes", []any{"m6i.xlarge", "m6i.4xlarge"}, "plat-node-uniform-sizes", nil},
	{"nodeGroup:NodeGroup", "", "scalingConfig.maxSize", 3000.0, "plat-node-subnet-free-ips", nil},
	{"core/v1:Namespace", "apps", "metadata.labels", nil, "k8s-namespace-psa-labels", nil},
}

// set puts a value at a dotted path of nested maps; a key with dots in it is
// the last. Nil takes the value away.
func (f fault) set(properties map[string]any) {
	at, path := properties, f.path
	for {
		key, rest, deeper := strings.Cut(path, ".")
		inner, ok := at[key].(map[string]any)
		if !deeper || !ok {
			break
		}
		at, path = inner, rest
	}
	if f.value == nil {
		delete(at, path)
		return
	}
	if key, rest, deeper := strings.Cut(path, "."); deeper && !strings.Contains(path, "/") {
		at[key] = map[string]any{rest: f.value}
		return
	}
	at[path] = f.value
}

// commit makes the mistake in a copy of the environment; nil when there is no
// such resource.
func (f fault) commit(t *testing.T, environment []captured) []captured {
	t.Helper()
	var out []captured
	done := false
	for _, r := range environment {
		if !done && strings.HasSuffix(string(r.Type), f.kind) && strings.Contains(r.URN.Name(), f.name) {
			done = true
			if f.path == "" {
				continue
			}
			for _, properties := range []*map[string]any{&r.Inputs, &r.Outputs} {
				text, err := json.Marshal(*properties)
				if err != nil {
					t.Fatal(err)
				}
				*properties = nil
				if err := json.Unmarshal(text, properties); err != nil {
					t.Fatal(err)
				}
				f.set(*properties)
			}
			key, _, _ := strings.Cut(f.path, ".")
			deps := map[resource.PropertyKey][]resource.URN{}
			for k, urns := range r.PropertyDependencies {
				if string(k) != key || f.value != nil && strings.Contains(f.path, ".") {
					deps[k] = urns
				}
			}
			r.PropertyDependencies = deps
		}
		out = append(out, r)
	}
	if !done {
		return nil
	}
	return out
}

// judge runs the pack over an environment and counts what each control finds.
func judge(t *testing.T, environment []captured) map[string]int {
	t.Helper()
	a, err := pack.NewAnalyzer(catalogue.Pack())
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	add := func(answer plugin.AnalyzeResponse, err error) {
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range answer.Diagnostics {
			found[d.PolicyName]++
		}
	}
	var stack []plugin.AnalyzerStackResource
	for _, r := range environment {
		x := plugin.AnalyzerResource{
			URN: r.URN, Type: r.Type, Name: r.URN.Name(), Properties: resource.NewPropertyMapFromMap(r.Inputs),
			Options: plugin.AnalyzerResourceOptions{Protect: r.Protect},
		}
		add(a.Analyze(t.Context(), x))
		x.Properties = resource.NewPropertyMapFromMap(r.Outputs)
		stack = append(stack, plugin.AnalyzerStackResource{AnalyzerResource: x, PropertyDependencies: r.PropertyDependencies})
	}
	add(a.AnalyzeStack(t.Context(), stack))
	return found
}

// seed makes each mistake in an environment that is up: the control that is
// there for it must find it, and only its relatives may say something too.
func seed(t *testing.T, environment []captured) {
	t.Helper()
	before := judge(t, environment)
	killed := map[string]bool{}
	for _, f := range faults {
		wrong := f.commit(t, environment)
		if wrong == nil {
			t.Errorf("%s: the environment has no %s %q", f.by, f.kind, f.name)
			continue
		}
		after := judge(t, wrong)
		if after[f.by] <= before[f.by] {
			t.Errorf("%s did not notice %s of %s %s", f.by, f.path, f.kind, f.name)
		}
		for id, n := range after {
			if n > before[id] && id != f.by && !slices.Contains(f.relatives, id) {
				t.Errorf("%s of %s %s is noticed by %s, too", f.path, f.kind, f.name, id)
			}
		}
		killed[f.by] = true
	}
	t.Logf("%d seeded faults, noticed by %d controls", len(faults), len(killed))
}
