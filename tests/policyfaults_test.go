package tests

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"github.com/slipway-iac/slipway/policy/catalogue"
	"github.com/slipway-iac/slipway/policy/pack"
	"github.com/slipway-iac/slipway/policy/policytest"
)

// captured is a resource of an environment that is up.
type captured = apitype.ResourceV3

// fault is a mistake that somebody makes in an environment: a property of one
// resource, by the end of its type and a part of its name and "$", is set to something else, or,
// where there is no path, the resource is left out. The path "dependencies" stands
// for what it waits for.
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
	{"addon:Addon", "vpc-cni", "configurationValues", "{}", "plat-cni-prefix-delegation", []string{"plat-cni-custom-networking", "plat-cni-network-policy-on", "plat-node-max-pods-consistent", "plat-cni-eniconfig-per-az", "plat-cni-strict-netpol-mode", "plat-node-subnet-free-ips", "plat-cni-warm-targets"}},
	{"PodIdentityAssociation", "external-dns", "serviceAccount", "default", "plat-pod-identity-sa-exists", nil},
	{"rds/instance:Instance", "", "publiclyAccessible", true, "rds-not-public", []string{"plat-no-internet-path-to-db"}},
	{"rds/instance:Instance", "", "storageEncrypted", false, "rds-storage-encrypted", nil},
	{"rds/instance:Instance", "", "autoMinorVersionUpgrade", false, "rds-auto-minor-upgrade", nil},
	{"rds/instance:Instance", "", "dbSubnetGroupName", "default", "rds-in-vpc-subnet-group", []string{pack.UnknownID}},
	{"rds/instance:Instance", "", "vpcSecurityGroupIds", nil, "rds-no-db-security-group", []string{"sg-attached"}},
	{"rds/instance:Instance", "", "manageMasterUserPassword", false, "rds-managed-master-password", nil},
	{"rds/instance:Instance", "", "engineVersion", "12.19", "rds-pg-version-supported", nil},
	{"rds/instance:Instance", "", "kmsKeyId", nil, "rds-cmk", nil},
	{"rds/instance:Instance", "", "multiAz", false, "rds-multi-az", nil},
	{"rds/instance:Instance", "", "backupRetentionPeriod", 1.0, "rds-backup-retention", nil},
	{"rds/instance:Instance", "", "deletionProtection", false, "rds-deletion-protection", nil},
	{"rds/instance:Instance", "", "skipFinalSnapshot", true, "rds-final-snapshot", nil},
	{"rds/instance:Instance", "", "iamDatabaseAuthenticationEnabled", false, "rds-iam-auth", nil},
	{"rds/instance:Instance", "", "enabledCloudwatchLogsExports", []any{"upgrade"}, "rds-logs-exported", nil},
	{"rds/instance:Instance", "", "username", "postgres", "rds-custom-admin-username", nil},
	{"rds/instance:Instance", "", "caCertIdentifier", "rds-ca-2019", "rds-ca-current", nil},
	{"rds/instance:Instance", "", "copyTagsToSnapshot", false, "rds-copy-tags-to-snapshots", nil},
	{"rds/instance:Instance", "", "performanceInsightsEnabled", false, "rds-performance-insights", nil},
	{"rds/instance:Instance", "", "performanceInsightsKmsKeyId", nil, "rds-performance-insights-cmk", nil},
	{"rds/instance:Instance", "", "maxAllocatedStorage", nil, "rds-storage-autoscaling", nil},
	{"rds/instance:Instance", "", "monitoringInterval", 0.0, "rds-enhanced-monitoring", nil},
	{"rds/instance:Instance", "", "tags", nil, "rds-backup-plan-covered", nil},
	{"eventSubscription:EventSubscription", "", "", nil, "rds-event-subscriptions", nil},
	{"parameterGroup:ParameterGroup", "", "parameters", []any{map[string]any{"name": "log_statement", "value": "none"}}, "rds-query-logging", nil},
	{"parameterGroup:ParameterGroup", "", "parameters", []any{map[string]any{"name": "rds.force_ssl", "value": "0"}}, "rds-force-ssl", []string{"rds-query-logging"}},
	{"BucketPublicAccessBlock", "", "blockPublicPolicy", false, "s3-public-access-block", nil},
	{"bucketPolicy:BucketPolicy", "media", "policy", `{"Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}]}`, "s3-policy-no-lockout", []string{"s3-tls-only-policy"}},
	{"bucketPolicy:BucketPolicy", "media", "policy", `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}]}`, "s3-policy-no-wildcard-principal", []string{"s3-tls-only-policy"}},
	{"bucketPolicy:BucketPolicy", "media", "policy", `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"210987654321"},"Action":"s3:*","Resource":"*"}]}`, "s3-policy-cross-account-restricted", []string{"s3-tls-only-policy"}},
	{"bucketPolicy:BucketPolicy", "media", "", nil, "s3-tls-only-policy", nil},
	{"BucketServerSideEncryptionConfigurationV2", "media", "rules", []any{map[string]any{"applyServerSideEncryptionByDefault": map[string]any{"sseAlgorithm": "AES256"}}}, "s3-sse-kms", nil},
	{"BucketServerSideEncryptionConfigurationV2", "media", "rules", []any{map[string]any{"applyServerSideEncryptionByDefault": map[string]any{"sseAlgorithm": "aws:kms"}}}, "s3-bucket-key-enabled", nil},
	{"BucketVersioningV2", "media", "versioningConfiguration.status", "Suspended", "s3-versioning", nil},
	{"BucketLoggingV2", "media", "", nil, "s3-access-logging", nil},
	{"BucketOwnershipControls", "media", "rule.objectOwnership", "ObjectWriter", "s3-acls-disabled", nil},
	{"bucketV2:BucketV2", "media", "forceDestroy", true, "s3-no-force-destroy", nil},
	{"bucketV2:BucketV2", "media", "bucket", "media.example.com", "s3-dns-compliant-name", nil},
	{"BucketLifecycleConfigurationV2", "media", "", nil, "s3-lifecycle", []string{"s3-lifecycle-when-versioned"}},
	{"BucketLifecycleConfigurationV2", "media", "rules", []any{map[string]any{"id": "old", "noncurrentVersionExpiration": map[string]any{"noncurrentDays": 30.0}}}, "s3-abort-incomplete-uploads", nil},
	{"BucketLifecycleConfigurationV2", "media", "rules", []any{map[string]any{"id": "parts", "abortIncompleteMultipartUpload": map[string]any{"daysAfterInitiation": 7.0}}}, "s3-lifecycle-when-versioned", nil},
	{"sqs/queue:Queue", "", "sqsManagedSseEnabled", false, "sqs-encrypted", nil},
	{"sqs/queue:Queue", "", "messageRetentionSeconds", nil, "sqs-dlq", []string{"sqs-cmk"}},
	{"sqs/queue:Queue", "", "messageRetentionSeconds", 86400.0, "sqs-cmk", []string{"sqs-dlq"}},
	{"queuePolicy:QueuePolicy", "", "policy", `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sqs:SendMessage","Resource":"*"}]}`, "sqs-policy-not-public", []string{"sqs-tls-only"}},
	{"queuePolicy:QueuePolicy", "", "policy", `{"Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sqs:*","Resource":"*"}]}`, "sqs-policy-no-wildcard-action", []string{"sqs-tls-only"}},
	{"queuePolicy:QueuePolicy", "", "policy", `{"Statement":[]}`, "sqs-tls-only", nil},
	{"topic:Topic", "", "kmsMasterKeyId", nil, "sns-encrypted", nil},
	{"topicPolicy:TopicPolicy", "", "policy", `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sns:Publish","Resource":"*"}]}`, "sns-policy-not-public", []string{"sns-tls-only"}},
	{"topicPolicy:TopicPolicy", "", "policy", `{"Statement":[]}`, "sns-tls-only", nil},
	{"topicPolicy:TopicPolicy", "", "policy", `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"210987654321"},"Action":"sns:Publish","Resource":"arn:aws:sns:us-west-2:123456789012:alarms"}]}`, "sns-policy-no-cross-account", []string{"sns-tls-only"}},
	{"metricAlarm:MetricAlarm", "", "alarmActions", nil, "alarm-actions", nil},
	{"acm/certificate:Certificate", "", "keyAlgorithm", "RSA_1024", "acm-key-strength", nil},
	{"acm/certificate:Certificate", "", "validationMethod", "EMAIL", "acm-dns-validation", nil},
	{"acm/certificate:Certificate", "", "options", map[string]any{"certificateTransparencyLoggingPreference": "DISABLED"}, "acm-transparency-logging", nil},
	{"CertificateValidation", "", "", nil, "acm-validated-in-stack", nil},
	{"route53/record:Record", "", "ttl", 5.0, "r53-record-ttl-bounds", nil},
	{"route53/record:Record", "", "zoneId", "Z0123456789ABCDEFGHIJ", "plat-dns-zone-owned", nil},
	{"route53/zone:Zone", "", "forceDestroy", true, "r53-zone-no-force-destroy", nil},
	{"ClusterIssuer", "", "spec.acme.solvers", []any{map[string]any{"dns01": map[string]any{"route53": map[string]any{"region": "us-west-2"}}}}, "plat-certmanager-dns01-scoped", nil},
	{"apps/v1:DaemonSet", "", "spec.template.spec.priorityClassName", nil, "k8s-priority-class", nil},
	{"helm.sh/v3:Release", "aws-load-balancer-controller", "version", "~1.14", "helm-version-pinned", nil},
	{"helm.sh/v3:Release", "aws-load-balancer-controller", "repositoryOpts.repo", "http://charts.example.com", "helm-repo-allowed", nil},
	{"helm.sh/v3:Release", "cert-manager", "namespace", "kube-system", "k8s-not-kube-system", nil},
	{"helm.sh/v3:Release", "external-dns", "values.txtOwnerId", nil, "plat-external-dns-scoped", nil},
	{"helm.sh/v3:Release", "karpenter$", "values.settings.interruptionQueue", nil, "plat-karpenter-interruption-queue", nil},
	{"NodePool", "", "spec.limits", nil, "plat-karpenter-limits", nil},
	{"NodePool", "", "spec.template.spec.expireAfter", "Never", "plat-karpenter-expire-after", nil},
	{"NodePool", "", "dependencies", nil, "plat-delete-order-safe", nil},
	{"helm.sh/v3:Release", "external-dns", "dependencies", nil, "plat-helm-release-depends-on-nodes", nil},
	{"EC2NodeClass", "", "spec.metadataOptions", map[string]any{"httpTokens": "optional"}, "plat-karpenter-imds", nil},
	{"EC2NodeClass", "", "spec.blockDeviceMappings", []any{map[string]any{"ebs": map[string]any{"volumeSize": "50Gi"}}}, "plat-karpenter-ebs-encrypted", nil},
	{"EC2NodeClass", "", "spec.subnetSelectorTerms", nil, "plat-karpenter-selectors-scoped", nil},
	{"ConfigMap", "", "data", map[string]any{"DB_PASSWORD": "hunter2"}, "k8s-configmap-no-secrets", nil},
	{"core/v1:Service", "", "spec.type", "NodePort", "plat-no-node-port", nil},
	{"core/v1:Service", "", "spec.externalIPs", []any{"203.0.113.7"}, "k8s-service-no-external-ips", nil},
	{"NetworkPolicy", "external-dns", "spec.egress", []any{map[string]any{"to": []any{map[string]any{"ipBlock": map[string]any{"cidr": "0.0.0.0/0"}}}}}, "plat-namespace-no-imds-egress", nil},
	{"NetworkPolicy", "external-dns", "spec.ingress", []any{map[string]any{}}, "k8s-netpol-no-allow-all", []string{"plat-namespace-default-deny"}},
	{"vpcEndpoint:VpcEndpoint", "s3", "", nil, "vpce-gateway-s3-routed", nil},
	{"vpcEndpoint:VpcEndpoint", "s3", "vpcEndpointType", "Interface", "vpce-private-dns", []string{"vpce-multi-az"}},
	{"vpcEndpoint:VpcEndpoint", "s3", "policy", `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}`, "vpce-policy-not-wildcard", nil},
	{"networkAcl:NetworkAcl", "", "subnetIds", nil, "nacl-attached", nil},
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

