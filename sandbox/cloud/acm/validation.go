package acm

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/route53"
)

func validationKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.CertificateValidation, Noun: "ACM Certificate Validation", Service: serviceName,
		CreateCall: "DescribeCertificate", UpdateCall: "DescribeCertificate", DeleteCall: "DescribeCertificate",
		Fields: cloud.Fields{
			"certificateArn":        cloud.String.Required().ForceNew(),
			"validationRecordFqdns": cloud.SetOf(cloud.String).ForceNew(),
		},
		Create: func(tx *cloud.Tx, r *cloud.Resource) error {
			r.ID = tx.Now().UTC().Format(time.RFC3339)
			if t := tx.Get(cloud.CertificateValidation, r.ID); t != nil {
				r.ID += "-" + tx.Hex(8)
			}
			if err := checkRecords(tx, r.Props); err != nil {
				return err
			}
			return await(tx, r.Props.Str("certificateArn"))
		},
		// After a failure the provider waits anew.
		Update: func(tx *cloud.Tx, _ *cloud.Resource, news cloud.Props) error {
			return await(tx, news.Str("certificateArn"))
		},
	}
}

// checkRecords is the provider's own check: of the names that a program gives,
// none that the certificate needs may be missing.
func checkRecords(tx *cloud.Tx, p cloud.Props) error {
	given := p.Strs("validationRecordFqdns")
	cert := tx.Get(cloud.Certificate, p.Str("certificateArn"))
	if cert == nil || len(given) == 0 {
		return nil
	}
	for _, o := range cert.Props.Objs("domainValidationOptions") {
		name := strings.TrimSuffix(o.Str("resourceRecordName"), ".")
		if !slices.ContainsFunc(given, func(g string) bool { return strings.TrimSuffix(g, ".") == name }) {
			return fmt.Errorf("missing %s DNS validation record: %s", o.Str("domainName"), name)
		}
	}
	return nil
}

// await is the provider's wait for a certificate: over at once, or in vain for
// 75 minutes.
func await(tx *cloud.Tx, arn string) error {
	cert := tx.Get(cloud.Certificate, arn)
	switch {
	case cert == nil:
		return missing.Refuse("Could not find certificate %s.", arn)
	case cert.Props.Str("status") == issued:
		return nil
	case cert.Props.Str("validationMethod") != "DNS":
		return neverIssued.Late("ACM Certificate (%s) is not issued after 75 minutes: nobody answers the e-mail; use validationMethod DNS", arn)
	}
	for _, o := range cert.Props.Objs("domainValidationOptions") {
		record, reason := route53.Public(tx, o.Str("resourceRecordName"), "CNAME")
		value := o.Str("resourceRecordValue")
		has := func(v string) bool { return strings.TrimSuffix(v, ".") == strings.TrimSuffix(value, ".") }
		switch {
		case record == nil:
			return neverIssued.Late("ACM Certificate (%s) is not issued after 75 minutes: it waits for %s; %s", arn, o.Str("resourceRecordName"), reason)
		case !slices.ContainsFunc(record.Props.Strs("records"), has):
			return neverIssued.Late("ACM Certificate (%s) is not issued after 75 minutes: record %s has another value than %s",
				arn, o.Str("resourceRecordName"), value)
		}
		if by := barred(tx, o.Str("domainName")); by != "" {
			return forbidden.Late("ACM Certificate (%s) is not issued: record %s of type CAA does not allow amazon.com", arn, by)
		}
	}
	issue(tx, cert)
	return nil
}

// authorities are the names by which a domain may allow ACM.
var authorities = []string{"amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"}

// barred is the name with the record that does not let Amazon issue for a
// domain; "" when it may. The nearest set of records at or above the name
// counts.
func barred(tx *cloud.Tx, domain string) string {
	name, wildcard := strings.CutPrefix(domain, "*.")
	tag := " issue "
	for strings.Contains(name, ".") {
		if record, _ := route53.Public(tx, name, "CAA"); record != nil {
			values := record.Props.Strs("records")
			if has := func(v string) bool { return strings.Contains(v, " issuewild ") }; wildcard && slices.ContainsFunc(values, has) {
				tag = " issuewild "
			}
			says := slices.DeleteFunc(slices.Clone(values), func(v string) bool { return !strings.Contains(v, tag) })
			allows := func(v string) bool {
				return slices.ContainsFunc(authorities, func(a string) bool { return strings.Contains(v, `"`+a) })
			}
			if len(says) > 0 && !slices.ContainsFunc(says, allows) {
				return name
			}
			return ""
		}
		_, name, _ = strings.Cut(name, ".")
	}
	return ""
}
