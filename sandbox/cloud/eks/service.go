package eks

import "github.com/slipway-iac/slipway/sandbox/cloud"

const (
	owner       = "eks"
	serviceName = "EKS"
	api         = "https://docs.aws.amazon.com/eks/latest/APIReference/"
	guide       = "https://docs.aws.amazon.com/eks/latest/userguide/"
)

// Options changes what clusters tell about themselves.
type Options struct {
	// Endpoint is the address of a cluster's Kubernetes API, so that it can be
	// served on this machine. Defaults to an address of the form that EKS gives,
	// where nothing answers. It is asked once, when the cluster is made.
	Endpoint func(clusterName string) string
	// CertificateAuthority is the base64 text of the certificate that signed the
	// endpoint's. Defaults to a text that is no certificate.
	CertificateAuthority func(clusterName string) string
}

// Service lists what EKS adds to an account.
func Service(o Options) cloud.Service {
	return cloud.Service{
		Kinds: []cloud.Kind{
			clusterKind(o), nodeGroupKind(), addonKind(),
			accessEntryKind(), accessPolicyKind(), podIdentityKind(),
		},
		Functions: []cloud.Function{
			{Token: "aws:eks/getAddonVersion:getAddonVersion", Call: getAddonVersion},
			{Token: "aws:eks/getCluster:getCluster", Call: getCluster},
			{Token: "aws:eks/getClusterAuth:getClusterAuth", Call: getClusterAuth},
		},
		Tags: tagRules,
	}
}

// tagRules are EKS's rules for tags.
var tagRules = cloud.TagRules{
	TooMany: cloud.Declare(cloud.Rule{
		Name: "eks-too-many-tags", Code: "InvalidParameterException", Source: api + "API_TagResource.html", Tag: cloud.Memory,
	}),
	Malformed: cloud.Declare(cloud.Rule{
		Name: "eks-tag-malformed", Code: "InvalidParameterException", Source: api + "API_TagResource.html", Tag: cloud.Memory,
	}),
}
