// Package all lists every service of the simulated account. Who wants a smaller
// account opens it with the services it needs.
package all

import (
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/acm"
	"github.com/slipway-iac/slipway/sandbox/cloud/alarms"
	"github.com/slipway-iac/slipway/sandbox/cloud/backup"
	"github.com/slipway-iac/slipway/sandbox/cloud/ec2"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
	"github.com/slipway-iac/slipway/sandbox/cloud/elbv2"
	"github.com/slipway-iac/slipway/sandbox/cloud/events"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
	"github.com/slipway-iac/slipway/sandbox/cloud/kms"
	"github.com/slipway-iac/slipway/sandbox/cloud/logs"
	"github.com/slipway-iac/slipway/sandbox/cloud/rds"
	"github.com/slipway-iac/slipway/sandbox/cloud/route53"
	"github.com/slipway-iac/slipway/sandbox/cloud/s3"
	"github.com/slipway-iac/slipway/sandbox/cloud/secretsmanager"
	"github.com/slipway-iac/slipway/sandbox/cloud/sns"
	"github.com/slipway-iac/slipway/sandbox/cloud/sqs"
	"github.com/slipway-iac/slipway/sandbox/cloud/ssm"
	"github.com/slipway-iac/slipway/sandbox/cloud/sts"
)

// Services are the services with their defaults.
func Services() []cloud.Service { return ServicesWith(eks.Options{}) }

// ServicesWith are the services, with clusters that tell of themselves what the
// options say.
func ServicesWith(o eks.Options) []cloud.Service {
	return []cloud.Service{
		ec2.Service(), iam.Service(), kms.Service(), logs.Service(), sts.Service(), ssm.Service(), eks.Service(o),
		elbv2.Service(), route53.Service(), s3.Service(), secretsmanager.Service(), rds.Service(), sqs.Service(), events.Service(), acm.Service(),
		sns.Service(), alarms.Service(), backup.Service(),
	}
}