// commit makes the mistake in a copy of the environment, and tells in which of its
// resources; nil when there is no such resource.
func (f fault) commit(t *testing.T, environment []captured) (out []captured, changed resource.URN) {
	t.Helper()
	for _, r := range environment {
		if changed == "" && strings.HasSuffix(string(r.Type), f.kind) && strings.Contains(r.URN.Name()+"$", f.name) {
			changed = r.URN
			switch f.path {
			case "":
				continue
			case "dependencies":
				r.Parent, r.Dependencies, r.PropertyDependencies = "", nil, nil
				out = append(out, r)
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
	if changed == "" {
		return nil, ""
	}
	return out, changed
}

// judge runs the pack over an environment, again and again: what has not changed
// since is looked at by itself but once.
type judge struct {
	*testing.T
	analyzer *pack.Analyzer
	alone    map[resource.URN]map[string]int
}

func newJudge(t *testing.T) *judge {
	t.Helper()
	p := catalogue.Pack()
	p.Clock = func() time.Time { return judged }
	a, err := pack.NewAnalyzer(p)
	if err != nil {
		t.Fatal(err)
	}
	return &judge{T: t, analyzer: a, alone: map[resource.URN]map[string]int{}}
}

// count adds what an answer says to what each control has found.
func (j *judge) count(found map[string]int, answer plugin.AnalyzeResponse, err error) {
	j.Helper()
	if err != nil {
		j.Fatal(err)
	}
	for _, d := range answer.Diagnostics {
		found[d.PolicyName]++
	}
}

// findings counts what each control finds in an environment with one resource
// that is not as it was.
func (j *judge) findings(environment []captured, changed resource.URN) map[string]int {
	j.Helper()
	found := map[string]int{}
	var stack []plugin.AnalyzerStackResource
	delete(j.alone, changed)
	for _, r := range environment {
		x := plugin.AnalyzerResource{URN: r.URN, Type: r.Type, Name: r.URN.Name(), Options: plugin.AnalyzerResourceOptions{Protect: r.Protect}}
		if j.alone[r.URN] == nil {
			x.Properties = policytest.Properties(r.Inputs)
			answer, err := j.analyzer.Analyze(j.Context(), x)
			j.alone[r.URN] = map[string]int{}
			j.count(j.alone[r.URN], answer, err)
		}
		for id, n := range j.alone[r.URN] {
			found[id] += n
		}
		x.Properties = policytest.Properties(r.Outputs)
		stack = append(stack, plugin.AnalyzerStackResource{AnalyzerResource: x, Parent: r.Parent, Dependencies: r.Dependencies, PropertyDependencies: r.PropertyDependencies})
	}
	answer, err := j.analyzer.AnalyzeStack(j.Context(), stack)
	j.count(found, answer, err)
	delete(j.alone, changed) // The next mistake is another one.
	return found
}

// seed makes each mistake in an environment that is up: the control that is
// there for it must find it, and only its relatives may say something too.
func seed(t *testing.T, environment []captured) {
	t.Helper()
	j := newJudge(t)
	before := j.findings(environment, "")
	killed := map[string]bool{}
	for _, f := range faults {
		wrong, changed := f.commit(t, environment)
		if wrong == nil {
			t.Errorf("%s: the environment has no %s %q", f.by, f.kind, f.name)
			continue
		}
		after := j.findings(wrong, changed)
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
