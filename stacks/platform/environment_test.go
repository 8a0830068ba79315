package platform

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// least is the least that a configuration must say, changed.
func least(t *testing.T, changes map[string]any) []byte {
	t.Helper()
	value := map[string]any{
		"tier": "dev", "region": "us-west-2", "accountId": "123456789012",
		"deployerRoleArn": "arn:aws:iam::123456789012:role/deployer",
		"network":         map[string]any{"zones": []string{"us-west-2a", "us-west-2b"}},
		"cluster":         map[string]any{"publicCidrs": []string{"203.0.113.0/24"}},
	}
	for k, v := range changes {
		section, nested := v.(map[string]any)
		old, exists := value[k].(map[string]any)
		if !nested || !exists {
			value[k] = v
			continue
		}
		for key, inner := range section {
			old[key] = inner
		}
	}
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTierChoosesDefaultsAndEverythingCanBeOverridden(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		changes map[string]any
		look    func(Environment) any
		want    any
	}{
		"dev has one NAT gateway":        {nil, func(e Environment) any { return e.Network.NAT }, "single"},
		"prod has one for each zone":     {map[string]any{"tier": "prod"}, func(e Environment) any { return e.Network.NAT }, "per-zone"},
		"prod is protected":              {map[string]any{"tier": "prod"}, func(e Environment) any { return e.Protect }, true},
		"protection can be switched off": {map[string]any{"tier": "prod", "protect": false}, func(e Environment) any { return e.Protect }, false},
		"a list replaces the default": {
			map[string]any{"nodeGroups": map[string]any{"system": map[string]any{"instanceTypes": []string{"m7g.large"}}}},
			func(e Environment) any { return e.NodeGroups["system"].InstanceTypes }, []string{"m7g.large"},
		},
		"a group starts from the tier's": {
			map[string]any{"nodeGroups": map[string]any{"batch": map[string]any{"capacity": "SPOT"}}},
			func(e Environment) any { return e.NodeGroups["batch"].Size }, Size{Min: 2, Desired: 2, Max: 3},
		},
		"given groups replace the tier's": {
			map[string]any{"nodeGroups": map[string]any{"batch": map[string]any{}}},
			func(e Environment) any { return len(e.NodeGroups) }, 1,
		},
		"the cluster is named after the stack": {nil, func(e Environment) any { return e.Cluster.ClusterName }, "slipway-dev"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, err := Parse("dev", least(t, c.changes))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, c.look(e)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestConfigurationRefusesFirst(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		changes map[string]any
		want    []string
	}{
		"no tier":           {map[string]any{"tier": ""}, []string{"slipway:environment.tier is required"}},
		"unknown tier":      {map[string]any{"tier": "qa"}, []string{`slipway:environment.tier is "qa"`, "dev, staging or prod"}},
		"unknown key":       {map[string]any{"regoin": "x"}, []string{"slipway:environment.regoin", "did you mean region?"}},
		"unknown inner key": {map[string]any{"cluster": map[string]any{"verison": "1.35"}}, []string{"slipway:environment.cluster.verison", "version"}},
		"unknown key in a list": {
			map[string]any{"nodeGroups": map[string]any{"a": map[string]any{"taints": []any{map[string]any{"effekt": "x"}}}}},
			[]string{"slipway:environment.nodeGroups.a.taints[0].effekt", "effect"},
		},
		"account as a number": {map[string]any{"accountId": 123456789012}, []string{"slipway:environment.accountId", "in quotes"}},
		"short account":       {map[string]any{"accountId": "123"}, []string{"slipway:environment.accountId", "twelve digits"}},
		"deployer of another account": {
			map[string]any{"deployerRoleArn": "arn:aws:iam::999999999999:role/x"},
			[]string{"slipway:environment.deployerRoleArn", "of account 123456789012"},
		},
		"no deployer": {map[string]any{"deployerRoleArn": ""}, []string{"slipway:environment.deployerRoleArn is required"}},
		"one zone":    {map[string]any{"network": map[string]any{"zones": []string{"us-west-2a"}}}, []string{"slipway:environment.network.zones"}},
		"zone of another region": {
			map[string]any{"network": map[string]any{"zones": []string{"us-east-1a", "us-west-2b"}}}, []string{"slipway:environment.network.zones", "us-east-1a"},
		},
		"overlapping ranges": {
			map[string]any{"network": map[string]any{"cidr": "172.20.0.0/16"}}, []string{"slipway:environment.network.", "172.20.0.0/16"},
		},
		"pods outside their range": {map[string]any{"network": map[string]any{"podCidr": "10.64.0.0/16"}}, []string{"slipway:environment.network.podCidr"}},
		"no way out": {
			map[string]any{"network": map[string]any{"nat": "none"}},
			[]string{"slipway:environment.network.nat", "ecr.api", "sts"},
		},
		"no images without a way out": {
			map[string]any{"network": map[string]any{"nat": "none", "mirroredRegistries": []string{"public.ecr.aws"}}},
			[]string{"quay.io, for cert-manager", "sqs, for Karpenter", "omitAddons"},
		},
		"no pools": {map[string]any{"nodePools": map[string]any{}}, []string{"slipway:environment.nodePools is required", "omitAddons"}},
		"a pool without an end": {
			map[string]any{"nodePools": map[string]any{"a": map[string]any{"cpu": 0}}}, []string{"slipway:environment.nodePools.a.cpu"},
		},
		"a budget of a pool": {
			map[string]any{"nodePools": map[string]any{"a": map[string]any{"budgets": []any{map[string]any{"nodes": "many"}}}}},
			[]string{"slipway:environment.nodePools.a.budgets[0].nodes"},
		},
		"a domain that is none": {map[string]any{"dns": map[string]any{"domain": "Example"}}, []string{"slipway:environment.dns.domain", "slipway:environment.dns.email"}},
		"DNS without a domain":  {map[string]any{"dns": map[string]any{"delegated": true}}, []string{"slipway:environment.dns.domain"}},
		"a sample without a certificate": {
			map[string]any{"sample": true, "dns": map[string]any{"domain": "a.example.com", "email": "a@example.com"}}, []string{"slipway:environment.dns.domain", "dns.delegated"},
		},
		"a sample without its controller": {
			map[string]any{
				"sample": true, "dns": map[string]any{"domain": "a.example.com", "email": "a@example.com", "delegated": true},
				"omitAddons": []string{"external-dns"},
			},
			[]string{"omitAddons has external-dns"},
		},
		"no CNI": {map[string]any{"omitAddons": []string{"vpc-cni"}}, []string{"slipway:environment.omitAddons[0]", "vpc-cni"}},
		"namespaces out of reach": {
			map[string]any{"cluster": map[string]any{"publicCidrs": []string{}}, "namespaces": map[string]any{"a": "restricted"}},
			[]string{"slipway:environment.engine.location", "publicCidrs"},
		},
		"proxy without a URL": {map[string]any{"engine": map[string]any{"location": "proxy"}}, []string{"slipway:environment.engine.proxyUrl is required"}},
		"world-open endpoint": {
			map[string]any{"cluster": map[string]any{"publicCidrs": []string{"0.0.0.0/0"}}}, []string{"slipway:environment.cluster.publicCidrs"},
		},
		"unknown version": {map[string]any{"cluster": map[string]any{"version": "1.5"}}, []string{"slipway:environment.cluster.version", "1.35"}},
		"unknown instance type": {
			map[string]any{"nodeGroups": map[string]any{"a": map[string]any{"instanceTypes": []string{"m6i.lage"}}}},
			[]string{"slipway:environment.nodeGroups.a.instanceTypes", "m6i.large"},
		},
		"taint effect": {
			map[string]any{"nodeGroups": map[string]any{"a": map[string]any{"taints": []any{map[string]any{"key": "x", "effect": "Bad"}}}}},
			[]string{"slipway:environment.nodeGroups.a.taints.effect", "NoSchedule"},
		},
		"principal of an administrator": {
			map[string]any{"cluster": map[string]any{"admins": map[string]any{"x": "bad"}}}, []string{"slipway:environment.cluster.admins.x"},
		},
		"subscribers of nothing": {
			map[string]any{"database": map[string]any{"alarms": false, "subscribers": map[string]any{"x": "x@example.com"}}}, []string{"slipway:environment.database.alarms"},
		},
		"a subscriber out of reach": {
			map[string]any{"database": map[string]any{"alarms": true, "subscribers": map[string]any{"x": "http://example.com"}}}, []string{"slipway:environment.database.subscribers.x"},
		},
		"no node groups": {map[string]any{"nodeGroups": map[string]any{}}, []string{"slipway:environment.nodeGroups is required"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse("dev", least(t, c.changes))
			if err == nil {
				t.Fatal("accepted")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the message does not say %q:\n%v", want, err)
				}
			}
		})
	}
}

// Whoever got everything wrong reads it all at once.
func TestAllProblemsComeTogether(t *testing.T) {
	t.Parallel()
	_, err := Parse("dev", least(t, map[string]any{
		"accountId": "1", "network": map[string]any{"zones": []string{"us-west-2a"}}, "omitAddons": []string{"coredns"},
		"cluster": map[string]any{"version": "1.5"}, "namespaces": map[string]any{"a": "open"},
	}))
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"accountId", "network.zones", "cluster.version", "omitAddons[0]", "namespaces.a"} {
		if !strings.Contains(err.Error(), "slipway:environment."+want) {
			t.Errorf("%s is not among the problems:\n%v", want, err)
		}
	}
}

// Without NAT gateways, with every endpoint that nodes need, an environment is
// complete.
func TestNoNATWithAllEndpointsIsAccepted(t *testing.T) {
	t.Parallel()
	e, err := Parse("dev", least(t, map[string]any{"network": map[string]any{
		"nat": "none",
		"interfaceEndpoints": []string{
			"autoscaling", "ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "elasticloadbalancing", "logs", "ssm", "ssmmessages", "sts",
		},
		"mirroredRegistries": []string{"public.ecr.aws", "quay.io", "registry.k8s.io"},
	}, "omitAddons": []string{"karpenter"}}))
	if err != nil {
		t.Fatal(err)
	}
	if e.Network.NAT != "none" {
		t.Error(e.Network.NAT)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"tier": "dev"}`))
	f.Add([]byte(`{"tier": "prod", "network": {"zones": [1]}}`))
	f.Add([]byte(`[]`))
	f.Add([]byte(`{"tier": "dev", "nodeGroups": {"a": null}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		// Whatever is written, the answer is a configuration or an error, and
		// an error names the configuration.
		if _, err := Parse("dev", text); err != nil && !strings.Contains(err.Error(), configKey) {
			t.Errorf("the error does not name %s: %v", configKey, err)
		}
	})
}
