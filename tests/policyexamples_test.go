package tests

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"

	"github.com/slipway-iac/slipway/policy/control"
	"github.com/slipway-iac/slipway/policy/controls"
	yaml "github.com/slipway-iac/slipway/policy/example"
	"github.com/slipway-iac/slipway/policy/policytest"
)

// hiding are the ends of the types in an environment that hide a control's
// example, or take part in it, and are left out for it: an add-on that is there
// is not missing.
var hiding = map[string][]string{
	"plat-pod-identity-agent-present": {":Addon", ":PodIdentityAssociation"},
	"plat-cni-addon-managed":          {":Addon"},
	"plat-core-addons-present":        {":Addon"},
	"plat-node-max-pods-consistent":   {":Addon"},
	"plat-ipv6-mode-consistent":       {":Addon", ":Vpc"},
	"plat-cni-eniconfig-per-az":       {":NodeGroup", ":Subnet"},
	"plat-cni-sgpp-consistent":        {":NodeGroup", ":Addon"},
	"plat-node-subnets-all-azs":       {":NodeGroup"},
	"plat-subnet-az-balance":          {":Subnet"},
	"plat-delete-order-safe":          {":NodePool", ":EC2NodeClass", ":Release"},
	"plat-single-cost-guard":          {":NatGateway"},
	"vpce-ec2-present":                {":NatGateway"},
	"vpce-ecr-api-dkr-present":        {":NatGateway"},
	"vpce-ssm-present":                {":NatGateway"},
	"vpce-eks-private-set":            {":NatGateway", ":Release", ":Vpc"},
	"rds-event-subscriptions":         {":EventSubscription"},
	"plat-namespace-default-deny":     {":NetworkPolicy"},
	"plat-namespace-dns-egress":       {":NetworkPolicy"},
	"k8s-netpol-for-every-workload":   {":NetworkPolicy"},
	"plat-pod-readiness-gate":         {":Namespace"},

	"plat-endpoint-allows-private-only-cluster": {":NatGateway"},
}

// judged is the day on which environments are judged: versions have an end.
var judged = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// surroundings are the resources of an environment as controls see them: what
// became of them, and what the program said.
func surroundings(environment []captured) (resources []policyx.AnalyzerResource, inputs map[string]property.Map) {
	inputs = map[string]property.Map{}
	for _, r := range environment {
		x := policyx.AnalyzerResource{
			Type: string(r.Type), Name: r.URN.Name(), URN: string(r.URN), Parent: string(r.Parent),
			Properties: resource.FromResourcePropertyMap(policytest.Properties(r.Outputs)),
			Options:    pulumi.ResourceOptions{Protect: r.Protect}, PropertyDependencies: map[string][]string{},
		}
		for _, urn := range r.Dependencies {
			x.Dependencies = append(x.Dependencies, string(urn))
		}
		for key, urns := range r.PropertyDependencies {
			for _, urn := range urns {
				x.PropertyDependencies[string(key)] = append(x.PropertyDependencies[string(key)], string(urn))
			}
		}
		inputs[x.URN] = resource.FromResourcePropertyMap(policytest.Properties(r.Inputs))
		resources = append(resources, x)
	}
	return resources, inputs
}

// seedExamples puts the examples of every control into an environment that is up:
// among all its resources the bad one is found, and the good one is not.
func seedExamples(t *testing.T, environment []captured) {
	t.Helper()
	around, inputs := surroundings(environment)
	when := control.Conditions{
		Now:    judged,
		Inputs: func(urn string) (property.Map, bool) { m, ok := inputs[urn]; return m, ok },
	}
	count := func(c *control.Control, text string) int {
		var resources []policyx.AnalyzerResource
		for _, r := range around {
			if !slices.ContainsFunc(hiding[c.ID], func(end string) bool { return strings.HasSuffix(r.Type, end) }) {
				resources = append(resources, r)
			}
		}
		if text != "" {
			added, err := yaml.Load(text, c.On[0], yaml.Updated)
			if err != nil {
				t.Fatalf("%s: %v", c.ID, err)
			}
			resources = append(resources, added...)
		}
		when.Settings = c.With
		if c.CheckStack != nil {
			return len(c.OnStack(resources, when).Violations)
		}
		n := 0
		for _, r := range resources {
			n += len(c.OnResource(r, when).Violations)
		}
		return n
	}
	for _, c := range controls.All() {
		before, good, bad := count(&c, ""), count(&c, c.Good), count(&c, c.Bad)
		if good > before {
			t.Errorf("%s: its good example violates in the environment: %d findings, %d without it", c.ID, good, before)
		}
		if bad <= before {
			t.Errorf("%s does not notice its bad example in the environment: %d findings, as without it", c.ID, bad)
		}
	}
	t.Logf("%d controls notice their example in the environment", len(controls.All()))
}
