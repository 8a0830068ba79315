package s3

import (
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/kms"
)

// Delivery is a service that writes its logs into a bucket.
type Delivery struct {
	// Service is who writes, such as delivery.logs.amazonaws.com.
	Service string
	// Source is the ARN of what it writes about, such as a bucket's.
	Source string
	// Bucket is where.
	Bucket string
	// Key names the first object that it puts.
	Key string
	// KMS tells that the service can write to a bucket whose objects a key of KMS
	// encrypts, when the key's policy admits it.
	KMS bool
}

// Deliver has a service put its first object into a bucket, or tells what keeps
// it from that: a bucket that does not exist, a policy that does not admit the
// service, encryption that the service cannot do.
func Deliver(tx *cloud.Tx, d Delivery) error {
	if reason := Obstacle(tx, d); reason != "" {
		return undelivered(reason)
	}
	id := d.Bucket + "/" + d.Key
	if tx.Get(cloud.BucketObject, id) != nil {
		return nil
	}
	tx.Make(strings.Split(d.Service, ".")[0], cloud.BucketObject, id, cloud.Props{
		"bucket": d.Bucket, "key": d.Key, "arn": arn(tx, id), "storageClass": "STANDARD", "forceDestroy": false,
	}, nil)
	return nil
}

type undelivered string

func (u undelivered) Error() string { return string(u) }

// Obstacle is what keeps a service from writing into a bucket; "" when nothing
// does.
func Obstacle(tx *cloud.Tx, d Delivery) string {
	bucket := Bucket(tx, d.Bucket)
	if bucket == nil {
		return "bucket " + d.Bucket + " does not exist"
	}
	algorithm, key := encryption(tx, bucket)
	if algorithm != sseS3 {
		switch {
		case !d.KMS:
			return "bucket " + d.Bucket + " encrypts with " + algorithm + ", and " + d.Service + " can write to buckets with " + sseS3 + " only"
		case kms.Usable(tx, key) != nil || !kms.AllowsServiceFor(tx, key, d.Service, nil):
			return "the policy of key " + key + " does not let " + d.Service + " encrypt with it"
		}
	}
	if err := allowed(tx, bucket, writer{"Service", d.Service, d.Source}, d.Key, "", ""); err != nil {
		return err.Error()
	}
	return ""
}
