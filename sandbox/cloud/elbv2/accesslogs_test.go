package elbv2_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/cloudtest"
	"github.com/slipway-iac/slipway/sandbox/cloud/elbv2"
)

// logsInto makes a bucket that a service may write logs into.
func (w *world) logsInto(name, service, encryption string) {
	w.t.Helper()
	w.make(cloud.Bucket, cloud.Props{"bucket": name})
	w.make(cloud.BucketPolicy, cloud.Props{"bucket": name, "policy": fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow",`+
		`"Principal":{"Service":%q},"Action":"s3:PutObject","Resource":"arn:aws:s3:::%s/front/AWSLogs/123456789012/*"}]}`, service, name)})
	if encryption != "" {
		key := w.make(cloud.KMSKey, cloud.Props{"policy": `{"Version":"2012-10-17","Statement":[` +
			`{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"kms:*","Resource":"*"},` +
			`{"Effect":"Allow","Principal":{"Service":"` + service + `"},"Action":"kms:*","Resource":"*"}]}`})
		w.make(cloud.BucketEncryption, cloud.Props{"bucket": name, "rules": []any{map[string]any{
			"applyServerSideEncryptionByDefault": map[string]any{"sseAlgorithm": encryption, "kmsMasterKeyId": "arn:aws:kms:us-west-2:123456789012:key/" + key},
		}}})
	}
}

// An application load balancer writes only where S3's own encryption is, and a
// network load balancer also where a key of KMS lets it.
func TestAccessLogs(t *testing.T) {
	t.Parallel()
	const applications, networks = "logdelivery.elasticloadbalancing.amazonaws.com", "delivery.logs.amazonaws.com"
	for name, tc := range map[string]struct {
		kind                      elbv2.Type
		admits, encryption, where string
		refused                   string
	}{
		"admitted":                      {elbv2.Application, applications, "", "front", ""},
		"admitted to another folder":    {elbv2.Application, applications, "", "", "has to allow it"},
		"a service for another type":    {elbv2.Application, networks, "", "front", "has to allow it"},
		"a key of KMS":                  {elbv2.Application, applications, "aws:kms", "front", "AES256 only"},
		"network":                       {elbv2.Network, networks, "", "front", ""},
		"network, a key of KMS":         {elbv2.Network, networks, "aws:kms", "front", ""},
		"network, not the same service": {elbv2.Network, applications, "", "front", "has to allow it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.logsInto("own-logs", tc.admits, tc.encryption)
			err := w.with(func(b *elbv2.LoadBalancer) {
				b.Type, b.Logs = tc.kind, elbv2.AccessLogs{Bucket: "own-logs", Prefix: tc.where}
			})
			if tc.refused == "" {
				cloudtest.WantRule(t, err, "")
				cloudtest.WantRule(t, w.acct.Delete(west, cloud.Bucket, "own-logs"), "bucket-not-empty")
				return
			}
			cloudtest.WantRule(t, err, "load-balancer-logs-not-delivered")
			for _, want := range []string{"Access Denied for bucket: own-logs. Please check S3bucket permission", tc.refused} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the refusal does not say %q: %v", want, err)
				}
			}
		})
	}
	t.Run("no bucket", func(t *testing.T) {
		t.Parallel()
		err := newWorld(t).with(func(b *elbv2.LoadBalancer) { b.Logs.Bucket = "nobodys" })
		cloudtest.WantRule(t, err, "load-balancer-logs-not-delivered")
	})
}

func TestAccessLogsTurnedOnLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.logsInto("own-logs", "logdelivery.elasticloadbalancing.amazonaws.com", "")
	if err := w.in(func(tx *cloud.Tx) error {
		b := w.balancer()
		r, err := elbv2.Make(tx, b)
		if err != nil {
			return err
		}
		b.Logs = elbv2.AccessLogs{Bucket: "own-logs", Prefix: "front"}
		if err := elbv2.Change(tx, r, b); err != nil {
			return err
		}
		if logs := r.Props.Obj("accessLogs"); !logs.Bool("enabled") || logs.Str("bucket") != "own-logs" || logs.Str("prefix") != "front" {
			t.Errorf("its access logs are %v", logs)
		}
		if tx.Get(cloud.BucketObject, "own-logs/front/AWSLogs/123456789012/ELBAccessLogTestFile") == nil {
			t.Error("the bucket lacks the file that ELB tries it with")
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}
