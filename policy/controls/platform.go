package controls

import (
	"regexp"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/policy/control"
	"github.com/slipway-iac/slipway/policy/statement"
)

// zonesByTier are the zones in which each tier of a stack has subnets.
func zonesByTier(s *control.Stack) map[string][]string {
	zones := map[string][]string{}
	for _, n := range s.Of(subnet) {
		if t, z := tier(n), n.Get("availabilityZone").Text(); t != "" && !slices.Contains(zones[t], z) {
			zones[t] = append(zones[t], z)
		}
	}
	return zones
}

// softKubelet are settings of a kubelet that take its guards away, in NodeConfig
// and as arguments, from section 3.2 of CIS EKS.
var softKubelet = []struct {
	what    string
	pattern *regexp.Regexp
}{
	{"lets strangers in", regexp.MustCompile(`--anonymous-auth[= ]true|anonymous:\s*\{?\s*enabled:\s*true`)},
	{"lets everybody do everything", regexp.MustCompile(`AlwaysAllow`)},
	{"opens the read-only port", regexp.MustCompile(`--read-only-port[= ][1-9]|readOnlyPort:\s*[1-9]`)},
	{"never closes idle connections", regexp.MustCompile(`--streaming-connection-idle-timeout[= ]0\b|streamingConnectionIdleTimeout:\s*"?0`)},
	{"does not rotate certificates", regexp.MustCompile(`--rotate-certificates[= ]false|rotateCertificates:\s*false`)},
	{"leaves its firewall rules alone", regexp.MustCompile(`--make-iptables-util-chains[= ]false|makeIPTablesUtilChains:\s*false`)},
}

// writing are the beginnings of the names of actions that change something.
var writing = []string{"Create", "Put", "Delete", "Update", "Modify", "Attach", "Detach", "Terminate", "Run", "Start", "Stop", "Write", "Remove", "Replace", "Send", "Publish", "Invoke"}

