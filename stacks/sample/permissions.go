package sample

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/iampolicy"
	"github.com/slipway-iac/slipway/components/identity"
	"github.com/slipway-iac/slipway/internal/partition"
)

// policies are what the back may do: write below its own name in the bucket, have
// it encrypted, and log in to the database as one user.
func (b *builder) policies() []identity.Policy {
	all := []identity.Policy{{
		Name: "bucket", Document: func(v []string) iampolicy.Document { return b.write(v[0], v[1]) },
		Inputs: []pulumi.StringInput{b.args.Bucket.ARN, b.args.Bucket.KeyARN},
	}}
	if b.args.Database.given() {
		all = append(all, identity.Policy{
			Name: "database", Document: func(v []string) iampolicy.Document { return connect(v[0]) },
			Inputs: []pulumi.StringInput{b.args.Database.ConnectARN},
		})
	}
	return all
}

func (b *builder) write(bucket, key string) iampolicy.Document {
	encrypt := iampolicy.Allow("Encrypt", []string{"kms:GenerateDataKey"}, []string{key})
	// The key is of use by way of the bucket's service alone.
	encrypt.Condition = iampolicy.Conditions{"StringEquals": {"kms:ViaService": {"s3." + b.args.Region + "." + partition.DNSSuffix(b.args.Region)}}}
	return iampolicy.Document{
		iampolicy.Allow("Write", []string{"s3:PutObject"}, []string{bucket + "/" + b.name + "/*"}),
		encrypt,
	}
}

func connect(user string) iampolicy.Document {
	return iampolicy.Document{iampolicy.Allow("Connect", []string{"rds-db:connect"}, []string{user})}
}

// bucketName is the name at the end of a bucket's ARN.
func bucketName(arn string) (string, error) { return arn[strings.LastIndexByte(arn, ':')+1:], nil }
