package all_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/all"
)

// Each service refuses tags with codes of its own, before it looks at anything
// else.
func TestTagsOfServices(t *testing.T) {
	t.Parallel()
	a, err := cloud.Open(cloud.Options{Services: all.Services()})
	if err != nil {
		t.Fatal(err)
	}
	many := map[string]any{}
	for i := range 51 {
		many[fmt.Sprint("k", i)] = "v"
	}
	for kind, tc := range map[string]struct {
		props              cloud.Props
		service            string
		tooMany, malformed string
	}{
		cloud.VPC:                {cloud.Props{"cidrBlock": "10.0.0.0/16"}, "ec2", "TagLimitExceeded", "InvalidParameterValue"},
		cloud.IAMInstanceProfile: {cloud.Props{"name": "p"}, "iam", "LimitExceeded", "InvalidInput"},
		cloud.KMSKey:             {nil, "kms", "LimitExceededException", "TagException"},
		cloud.LogGroup:           {cloud.Props{"name": "g"}, "logs", "InvalidParameterException", "InvalidParameterException"},
		cloud.Route53Zone:        {cloud.Props{"name": "example.com"}, "route53", "InvalidInput", "InvalidInput"},
		cloud.Bucket:             {cloud.Props{"bucket": "example-0123"}, "s3", "BadRequest", "InvalidTag"},
		cloud.Secret:             {cloud.Props{"name": "s"}, "secretsmanager", "LimitExceededException", "InvalidParameterException"},
		cloud.DBParameterGroup:   {cloud.Props{"name": "g", "family": "postgres17"}, "rds", "InvalidParameterValue", "InvalidParameterValue"},
		cloud.Queue:              {cloud.Props{"name": "q"}, "sqs", "InvalidParameterValue", "InvalidParameterValue"},
		cloud.Topic:              {cloud.Props{"name": "t"}, "sns", "TagLimitExceeded", "InvalidParameter"},
		cloud.MetricAlarm:        {cloud.Props{"metricName": "m", "statistic": "Sum", "comparisonOperator": "GreaterThanThreshold", "evaluationPeriods": 1.0}, "alarms", "LimitExceededException", "InvalidParameterValue"},
		cloud.BackupVault:        {cloud.Props{"name": "vault"}, "backup", "LimitExceededException", "InvalidParameterValueException"},
		cloud.EventRule:          {cloud.Props{"name": "r", "scheduleExpression": "rate(1 hour)"}, "events", "LimitExceededException", "ValidationException"},
		cloud.Certificate:        {cloud.Props{"domainName": "example.com"}, "acm", "TooManyTagsException", "InvalidTagException"},
		cloud.EKSAddon:           {cloud.Props{"addonName": "coredns", "clusterName": "c"}, "eks", "InvalidParameterException", "InvalidParameterException"},
	} {
		for code, tags := range map[[2]string]map[string]any{
			{tc.service + "-too-many-tags", tc.tooMany}:   many,
			{tc.service + "-tag-malformed", tc.malformed}: {"aws:x": "v"},
		} {
			_, err := a.Create(cloud.Session{Region: "us-west-2"}, kind, "urn", tc.props.With(cloud.Props{"tags": tags}))
			var refusal *cloud.Refusal
			if !errors.As(err, &refusal) || refusal.Rule.Name != code[0] || refusal.Code() != code[1] {
				t.Errorf("%s: got %v, want %s by %s", kind, err, code[1], code[0])
			}
		}
	}
}
