package controls

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/slipway-iac/slipway/components/instances"
	"github.com/slipway-iac/slipway/policy/cidr"
	"github.com/slipway-iac/slipway/policy/control"
	"github.com/slipway-iac/slipway/reach/capacity"
)

// askedPods finds how many pods a kubelet is told to take: by a NodeConfig, by
// arguments, or in Bottlerocket's settings.
var askedPods = regexp.MustCompile(`(?:maxPods:\s*"?|--max-pods[= ]|max-pods\s*=\s*)(\d+)`)

// typesOf are the instance types of a node group that the table knows; all is
// false when one is missing.
func typesOf(s *control.Stack, g *control.Resource) (types []instances.Type, all bool) {
	names := g.Input("instanceTypes").Texts()
	for _, lt := range s.Referred(g, "launchTemplate", launchTemplate) {
		if len(names) == 0 && lt.Input("instanceType").IsSet() {
			names = []string{lt.Input("instanceType").Text()}
		}
	}
	for _, name := range names {
		t, known := instances.Lookup(name)
		if !known {
			return nil, false
		}
		types = append(types, t)
	}
	return types, len(types) > 0
}

// networkingOf is how the stack's VPC CNI gives addresses to pods.
func networkingOf(s *control.Stack) (n instances.Networking) {
	s.Each(addon, cni(func(_ *control.Resource, settings control.Value) {
		n.CustomNetworking = settings.Get("env").Key("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG").True()
		n.PrefixDelegation = settings.Get("env").Key("ENABLE_PREFIX_DELEGATION").True()
	}))
	return n
}

const prefixCNI = `cni: {type: "aws:eks/addon:Addon", properties: {clusterName: demo, addonName: vpc-cni, configurationValues: '{"env":{"ENABLE_PREFIX_DELEGATION":"true"}}'}}`

var growth = []control.Control{
	{
		ID: "plat-node-max-pods-consistent", Severity: control.High,
		Title: "A node takes no more pods than it has addresses for",
		On:    []string{nodeGroup, launchTemplate, addon}, Reads: []string{"launchTemplate", "instanceTypes", launchTemplate + " userData", launchTemplate + " instanceType"},
		CheckStack: func(s *control.Stack) {
			networking := networkingOf(s)
			s.Each(nodeGroup, func(g *control.Resource) {
				types, all := typesOf(s, g)
				if !all {
					return
				}
				most := instances.GroupMaxPods(types, networking)
				for _, lt := range s.Referred(g, "launchTemplate", launchTemplate) {
					for _, found := range askedPods.FindAllStringSubmatch(userData(lt), -1) {
						if pods, err := strconv.Atoi(found[1]); err == nil && pods > most {
							g.Violate("%s asks for %d pods: want %d or fewer, what its smallest type has addresses for with this VPC CNI, under EKS's cap", lt, pods, most)
						}
					}
				}
			})
		},
		Fix: "lower maxPods, or give the VPC CNI prefix delegation",
		Bad: `
resources:
  lt: {type: "aws:ec2/launchTemplate:LaunchTemplate", properties: {userData: "kubelet: {config: {maxPods: 110}}"}}
  system: {type: "aws:eks/nodeGroup:NodeGroup", properties: {instanceTypes: [m6i.large], launchTemplate: {id: "${lt.id}"}}}
`,
		Good: `
resources:
  lt: {type: "aws:ec2/launchTemplate:LaunchTemplate", properties: {userData: "kubelet: {config: {maxPods: 110}}"}}
  system: {type: "aws:eks/nodeGroup:NodeGroup", properties: {instanceTypes: [m6i.large], launchTemplate: {id: "${lt.id}"}}}
  ` + prefixCNI + "\n",
	},
	{
		ID: "plat-node-subnet-free-ips", Severity: control.Medium,
		Title: "A node group can grow to its maximum before addresses run out",
		On:    networkTypes, Reads: []string{nodeGroup + " scalingConfig.maxSize", nodeGroup + " subnetIds", subnet + " cidrBlock", addon + " configurationValues"},
		CheckStack: func(s *control.Stack) {
			for _, n := range s.Of(subnet) {
				if len(cidr.Parse(n.Input("cidrBlock").Text())) == 0 {
					return // Its range is chosen by AWS.
				}
			}
			report := capacity.Of(model(s))
			for _, problem := range report.Problems {
				if strings.Contains(problem, "not known yet") {
					s.Wait(problem)
				}
			}
			for _, g := range report.Groups {
				if g.Nodes < g.Max {
					culprit(s, g.Name).Violate("%s run out after %d node(s) full of pods: want room for scalingConfig.maxSize, %d", g.First, g.Nodes, g.Max)
				}
			}
		},
		Fix:  "give the tier larger subnets, or the group a smaller maxSize",
		Bad:  smallGround("10.0.0.0/27"),
		Good: smallGround("10.0.0.0/22"),
	},
	{
		ID: "plat-node-uniform-sizes", Severity: control.Low,
		Title: "The nodes of a group are of one size",
		On:    []string{nodeGroup}, Reads: []string{"instanceTypes"},
		Check: func(r *control.Resource) {
			var sizes []int
			for _, name := range r.Get("instanceTypes").Texts() {
				if t, known := instances.Lookup(name); known {
					sizes = append(sizes, t.VCPU)
				}
			}
			if len(sizes) > 1 && slices.Min(sizes) != slices.Max(sizes) {
				r.Violate("instanceTypes have %d to %d virtual CPUs: the autoscaler takes all for the first, and the number of pods is that of the smallest", slices.Min(sizes), slices.Max(sizes))
			}
		},
		Fix: "make a group for each size", Bad: `instanceTypes: [m6i.large, m6i.4xlarge]`, Good: `instanceTypes: [m6i.large, m5.large]`,
	},
}

// smallGround is an example of nodes and their pods in one subnet of a size.
func smallGround(size string) string {
	return strings.Replace(ground("", "private", frontCluster, strings.Replace(plainNodes, "clusterName:", "instanceTypes: [m6i.large], scalingConfig: {minSize: 1, desiredSize: 2, maxSize: 6}, clusterName:", 1),
		strings.Replace(prefixCNI, "clusterName: demo", `clusterName: "${demo.name}"`, 1)), "10.0.0.0/24", size, 1)
}
