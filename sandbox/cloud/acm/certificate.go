package acm

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// maxNames is the default quota of domain names of a certificate.
const maxNames = 10

// validityDays is how long a public certificate of ACM is good: the industry
// allows 200 days since March 2026.
const validityDays = 198

var (
	domainText = cloud.Text{Want: "a domain name without a dot at its end", Example: "www.example.com", Good: func(s string) bool { return !strings.HasSuffix(s, ".") }}
	domainForm = regexp.MustCompile(`^(\*\.)?([A-Za-z0-9]([-A-Za-z0-9]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9][-A-Za-z0-9]{0,61}[A-Za-z0-9]$`)
)

func certificateKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.Certificate, Noun: "ACM Certificate", Service: serviceName, Tagged: true,
		CreateCall: "RequestCertificate", UpdateCall: "UpdateCertificateOptions", DeleteCall: "DeleteCertificate",
		Fields: cloud.Fields{
			"domainName":              cloud.String.Like(domainText).Computed().ForceNew(),
			"subjectAlternativeNames": cloud.SetOf(cloud.String.Like(domainText)).Computed().ForceNew(),
			"validationMethod":        cloud.String.OneOf("DNS", "EMAIL", "NONE").Computed().ForceNew(),
			"keyAlgorithm":            cloud.String.OneOf("EC_prime256v1", "EC_secp384r1", "EC_secp521r1", "RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096").Computed().ForceNew(),
			"options": cloud.Object(cloud.Fields{
				"certificateTransparencyLoggingPreference": cloud.String.OneOf("ENABLED", "DISABLED").Default("ENABLED"),
			}).Computed(),
			"arn": cloud.String.Output(),
			"domainValidationOptions": cloud.SetOf(cloud.Object(cloud.Fields{
				"domainName": cloud.String.Output(), "resourceRecordName": cloud.String.Output(),
				"resourceRecordType": cloud.String.Output(), "resourceRecordValue": cloud.String.Output(),
			})).Output(),
			"notAfter":           cloud.String.Output(),
			"notBefore":          cloud.String.Output(),
			"pendingRenewal":     cloud.Bool.Output(),
			"renewalEligibility": cloud.String.Output(),
			"status":             cloud.String.Output(),
			"type":               cloud.String.Output(),
			"validationEmails":   cloud.ListOf(cloud.String).Output(),
		},
		Check: func(p cloud.Props) []cloud.Problem {
			if !p.Has("domainName") {
				return []cloud.Problem{{Property: "domainName", Reason: "is required: the sandbox has no imported certificates"}}
			}
			return nil
		},
		Create: createCertificate, Delete: deleteCertificate,
	}
}

func createCertificate(tx *cloud.Tx, r *cloud.Resource) error {
	p := r.Props
	all := names(p)
	for _, name := range all {
		if len(name) > 253 || !domainForm.MatchString(name) {
			return badDomain.Refuse("1 validation error detected: Value '%s' at 'domainName' failed to satisfy constraint: it is not a domain name", name)
		}
	}
	if len(all) > maxNames {
		return tooMany.Refuse("Error: you have reached your limit of %d domain names per certificate; this one has %d.", maxNames, len(all))
	}
	r.ID = tx.ARN("acm", "certificate/"+tx.UUID())
	for name, v := range map[string]any{
		"validationMethod": "EMAIL", "keyAlgorithm": "RSA_2048", "options": map[string]any{"certificateTransparencyLoggingPreference": "ENABLED"},
		// The provider adds the domain's own name to those that a program gives; here
		// they stay as they were given, or the same program would show a change.
		"subjectAlternativeNames": cloud.Strings(all...),
	} {
		if !p.Has(name) {
			p[name] = v
		}
	}
	for name, v := range map[string]any{
		"arn": r.ID, "status": pending, "type": "AMAZON_ISSUED", "renewalEligibility": "INELIGIBLE", "pendingRenewal": false,
		"notAfter": "", "notBefore": "", "validationEmails": []any{}, "domainValidationOptions": []any{},
	} {
		p[name] = v
	}
	if p.Str("validationMethod") == "DNS" {
		p["domainValidationOptions"] = options(tx, all)
	}
	return nil
}

// names are all that a certificate stands for, its domain first.
func names(p cloud.Props) []string {
	domain := p.Str("domainName")
	rest := slices.DeleteFunc(slices.Clone(p.Strs("subjectAlternativeNames")), func(n string) bool { return n == domain })
	slices.Sort(rest)
	return append([]string{domain}, slices.Compact(rest)...)
}

// options are the records by which an owner of domains proves it. A wildcard has
// that of the domain below it, and an account asks for the same record each
// time.
func options(tx *cloud.Tx, domains []string) []any {
	var out []any
	for _, name := range domains {
		domain := strings.TrimPrefix(name, "*.")
		sum := sha256.Sum256([]byte(tx.AccountID() + "|" + domain))
		h := hex.EncodeToString(sum[:])
		out = append(out, map[string]any{
			"domainName": name, "resourceRecordName": "_" + h[:32] + "." + domain + ".", "resourceRecordType": "CNAME",
			"resourceRecordValue": "_" + h[32:] + ".jkddzztszm.acm-validations.aws.",
		})
	}
	return out
}

func deleteCertificate(tx *cloud.Tx, r *cloud.Resource) error {
	if !tx.Knows(cloud.Listener) {
		return nil
	}
	if l := tx.One(cloud.Listener, cloud.Contains("certificateArns", r.ID)); l != nil {
		return inUse.Refuse("Certificate %s in account %s is in use. (by listener %s)", r.ID, tx.AccountID(), l.ID)
	}
	return nil
}

// issue makes a certificate good from now on.
func issue(tx *cloud.Tx, cert *cloud.Resource) {
	start := tx.Now().UTC().Truncate(24 * time.Hour)
	cert.Props["status"], cert.Props["renewalEligibility"] = issued, "ELIGIBLE"
	cert.Props["notBefore"] = start.Format(time.RFC3339)
	cert.Props["notAfter"] = start.AddDate(0, 0, validityDays).Format(time.RFC3339)
	tx.Put(cert)
}
