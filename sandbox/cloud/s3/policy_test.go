package s3_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/cloudtest"
	"github.com/slipway-iac/slipway/sandbox/cloud/s3"
)

const (
	bucketARN = "arn:aws:s3:::own-a"
	root      = `{"AWS":"arn:aws:iam::123456789012:root"}`
)

func statement(effect, principal, action, resource, condition string) string {
	if condition != "" {
		condition = `,"Condition":` + condition
	}
	return fmt.Sprintf(`{"Effect":%q,"Principal":%s,"Action":%q,"Resource":%q%s}`, effect, principal, action, resource, condition)
}

func document(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

func TestPolicies(t *testing.T) {
	t.Parallel()
	get := func(principal, condition string) string {
		return document(statement("Allow", principal, "s3:GetObject", bucketARN+"/*", condition))
	}
	for name, tc := range map[string]struct{ policy, want string }{
		"own account":         {get(root, ""), ""},
		"bucket and objects":  {document(statement("Allow", root, "s3:ListBucket", bucketARN, "")), ""},
		"everything":          {document(statement("Deny", `"*"`, "s3:*", bucketARN+"*", `{"Bool":{"aws:SecureTransport":"false"}}`)), ""},
		"everybody":           {get(`"*"`, ""), "bucket-policy-public"},
		"everybody by range":  {get(`"*"`, `{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}`), "bucket-policy-public"},
		"everybody else":      {get(`"*"`, `{"StringNotEquals":{"aws:SourceVpc":"vpc-0"}}`), "bucket-policy-public"},
		"endpoint":            {get(`"*"`, `{"StringEquals":{"aws:SourceVpce":"vpce-0"}}`), ""},
		"no principal":        {`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`, "bucket-policy-malformed"},
		"no action":           {`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Resource":"` + bucketARN + `"}]}`, "bucket-policy-malformed"},
		"no resource":         {`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}]}`, "bucket-policy-malformed"},
		"unknown role":        {get(`{"AWS":"arn:aws:iam::123456789012:role/no"}`, ""), "bucket-policy-malformed"},
		"action of EC2":       {document(statement("Allow", root, "ec2:RunInstances", bucketARN, "")), "bucket-policy-malformed"},
		"other bucket":        {document(statement("Allow", root, "s3:GetObject", "arn:aws:s3:::other/*", "")), "bucket-policy-malformed"},
		"objects of bucket":   {document(statement("Allow", root, "s3:GetObject", bucketARN, "")), "bucket-policy-malformed"},
		"bucket's of objects": {document(statement("Allow", root, "s3:ListBucket", bucketARN+"/*", "")), "bucket-policy-malformed"},
		"grammar":             {`{}`, "bucket-policy-malformed"},
		"length":              {get(root, `{"StringEquals":{"aws:SourceVpc":"`+strings.Repeat("v", 20*1024)+`"}}`), "bucket-policy-too-long"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			l.bucket("a", nil)
			_, err := l.try(cloud.BucketPolicy, cloud.Props{"bucket": "own-a", "policy": tc.policy})
			cloudtest.WantRule(t, err, tc.want)
		})
	}
}

func TestPublicPolicyWithoutTheBlock(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.bucket("a", nil)
	l.make(cloud.BucketPublicAccessBlock, cloud.Props{"bucket": "own-a"})
	public := cloud.Props{"bucket": "own-a", "policy": document(statement("Allow", `"*"`, "s3:GetObject", bucketARN+"/*", ""))}
	l.make(cloud.BucketPolicy, public)
	cloudtest.WantRule(t, l.account.Delete(l.session, cloud.BucketPolicy, "own-a"), "")
	cloudtest.WantRule(t, l.account.Delete(l.session, cloud.BucketPublicAccessBlock, "own-a"), "")
	l.make(cloud.BucketPolicy, public) // Taken away, the block is off.
}