var platform = []control.Control{
	{
		ID: "plat-subnet-az-balance", Severity: control.Medium,
		Title: "Every tier is in the same zones",
		On:    []string{subnet}, Reads: []string{"availabilityZone", "tags"},
		Settings: []control.Setting{{Name: "zones", Doc: "The least number of zones", Default: 2}},
		CheckStack: func(s *control.Stack) {
			all := zonesByTier(s)
			var widest []string
			for _, zones := range all {
				if len(zones) > len(widest) {
					widest = zones
				}
			}
			said := map[string]bool{}
			s.Each(subnet, func(n *control.Resource) {
				t := tier(n)
				if zones := all[t]; t != "" && !said[t] && (len(zones) < s.Number("zones") || len(zones) < len(widest)) {
					said[t] = true
					n.Violate("tier %s is in %d zone(s), and another one in %d: want %d or more, and all tiers alike", t, len(zones), len(widest), s.Number("zones"))
				}
			})
		},
		Fix: "give the tier a subnet in every zone",
		Bad: `
resources:
  private-a: {type: "aws:ec2/subnet:Subnet", properties: {availabilityZone: us-west-2a, tags: {tier: private}}}
  private-b: {type: "aws:ec2/subnet:Subnet", properties: {availabilityZone: us-west-2b, tags: {tier: private}}}
  pods-a: {type: "aws:ec2/subnet:Subnet", properties: {availabilityZone: us-west-2a, tags: {tier: pod}}}
`,
		Good: `
resources:
  private-a: {type: "aws:ec2/subnet:Subnet", properties: {availabilityZone: us-west-2a, tags: {tier: private}}}
  private-b: {type: "aws:ec2/subnet:Subnet", properties: {availabilityZone: us-west-2b, tags: {tier: private}}}
`,
	},
	{
		ID: "plat-node-subnets-all-azs", Severity: control.Medium,
		Title: "Nodes are in several zones",
		On:    []string{nodeGroup, subnet}, Reads: []string{"subnetIds", subnet + " availabilityZone"},
		Settings: []control.Setting{{Name: "zones", Doc: "The least number of zones of all node groups together", Default: 2}},
		CheckStack: func(s *control.Stack) {
			groups, zones := s.Of(nodeGroup), nodeZones(s)
			if len(groups) > 0 && len(zones) > 0 && len(zones) < s.Number("zones") {
				groups[0].Violate("all nodes are in %s: want %d zones or more", strings.Join(zones, ", "), s.Number("zones"))
			}
		},
		Fix: "give subnetIds subnets of several zones, or make a node group in each",
		Bad: `
resources:
  a: {type: "aws:ec2/subnet:Subnet", properties: {availabilityZone: us-west-2a}}
  system: {type: "aws:eks/nodeGroup:NodeGroup", properties: {subnetIds: ["${a.id}"]}}
`,
		Good: `
resources:
  a: {type: "aws:ec2/subnet:Subnet", properties: {availabilityZone: us-west-2a}}
  b: {type: "aws:ec2/subnet:Subnet", properties: {availabilityZone: us-west-2b}}
  system: {type: "aws:eks/nodeGroup:NodeGroup", properties: {subnetIds: ["${a.id}", "${b.id}"]}}
`,
	},
	{
		ID: "plat-cluster-subnets-dedicated", Severity: control.Low,
		Title: "The control plane has subnets of its own",
		On:    []string{cluster, subnet}, Reads: []string{"vpcConfig.subnetIds", subnet + " tags"},
		CheckStack: func(s *control.Stack) {
			s.Each(cluster, func(r *control.Resource) {
				for _, n := range s.Referred(r, "vpcConfig.subnetIds", subnet) {
					if t := tier(n); t != "" && t != "control" {
						r.Violate("its %s is of tier %s: when nodes or pods have used up its addresses, the cluster cannot be updated", n, t)
					}
				}
			})
		},
		Fix: "give vpcConfig.subnetIds subnets of the tier control; a /28 is enough",
		Bad: `
resources:
  a: {type: "aws:ec2/subnet:Subnet", properties: {tags: {tier: private}}}
  demo: {type: "aws:eks/cluster:Cluster", properties: {vpcConfig: {subnetIds: ["${a.id}"]}}}
`,
		Good: `
resources:
  a: {type: "aws:ec2/subnet:Subnet", properties: {tags: {tier: control}}}
  demo: {type: "aws:eks/cluster:Cluster", properties: {vpcConfig: {subnetIds: ["${a.id}"]}}}
`,
	},
	{
		ID: "igw-attached-vpc-only-with-public-tier", Severity: control.Medium,
		Title:   "A VPC without a public tier has no internet gateway",
		Mapping: control.Mapping{SecurityHub: "EC2.172"},
		On:      []string{internetGateway, vpc, subnet}, Reads: []string{"vpcId", subnet + " vpcId", subnet + " tags"},
		CheckStack: func(s *control.Stack) {
			s.Each(internetGateway, func(g *control.Resource) {
				for _, v := range s.Referred(g, "vpcId", vpc) {
					subnets := s.Referring(subnet, "vpcId", v)
					if len(subnets) > 0 && !slices.ContainsFunc(subnets, func(n *control.Resource) bool { return tier(n) == "public" }) {
						g.Violate("its %s has no subnet of tier public", v)
					}
				}
			})
		},
		Fix: "remove the gateway, or tag the subnets that are meant to be public",
		Bad: `
resources:
  net: {type: "aws:ec2/vpc:Vpc", properties: {cidrBlock: 10.0.0.0/16}}
  igw: {type: "aws:ec2/internetGateway:InternetGateway", properties: {vpcId: "${net.id}"}}
  a: {type: "aws:ec2/subnet:Subnet", properties: {vpcId: "${net.id}", tags: {tier: private}}}
`,
		Good: `
resources:
  net: {type: "aws:ec2/vpc:Vpc", properties: {cidrBlock: 10.0.0.0/16}}
  igw: {type: "aws:ec2/internetGateway:InternetGateway", properties: {vpcId: "${net.id}"}}
  a: {type: "aws:ec2/subnet:Subnet", properties: {vpcId: "${net.id}", tags: {tier: public}}}
`,
	},
	{
		ID: "kubelet-args-hardened", Severity: control.Medium,
		Title:   "Kubelets keep their guards",
		Mapping: control.Mapping{CIS: "EKS 3.2.1, EKS 3.2.2, EKS 3.2.4, EKS 3.2.5, EKS 3.2.6, EKS 3.2.8"},
		On:      []string{launchTemplate}, Reads: []string{"userData"},
		Check: func(r *control.Resource) {
			text := userData(r)
			for _, soft := range softKubelet {
				if found := soft.pattern.FindString(text); found != "" {
					r.Violate("userData has %q: the kubelet %s", found, soft.what)
				}
			}
		},
		Fix: "remove the setting",
		Bad: `userData: "/etc/eks/bootstrap.sh demo --kubelet-extra-args '--anonymous-auth=true --read-only-port=10255'"`, Good: `userData: "/etc/eks/bootstrap.sh demo"`,
	},
	{
		ID: "iam-no-unconstrained-write", Severity: control.Low,
		Title:   "What changes something is allowed on named resources",
		Mapping: control.Mapping{Checkov: "CKV_AWS_290, CKV_AWS_111"},
		On:      permissionTypes, Reads: permissionReads,
		Check: permissions(func(r *control.Resource, s statement.Statement) {
			if !s.Allow || !s.OnEverything() || s.Conditional() {
				return
			}
			for _, a := range s.Actions {
				_, name, _ := strings.Cut(a, ":")
				if slices.ContainsFunc(writing, func(w string) bool { return strings.HasPrefix(name, w) }) {
					r.Violate("statement %q allows %s on *: want the ARNs it is needed on, or a condition", s.Sid, a)
					return
				}
			}
		}),
		Fix:  "name the ARNs, or add a condition on a tag",
		Bad:  `policy: '{"Statement":[{"Sid":"Stop","Effect":"Allow","Action":"ec2:TerminateInstances","Resource":"*"}]}'`,
		Good: `policy: '{"Statement":[{"Sid":"Stop","Effect":"Allow","Action":"ec2:TerminateInstances","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/cluster":"demo"}}}]}'`,
	},
	{
		ID: "plat-provider-explicit-and-k8s-from-cluster", Severity: control.Medium,
		Title: "Objects go into the cluster that the program means",
		On:    []string{namespace, "kubernetes:core/v1:ConfigMap", "kubernetes:core/v1:Secret", "kubernetes:core/v1:ServiceAccount", helmRelease, networkPolicy, ingress, service},
		Check: func(r *control.Resource) {
			if p := r.Provider; p.Type == "pulumi:providers:kubernetes" && strings.HasPrefix(p.Name, "default") {
				r.Violate("it has the default provider, which takes whatever kubeconfig is on the machine: want a provider with the cluster's")
			}
		},
		Fix:  "make a kubernetes.Provider with the cluster's kubeconfig and pass it",
		Bad:  "resources:\n  apps:\n    type: kubernetes:core/v1:Namespace\n    properties: {metadata: {name: apps}}\n    options: {provider: default}\n",
		Good: "resources:\n  apps:\n    type: kubernetes:core/v1:Namespace\n    properties: {metadata: {name: apps}}\n    options: {provider: demo}\n",
	},
	{
		ID: "plat-identity-one-role-per-sa", Severity: control.Medium,
		Title: "A role is one workload's",
		On:    []string{podIdentity, role}, Reads: []string{"roleArn"},
		Settings: []control.Setting{{Name: "accounts", Doc: "How many service accounts may share a role", Default: 1}},
		CheckStack: func(s *control.Stack) {
			s.Each(role, func(r *control.Resource) {
				if n := len(s.Referring(podIdentity, "roleArn", r)); n > s.Number("accounts") {
					r.Violate("%d service accounts have it: want %d at most; what one of them needs, all of them may", n, s.Number("accounts"))
				}
			})
		},
		Fix: "make a role for each service account",
		Bad: `
resources:
  both: {type: "aws:iam/role:Role", properties: {name: both}}
  a: {type: "aws:eks/podIdentityAssociation:PodIdentityAssociation", properties: {serviceAccount: a, roleArn: "${both.arn}"}}
  b: {type: "aws:eks/podIdentityAssociation:PodIdentityAssociation", properties: {serviceAccount: b, roleArn: "${both.arn}"}}
`,
		Good: `
resources:
  one: {type: "aws:iam/role:Role", properties: {name: one}}
  a: {type: "aws:eks/podIdentityAssociation:PodIdentityAssociation", properties: {serviceAccount: a, roleArn: "${one.arn}"}}
`,
	},
	{
		ID: "plat-pod-identity-preferred", Severity: control.Medium,
		Title: "Service accounts get their roles through Pod Identity",
		On:    []string{"kubernetes:core/v1:ServiceAccount"}, Reads: []string{"metadata.annotations"},
		Check: func(r *control.Resource) {
			if v := annotation(r, "eks.amazonaws.com/role-arn"); v.Present() {
				r.Violate("it has the annotation eks.amazonaws.com/role-arn: want an aws.eks.PodIdentityAssociation, whose role need not know the cluster")
			}
		},
		Fix: "make an aws.eks.PodIdentityAssociation and remove the annotation",
		Bad: `{metadata: {name: shop, annotations: {eks.amazonaws.com/role-arn: "arn:aws:iam::123456789012:role/shop"}}}`, Good: `{metadata: {name: shop}}`,
	},
	{
		ID: "plat-addon-compatible-with-version", Severity: control.Medium,
		Title: "kube-proxy is of the cluster's version, or a little older",
		On:    []string{addon, cluster}, Reads: []string{"addonName", "addonVersion", cluster + " version"},
		CheckStack: func(s *control.Stack) {
			for _, c := range s.Of(cluster) {
				s.Each(addon, func(r *control.Resource) {
					v := r.Get("addonVersion")
					parts := strings.SplitN(strings.TrimPrefix(v.Text(), "v"), ".", 3)
					if r.Get("addonName").Text() != "kube-proxy" || len(parts) < 3 || !c.Get("version").IsSet() {
						return
					}
					ours, theirs := minor(parts[0]+"."+parts[1]), minor(c.Get("version").Text())
					if ours > theirs || ours < theirs-3 {
						r.Want(v, "a version of Kubernetes "+c.Get("version").Text()+", or up to three minors older")
					}
				})
			}
		},
		Fix: "set addonVersion to one for the cluster's version",
		Bad: `
resources:
  demo: {type: "aws:eks/cluster:Cluster", properties: {version: "1.34"}}
  proxy: {type: "aws:eks/addon:Addon", properties: {addonName: kube-proxy, addonVersion: v1.35.0-eksbuild.2}}
`,
		Good: `
resources:
  demo: {type: "aws:eks/cluster:Cluster", properties: {version: "1.35"}}
  proxy: {type: "aws:eks/addon:Addon", properties: {addonName: kube-proxy, addonVersion: v1.35.0-eksbuild.2}}
`,
	},
	{
		ID: "plat-coredns-ha", Severity: control.Low,
		Title: "DNS survives the loss of a node",
		On:    []string{addon}, Reads: addonReads,
		Check: func(r *control.Resource) {
			if r.Get("addonName").Text() != "coredns" {
				return
			}
			if v := addonSettings(r).Get("replicaCount"); v.Int(2) < 2 {
				r.Violate("configurationValues has replicaCount %s: want 2 or more", v.Describe())
			}
		},
		Fix: "remove replicaCount, or set it to 2 or more",
		Bad: `{addonName: coredns, configurationValues: '{"replicaCount":1}'}`, Good: `{addonName: coredns, configurationValues: '{"replicaCount":3}'}`,
	},
	{
		ID: "plat-cni-sgpp-consistent", Severity: control.Medium,
		Title: "Security groups for pods are switched on where they are used",
		On:    []string{"kubernetes:vpcresources.k8s.aws/v1beta1:SecurityGroupPolicy", addon}, Reads: []string{addon + " configurationValues"},
		CheckStack: func(s *control.Stack) {
			policies := s.Of("kubernetes:vpcresources.k8s.aws/v1beta1:SecurityGroupPolicy")
			if len(policies) == 0 {
				return
			}
			s.Each(addon, cni(func(_ *control.Resource, settings control.Value) {
				if v := settings.Get("env").Key("ENABLE_POD_ENI"); v.Text() != "true" {
					policies[0].Violate("the add-on vpc-cni has ENABLE_POD_ENI %s: want \"true\"; security groups of pods are ignored", v.Describe())
				}
			}))
		},
		Fix: "set env.ENABLE_POD_ENI to true",
		Bad: `
resources:
  cni: {type: "aws:eks/addon:Addon", properties: {addonName: vpc-cni, configurationValues: '{"env":{}}'}}
  db: {type: "kubernetes:vpcresources.k8s.aws/v1beta1:SecurityGroupPolicy", properties: {metadata: {name: db}}}
`,
		Good: `
resources:
  cni: {type: "aws:eks/addon:Addon", properties: {addonName: vpc-cni, configurationValues: '{"env":{"ENABLE_POD_ENI":"true"}}'}}
  db: {type: "kubernetes:vpcresources.k8s.aws/v1beta1:SecurityGroupPolicy", properties: {metadata: {name: db}}}
`,
	},
	{
		ID: "plat-resolver-query-log", Severity: control.Low,
		Title: "A VPC's DNS queries are logged",
		On:    []string{vpc, queryLog}, Reads: []string{queryLog + " resourceId"},
		CheckStack: eachNamed([]string{vpc}, queryLog, "resourceId", "no aws.route53.ResolverQueryLogConfigAssociation is about it"),
		Fix:        "add a resolver query log and associate the VPC", Bad: `cidrBlock: 10.0.0.0/16`,
		Good: `
resources:
  net: {type: "aws:ec2/vpc:Vpc", properties: {cidrBlock: 10.0.0.0/16}}
  queries: {type: "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation", properties: {resourceId: "${net.id}", resolverQueryLogConfigId: rqlc-1}}
`,
	},
	{
		ID: "allowed-regions", Severity: control.Medium,
		Title: "Everything is in regions of one's choice",
		On:    []string{vpc, cluster, kmsKey, database, databaseCluster, bucket, logGroup, queue, topic, secretStore}, Reads: []string{},
		Settings: []control.Setting{{Name: "regions", Doc: "Names of the regions; none allows all", Default: []string{}}},
		Check: func(r *control.Resource) {
			region := r.Configured("region")
			if allowed := r.Words("regions"); len(allowed) > 0 && region.IsSet() && !slices.Contains(allowed, region.Text()) {
				r.Violate("its provider's region is %s: want %s", region.Describe(), strings.Join(allowed, " or "))
			}
		},
		With: map[string]any{"regions": []string{"us-west-2"}},
		Fix:  "use a provider of another region, or list the region in the setting regions",
		Bad:  "resources:\n  net:\n    type: aws:ec2/vpc:Vpc\n    properties: {cidrBlock: 10.0.0.0/16}\n    options: {provider: sa-east-1}\n",
		Good: "resources:\n  net:\n    type: aws:ec2/vpc:Vpc\n    properties: {cidrBlock: 10.0.0.0/16}\n    options: {provider: us-west-2}\n",
	},
}

const queryLog = "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation"
