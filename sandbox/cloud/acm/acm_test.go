package acm_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/acm"
	"github.com/slipway-iac/slipway/sandbox/cloud/cloudtest"
	"github.com/slipway-iac/slipway/sandbox/cloud/ec2"
	"github.com/slipway-iac/slipway/sandbox/cloud/elbv2"
	"github.com/slipway-iac/slipway/sandbox/cloud/route53"
)

type object = map[string]any

var west = cloud.Session{Region: "us-west-2"}

// world is an account with the zone example.com.
type world struct {
	*cloudtest.World
	zone *cloud.Resource
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{World: cloudtest.New(t, west, ec2.Service(), elbv2.Service(), route53.Service(), acm.Service())}
	w.zone = w.Make(cloud.Route53Zone, cloud.Props{"name": "example.com"})
	return w
}

func (w *world) certificate(domain string, more ...string) *cloud.Resource {
	w.T.Helper()
	p := cloud.Props{"domainName": domain, "validationMethod": "DNS"}
	if len(more) > 0 {
		p["subjectAlternativeNames"] = cloud.Strings(more...)
	}
	return w.Make(cloud.Certificate, p)
}

// record puts a set of records into a zone, over another.
func (w *world) record(zone *cloud.Resource, name, kind string, values ...string) {
	w.T.Helper()
	w.Make(cloud.Route53Record, cloud.Props{
		"zoneId": zone.ID, "name": name, "type": kind, "ttl": 60.0, "records": cloud.Strings(values...), "allowOverwrite": true,
	})
}

// prove puts the records of a certificate into a zone.
func (w *world) prove(cert, zone *cloud.Resource) {
	w.T.Helper()
	for _, o := range cert.Props.Objs("domainValidationOptions") {
		w.record(zone, o.Str("resourceRecordName"), o.Str("resourceRecordType"), o.Str("resourceRecordValue"))
	}
}

func (w *world) validate(cert *cloud.Resource) error {
	_, err := w.Try(cloud.CertificateValidation, cloud.Props{"certificateArn": cert.ID})
	return err
}

func (w *world) status(cert *cloud.Resource) string {
	w.T.Helper()
	r, err := w.Account.Read(west, cloud.Certificate, cert.ID)
	if err != nil || r == nil {
		w.T.Fatal(r, err)
	}
	return r.Props.Str("status")
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	var eleven []string
	for i := range 10 {
		eleven = append(eleven, fmt.Sprintf("a%d.example.com", i))
	}
	for name, tc := range map[string]struct {
		rule string
		do   func(w *world) error
	}{
		"domain": {"certificate-domain", func(w *world) error {
			_, err := w.Try(cloud.Certificate, cloud.Props{"domainName": "example_com"})
			return err
		}},
		"alternative name": {"certificate-domain", func(w *world) error {
			_, err := w.Try(cloud.Certificate, cloud.Props{"domainName": "example.com", "subjectAlternativeNames": cloud.Strings("a.*.example.com")})
			return err
		}},
		"eleven names": {"certificate-too-many-names", func(w *world) error {
			_, err := w.Try(cloud.Certificate, cloud.Props{"domainName": "example.com", "subjectAlternativeNames": cloud.Strings(eleven...)})
			return err
		}},
		"validation of nothing": {"certificate-missing", func(w *world) error {
			_, err := w.Try(cloud.CertificateValidation, cloud.Props{"certificateArn": "arn:aws:acm:us-west-2:123456789012:certificate/no"})
			return err
		}},
		"in use": {"certificate-in-use", func(w *world) error {
			cert := w.certificate("example.com")
			if err := w.Account.Change(west, "listener", func(tx *cloud.Tx) error {
				tx.Make("test", cloud.Listener, "arn:listener", cloud.Props{"certificateArns": cloud.Strings(cert.ID)}, nil)
				return nil
			}); err != nil {
				return err
			}
			return w.Account.Delete(west, cert.Kind, cert.ID)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloudtest.WantRule(t, tc.do(newWorld(t)), tc.rule)
		})
	}
}

func TestIssued(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	cert := w.certificate("example.com", "*.example.com")
	options := cert.Props.Objs("domainValidationOptions")
	if len(options) != 2 || options[0].Str("resourceRecordName") != options[1].Str("resourceRecordName") || w.status(cert) != "PENDING_VALIDATION" {
		t.Fatalf("got %v, want one record for a domain and its wildcard", cert.Props)
	}
	w.prove(cert, w.zone)
	if err := w.validate(cert); err != nil || w.status(cert) != "ISSUED" {
		t.Fatalf("got %v, %s", err, w.status(cert))
	}
	if err := w.validate(cert); err != nil {
		t.Errorf("waiting for what is there already: %v", err)
	}
	if err := w.Account.Delete(west, cert.Kind, cert.ID); err != nil {
		t.Error(err)
	}
}

func TestSameNamesAreNoChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := cloud.Props{"domainName": "example.com", "validationMethod": "DNS", "subjectAlternativeNames": cloud.Strings("*.example.com")}
	cert := w.Make(cloud.Certificate, p)
	if changes, err := w.Account.Diff(west, cert.Kind, p, cert.Props, p); err != nil || len(changes) != 0 {
		t.Errorf("got %v, %v", changes, err)
	}
}