func TestDecide(t *testing.T) {
	t.Parallel()
	const secure = `{"Bool":{"aws:SecureTransport":"false"}}`
	put := statement("Allow", root, "s3:PutObject", bucketARN+"/*", "")
	tls := statement("Deny", `"*"`, "s3:*", bucketARN+"*", secure)
	const sse = "s3:x-amz-server-side-encryption"
	algorithm := statement("Deny", `"*"`, "s3:PutObject", bucketARN+"/*", `{"StringNotEqualsIfExists":{"`+sse+`":"aws:kms"},"Null":{"`+sse+`":"false"}}`)
	ranges := statement("Deny", `"*"`, "s3:*", bucketARN+"/*", `{"NotIpAddress":{"aws:SourceIp":["10.0.0.0/8","192.0.2.7"]}}`)
	old := statement("Deny", `"*"`, "s3:*", bucketARN+"/*", `{"NumericLessThan":{"s3:TlsVersion":"1.2"}}`)
	unknown := func(effect string) string {
		return statement(effect, root, "s3:PutObject", bucketARN+"/*", `{"DateGreaterThan":{"aws:CurrentTime":"2030-01-01T00:00:00Z"}}`)
	}
	others := `{"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::123456789012:role/a"},"Action":"s3:*","NotResource":"` + bucketARN + `/public/*"}`
	is := func(k, v string) map[string]string { return map[string]string{k: v} }
	for name, tc := range map[string]struct {
		policy  string
		context map[string]string
		want    s3.Decision
	}{
		"allowed":              {document(put), nil, s3.Allowed},
		"silent":               {document(tls), is("aws:SecureTransport", "true"), s3.Silent},
		"plain HTTP":           {document(put, tls), is("aws:securetransport", "false"), s3.Denied},
		"TLS":                  {document(put, tls), is("aws:SecureTransport", "true"), s3.Allowed},
		"old TLS":              {document(put, old), is("s3:TlsVersion", "1.1"), s3.Denied},
		"new TLS":              {document(put, old), is("s3:TlsVersion", "1.2"), s3.Allowed},
		"no algorithm":         {document(put, algorithm), nil, s3.Allowed},
		"other algorithm":      {document(put, algorithm), is(sse, "AES256"), s3.Denied},
		"KMS":                  {document(put, algorithm), is(sse, "aws:kms"), s3.Allowed},
		"in a range":           {document(put, ranges), is("aws:SourceIp", "10.1.2.3"), s3.Allowed},
		"an address":           {document(put, ranges), is("aws:SourceIp", "192.0.2.7"), s3.Allowed},
		"out of range":         {document(put, ranges), is("aws:SourceIp", "192.0.2.8"), s3.Denied},
		"unknown when denied":  {document(put, unknown("Deny")), nil, s3.Denied},
		"unknown when allowed": {document(unknown("Allow")), nil, s3.Silent},
		"exceptions":           {document(put, others), nil, s3.Allowed},
	} {
		got, err := s3.Decide(tc.policy, s3.Request{
			Kind: "AWS", Principal: "arn:aws:iam::123456789012:role/a", Action: "s3:PutObject", Resource: bucketARN + "/k", Context: tc.context,
		})
		if err != nil || got != tc.want {
			t.Errorf("%s: got %s, %v, want %s", name, got, err, tc.want)
		}
	}
	if got, err := s3.Decide("{", s3.Request{}); err == nil || got != s3.Denied {
		t.Errorf("got %s, %v for what is no policy", got, err)
	}
}

func TestObjectDeniedByPolicy(t *testing.T) {
	t.Parallel()
	l := open(t)
	b := l.bucket("a", nil)
	l.make(cloud.BucketPolicy, cloud.Props{"bucket": b.ID, "policy": document(
		statement("Deny", `"*"`, "s3:PutObject", bucketARN+"/*", `{"StringEquals":{"s3:x-amz-server-side-encryption":"AES256"}}`))})
	_, err := l.try(cloud.BucketObject, cloud.Props{"bucket": b.ID, "key": "k", "serverSideEncryption": "AES256"})
	cloudtest.WantRule(t, err, "object-denied-by-policy")
	l.make(cloud.BucketObject, cloud.Props{"bucket": b.ID, "key": "k"})
}

