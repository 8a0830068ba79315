package versions

import "strings"

// Chart is a Helm chart that the library installs.
type Chart struct {
	// Name is what its Chart.yaml calls it.
	Name string

	// Repository is the address of its repository (https://…), or the chart's own
	// in a registry (oci://…).
	Repository string

	// Version is the chart's, and AppVersion that of the program in it.
	Version, AppVersion string

	// Oldest and Newest are the minors of Kubernetes that its project supports it
	// on; empty where the project names none.
	Oldest, Newest string
}

// Supports tells whether the chart's project supports it on a minor of
// Kubernetes, such as "1.35".
func (c Chart) Supports(minor string) bool {
	n, err := number(minor)
	if err != nil {
		return false
	}
	if oldest, err := number(c.Oldest); err == nil && n < oldest {
		return false
	}
	newest, err := number(c.Newest)
	return err != nil || n <= newest
}

// Reference is the chart as a release names it, and the repository to look for
// it in; there is none for a chart in a registry.
func (c Chart) Reference() (chart, repository string) {
	if strings.HasPrefix(c.Repository, "oci://") {
		return c.Repository, ""
	}
	return c.Name, c.Repository
}

// The charts. What an EKS add-on brings has no entry here.
var (
	// LoadBalancerControllerChart is the AWS Load Balancer Controller; its project
	// names no minors,
	// https://github.com/kubernetes-sigs/aws-load-balancer-controller/releases/tag/v3.5.0
	LoadBalancerControllerChart = Chart{
		Name: "aws-load-balancer-controller", Repository: "https://aws.github.io/eks-charts",
		Version: "3.5.0", AppVersion: "v3.5.0",
	}

	// CertManagerChart is cert-manager; its project supports a release on four
	// minors, https://cert-manager.io/docs/releases/
	CertManagerChart = Chart{
		Name: "cert-manager", Repository: "oci://quay.io/jetstack/charts/cert-manager",
		Version: "v1.21.1", AppVersion: "v1.21.1", Oldest: "1.33", Newest: "1.36",
	}

	// KarpenterChart is Karpenter without its definitions. 1.36 needs 1.13 or
	// newer, https://karpenter.sh/docs/upgrading/compatibility/
	KarpenterChart = Chart{
		Name: "karpenter", Repository: "oci://public.ecr.aws/karpenter/karpenter",
		Version: "1.14.1", AppVersion: "1.14.1", Newest: "1.36",
	}

	// KarpenterCRDChart has Karpenter's definitions, and the version of
	// KarpenterChart: a controller with older definitions loses fields.
	KarpenterCRDChart = Chart{
		Name: "karpenter-crd", Repository: "oci://public.ecr.aws/karpenter/karpenter-crd",
		Version: "1.14.1", AppVersion: "1.14.1", Newest: "1.36",
	}

	// ExternalDNSChart is external-dns; its project names no minors,
	// https://github.com/kubernetes-sigs/external-dns/releases/tag/external-dns-helm-chart-1.21.1
	ExternalDNSChart = Chart{
		Name: "external-dns", Repository: "https://kubernetes-sigs.github.io/external-dns",
		Version: "1.21.1", AppVersion: "0.21.0",
	}
)

// Charts are all of them.
var Charts = []Chart{LoadBalancerControllerChart, CertManagerChart, KarpenterChart, KarpenterCRDChart, ExternalDNSChart}
