package controls

import (
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/policy/control"
	"github.com/slipway-iac/slipway/policy/example"
)

func find(t *testing.T, id string) *control.Control {
	t.Helper()
	for _, c := range All() {
		if c.ID == id {
			return &c
		}
	}
	t.Fatalf("there is no control %s", id)
	return nil
}

// violations counts what a control finds in the properties of one resource.
func violations(t *testing.T, id, token, properties string) int {
	t.Helper()
	resources, err := example.Load(properties, token, example.Updated)
	if err != nil {
		t.Fatal(err)
	}
	r := verdict(find(t, id), resources)
	if len(r.Unknown) > 0 {
		t.Errorf("%s, %s: not known: %v", id, properties, r.Unknown)
	}
	return len(r.Violations)
}

// The same rule of a security group is judged alike in each of its shapes.
func TestShapesOfSecurityGroupRules(t *testing.T) {
	t.Parallel()
	shapes := []struct{ token, format string }{
		{securityGroup, `{ingress: [{protocol: "$P", fromPort: $F, toPort: $T, cidrBlocks: [$C]}]}`},
		{defaultGroup, `{ingress: [{protocol: "$P", fromPort: $F, toPort: $T, cidrBlocks: [$C]}]}`},
		{groupRule, `{type: ingress, protocol: "$P", fromPort: $F, toPort: $T, cidrBlocks: [$C]}`},
		{ingressRule, `{ipProtocol: "$P", fromPort: $F, toPort: $T, cidrIpv4: $C}`},
	}
	rules := []struct {
		protocol, from, to, cidr string
		want                     map[string]int
	}{
		{"tcp", "22", "22", "0.0.0.0/0", map[string]int{"sg-no-ssh-from-anywhere": 1, "sg-no-high-risk-ports-open": 1, "sg-open-ingress-only-allowed-ports": 1}},
		{"6", "0", "1024", "0.0.0.0/0", map[string]int{"sg-no-ssh-from-anywhere": 1, "sg-no-cifs-from-anywhere": 1, "sg-no-high-risk-ports-open": 1, "sg-open-ingress-only-allowed-ports": 1}},
		{"-1", "0", "0", "0.0.0.0/0", map[string]int{"sg-no-ssh-from-anywhere": 1, "sg-no-rdp-from-anywhere": 1, "sg-no-cifs-from-anywhere": 1, "sg-no-all-ports-ingress-open": 1}},
		{"tcp", "0", "65535", "0.0.0.0/0", map[string]int{"sg-no-ssh-from-anywhere": 1, "sg-no-rdp-from-anywhere": 1, "sg-no-cifs-from-anywhere": 1, "sg-no-all-ports-ingress-open": 1}},
		{"tcp", "443", "443", "0.0.0.0/0", nil},
		{"icmp", "-1", "-1", "0.0.0.0/0", nil},
		{"tcp", "22", "22", "203.0.113.0/24", nil},
		{"-1", "0", "0", "10.0.0.0/8", nil},
		{"udp", "53", "53", "52.0.0.0/8", map[string]int{"sg-open-ingress-only-allowed-ports": 1}},
	}
	controls := []string{"sg-no-ssh-from-anywhere", "sg-no-rdp-from-anywhere", "sg-no-cifs-from-anywhere", "sg-no-high-risk-ports-open",
		"sg-open-ingress-only-allowed-ports", "sg-no-all-ports-ingress-open"}
	for _, rule := range rules {
		for _, shape := range shapes {
			properties := strings.NewReplacer("$P", rule.protocol, "$F", rule.from, "$T", rule.to, "$C", rule.cidr).Replace(shape.format)
			for _, id := range controls {
				if got := violations(t, id, shape.token, properties); got != rule.want[id] {
					t.Errorf("%s in %s %s: %d violations, want %d", id, shape.token, properties, got, rule.want[id])
				}
			}
		}
	}
	if violations(t, "sg-no-ssh-from-anywhere", groupRule, `{type: egress, protocol: tcp, fromPort: 22, toPort: 22, cidrBlocks: [0.0.0.0/0]}`) != 0 {
		t.Error("a rule that lets traffic out was judged as one that lets it in")
	}
	// One unknown rule does not hide another one.
	resources, err := example.Load("resources:\n  other: {type: \"aws:ec2/vpc:Vpc\"}\n  web:\n    type: "+securityGroup+
		"\n    properties: {ingress: [{protocol: tcp, fromPort: 22, toPort: 22, cidrBlocks: [\"${other.cidrBlock}\"]}, {protocol: tcp, fromPort: 22, toPort: 22, cidrBlocks: [0.0.0.0/0]}]}", "", example.Previewed)
	if err != nil {
		t.Fatal(err)
	}
	if r := verdict(find(t, "sg-no-ssh-from-anywhere"), resources); len(r.Violations) != 1 || len(r.Unknown) != 1 {
		t.Errorf("beside an unknown rule: %v, not known %v", r.Violations, r.Unknown)
	}
}

