package controls

import (
	"slices"
	"strings"
	"time"

	"github.com/slipway-iac/slipway/policy/control"
)

var eksNodes = []control.Control{
	{
		ID: "eks-nodegroup-version-supported", Severity: control.High,
		Title:   "The nodes' Kubernetes version has standard support",
		Mapping: control.Mapping{SecurityHub: "EKS.9"},
		On:      []string{nodeGroup}, Reads: []string{"version"},
		Check: func(r *control.Resource) {
			v := r.Get("version")
			if left, known := supportLeft(eksStandardSupport, v.Text(), r.Now()); v.IsSet() && known && left < time.Duration(0) {
				r.Violate("version is %s, whose standard support has ended: want %s", v.Describe(), newerThan(v.Text()))
			}
		},
		Fix:  "set version to the cluster's, or leave it out to follow the cluster",
		Bad:  `{clusterName: demo, version: "1.31"}`,
		Good: `{clusterName: demo, version: "1.36"}`,
	},
	{
		ID: "eks-nodegroup-remote-access-restricted", Severity: control.High,
		Title:   "Nodes take SSH from nobody, or from named security groups",
		Mapping: control.Mapping{CIS: "EKS 5.4.3", Checkov: "CKV_AWS_100"},
		On:      []string{nodeGroup}, Reads: []string{"remoteAccess.ec2SshKey", "remoteAccess.sourceSecurityGroupIds"},
		Check: func(r *control.Resource) {
			if r.Get("remoteAccess.ec2SshKey").Present() && !r.Get("remoteAccess.sourceSecurityGroupIds").IsSet() {
				r.Violate("remoteAccess.ec2SshKey is set without sourceSecurityGroupIds: EKS then opens port 22 of the nodes to the internet")
			}
		},
		Fix:  "remove remoteAccess and use Systems Manager, or name the security groups that may connect",
		Bad:  `{clusterName: demo, remoteAccess: {ec2SshKey: operators}}`,
		Good: `{clusterName: demo, remoteAccess: {ec2SshKey: operators, sourceSecurityGroupIds: [sg-0123456789abcdef0]}}`,
	},
	{
		ID: "eks-nodegroup-uses-launch-template", Severity: control.Medium,
		Title:   "Node groups have a launch template",
		Mapping: control.Mapping{CIS: "EKS 3.2"},
		On:      []string{nodeGroup}, Reads: []string{"launchTemplate.id", "launchTemplate.name"},
		Check: func(r *control.Resource) {
			if !r.Get("launchTemplate.id").IsSet() && !r.Get("launchTemplate.name").IsSet() {
				r.Want(r.Get("launchTemplate"), "a launch template: without one IMDSv2, encryption and security groups are AWS's defaults")
			}
		},
		Fix:  "make an aws.ec2.LaunchTemplate and name it in launchTemplate",
		Bad:  `clusterName: demo`,
		Good: `{clusterName: demo, launchTemplate: {id: lt-0123456789abcdef0, version: "1"}}`,
	},
	{
		ID: "plat-node-ami-not-retired", Severity: control.High,
		Title: "Nodes run an operating system that is kept up",
		On:    []string{nodeGroup, nodeClass}, Reads: []string{"amiType", nodeClass + " spec.amiSelectorTerms.alias"},
		Check: func(r *control.Resource) {
			r.Get("spec.amiSelectorTerms").Each(func(term control.Value) {
				if v := term.Get("alias"); strings.HasPrefix(v.Text(), "al2@") {
					r.Want(v, "al2023@… or bottlerocket@…; AWS publishes no AL2 images for EKS since 2025-11-26")
				}
			})
			if v := r.Get("amiType"); strings.HasPrefix(v.Text(), "AL2_") || strings.Contains(v.Text(), "WINDOWS_CORE_2019") {
				r.Want(v, "AL2023 or Bottlerocket; AWS publishes no AL2 images for EKS since 2025-11-26")
			}
		},
		Fix:  "set amiType to AL2023_x86_64_STANDARD, AL2023_ARM_64_STANDARD or a Bottlerocket type",
		Bad:  `{clusterName: demo, amiType: AL2_x86_64}`,
		Good: `{clusterName: demo, amiType: BOTTLEROCKET_ARM_64}`,
	},
	{
		ID: "plat-node-nitro-only", Severity: control.High,
		Title: "Nodes are Nitro instances",
		On:    []string{nodeGroup, launchTemplate}, Reads: []string{"instanceTypes", launchTemplate + " instanceType"},
		Check: func(r *control.Resource) {
			for _, path := range []string{"instanceTypes", "instanceType"} {
				r.Get(path).Each(func(v control.Value) {
					if family, _, _ := strings.Cut(v.Text(), "."); slices.Contains(xenFamilies, family) {
						r.Want(v, "a Nitro type: prefixes and security groups for pods need it")
					}
				})
			}
		},
		Fix:  "use a family of the fifth generation or newer, such as m6i or m7g",
		Bad:  `{clusterName: demo, instanceTypes: [m6i.large, m4.large]}`,
		Good: `{clusterName: demo, instanceTypes: [m6i.large, m5.large]}`,
	},
	{
		ID: "plat-node-update-config", Severity: control.Low,
		Title: "An update of nodes takes few of them away at once",
		On:    []string{nodeGroup}, Reads: []string{"updateConfig.maxUnavailable", "updateConfig.maxUnavailablePercentage"},
		Check: func(r *control.Resource) {
			if percent := r.Get("updateConfig.maxUnavailablePercentage"); percent.Int(0) > 50 {
				r.Want(percent, "50 or less")
			}
			if !r.Get("updateConfig").IsSet() {
				r.Want(r.Get("updateConfig"), "maxUnavailable or maxUnavailablePercentage")
			}
		},
		Fix:  "set updateConfig.maxUnavailable to 1, or a percentage",
		Bad:  `{clusterName: demo, updateConfig: {maxUnavailablePercentage: 100}}`,
		Good: `{clusterName: demo, updateConfig: {maxUnavailable: 1}}`,
	},
	{
		ID: "plat-node-capacity-type-explicit", Severity: control.Low,
		Title: "Node groups say whether they are on demand or spot",
		On:    []string{nodeGroup}, Reads: []string{"capacityType"},
		Check: oneOf("capacityType", "ON_DEMAND", "SPOT", "CAPACITY_BLOCK"),
		Fix:   "set capacityType to ON_DEMAND or SPOT",
		Bad:   `clusterName: demo`,
		Good:  `{clusterName: demo, capacityType: ON_DEMAND}`,
	},
	{
		ID: "eks-node-role-minimal", Severity: control.High,
		Title:   "The nodes' role has the least that nodes need",
		Mapping: control.Mapping{CIS: "EKS 5.1.3"},
		On:      []string{nodeGroup, roleAttachment, role}, Reads: []string{"nodeRoleArn", roleAttachment + " role", roleAttachment + " policyArn"},
		Settings: []control.Setting{{Name: "policies", Doc: "Names of the policies that the role may have", Default: []string{
			"AmazonEKSWorkerNodeMinimalPolicy", "AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly",
			"AmazonEC2ContainerRegistryReadOnly", "AmazonSSMManagedInstanceCore"}}},
		CheckStack: func(s *control.Stack) {
			forNodeRoles(s, func(r *control.Resource) {
				for _, a := range s.Referring(roleAttachment, "role", r) {
					s.Guard(func() {
						arn := a.Get("policyArn")
						if name := arn.Text()[strings.LastIndex(arn.Text(), "/")+1:]; !slices.Contains(s.Words("policies"), name) {
							a.Violate("policyArn gives %s to the nodes, and so to every pod that reaches their credentials: want some of %s", name, strings.Join(s.Words("policies"), ", "))
						}
					})
				}
			})
		},
		Fix: "give the permission to the workload that needs it, through Pod Identity, or list the policy in the setting policies",
		Bad: `
resources:
  nodes: {type: "aws:iam/role:Role", properties: {name: nodes}}
  cni:
    type: aws:iam/rolePolicyAttachment:RolePolicyAttachment
    properties: {role: "${nodes.name}", policyArn: "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"}
  system: {type: "aws:eks/nodeGroup:NodeGroup", properties: {clusterName: demo, nodeRoleArn: "${nodes.arn}"}}
`,
		Good: `
resources:
  nodes: {type: "aws:iam/role:Role", properties: {name: nodes}}
  worker:
    type: aws:iam/rolePolicyAttachment:RolePolicyAttachment
    properties: {role: "${nodes.name}", policyArn: "arn:aws:iam::aws:policy/AmazonEKSWorkerNodeMinimalPolicy"}
  system: {type: "aws:eks/nodeGroup:NodeGroup", properties: {clusterName: demo, nodeRoleArn: "${nodes.arn}"}}
`,
	},
	{
		ID: "plat-node-role-not-wildcard", Severity: control.Critical,
		Title: "The nodes' role has no wildcards and no way to data",
		On:    []string{nodeGroup, role, rolePolicy}, Reads: []string{"nodeRoleArn", rolePolicy + " role", rolePolicy + " policy"},
		CheckStack: func(s *control.Stack) {
			forNodeRoles(s, func(r *control.Resource) {
				for _, p := range s.Referring(rolePolicy, "role", r) {
					s.Guard(func() {
						for _, st := range statements(p, "policy") {
							for _, action := range []string{"secretsmanager:GetSecretValue", "s3:GetObject", "sts:AssumeRole", "iam:CreateRole"} {
								if st.OnEverything() && st.Allows(action) {
									p.Violate("statement %q lets every node do %s on everything", st.Sid, action)
									return
								}
							}
						}
					})
				}
			})
		},
		Fix: "give the permission to the workload that needs it, through Pod Identity",
		Bad: `
resources:
  nodes: {type: "aws:iam/role:Role", properties: {name: nodes}}
  extra:
    type: aws:iam/rolePolicy:RolePolicy
    properties:
      role: ${nodes.name}
      policy: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
  system: {type: "aws:eks/nodeGroup:NodeGroup", properties: {clusterName: demo, nodeRoleArn: "${nodes.arn}"}}
`,
		Good: `
resources:
  nodes: {type: "aws:iam/role:Role", properties: {name: nodes}}
  extra:
    type: aws:iam/rolePolicy:RolePolicy
    properties:
      role: ${nodes.name}
      policy: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::boot/*"}]}'
  system: {type: "aws:eks/nodeGroup:NodeGroup", properties: {clusterName: demo, nodeRoleArn: "${nodes.arn}"}}
`,
	},
}

// xenFamilies are the instance families on the Xen hypervisor, from "Instances
// built on the AWS Nitro System" in the EC2 user guide.
var xenFamilies = []string{
	"c1", "c3", "c4", "d2", "f1", "g2", "g3", "g3s", "h1", "i2", "i3", "m1", "m2", "m3", "m4", "p2", "p3", "r3", "r4", "t1", "t2", "x1", "x1e",
}

// forNodeRoles does something for each role of the stack that nodes have.
func forNodeRoles(s *control.Stack, do func(*control.Resource)) {
	for _, r := range s.Of(role) {
		if len(s.Referring(nodeGroup, "nodeRoleArn", r)) > 0 {
			do(r)
		}
	}
}
