package bucket

import (
	"github.com/slipway-iac/slipway/components/iampolicy"
	"github.com/slipway-iac/slipway/internal/partition"
)

const (
	kms = "aws:kms"

	// accessLogs begins the names of S3's own logs. The other services choose
	// their names, which begin with AWSLogs/ and the account.
	accessLogs = "s3/"

	algorithmKey = "s3:x-amz-server-side-encryption"
	keyKey       = "s3:x-amz-server-side-encryption-aws-kms-key-id"
	ownKeyKey    = "s3:x-amz-server-side-encryption-customer-algorithm"
)

// policyJSON writes the policy from the bucket's ARN and, where it has one, its
// key's.
func (a Args) policyJSON(arns []string) (string, error) {
	d := secure(arns[0])
	if a.Kind == Logs {
		d = append(d, a.deliveries(arns[0])...)
	} else {
		d = append(d, oneKey(arns[0], arns[1])...)
	}
	return d.JSON()
}

// secure refuses plain HTTP, and TLS that is not safe any more, to everybody.
func secure(bucket string) iampolicy.Document {
	all := []string{bucket, bucket + "/*"}
	everything := []string{"s3:*"}
	return iampolicy.Document{
		iampolicy.DenyPlainHTTP(everything, all),
		iampolicy.DenyAll("OldTLS", everything, all, iampolicy.Conditions{"NumericLessThan": {"s3:TlsVersion": {"1.2"}}}),
	}
}

// oneKey refuses an upload that asks for other encryption than the bucket's. One
// that asks for none gets the bucket's.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
func oneKey(bucket, key string) iampolicy.Document {
	objects := []string{bucket + "/*"}
	put := func(sid string, c iampolicy.Conditions) iampolicy.Statement {
		return iampolicy.DenyAll(sid, []string{"s3:PutObject"}, objects, c)
	}
	return iampolicy.Document{
		put("OtherAlgorithm", iampolicy.Conditions{
			"StringNotEquals": {algorithmKey: {kms}}, "Null": {algorithmKey: {"false"}},
		}),
		put("OtherKey", iampolicy.Conditions{
			"StringNotEquals": {keyKey: {key}}, "Null": {keyKey: {"false"}},
		}),
		// Who asks for KMS and names no key gets the account's key for S3, not the
		// bucket's.
		put("NoKey", iampolicy.Conditions{"Null": {algorithmKey: {"false"}, keyKey: {"true"}}}),
		// With a key of the uploader's own, nobody else could read the object.
		put("CustomerKey", iampolicy.Conditions{"Null": {ownKeyKey: {"false"}}}),
	}
}

// deliveries let the services write their logs of this account.
func (a Args) deliveries(bucket string) iampolicy.Document {
	own := bucket + "/AWSLogs/" + a.AccountID + "/*"
	aws := partition.Of(a.Region)
	write := func(sid, service, resource string, c iampolicy.Conditions) iampolicy.Statement {
		return iampolicy.AllowService(sid, service, []string{"s3:PutObject"}, []string{resource}, c)
	}
	// Flow logs, and the logs of network load balancers.
	// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html
	source := iampolicy.Conditions{
		"StringEquals": {"aws:SourceAccount": {a.AccountID}},
		"ArnLike":      {"aws:SourceArn": {"arn:" + aws + ":logs:" + a.Region + ":" + a.AccountID + ":*"}},
	}
	owned := iampolicy.Conditions{
		"StringEquals": {"aws:SourceAccount": {a.AccountID}, "s3:x-amz-acl": {"bucket-owner-full-control"}},
		"ArnLike":      source["ArnLike"],
	}
	return iampolicy.Document{
		// Application load balancers name no source in their calls; the account in
		// the name of the object is what limits them.
		// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
		write("LoadBalancers", "logdelivery.elasticloadbalancing.amazonaws.com", own, nil),
		write("FlowLogs", "delivery.logs.amazonaws.com", own, owned),
		iampolicy.AllowService("FlowLogsLook", "delivery.logs.amazonaws.com", []string{"s3:GetBucketAcl"}, []string{bucket}, source),
		// https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
		write("Buckets", "logging.s3.amazonaws.com", bucket+"/"+accessLogs+"*", iampolicy.Conditions{
			"StringEquals": {"aws:SourceAccount": {a.AccountID}},
			"ArnLike":      {"aws:SourceArn": {"arn:" + aws + ":s3:::*"}},
		}),
	}
}

// deny refuses something to everybody.
