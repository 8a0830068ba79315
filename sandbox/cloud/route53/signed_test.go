package route53_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/cloudtest"
	"github.com/slipway-iac/slipway/sandbox/cloud/ec2"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
	"github.com/slipway-iac/slipway/sandbox/cloud/kms"
	"github.com/slipway-iac/slipway/sandbox/cloud/logs"
	"github.com/slipway-iac/slipway/sandbox/cloud/route53"
)

// Route 53 wants keys and log groups in us-east-1; the zones are made from
// another region.
var east = cloud.Session{Region: "us-east-1"}

const (
	logARN     = "arn:aws:logs:us-east-1:123456789012:log-group:"
	logPolicy  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"route53.amazonaws.com"},"Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"` + logARN + `/aws/route53/*"}]}`
	signPolicy = `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"kms:*","Resource":"*"},
		{"Effect":"Allow","Principal":{"Service":"dnssec-route53.amazonaws.com"},"Action":["kms:DescribeKey","kms:GetPublicKey","kms:Sign"],"Resource":"*"}]}`
)

// newHome is a world with a key for signing and a log group in us-east-1.
func newHome(t *testing.T) (w *world, key string) {
	t.Helper()
	w = &world{World: cloudtest.New(t, west, ec2.Service(), iam.Service(), kms.Service(), logs.Service(), route53.Service())}
	w.vpc = w.Make(cloud.VPC, cloud.Props{"cidrBlock": "10.0.0.0/16"}).ID
	w.zone = w.Make(cloud.Route53Zone, cloud.Props{"name": "example.com"}).ID
	w.MakeIn(east, cloud.LogGroup, cloud.Props{"name": "/aws/route53/example.com"})
	return w, w.MakeIn(east, cloud.KMSKey, signer(nil)).Props.Str("arn")
}

// signer are the properties of a key that Route 53 signs with, but for some.
func signer(but cloud.Props) cloud.Props {
	return cloud.Props{"customerMasterKeySpec": "ECC_NIST_P256", "keyUsage": "SIGN_VERIFY", "policy": signPolicy}.With(but)
}

func (w *world) queryLog(group string) cloud.Props {
	return cloud.Props{"zoneId": w.zone, "cloudwatchLogGroupArn": group}
}

func (w *world) signingKey(name, arn string) cloud.Props {
	return cloud.Props{"hostedZoneId": w.zone, "name": name, "keyManagementServiceArn": arn}
}

func (w *world) sign() *cloud.Resource {
	w.T.Helper()
	return w.Make(cloud.Route53HostedZoneDNSSEC, cloud.Props{"hostedZoneId": w.zone})
}

func TestRefusalsOfLogsAndSignatures(t *testing.T) {
	t.Parallel()
	const group = logARN + "/aws/route53/example.com"
	badKey := func(s cloud.Session, but cloud.Props) func(*world, string) error {
		return func(w *world, _ string) error {
			return w.Refused(cloud.Route53KeySigningKey, w.signingKey("ksk", w.MakeIn(s, cloud.KMSKey, signer(but)).Props.Str("arn")))
		}
	}
	tests := map[string]struct {
		rule string
		do   func(w *world, key string) error
	}{
		"log of no zone": {"zone-missing", func(w *world, _ string) error {
			return w.Refused(cloud.Route53QueryLog, cloud.Props{"zoneId": "Z0", "cloudwatchLogGroupArn": group})
		}},
		"log of a private zone": {"query-log-of-private-zone", func(w *world, _ string) error {
			w.zone = w.Make(cloud.Route53Zone, w.private("a.b")).ID
			return w.Refused(cloud.Route53QueryLog, w.queryLog(group))
		}},
		"log in another region": {"query-log-region", func(w *world, _ string) error {
			return w.Refused(cloud.Route53QueryLog, w.queryLog(strings.Replace(group, "us-east-1", "us-west-2", 1)))
		}},
		"log into nothing": {"query-log-group-missing", func(w *world, _ string) error {
			return w.Refused(cloud.Route53QueryLog, w.queryLog(group+".net"))
		}},
		"log without a policy": {"query-log-group-policy", func(w *world, _ string) error {
			return w.Refused(cloud.Route53QueryLog, w.queryLog(group))
		}},
		"log with a policy elsewhere": {"query-log-group-policy", func(w *world, _ string) error {
			w.MakeIn(west, cloud.LogResourcePolicy, cloud.Props{"policyName": "p", "policyDocument": logPolicy})
			return w.Refused(cloud.Route53QueryLog, w.queryLog(group))
		}},
		"two logs": {"query-log-exists", func(w *world, _ string) error {
			w.MakeIn(east, cloud.LogResourcePolicy, cloud.Props{"policyName": "p", "policyDocument": logPolicy})
			w.Make(cloud.Route53QueryLog, w.queryLog(group))
			return w.Refused(cloud.Route53QueryLog, w.queryLog(group))
		}},
		"key of no zone": {"zone-missing", func(w *world, key string) error {
			return w.Refused(cloud.Route53KeySigningKey, w.signingKey("ksk", key).With(cloud.Props{"hostedZoneId": "Z0"}))
		}},
		"key of a private zone": {"signing-key-of-private-zone", func(w *world, key string) error {
			w.zone = w.Make(cloud.Route53Zone, w.private("a.b")).ID
			return w.Refused(cloud.Route53KeySigningKey, w.signingKey("ksk", key))
		}},
		"key in another region": {"signing-key-kms-key", badKey(west, nil)},
		"key of another spec":   {"signing-key-kms-key", badKey(east, cloud.Props{"customerMasterKeySpec": "ECC_NIST_P384"})},
		"key of another use":    {"signing-key-kms-key", badKey(east, cloud.Props{"keyUsage": "KEY_AGREEMENT"})},
		"key that is disabled":  {"signing-key-kms-key", badKey(east, cloud.Props{"isEnabled": false})},
		"key for others": {"signing-key-kms-key",
			badKey(east, cloud.Props{"policy": strings.Replace(signPolicy, `,"kms:Sign"`, "", 1)})},
		"same name": {"signing-key-exists", func(w *world, key string) error {
			w.Make(cloud.Route53KeySigningKey, w.signingKey("ksk", key))
			return w.Refused(cloud.Route53KeySigningKey, w.signingKey("ksk", key))
		}},
		"third key": {"too-many-signing-keys", func(w *world, key string) error {
			w.Make(cloud.Route53KeySigningKey, w.signingKey("one", key))
			w.Make(cloud.Route53KeySigningKey, w.signingKey("two", key))
			return w.Refused(cloud.Route53KeySigningKey, w.signingKey("three", key))
		}},
		"signing with no key": {"zone-without-active-signing-key", func(w *world, _ string) error {
			return w.Refused(cloud.Route53HostedZoneDNSSEC, cloud.Props{"hostedZoneId": w.zone})
		}},
		"signing with a key at rest": {"zone-without-active-signing-key", func(w *world, key string) error {
			w.Make(cloud.Route53KeySigningKey, w.signingKey("ksk", key).With(cloud.Props{"status": "INACTIVE"}))
			return w.Refused(cloud.Route53HostedZoneDNSSEC, cloud.Props{"hostedZoneId": w.zone})
		}},
		"signing of nothing": {"zone-missing", func(w *world, _ string) error {
			return w.Refused(cloud.Route53HostedZoneDNSSEC, cloud.Props{"hostedZoneId": "Z0"})
		}},
		"last key deleted": {"signing-key-in-use", func(w *world, key string) error {
			k := w.Make(cloud.Route53KeySigningKey, w.signingKey("ksk", key))
			w.sign()
			return w.delete(k.Kind, k.ID)
		}},
		"last key put to rest": {"signing-key-in-use", func(w *world, key string) error {
			k := w.Make(cloud.Route53KeySigningKey, w.signingKey("ksk", key))
			w.sign()
			return w.update(k, w.signingKey("ksk", key).With(cloud.Props{"status": "INACTIVE"}))
		}},
		"vouched for": {"signed-zone-in-parent", func(w *world, key string) error {
			top := w.Make(cloud.Route53Zone, cloud.Props{"name": "com"})
			k := w.Make(cloud.Route53KeySigningKey, w.signingKey("ksk", key))
			s := w.sign()
			w.Make(cloud.Route53Record, cloud.Props{
				"zoneId": top.ID, "name": "example.com", "type": "DS", "ttl": 300.0, "records": []any{k.Props.Str("dsRecord")},
			})
			if err := w.update(s, cloud.Props{"hostedZoneId": w.zone, "signingStatus": "NOT_SIGNING"}); err == nil {
				return nil
			}
			return w.delete(s.Kind, s.ID)
		}},
		"zone with a key": {"zone-has-signing-keys", func(w *world, key string) error {
			w.Make(cloud.Route53KeySigningKey, w.signingKey("ksk", key))
			return w.delete(cloud.Route53Zone, w.zone)
		}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := tc.do(newHome(t))
			cloudtest.WantRule(t, err, tc.rule)
		})
	}
}

func TestSignedAndLoggedZoneLives(t *testing.T) {
	t.Parallel()
	w, key := newHome(t)
	w.MakeIn(east, cloud.LogResourcePolicy, cloud.Props{"policyName": "p", "policyDocument": logPolicy})
	log := w.Make(cloud.Route53QueryLog, w.queryLog(logARN+"/aws/route53/example.com"))
	if log.Props.Str("arn") != "arn:aws:route53:::queryloggingconfig/"+log.ID {
		t.Errorf("got %v", log.Props)
	}
	one := w.Make(cloud.Route53KeySigningKey, w.signingKey("one", key))
	if p := one.Props; one.ID != w.zone+",one" || p.Int("flag") != 257 || !strings.HasSuffix(p.Str("dsRecord"), " 13 2 "+p.Str("digestValue")) {
		t.Errorf("got %s, %v", one.ID, p)
	}
	s := w.sign()
	// A second key takes over from the first.
	two := w.Make(cloud.Route53KeySigningKey, w.signingKey("two", key))
	if err := errors.Join(
		w.update(one, w.signingKey("one", key).With(cloud.Props{"status": "INACTIVE"})), w.delete(one.Kind, one.ID),
		w.delete(s.Kind, s.ID), w.delete(two.Kind, two.ID), w.delete(log.Kind, log.ID), w.delete(cloud.Route53Zone, w.zone),
	); err != nil {
		t.Error(err)
	}
}
