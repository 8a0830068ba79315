package elbv2

import (
	"path"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/s3"
)

// logsDenied is what ELB says whatever keeps it from a bucket, once it has tried
// to write there.
var logsDenied = rule("load-balancer-logs-not-delivered", "InvalidConfigurationRequest", guide+"enable-access-logging.html", cloud.Verified)

// AccessLogs are where the access logs of a load balancer go.
type AccessLogs struct {
	// Bucket is the bucket's name.
	Bucket string
	// Prefix is a folder in it.
	Prefix string
}

// deliver has ELB write the file with which it tries a bucket, as it does when
// access logs are turned on. The logs of a network load balancer come by another
// service, which can encrypt with a key of KMS.
//
// The accounts that ELB wrote from before it had a name as a service are not
// known here: a policy that admits one of them instead is refused.
func (l AccessLogs) deliver(tx *cloud.Tx, r *cloud.Resource) error {
	if l.Bucket == "" {
		return nil
	}
	own := path.Join(l.Prefix, "AWSLogs", tx.AccountID())
	d := s3.Delivery{Service: "logdelivery.elasticloadbalancing.amazonaws.com", Bucket: l.Bucket, Key: own + "/ELBAccessLogTestFile"}
	if r.Props.Str("loadBalancerType") == string(Network) {
		d = s3.Delivery{
			Service: "delivery.logs.amazonaws.com", Source: tx.ARN("logs", "*"), Bucket: l.Bucket,
			Key: own + "/elasticloadbalancing/" + tx.Session.Region + "/test", KMS: true,
		}
	}
	if err := s3.Deliver(tx, d); err != nil {
		return logsDenied.Refuse("Access Denied for bucket: %s. Please check S3bucket permission (%s)", l.Bucket, err)
	}
	return nil
}