// cases are single decisions of controls that their examples do not show.
var cases = []struct {
	id, token, properties string
	want                  int
}{
	{"eks-public-cidrs-restricted", cluster, `vpcConfig: {endpointPublicAccess: true}`, 1},
	{"eks-public-cidrs-restricted", cluster, `vpcConfig: {endpointPublicAccess: false}`, 0},
	{"eks-public-cidrs-restricted", cluster, `vpcConfig: {endpointPublicAccess: true, publicAccessCidrs: [52.0.0.0/12]}`, 1},
	{"eks-public-cidrs-restricted", cluster, `vpcConfig: {endpointPublicAccess: true, publicAccessCidrs: [10.0.0.0/8]}`, 0},
	{"eks-version-standard-support", cluster, `version: "1.29"`, 1},
	{"eks-version-standard-support", cluster, `version: "1.34"`, 0},
	{"eks-version-standard-support", cluster, `version: "1.40"`, 0},
	{"eks-version-standard-support", cluster, `name: demo`, 1},
	{"plat-eks-version-runway", cluster, `version: "1.35"`, 0},
	{"eks-nodegroup-version-supported", nodeGroup, `clusterName: demo`, 0},
	{"lt-imdsv2-required", launchTemplate, `metadataOptions: {httpEndpoint: disabled}`, 0},
	{"lt-imdsv2-required", launchTemplate, `instanceType: m6i.large`, 1},
	{"lt-ebs-encrypted-cmk", launchTemplate, `blockDeviceMappings: [{deviceName: /dev/xvdb, noDevice: ""}]`, 0},
	{"lt-ebs-encrypted-cmk", launchTemplate, `blockDeviceMappings: [{ebs: {encrypted: true}}]`, 0},
	{"lt-no-secrets-in-user-data", launchTemplate, `userData: cGFzc3dvcmQ9aHVudGVyMmh1bnRlcjI=`, 1},
	{"lt-no-secrets-in-user-data", launchTemplate, `userData: "password=$(fetch)"`, 0},
	{"kms-rotation", kmsKey, `customerMasterKeySpec: RSA_4096`, 0},
	{"kms-rotation", kmsKey, `{enableKeyRotation: true, rotationPeriodInDays: 2560}`, 1},
	{"kms-deletion-window", kmsKey, `description: logs`, 0},
	{"logs-retention", logGroup, `retentionInDays: 0`, 1},
	{"logs-retention", logGroup, `retentionInDays: 400`, 0},
	{"iam-no-admin-policy", role, `inlinePolicies: [{name: all, policy: '{"Statement":{"Effect":"Allow","Action":["*"],"Resource":["*"]}}'}]`, 1},
	{"iam-no-admin-policy", iamPolicy, `policy: {Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}`, 1},
	{"iam-no-admin-policy", iamPolicy, `policy: {Statement: [{Effect: Deny, Action: "*", Resource: "*"}]}`, 0},
	{"iam-no-admin-policy", iamPolicy, `policy: "not a document"`, 1},
	{"iam-no-privilege-escalation", iamPolicy, `policy: {Statement: [{Effect: Allow, Action: "iam:Put*", Resource: "*"}]}`, 1},
	{"iam-no-privilege-escalation", iamPolicy, `policy: {Statement: [{Effect: Allow, NotAction: "s3:*", Resource: "*"}]}`, 1},
	{"iam-no-privilege-escalation", iamPolicy, `policy: {Statement: [{Effect: Allow, Action: "iam:PassRole", Resource: "*"}]}`, 0},
	{"iam-trust-no-wildcard", role, `assumeRolePolicy: {Statement: [{Effect: Allow, Principal: {AWS: "123456789012"}, Action: "sts:AssumeRole"}]}`, 1},
	{"iam-trust-no-wildcard", role, `assumeRolePolicy: {Statement: [{Effect: Allow, Principal: {AWS: "arn:aws:iam::123456789012:role/ci"}, Action: "sts:AssumeRole"}]}`, 0},
	{"iam-trust-oidc-conditions", role, github(`StringLike`, "repo:example/*"), 0},
	{"iam-trust-oidc-conditions", role, github(`StringLike`, "repo:*"), 1},
	{"iam-trust-oidc-conditions", role, github(`StringEquals`, "repo:example/shop:ref:refs/heads/main"), 0},
	{"plat-pod-cidr-cgnat", subnet, `{cidrBlock: 100.64.0.0/18, tags: {"slipway:tier": private}}`, 1},
	{"plat-pod-cidr-cgnat", subnet, `{cidrBlock: 100.64.0.0/18, tags: {Name: anything}}`, 0},
	{"plat-cni-network-policy-on", addon, `{addonName: vpc-cni, configurationValues: "enableNetworkPolicy: \"true\""}`, 0},
	{"plat-cni-network-policy-on", addon, `{addonName: coredns}`, 0},
	{"k8s-no-privileged", "kubernetes:batch/v1:CronJob", `spec: {jobTemplate: {spec: {template: {spec: {initContainers: [{name: x, securityContext: {privileged: true}}]}}}}}`, 1},
	{"k8s-no-privileged", "kubernetes:core/v1:Pod", `spec: {containers: [{name: x, securityContext: {privileged: true}}, {name: y, securityContext: {privileged: true}}]}`, 2},
	{"k8s-no-privileged", "kubernetes:extensions/v1beta1:DaemonSet", `spec: {template: {spec: {containers: [{name: x, securityContext: {privileged: true}}]}}}`, 1},
	{"k8s-run-as-non-root", "kubernetes:core/v1:Pod", `spec: {securityContext: {runAsNonRoot: true}, containers: [{name: x}]}`, 0},
	{"k8s-run-as-non-root", "kubernetes:core/v1:Pod", `spec: {securityContext: {runAsNonRoot: true}, containers: [{name: x, securityContext: {runAsNonRoot: false}}]}`, 1},
	{"k8s-image-tag-fixed", "kubernetes:core/v1:Pod", `spec: {containers: [{image: "localhost:5000/shop"}]}`, 1},
	{"k8s-image-tag-fixed", "kubernetes:core/v1:Pod", `spec: {containers: [{image: "shop@sha256:0"}]}`, 0},
	{"k8s-image-registry-allowed", "kubernetes:core/v1:Pod", `spec: {containers: [{image: nginx}]}`, 1},
	{"k8s-namespace-psa-labels", namespace, `metadata: {labels: {pod-security.kubernetes.io/enforce: privileged}}`, 1},
	{"plat-no-ingress-nginx", helmRelease, `{chart: nginx-ingress, repositoryOpts: {repo: "https://helm.nginx.com/stable"}}`, 0},
	{"plat-no-ingress-nginx", "kubernetes:apps/v1:Deployment", `spec: {template: {spec: {containers: [{image: "registry.k8s.io/ingress-nginx/controller:v1.11.2"}]}}}`, 1},
	{"helm-repo-allowed", helmRelease, `chart: ./charts/shop`, 0},
	{"helm-repo-allowed", helmRelease, `chart: "oci://123456789012.dkr.ecr.us-west-2.amazonaws.com/charts/shop"`, 0},
	{"helm-repo-allowed", helmRelease, `chart: "oci://registry.example.com/shop"`, 1},
	{"plat-karpenter-expire-after", nodePool, `spec: {template: {spec: {expireAfter: 1000h}}}`, 1},
	{"plat-karpenter-expire-after", nodePool, `spec: {template: {spec: {expireAfter: 720h}}}`, 0},
	{"rds-storage-encrypted", database, `replicateSourceDb: main`, 0},
	{"rds-pg-version-supported", database, `{engine: mysql, engineVersion: "8.0"}`, 0},
	{"lb-listener-secure-protocol", listener, `{protocol: TCP, port: 443}`, 1},
	{"alb-drop-invalid-headers", loadBalancer, `loadBalancerType: network`, 0},
	{"s3-no-public-acl", "aws:s3/bucket:Bucket", `acl: public-read`, 1},
	{"s3-policy-cross-account-restricted", bucketPolicy, `policy: {Statement: [{Effect: Allow, Principal: {AWS: "210987654321"}, Action: "s3:*", Resource: "*"}]}`, 1},
	{"rbac-no-bind-escalate", roles[0], `rules: [{resources: [roles], verbs: ["*"]}]`, 1},
	{"rbac-no-configmap-kube-system-write", roles[1], `{metadata: {namespace: apps}, rules: [{resources: [configmaps], verbs: [update]}]}`, 0},
	{"rbac-no-configmap-kube-system-write", roles[1], `{metadata: {namespace: kube-system}, rules: [{resources: [configmaps], verbs: [update]}]}`, 1},
	{"rbac-no-configmap-kube-system-write", roles[0], `rules: [{resources: [configmaps], resourceNames: [aws-auth], verbs: [patch]}]`, 1},
	{"k8s-no-root-gid", "kubernetes:core/v1:Pod", `spec: {securityContext: {supplementalGroups: [5, 0]}, containers: [{securityContext: {runAsGroup: 0}}]}`, 2},
	{"k8s-apparmor-selinux", "kubernetes:core/v1:Pod", `spec: {containers: [{securityContext: {seLinuxOptions: {user: system_u, role: system_r}}}]}`, 2},
	{"k8s-volume-types", "kubernetes:core/v1:Pod", `spec: {volumes: [{name: logs, hostPath: {path: /var/log}}, {name: tmp, emptyDir: {}}]}`, 0},
	{"k8s-no-writable-host-path", daemonSet, `{metadata: {name: node-local-dns}, spec: {template: {spec: {volumes: [{name: lock, hostPath: {path: /run}}], containers: [{volumeMounts: [{name: lock}]}]}}}}`, 0},
	{"k8s-no-deprecated-sa-field", "kubernetes:core/v1:Pod", `spec: {serviceAccount: shop, serviceAccountName: shop}`, 0},
	{"k8s-secrets-as-files", "kubernetes:core/v1:Pod", `spec: {containers: [{envFrom: [{secretRef: {name: db}}, {configMapRef: {name: shop}}]}]}`, 1},
	{"k8s-probe-port-exists", "kubernetes:core/v1:Pod", `spec: {containers: [{livenessProbe: {tcpSocket: {port: 8080}}}, {startupProbe: {tcpSocket: {port: "8080"}}}]}`, 0},
	{"k8s-topology-spread", deployment, `spec: {replicas: 1}`, 0},
	{"k8s-topology-spread", deployment, `spec: {replicas: 2, template: {spec: {topologySpreadConstraints: [{topologyKey: kubernetes.io/hostname}]}}}`, 1},
	{"k8s-topology-spread", deployment, `spec: {replicas: 2, template: {spec: {affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{podAffinityTerm: {topologyKey: topology.kubernetes.io/zone}}]}}}}}`, 0},
	{"k8s-topology-spread", statefulSet, `spec: {replicas: 2, template: {spec: {affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: topology.kubernetes.io/zone}]}}}}}`, 0},
	{"k8s-rolling-update", deployment, `spec: {replicas: 1, strategy: {type: Recreate}}`, 0},
	{"k8s-rolling-update", deployment, `spec: {replicas: 2, strategy: {rollingUpdate: {maxUnavailable: "100%"}}}`, 1},
	{"k8s-recommended-labels", daemonSet, `metadata: {namespace: kube-system, labels: {k8s-app: proxy}}`, 0},
	{"k8s-no-alpha-beta-apis", "kubernetes:networking.k8s.io/v1:Ingress", `metadata: {name: shop}`, 0},
	{"k8s-no-alpha-beta-apis", "kubernetes:networking.k8s.io/v1beta1:Ingress", `metadata: {name: shop}`, 1},
	{"k8s-not-kube-system", helmRelease, `{chart: "oci://public.ecr.aws/karpenter/karpenter", namespace: kube-system}`, 0},
	{"k8s-not-kube-system", helmRelease, `{chart: shop, namespace: kube-system}`, 1},
	{"lb-multi-az", loadBalancer, `subnetMappings: [{subnetId: a}, {subnetId: b}]`, 0},
	{"tg-health-check-defined", targetGroup, `protocol: TCP`, 0},
	{"tg-health-check-encrypted", targetGroup, `targetType: lambda`, 0},
	{"waf-log4j-managed-rules", webACL, `ruleJson: "[]"`, 0},
	{"waf-log4j-managed-rules", webACL, `rules: [{statement: {managedRuleGroupStatement: {name: AWSManagedRulesKnownBadInputsRuleSet, ruleActionOverrides: [{name: Log4JRCE_BODY, actionToUse: {count: {}}}]}}}]`, 1},
	{"waf-log4j-managed-rules", webACL, `rules: [{overrideAction: {count: {}}, statement: {managedRuleGroupStatement: {name: AWSManagedRulesKnownBadInputsRuleSet}}}]`, 1},
	{"waf-rule-has-action", webACL, `rules: [{name: nothing}]`, 1},
	{"apigw-endpoint-type", restAPI, `endpointConfiguration: {types: [PRIVATE]}`, 0},
	{"apigw-endpoint-type", restAPI, `endpointConfiguration: {types: EDGE}`, 1},
	{"apigw-throttling", methodSettings, `settings: {throttlingRateLimit: -1}`, 1},
	{"apigw-request-validation", "aws:apigateway/method:Method", `httpMethod: OPTIONS`, 0},
	{"rds-query-logging", parameterGroup, `family: mysql8.0`, 0},
	{"rds-backup-plan-covered", database, `engine: postgres`, 0},
	{"rds-query-logging", parameterGroup, `{family: postgres17, parameters: [{name: log_statement, value: all}, {name: log_min_duration_statement, value: "-1"}]}`, 1},
	{"rds-force-ssl", parameterGroup, `{family: postgres14}`, 1},
	{"rds-force-ssl", parameterGroup, `{family: postgres17}`, 0},
	{"s3-policy-no-lockout", bucketPolicy, `policy: {Statement: [{Effect: Deny, NotPrincipal: {AWS: "123456789012"}, Action: "*", Resource: "*"}]}`, 0},
	{"sqs-cmk", queue, `messageRetentionSeconds: 300`, 0},
	{"sns-policy-no-cross-account", topicPolicy, `policy: {Statement: [{Effect: Allow, Principal: {AWS: "210987654321"}, Action: "sns:Publish", Resource: "*"}]}`, 0},
	{"r53-record-ttl-bounds", record, `ttl: 5`, 1},
	{"r53-record-ttl-bounds", record, `aliases: [{name: shop}]`, 0},
	{"r53-a-record-attached", record, `{type: A, records: [10.0.0.7]}`, 0},
	{"r53-public-zone-dnssec", zone, `vpcs: [{vpcId: vpc-1}]`, 0},
	{"plat-certificate-sane", leaf, `spec: {isCA: true, privateKey: {rotationPolicy: Never}}`, 0},
	{"plat-gateway-api-listeners", gateway, `spec: {listeners: [{protocol: HTTP}, {protocol: HTTPS}]}`, 0},
}

