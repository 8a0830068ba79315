package conformance

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/slipway-iac/slipway/sandbox"
	"github.com/slipway-iac/slipway/tests/conformance/terraform"
)

// variations are environments that AWS has no objection to: dev with other
// settings, which come over those of its file.
var variations = map[string]string{
	"one NAT gateway per zone":         `{network: {nat: per-zone}}`,
	"three zones":                      `{network: {zones: [us-west-2a, us-west-2b, us-west-2c]}}`,
	"four zones of six":                `{region: us-east-1, network: {maxZones: 6, zones: [us-east-1a, us-east-1b, us-east-1d, us-east-1f]}}`,
	"zones that are not the first":     `{network: {zones: [us-west-2b, us-west-2d]}}`,
	"another region":                   `{region: eu-central-1, network: {zones: [eu-central-1a, eu-central-1b]}}`,
	"no NAT gateway, endpoints only":   `{network: {nat: none, interfaceEndpoints: [autoscaling, ec2, ecr.api, ecr.dkr, eks, eks-auth, elasticloadbalancing, logs, ssm, ssmmessages, sts], mirroredRegistries: [public.ecr.aws, quay.io, registry.k8s.io]}, omitAddons: [cert-manager, external-dns, karpenter], sample: false}`,
	"endpoints beside the NAT gateway": `{network: {interfaceEndpoints: [ecr.api, ecr.dkr, sts]}}`,
	"a small pod range":                `{network: {podCidr: 100.96.0.0/18}}`,
	"other ranges":                     `{network: {cidr: 10.40.0.0/16, podCidr: 100.68.0.0/14}, cluster: {serviceCidr: 192.168.0.0/20}}`,
	"flow logs for ten years":          `{network: {flowLogRetentionDays: 3653}}`,
	"control plane's logs for a day":   `{cluster: {logRetentionDays: 1}}`,
	"keys that wait for 30 days":       `{cluster: {keyDeletionDays: 30}}`,
	"a newer minor":                    `{cluster: {version: "1.36"}}`,
	"an older minor":                   `{cluster: {version: "1.34"}}`,
	"extended support":                 `{cluster: {support: EXTENDED}}`,
	"another name of the cluster":      `{cluster: {name: Payments_2}}`,
	"administrators and viewers":       `{cluster: {admins: {on-call: "arn:aws:iam::210987654321:role/on-call"}, viewers: {audit: "arn:aws:iam::210987654321:role/audit"}}}`,
	"several public ranges":            `{cluster: {publicCidrs: [203.0.113.0/24, 198.51.100.7/32, 192.0.2.128/25]}}`,
	"a private endpoint only":          `{engine: {location: vpc}, cluster: {publicCidrs: []}}`,
	"Bottlerocket":                     `{nodeGroups: {system: {os: Bottlerocket}}}`,
	"Graviton":                         `{nodeGroups: {system: {instanceTypes: [m7g.large, m6g.large]}}}`,
	"Bottlerocket on Graviton, spot":   `{nodeGroups: {system: {}, arm: {os: Bottlerocket, instanceTypes: [m7g.large, c7g.large], capacity: SPOT, size: {min: 0, desired: 0, max: 20}}}}`,
	"exact max-pods":                   `{nodeGroups: {system: {exactMaxPods: true}, rocket: {os: Bottlerocket, exactMaxPods: true}}}`,
	"labels, taints and a percentage":  `{nodeGroups: {system: {}, batch: {labels: {example.com/work: batch}, taints: [{key: example.com/work, value: batch, effect: PreferNoSchedule}, {key: spare, effect: NoExecute}], surge: {maxUnavailablePercentage: 33}}}}`,
	"a shell, metrics and two hops":    `{nodeGroups: {system: {sessionManager: true, detailedMonitoring: true, metadataHops: 2, diskGiB: 500}}}`,
	"tags of one's own":                `{tags: {cost-centre: "4711", owner: "a team, with a comma"}}`,
	"somebody who hears of alarms":     `{database: {alarms: true, subscribers: {on-call: on-call@example.com, pager: "https://events.example.com/v1/slipway"}}}`,
	"protected":                        `{protect: true}`,
	"without optional add-ons":         `{omitAddons: [aws-ebs-csi-driver, metrics-server], sample: false}`,
}

// compareVariations has variations of dev come up in the sandbox, and lets the
// provider validate and plan what they are made of.
func compareVariations(t *testing.T, r *report, tools terraform.Tools, schema terraform.Schema) {
	t.Helper()
	var mu sync.Mutex
	c := newConfiguration(schema)
	t.Run("up", func(t *testing.T) {
		for name, changes := range variations {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := up(t, variationOf(t, "dev", changes), "dev")
				s.name = name
				mu.Lock()
				defer mu.Unlock()
				c.add(t, s)
				r.count("variations accepted by both", 1)
			})
		}
	})
	account, err := sandbox.Open("", "")
	if err != nil {
		t.Fatal(err)
	}
	comparePlans(t, r, folder(t, tools, ""), account, c)
}

// variationOf is a project whose environment has other settings.
func variationOf(t *testing.T, name, changes string) string {
	t.Helper()
	project := t.TempDir()
	copied := func(path ...string) []byte {
		text, err := os.ReadFile(filepath.Join(append([]string{root}, path...)...))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	write := func(text []byte, path ...string) {
		at := filepath.Join(append([]string{project}, path...)...)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(copied("Pulumi.yaml"), "Pulumi.yaml")

	file := "Pulumi." + name + ".yaml"
	var settings, over map[string]any
	if err := yaml.Unmarshal(copied("stacks", file), &settings); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal([]byte(changes), &over); err != nil {
		t.Fatalf("%s: %v", changes, err)
	}
	settings["config"].(map[string]any)["slipway:environment"] = merge(settings["config"].(map[string]any)["slipway:environment"], over)
	text, err := yaml.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	write(text, "stacks", file)
	return project
}

// merge lays settings over others; lists are replaced.
func merge(under, over any) any {
	u, ok1 := under.(map[string]any)
	o, ok2 := over.(map[string]any)
	if !ok1 || !ok2 {
		return over
	}
	out := map[string]any{}
	for k, v := range u {
		out[k] = v
	}
	for k, v := range o {
		out[k] = merge(u[k], v)
	}
	return out
}

// What is said of a variation names what is changed in it.
func TestVariationsAreNamed(t *testing.T) {
	t.Parallel()
	if len(variations) < 20 {
		t.Errorf("%d variations, want 20 or more", len(variations))
	}
	seen := map[string]string{}
	for name, changes := range variations {
		if other := seen[strings.Join(strings.Fields(changes), "")]; other != "" {
			t.Errorf("%s and %s are the same", name, other)
		}
		seen[strings.Join(strings.Fields(changes), "")] = name
	}
}