func TestDelivery(t *testing.T) {
	t.Parallel()
	const service = "delivery.logs.amazonaws.com"
	admitted := document(statement("Allow", `{"Service":"`+service+`"}`, "s3:PutObject", bucketARN+"/AWSLogs/*",
		`{"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control","aws:SourceAccount":"123456789012"}}`))
	keyPolicy := func(more string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` + root + `,"Action":"kms:*","Resource":"*"}` + more + `]}`
	}
	grant := `,{"Effect":"Allow","Principal":{"Service":"` + service + `"},"Action":"kms:*","Resource":"*"}`
	for name, tc := range map[string]struct {
		policy, key string
		kms         bool
		obstacle    string
	}{
		"admitted":             {admitted, "", false, ""},
		"no policy":            {"", "", false, "has to allow it"},
		"other account":        {strings.ReplaceAll(admitted, `"123456789012"`, `"210987654321"`), "", false, "has to allow it"},
		"other prefix":         {strings.ReplaceAll(admitted, "AWSLogs", "logs"), "", false, "has to allow it"},
		"KMS, not possible":    {admitted, keyPolicy(grant), false, "AES256 only"},
		"KMS, not in the key":  {admitted, keyPolicy(""), true, "does not let " + service},
		"KMS, admitted by key": {admitted, keyPolicy(grant), true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			b := l.bucket("a", nil)
			if tc.policy != "" {
				l.make(cloud.BucketPolicy, cloud.Props{"bucket": b.ID, "policy": tc.policy})
			}
			if tc.key != "" {
				key := l.make(cloud.KMSKey, cloud.Props{"policy": tc.key})
				l.make(cloud.BucketEncryption, encrypted("aws:kms", key.Props.Str("arn")).With(cloud.Props{"bucket": b.ID}))
			}
			d := s3.Delivery{Service: service, Bucket: b.ID, Key: "AWSLogs/1", KMS: tc.kms}
			err := l.account.Change(l.session, "deliver", func(tx *cloud.Tx) error { return s3.Deliver(tx, d) })
			if tc.obstacle == "" {
				cloudtest.WantRule(t, err, "")
				cloudtest.WantRule(t, l.account.Delete(l.session, cloud.Bucket, b.ID), "bucket-not-empty")
			} else if err == nil || !strings.Contains(err.Error(), tc.obstacle) {
				t.Errorf("got %v, want one with %q", err, tc.obstacle)
			}
		})
	}
}

func TestAccessLogs(t *testing.T) {
	t.Parallel()
	l := open(t)
	b := l.bucket("b", nil)
	l.bucket("a", nil)
	logging := cloud.Props{"bucket": b.ID, "targetBucket": "own-a", "targetPrefix": "access/"}
	_, err := l.try(cloud.BucketLogging, logging)
	cloudtest.WantRule(t, err, "bucket-logging-not-delivered")
	admit := func(source string) cloud.Props {
		return cloud.Props{"bucket": "own-a", "policy": document(statement("Allow", `{"Service":"logging.s3.amazonaws.com"}`,
			"s3:PutObject", bucketARN+"/access/*", `{"ArnLike":{"aws:SourceArn":"`+source+`"}}`))}
	}
	l.make(cloud.BucketPolicy, admit("arn:aws:s3:::other"))
	_, err = l.account.Update(l.session, cloud.BucketLogging, b.ID, logging)
	cloudtest.WantRule(t, err, "bucket-logging-not-delivered")
	_, err = l.account.Update(l.session, cloud.BucketPolicy, "own-a", admit("arn:aws:s3:::own-b"))
	cloudtest.WantRule(t, err, "")
	_, err = l.account.Update(l.session, cloud.BucketLogging, b.ID, logging)
	cloudtest.WantRule(t, err, "")
	cloudtest.WantRule(t, l.account.Delete(l.session, cloud.Bucket, "own-a"), "bucket-not-empty")
	l.session.Region = "eu-west-1"
	far := l.bucket("far", nil)
	_, err = l.try(cloud.BucketLogging, logging.With(cloud.Props{"bucket": far.ID}))
	cloudtest.WantRule(t, err, "bucket-logging-target")
}
