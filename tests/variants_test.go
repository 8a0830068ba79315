package tests

import (
	"strings"
	"testing"
)

// What the configuration offers beyond the three environments comes up as well,
// shows no change in a preview, and goes without a trace.
func TestVariantsComeUpAndGo(t *testing.T) {
	t.Parallel()
	for name, change := range map[string][]string{
		"no NAT, endpoints only": {
			"zones: [", "nat: none\n      interfaceEndpoints: [autoscaling, ec2, ecr.api, ecr.dkr, eks, eks-auth, elasticloadbalancing, logs, ssm, ssmmessages, sts]\n" +
				"      mirroredRegistries: [public.ecr.aws, quay.io, registry.k8s.io]\n      zones: [",
			// These ask services that have no endpoint in the region.
			"tier: dev", "tier: dev\n    omitAddons: [cert-manager, external-dns, karpenter]", "sample: true", "sample: false",
		},
		"exact max-pods on AL2023 and on Bottlerocket for Graviton": {
			"tier: dev", "tier: dev\n    nodeGroups:\n" +
				"      system: {exactMaxPods: true}\n" +
				"      arm: {os: Bottlerocket, instanceTypes: [m7g.large, m7g.xlarge], exactMaxPods: true, capacity: SPOT}",
		},
		"labels, taints and surge": {
			"tier: dev", "tier: dev\n    nodeGroups:\n      system: {}\n" +
				"      batch: {labels: {work: batch}, taints: [{key: work, value: batch, effect: NoSchedule}], surge: {maxUnavailablePercentage: 50}}",
		},
		"private endpoint, engine in the VPC":     {"publicCidrs: [203.0.113.0/24]", "publicCidrs: []", "tier: dev", "tier: dev\n    engine: {location: vpc}"},
		"private endpoint, engine behind a proxy": {"publicCidrs: [203.0.113.0/24]", "publicCidrs: []", "tier: dev", "tier: dev\n    engine: {location: proxy, proxyUrl: \"http://localhost:8888\"}"},
		"assumed role, a viewer, a newer minor": {
			"tier: dev", "tier: dev\n    engine: {location: outside, assumeDeployerRole: true}",
			"publicCidrs:", "version: \"1.36\"\n      viewers: {audit: \"arn:aws:iam::210987654321:role/audit\"}\n      publicCidrs:",
		},
		"without anything that a cluster can do without": {
			"tier: dev", "tier: dev\n    omitAddons: [aws-ebs-csi-driver, metrics-server, aws-load-balancer-controller, cert-manager, external-dns, karpenter, node-local-dns]",
			"    namespaces:\n      apps: restricted\n", "", "sample: true", "sample: false",
		},
		"a zone that nobody delegates to yet": {"delegated: true", "delegated: false", "sample: true", "sample: false"},
		"no database and no backups":          {"tier: dev", "tier: dev\n    database: {enabled: false}\n    backup: {enabled: false}"},
		"a cluster of databases, and flow logs in CloudWatch": {
			"tier: dev", "tier: dev\n    database: {shape: cluster, instanceClass: db.m6gd.large, alarms: true}",
			"zones: [us-west-2a, us-west-2b]", "flowLogs: cloudwatch\n      zones: [us-west-2a, us-west-2b, us-west-2c]",
		},
		"another region": {"us-west-2", "eu-central-1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sandbox := cli(t, copyProject(t, change...), t.TempDir())
			sandbox.must(t, "up", "dev")
			if out := sandbox.must(t, "preview", "dev"); !strings.Contains(out, "unchanged") || strings.Contains(out, "to update") || strings.Contains(out, "to create") {
				t.Errorf("a preview after up:\n%s", out)
			}
			sandbox.must(t, "destroy", "dev")
			assertLeft(t, sandbox.account(t, "dev"), nil)
		})
	}
}

// An engine at an address that the endpoint does not admit is turned away by
// the cluster; one that runs as somebody else finds that the deployer, whom the
// configuration names, does not exist in the account.
func TestWrongEngineIsTurnedAway(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		flags []string
		want  string
	}{
		"another address":  {[]string{"--address", "198.51.100.9"}, "198.51.100.9"},
		"another identity": {[]string{"--as", "arn:aws:iam::123456789012:role/somebody"}, "MalformedPolicyDocument"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sandbox := cli(t, copyProject(t), t.TempDir())
			stdout, stderr, err := sandbox.run(t, append([]string{"up", "dev"}, c.flags...)...)
			if err == nil || !strings.Contains(stdout+stderr, c.want) {
				t.Errorf("up with %v: %v\n%s%s", c.flags, err, stdout, stderr)
			}
		})
	}
}