func github(operator, subject string) string {
	return `assumeRolePolicy: {Statement: [{Effect: Allow, Principal: {Federated: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}, Action: "sts:AssumeRoleWithWebIdentity",
  Condition: {"ForAnyValue:StringEquals": {"token.actions.githubusercontent.com:aud": sts.amazonaws.com}, ` + operator + `: {"token.actions.githubusercontent.com:sub": "` + subject + `"}}}]}`
}

func TestCases(t *testing.T) {
	t.Parallel()
	for _, c := range cases {
		if got := violations(t, c.id, c.token, c.properties); got != c.want {
			t.Errorf("%s of %s %s: %d violations, want %d", c.id, c.token, c.properties, got, c.want)
		}
	}
}

// A setting changes what a control wants.
func TestSettings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		id       string
		settings map[string]any
	}{
		{"logs-retention", map[string]any{"days": 7.0}},
		{"k8s-no-host-network", map[string]any{"workloads": []any{"shop"}}},
		{"alb-public-is-intended", map[string]any{"public": []any{"example"}}},
		{"plat-pod-subnet-size", map[string]any{"prefixLength": 24.0}},
		{"k8s-not-kube-system", map[string]any{"names": []any{"shop"}}},
		{"k8s-recommended-labels", map[string]any{"labels": []any{"app"}}},
		{"sns-policy-no-cross-account", map[string]any{"accounts": []any{"210987654321"}}},
	} {
		ctl := find(t, c.id)
		bad, _ := example.Load(ctl.Bad, ctl.On[0], example.Updated)
		if c.id == "logs-retention" {
			bad, _ = example.Load("retentionInDays: 7", ctl.On[0], example.Updated)
		}
		for _, r := range bad {
			if got := ctl.OnResource(r, control.Conditions{Now: today}); len(got.Violations) == 0 {
				t.Errorf("%s: compliant without the setting", c.id)
			}
			if got := ctl.OnResource(r, control.Conditions{Now: today, Settings: c.settings}); len(got.Violations) > 0 {
				t.Errorf("%s with %v: %v", c.id, c.settings, got.Violations)
			}
		}
	}
}
