package platform

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/addons/managed"
	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/internal/check"
)

// controllers are what this program installs in the cluster itself, unless
// omitAddons names it.
func controllers() []string {
	return []string{loadBalancerName, certManagerName, externalDNSName, karpenterName, localDNSName}
}

// has tells whether the environment has an add-on or a controller.
func (e Environment) has(name string) bool { return !slices.Contains(e.OmitAddons, name) }

// checkAddons refuses to leave out what a cluster needs.
func (e Environment) checkAddons(p *check.Errors) {
	optional := slices.Concat(managed.Optional(), controllers())
	for n, name := range e.OmitAddons {
		p.That(slices.Contains(optional, name), fmt.Sprintf("omitAddons[%d]", n), name,
			"one that a cluster can do without: "+strings.Join(optional, ", "))
	}
}

// checkPools refuses pools that could make no node.
func (e Environment) checkPools(p *check.Errors) {
	if !e.has(karpenterName) {
		return
	}
	p.Require(len(e.NodePools) > 0, "nodePools", "describe what Karpenter makes, leave the key out to get the tier's, or leave karpenter out (omitAddons)")
	for _, name := range slices.Sorted(maps.Keys(e.NodePools)) {
		p.That(check.IsLabel(name), "nodePools", name, "names of lower-case letters, digits and hyphens")
		p.Join(renamed("nodePools."+name, NodePool{}, e.NodePools[name].pool().Validate()))
	}
}

// checkNamespaces says what is wrong with a namespace's name or level, which is
// all that the configuration says of it.
func (e Environment) checkNamespaces(p *check.Errors) {
	in := kube.Target{ClusterName: pending, Provider: &kubernetes.Provider{}, Ready: []pulumi.Resource{nil}}
	for _, name := range slices.Sorted(maps.Keys(e.Namespaces)) {
		for _, problem := range check.Problems(e.namespaceArgs(name, in).Validate()) {
			_, is, _ := strings.Cut(problem.Error(), " ")
			p.Add("namespaces.%s %s", name, is)
		}
	}
}
