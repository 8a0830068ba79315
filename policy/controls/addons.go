package controls

import (
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/slipway-iac/slipway/policy/control"
)

// addonSettings are the configuration values of an add-on: a text of JSON or
// YAML.
func addonSettings(r *control.Resource) control.Value {
	v := r.Get("configurationValues")
	var parsed any
	if err := yaml.Unmarshal([]byte(v.Text()), &parsed); err != nil {
		r.Violate("configurationValues is neither JSON nor YAML: %v", err)
	}
	return v.With(control.Plain(parsed))
}

// cni looks at the VPC CNI's add-on.
func cni(do func(*control.Resource, control.Value)) check {
	return func(r *control.Resource) {
		if r.Get("addonName").Text() == "vpc-cni" {
			do(r, addonSettings(r))
		}
	}
}

func cniVariable(name, want, why string) check {
	return cni(func(r *control.Resource, settings control.Value) {
		if v := settings.Get("env").Key(name); v.Text() != want {
			r.Violate("configurationValues has %s %s: want %q; %s", name, v.Describe(), want, why)
		}
	})
}

var addonReads = []string{"addonName", "configurationValues"}

var addons = []control.Control{
	{
		ID: "eks-addon-version-pinned", Severity: control.Low,
		Title: "Add-ons have a version",
		On:    []string{addon}, Reads: []string{"addonVersion"},
		Check: isSet("addonVersion", "a version: without one it depends on the day of the deployment"),
		Fix:   "set addonVersion",
		Bad:   `{clusterName: demo, addonName: coredns}`,
		Good:  `{clusterName: demo, addonName: coredns, addonVersion: v1.12.4-eksbuild.1}`,
	},
	{
		ID: "eks-addon-resolve-conflicts-explicit", Severity: control.Low,
		Title: "An update of an add-on says whose settings win",
		On:    []string{addon}, Reads: []string{"resolveConflictsOnUpdate"},
		Check: oneOf("resolveConflictsOnUpdate", "PRESERVE", "OVERWRITE"),
		Fix:   "set resolveConflictsOnUpdate to PRESERVE or OVERWRITE",
		Bad:   `{clusterName: demo, addonName: coredns, resolveConflicts: NONE}`,
		Good:  `{clusterName: demo, addonName: coredns, resolveConflictsOnUpdate: OVERWRITE}`,
	},
	{
		ID: "eks-addon-has-identity", Severity: control.Medium,
		Title:   "Add-ons that call AWS have a role of their own",
		Mapping: control.Mapping{CIS: "EKS 5.2.1"},
		On:      []string{addon, podIdentity}, Reads: []string{"addonName", "podIdentityAssociations", "serviceAccountRoleArn"},
		CheckStack: func(s *control.Stack) {
			s.Each(addon, func(r *control.Resource) {
				account := identityAccounts[r.Get("addonName").Text()]
				if account == "" || r.Input("podIdentityAssociations").IsSet() || r.Input("serviceAccountRoleArn").IsSet() {
					return
				}
				for _, a := range s.Of(podIdentity) {
					if a.Get("serviceAccount").Text() == account {
						return
					}
				}
				r.Violate("it has neither podIdentityAssociations nor serviceAccountRoleArn: it then works with the nodes' role, which every pod could use")
			})
		},
		Fix:  "give it podIdentityAssociations with a role for its service account",
		Bad:  `{clusterName: demo, addonName: vpc-cni}`,
		Good: `{clusterName: demo, addonName: vpc-cni, podIdentityAssociations: [{serviceAccount: aws-node, roleArn: "arn:aws:iam::123456789012:role/cni"}]}`,
	},
	{
		ID: "plat-cni-prefix-delegation", Severity: control.Medium,
		Title: "Nodes take addresses by prefixes",
		On:    []string{addon}, Reads: addonReads,
		Check: cniVariable("ENABLE_PREFIX_DELEGATION", "true", "a node otherwise has room for a dozen pods or two"),
		Fix:   "set env.ENABLE_PREFIX_DELEGATION before there are nodes",
		Bad:   `{clusterName: demo, addonName: vpc-cni, configurationValues: '{"env":{}}'}`,
		Good:  `{clusterName: demo, addonName: vpc-cni, configurationValues: '{"env":{"ENABLE_PREFIX_DELEGATION":"true"}}'}`,
	},
	{
		ID: "plat-cni-custom-networking", Severity: control.Medium,
		Title: "Pods have subnets of their own",
		On:    []string{addon}, Reads: addonReads,
		Check: cniVariable("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", "true", "pods otherwise use up the addresses of the nodes' subnets"),
		Fix:   "set env.AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG and an ENIConfig for each zone before there are nodes",
		Bad:   `{clusterName: demo, addonName: vpc-cni}`,
		Good:  `{clusterName: demo, addonName: vpc-cni, configurationValues: '{"env":{"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG":"true"}}'}`,
	},
	{
		ID: "plat-cni-eniconfig-label", Severity: control.Medium,
		Title: "A node's zone decides where its pods' addresses come from",
		On:    []string{addon}, Reads: addonReads,
		Check: cni(func(r *control.Resource, settings control.Value) {
			v := settings.Get("env").Key("ENI_CONFIG_LABEL_DEF")
			if settings.Get("env").Key("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG").Text() == "true" && v.Text() != "topology.kubernetes.io/zone" {
				r.Violate("configurationValues has ENI_CONFIG_LABEL_DEF %s: want \"topology.kubernetes.io/zone\"", v.Describe())
			}
		}),
		Fix:  "set env.ENI_CONFIG_LABEL_DEF to topology.kubernetes.io/zone",
		Bad:  `{clusterName: demo, addonName: vpc-cni, configurationValues: '{"env":{"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG":"true"}}'}`,
		Good: `{clusterName: demo, addonName: vpc-cni, configurationValues: '{"env":{"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG":"true","ENI_CONFIG_LABEL_DEF":"topology.kubernetes.io/zone"}}'}`,
	},
	{
		ID: "plat-cni-eniconfig-per-az", Severity: control.High,
		Title: "Pods have a subnet in every zone that nodes run in",
		On:    []string{addon, nodeGroup, subnet}, Reads: []string{"configurationValues", nodeGroup + " subnetIds", subnet + " availabilityZone"},
		CheckStack: func(s *control.Stack) {
			s.Each(addon, func(r *control.Resource) {
				if r.Get("addonName").Text() != "vpc-cni" {
					return
				}
				settings := addonSettings(r)
				if settings.Get("env").Key("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG").Text() != "true" {
					return
				}
				zones := settings.Get("eniConfig.subnets").Keys()
				for _, c := range s.Of("kubernetes:crd.k8s.amazonaws.com/v1alpha1:ENIConfig") {
					zones = append(zones, c.Get("metadata.name").Text())
				}
				for _, n := range nodeZones(s) {
					if !slices.Contains(zones, n) {
						r.Violate("nodes run in %s and no ENIConfig is named after it: their pods get no addresses", n)
					}
				}
			})
		},
		Fix: "add the zone to eniConfig.subnets, with a subnet of pods in it",
		Bad: `
resources:
  b: {type: "aws:ec2/subnet:Subnet", properties: {availabilityZone: us-west-2b}}
  cni:
    type: aws:eks/addon:Addon
    properties:
      addonName: vpc-cni
      configurationValues: '{"env":{"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG":"true"},"eniConfig":{"create":true,"subnets":{"us-west-2a":{"id":"subnet-1"}}}}'
  system: {type: "aws:eks/nodeGroup:NodeGroup", properties: {clusterName: demo, subnetIds: ["${b.id}"]}}
`,
		Good: `
resources:
  a: {type: "aws:ec2/subnet:Subnet", properties: {availabilityZone: us-west-2a}}
  cni:
    type: aws:eks/addon:Addon
    properties:
      addonName: vpc-cni
      configurationValues: '{"env":{"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG":"true"},"eniConfig":{"create":true,"subnets":{"us-west-2a":{"id":"subnet-1"}}}}'
  system: {type: "aws:eks/nodeGroup:NodeGroup", properties: {clusterName: demo, subnetIds: ["${a.id}"]}}
`,
	},
	{
		ID: "plat-cni-warm-targets", Severity: control.Low,
		Title: "The CNI's reserves make sense together",
		On:    []string{addon}, Reads: addonReads,
		Check: cni(func(r *control.Resource, settings control.Value) {
			env := settings.Get("env")
			warm, least, prefix := env.Key("WARM_IP_TARGET"), env.Key("MINIMUM_IP_TARGET"), env.Key("WARM_PREFIX_TARGET")
			if warm.IsSet() != least.IsSet() {
				r.Violate("configurationValues has one of WARM_IP_TARGET and MINIMUM_IP_TARGET: want both or neither")
			}
			if prefix.IsSet() && prefix.Int(1) < 1 {
				r.Violate("configurationValues has WARM_PREFIX_TARGET %s: want 1 or more", prefix.Describe())
			}
		}),
		Fix:  "set WARM_PREFIX_TARGET to 1, or both WARM_IP_TARGET and MINIMUM_IP_TARGET",
		Bad:  `{addonName: vpc-cni, configurationValues: '{"env":{"WARM_IP_TARGET":"5"}}'}`,
		Good: `{addonName: vpc-cni, configurationValues: '{"env":{"WARM_IP_TARGET":"5","MINIMUM_IP_TARGET":"10"}}'}`,
	},
	{
		ID: "plat-cni-network-policy-on", Severity: control.High,
		Title: "NetworkPolicies are enforced",
		On:    []string{addon, helmRelease}, Reads: addonReads,
		CheckStack: func(s *control.Stack) {
			for _, release := range s.Of(helmRelease) {
				if chart := release.Get("chart"); chart.IsKnown() && slices.Contains([]string{"cilium", "tigera-operator"}, chart.Text()) {
					return
				}
			}
			s.Each(addon, cni(func(r *control.Resource, settings control.Value) {
				if v := settings.Get("enableNetworkPolicy"); v.Text() != "true" {
					r.Violate("configurationValues has enableNetworkPolicy %s: want \"true\"; NetworkPolicies are ignored without a word", v.Describe())
				}
			}))
		},
		Fix:  `set enableNetworkPolicy to "true"`,
		Bad:  `{addonName: vpc-cni, configurationValues: '{"env":{}}'}`,
		Good: `{addonName: vpc-cni, configurationValues: '{"enableNetworkPolicy":"true"}'}`,
	},
	{
		ID: "plat-cni-strict-netpol-mode", Severity: control.Low,
		Title: "A pod's NetworkPolicies hold from its first packet",
		On:    []string{addon}, Reads: addonReads,
		Check: cniVariable("NETWORK_POLICY_ENFORCING_MODE", "strict", "a pod may otherwise talk to everything until its policies have arrived"),
		Fix:   "set env.NETWORK_POLICY_ENFORCING_MODE to strict; every pod, DNS included, then needs a policy",
		Bad:   `{addonName: vpc-cni, configurationValues: '{"env":{}}'}`,
		Good:  `{addonName: vpc-cni, configurationValues: '{"env":{"NETWORK_POLICY_ENFORCING_MODE":"strict"}}'}`,
	},
	{
		ID: "plat-cni-min-version", Severity: control.Medium,
		Title: "The VPC CNI is new enough for what it is told to do",
		On:    []string{addon}, Reads: []string{"addonName", "addonVersion"},
		Settings: []control.Setting{{Name: "minor", Doc: "The least minor of version 1", Default: 19}},
		Check: func(r *control.Resource) {
			v := r.Get("addonVersion")
			parts := strings.Split(strings.TrimPrefix(v.Text(), "v"), ".")
			if r.Get("addonName").Text() != "vpc-cni" || len(parts) < 2 {
				return
			}
			if n, err := strconv.Atoi(parts[1]); err == nil && parts[0] == "1" && n < r.Number("minor") {
				r.Violate("addonVersion is %s: want v1.%d or newer", v.Describe(), r.Number("minor"))
			}
		},
		Fix:  "raise addonVersion",
		Bad:  `{addonName: vpc-cni, addonVersion: v1.11.0-eksbuild.1}`,
		Good: `{addonName: vpc-cni, addonVersion: v1.21.1-eksbuild.1}`,
	},
	{
		ID: "plat-cni-addon-managed", Severity: control.Medium,
		Title: "The VPC CNI is the stack's own, and there before the nodes",
		On:    []string{cluster, addon, nodeGroup}, Reads: []string{addon + " addonName"},
		CheckStack: func(s *control.Stack) {
			s.Each(cluster, func(r *control.Resource) {
				for _, a := range s.Of(addon) {
					if a.Get("addonName").Text() == "vpc-cni" {
						return
					}
				}
				r.Violate("no add-on vpc-cni is in the stack: EKS installs an unmanaged one, with AWS's defaults")
			})
		},
		Fix: "add an aws.eks.Addon with addonName vpc-cni that the node groups depend on",
		Bad: `
resources:
  demo: {type: "aws:eks/cluster:Cluster", properties: {name: demo}}
`,
		Good: `
resources:
  cni: {type: "aws:eks/addon:Addon", properties: {clusterName: demo, addonName: vpc-cni}}
  demo: {type: "aws:eks/cluster:Cluster", properties: {name: demo}}
`,
	},
	{
		ID: "plat-core-addons-present", Severity: control.Medium,
		Title: "A cluster has the add-ons that every cluster needs",
		On:    []string{cluster, addon}, Reads: []string{addon + " addonName"},
		Settings: []control.Setting{{Name: "addons", Doc: "Names of the add-ons", Default: []string{"vpc-cni", "coredns", "kube-proxy"}}},
		CheckStack: func(s *control.Stack) {
			s.Each(cluster, func(r *control.Resource) {
				if r.Input("computeConfig.enabled").True() {
					return // Auto Mode brings its own.
				}
				var have []string
				for _, a := range s.Of(addon) {
					have = append(have, a.Get("addonName").Text())
				}
				for _, name := range s.Words("addons") {
					if !slices.Contains(have, name) {
						r.Violate("the stack has no add-on %s", name)
					}
				}
			})
		},
		Fix: "add an aws.eks.Addon",
		Bad: `
resources:
  demo: {type: "aws:eks/cluster:Cluster", properties: {name: demo}}
`,
		Good: `
resources:
  cni: {type: "aws:eks/addon:Addon", properties: {clusterName: demo, addonName: vpc-cni}}
  demo: {type: "aws:eks/cluster:Cluster", properties: {name: demo}}
  dns: {type: "aws:eks/addon:Addon", properties: {clusterName: demo, addonName: coredns}}
  proxy: {type: "aws:eks/addon:Addon", properties: {clusterName: demo, addonName: kube-proxy}}
`,
	},
}

// identityAccounts are the service accounts of add-ons that call AWS.
var identityAccounts = map[string]string{
	"vpc-cni": "aws-node", "aws-ebs-csi-driver": "ebs-csi-controller-sa", "aws-efs-csi-driver": "efs-csi-controller-sa",
	"amazon-cloudwatch-observability": "cloudwatch-agent",
}

// nodeZones are the zones of the subnets that node groups are in.
func nodeZones(s *control.Stack) []string {
	var zones []string
	s.Each(nodeGroup, func(g *control.Resource) {
		for _, n := range s.Referred(g, "subnetIds", subnet) {
			zones = append(zones, n.Get("availabilityZone").Text())
		}
	})
	slices.Sort(zones)
	return slices.Compact(zones)
}