func TestNeverIssued(t *testing.T) {
	t.Parallel()
	const never, barred = "certificate-never-issued", "certificate-authority-not-allowed"
	for name, tc := range map[string]struct {
		rule, want string
		prepare    func(w *world) *cloud.Resource
	}{
		"no record": {never, "has no record _", func(w *world) *cloud.Resource { return w.certificate("example.com") }},
		"no zone":   {never, "no public zone", func(w *world) *cloud.Resource { return w.certificate("example.org") }},
		"another value": {never, "has another value", func(w *world) *cloud.Resource {
			cert := w.certificate("example.com")
			w.record(w.zone, cert.Props.Objs("domainValidationOptions")[0].Str("resourceRecordName"), "CNAME", "_0.acm-validations.aws")
			return cert
		}},
		"by e-mail": {never, "e-mail", func(w *world) *cloud.Resource {
			return w.Make(cloud.Certificate, cloud.Props{"domainName": "example.com", "validationMethod": "EMAIL"})
		}},
		"in a private zone": {never, "no public zone", func(w *world) *cloud.Resource {
			vpc := w.Make(cloud.VPC, cloud.Props{"cidrBlock": "10.0.0.0/16"})
			zone := w.Make(cloud.Route53Zone, cloud.Props{"name": "example.org", "vpcs": []any{object{"vpcId": vpc.ID}}})
			cert := w.certificate("example.org")
			w.prove(cert, zone)
			return cert
		}},
		"in a zone without delegation": {never, "dev.example.com", func(w *world) *cloud.Resource {
			zone := w.Make(cloud.Route53Zone, cloud.Props{"name": "dev.example.com"})
			cert := w.certificate("app.dev.example.com")
			w.prove(cert, zone)
			return cert
		}},
		"in the zone above a delegated one": {never, "zone dev.example.com", func(w *world) *cloud.Resource {
			zone := w.Make(cloud.Route53Zone, cloud.Props{"name": "dev.example.com"})
			w.record(w.zone, "dev", "NS", zone.Props.Strs("nameServers")...)
			cert := w.certificate("app.dev.example.com")
			w.prove(cert, w.zone)
			return cert
		}},
		"delegated to others": {never, "no zone of the account has", func(w *world) *cloud.Resource {
			zone := w.Make(cloud.Route53Zone, cloud.Props{"name": "dev.example.com"})
			w.record(w.zone, "dev", "NS", "ns1.example.net", "ns2.example.net")
			cert := w.certificate("app.dev.example.com")
			w.prove(cert, zone)
			return cert
		}},
		"another authority": {barred, "example.com of type CAA", func(w *world) *cloud.Resource {
			w.record(w.zone, "", "CAA", `0 issue "letsencrypt.org"`)
			cert := w.certificate("a.example.com")
			w.prove(cert, w.zone)
			return cert
		}},
		"another authority for wildcards": {barred, "example.com of type CAA", func(w *world) *cloud.Resource {
			w.record(w.zone, "", "CAA", `0 issue "amazon.com"`, `0 issuewild "letsencrypt.org"`)
			cert := w.certificate("*.example.com")
			w.prove(cert, w.zone)
			return cert
		}},
	} {
		w := newWorld(t)
		cert := tc.prepare(w)
		err := w.validate(cert)
		var late *cloud.Late
		if !errors.As(err, &late) || late.Rule.Name != tc.rule || !strings.Contains(late.Message, tc.want) {
			t.Errorf("%s: got %v, want %s and %q", name, err, tc.rule, tc.want)
		}
		if got := w.status(cert); got != "PENDING_VALIDATION" {
			t.Errorf("%s: the certificate is %s", name, got)
		}
	}
}

func TestDelegatedZone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zone := w.Make(cloud.Route53Zone, cloud.Props{"name": "dev.example.com"})
	cert := w.certificate("app.dev.example.com")
	w.prove(cert, zone)
	late, err := w.Try(cloud.CertificateValidation, cloud.Props{"certificateArn": cert.ID})
	if err == nil {
		t.Fatal("a certificate is issued in a zone that nobody delegates")
	}
	w.record(w.zone, "dev", "NS", zone.Props.Strs("nameServers")...)
	w.record(w.zone, "", "CAA", `0 issue "amazon.com"`, `0 iodef "mailto:security@example.com"`)
	if _, err := w.Account.Update(west, late.Kind, late.ID, cloud.Props{"certificateArn": cert.ID}); err != nil || w.status(cert) != "ISSUED" {
		t.Errorf("got %v, %s", err, w.status(cert))
	}
}

func TestNamesOfRecords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	cert := w.certificate("example.com", "www.example.com")
	w.prove(cert, w.zone)
	all := []string{}
	for _, o := range cert.Props.Objs("domainValidationOptions") {
		all = append(all, strings.TrimSuffix(o.Str("resourceRecordName"), "."))
	}
	validation := func(names []string) cloud.Props {
		return cloud.Props{"certificateArn": cert.ID, "validationRecordFqdns": cloud.Strings(names...)}
	}
	if _, err := w.Try(cloud.CertificateValidation, validation(all[:1])); err == nil || !strings.Contains(err.Error(), "missing www.example.com DNS validation record") {
		t.Errorf("got %v, want the name that is missing", err)
	}
	w.Make(cloud.CertificateValidation, validation(all))
	w.Make(cloud.CertificateValidation, validation(all))
}

func TestProviderChecks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, p := range map[string]cloud.Props{
		"no domain": {"validationMethod": "DNS"}, "a dot at the end": {"domainName": "example.com."},
	} {
		problems, err := w.Account.Check(cloud.Certificate, p)
		if err != nil || len(problems) != 1 || problems[0].Property != "domainName" {
			t.Errorf("%s: got %v, %v", name, problems, err)
		}
	}
}
