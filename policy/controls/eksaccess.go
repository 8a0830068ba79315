package controls

import (
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/policy/control"
	"github.com/slipway-iac/slipway/policy/statement"
)

var eksAccess = []control.Control{
	{
		ID: "eks-access-policy-not-cluster-admin", Severity: control.High,
		Title:   "Only named principals administer the whole cluster",
		Mapping: control.Mapping{CIS: "EKS 4.1.1"},
		On:      []string{accessPolicy}, Reads: []string{"policyArn", "accessScope.type", "principalArn"},
		Settings: []control.Setting{{Name: "principals", Default: []string{"*deployer*", "*break-glass*", "*admin*"},
			Doc: "Patterns of the ARNs that may be administrators of the cluster"}},
		Check: func(r *control.Resource) {
			if !strings.HasSuffix(r.Get("policyArn").Text(), "/AmazonEKSClusterAdminPolicy") || r.Get("accessScope.type").Text() != "cluster" {
				return
			}
			principal := r.Get("principalArn")
			for _, pattern := range r.Words("principals") {
				if statement.Match(pattern, principal.Text()) {
					return
				}
			}
			r.Violate("principalArn is %s, an administrator of the whole cluster: want a principal like %s", principal.Describe(), strings.Join(r.Words("principals"), ", "))
		},
		Fix:  "give it a smaller access policy or a namespace scope, or list it in the setting principals",
		Bad:  `{policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy", principalArn: "arn:aws:iam::123456789012:role/developers", accessScope: {type: cluster}}`,
		Good: `{policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy", principalArn: "arn:aws:iam::123456789012:role/developers", accessScope: {type: namespace, namespaces: [apps]}}`,
	},
	{
		ID: "eks-access-entry-no-system-masters", Severity: control.Critical,
		Title:   "No access entry is of a group of Kubernetes's own",
		Mapping: control.Mapping{CIS: "EKS 4.1.1", Trivy: "KSV-0123"},
		On:      []string{accessEntry}, Reads: []string{"kubernetesGroups"},
		Check: func(r *control.Resource) {
			r.Get("kubernetesGroups").Each(func(group control.Value) {
				if strings.HasPrefix(group.Text(), "system:") {
					r.Want(group, "a group of yours; system:masters passes by every check of RBAC")
				}
			})
		},
		Fix:  "use an access policy, or a group of your own that a RoleBinding names",
		Bad:  `{principalArn: "arn:aws:iam::123456789012:role/ci", kubernetesGroups: ["system:masters"]}`,
		Good: `{principalArn: "arn:aws:iam::123456789012:role/ci", kubernetesGroups: [deployers]}`,
	},
	{
		ID: "eks-access-entry-no-iam-user", Severity: control.Medium,
		Title:   "Access entries are of roles, not of users",
		Mapping: control.Mapping{CIS: "EKS 5.5.1"},
		On:      []string{accessEntry}, Reads: []string{"principalArn"},
		Check: func(r *control.Resource) {
			if arn := r.Get("principalArn"); strings.Contains(arn.Text(), ":user/") || strings.HasSuffix(arn.Text(), ":root") {
				r.Want(arn, "the ARN of a role")
			}
		},
		Fix:  "name a role that people assume with short-lived credentials",
		Bad:  `principalArn: "arn:aws:iam::123456789012:user/alice"`,
		Good: `principalArn: "arn:aws:iam::123456789012:role/operators"`,
	},
	{
		ID: "plat-pod-identity-agent-present", Severity: control.High,
		Title: "Where Pod Identity is used, its agent runs",
		On:    []string{podIdentity, addon}, Reads: []string{addon + " addonName"},
		CheckStack: func(s *control.Stack) {
			associations := s.Of(podIdentity)
			for _, a := range s.Of(addon) {
				if a.Get("addonName").Text() == "eks-pod-identity-agent" {
					return
				}
				if a.Get("podIdentityAssociations").IsSet() {
					associations = append(associations, a)
				}
			}
			if len(associations) > 0 && len(s.Of(cluster)) > 0 {
				associations[0].Violate("it relies on Pod Identity, and no add-on eks-pod-identity-agent is in the stack: pods would get no credentials")
			}
		},
		Fix: "add an aws.eks.Addon with addonName eks-pod-identity-agent, before the nodes",
		Bad: `
resources:
  demo: {type: "aws:eks/cluster:Cluster", properties: {name: demo}}
  dns:
    type: aws:eks/podIdentityAssociation:PodIdentityAssociation
    properties: {clusterName: demo, namespace: dns, serviceAccount: external-dns, roleArn: "arn:aws:iam::123456789012:role/dns"}
`,
		Good: `
resources:
  agent: {type: "aws:eks/addon:Addon", properties: {clusterName: demo, addonName: eks-pod-identity-agent}}
  demo: {type: "aws:eks/cluster:Cluster", properties: {name: demo}}
  dns:
    type: aws:eks/podIdentityAssociation:PodIdentityAssociation
    properties: {clusterName: demo, namespace: dns, serviceAccount: external-dns, roleArn: "arn:aws:iam::123456789012:role/dns"}
`,
	},
	{
		ID: "plat-pod-identity-sa-exists", Severity: control.Medium,
		Title: "No identity is given to a namespace's default service account",
		On:    []string{podIdentity}, Reads: []string{"serviceAccount"},
		Check: noneOf("serviceAccount", "a service account of the workload's own: every pod that names none uses default", "default"),
		Fix:   "make a ServiceAccount for the workload and name it in the association",
		Bad:   `{clusterName: demo, namespace: apps, serviceAccount: default}`,
		Good:  `{clusterName: demo, namespace: apps, serviceAccount: shop}`,
	},
	{
		ID: "eks-oidc-provider-audience", Severity: control.Medium,
		Title:   "The cluster's OIDC provider is for AWS STS only",
		Mapping: control.Mapping{CIS: "EKS 5.2.1"},
		On:      []string{"aws:iam/openIdConnectProvider:OpenIdConnectProvider"}, Reads: []string{"url", "clientIdLists"},
		Check: func(r *control.Resource) {
			if !strings.Contains(r.Get("url").Text(), "oidc.eks.") {
				return
			}
			if v := r.Get("clientIdLists"); !slices.Equal(v.Texts(), []string{"sts.amazonaws.com"}) {
				r.Want(v, "[sts.amazonaws.com]")
			}
		},
		Fix:  "set clientIdLists to [sts.amazonaws.com]",
		Bad:  `{url: "https://oidc.eks.us-west-2.amazonaws.com/id/ABC", clientIdLists: [sts.amazonaws.com, other]}`,
		Good: `{url: "https://oidc.eks.us-west-2.amazonaws.com/id/ABC", clientIdLists: [sts.amazonaws.com]}`,
	},
}
