package versions

// Addon is an EKS add-on that the library installs.
type Addon struct {
	// Name is what EKS calls it.
	Name string

	// ServiceAccount, in the namespace kube-system, runs as a role of its own
	// through Pod Identity. Empty for add-ons that call no AWS API; EKS refuses
	// an association for those.
	ServiceAccount string

	// Pins hold the add-on at a version per Kubernetes minor. A minor without a
	// pin has AWS's default for it.
	Pins map[string]Pin
}

// Pin is a version that was chosen over AWS's default.
type Pin struct {
	// Version is complete, such as v1.20.0-eksbuild.1.
	Version string

	// Source is the address of the page that says why.
	Source string
}

// Pinned is the version that the add-on is held at for a Kubernetes minor; ok
// is false when AWS's default is good.
func (a Addon) Pinned(minor string) (version string, ok bool) {
	p, ok := a.Pins[minor]
	return p.Version, ok
}

// The EKS add-ons. Names, service accounts and which of them take Pod Identity:
// https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html
var (
	// PodIdentityAgent hands pods the credentials of their roles.
	PodIdentityAgent = Addon{Name: "eks-pod-identity-agent"}

	// VPCCNI gives pods their addresses and enforces network policies.
	VPCCNI = Addon{Name: "vpc-cni", ServiceAccount: "aws-node"}

	// KubeProxy makes the addresses of Services work on every node.
	KubeProxy = Addon{Name: "kube-proxy"}

	// CoreDNS is the cluster's DNS.
	CoreDNS = Addon{Name: "coredns"}

	// EBSCSI makes and attaches EBS volumes for claims.
	EBSCSI = Addon{Name: "aws-ebs-csi-driver", ServiceAccount: "ebs-csi-controller-sa"}

	// MetricsServer answers `kubectl top` and the HorizontalPodAutoscaler.
	MetricsServer = Addon{Name: "metrics-server"}
)

// Addons are all of them, in the order in which they are installed.
var Addons = []Addon{PodIdentityAgent, VPCCNI, KubeProxy, CoreDNS, EBSCSI, MetricsServer}
