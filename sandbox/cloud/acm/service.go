// Package acm simulates the certificates that AWS Certificate Manager issues for
// domains in the account's Route 53 zones.
//
// A certificate is issued once its validation records are in zones that the
// internet sees. What it does not simulate: imported and private certificates,
// validation by e-mail, renewal and export.
package acm

import "github.com/slipway-iac/slipway/sandbox/cloud"

// Service lists what ACM adds to an account.
func Service() cloud.Service {
	return cloud.Service{
		Kinds: []cloud.Kind{certificateKind(), validationKind()},
		Tags:  tagRules,
	}
}

const (
	serviceName = "ACM"
	docs        = "https://docs.aws.amazon.com/acm/latest/APIReference/"
	guide       = "https://docs.aws.amazon.com/acm/latest/userguide/"
)

func rule(name, code, source string, tag cloud.Tag, effect cloud.Effect) *cloud.Rule {
	return cloud.Declare(cloud.Rule{Name: name, Code: code, Source: source, Tag: tag, Effect: effect})
}

var (
	badDomain   = rule("certificate-domain", "ValidationException", docs+"API_RequestCertificate.html", cloud.Verified, cloud.Refuses)
	tooMany     = rule("certificate-too-many-names", "LimitExceededException", guide+"acm-limits.html", cloud.Memory, cloud.Refuses)
	inUse       = rule("certificate-in-use", "ResourceInUseException", docs+"API_DeleteCertificate.html", cloud.Verified, cloud.Refuses)
	missing     = rule("certificate-missing", "ResourceNotFoundException", docs+"API_DescribeCertificate.html", cloud.Verified, cloud.Refuses)
	neverIssued = rule("certificate-never-issued", pending, guide+"dns-validation.html", cloud.Verified, cloud.FailsLate)
	forbidden   = rule("certificate-authority-not-allowed", "CAA_ERROR", guide+"setup-caa.html", cloud.Verified, cloud.FailsLate)
)

const (
	pending = "PENDING_VALIDATION"
	issued  = "ISSUED"
)

// tagRules are ACM's rules for tags.
var tagRules = cloud.TagRules{
	TooMany:   rule("acm-too-many-tags", "TooManyTagsException", docs+"API_RequestCertificate.html", cloud.Verified, cloud.Refuses),
	Malformed: rule("acm-tag-malformed", "InvalidTagException", docs+"API_RequestCertificate.html", cloud.Verified, cloud.Refuses),
}
