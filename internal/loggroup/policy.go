package loggroup

import (
	"slices"

	"github.com/slipway-iac/slipway/components/iampolicy"
	"github.com/slipway-iac/slipway/internal/partition"
)

// retentions are the days that CloudWatch Logs can keep events for, apart from
// 0, which is for ever. See
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
var retentions = []int{
	1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
}

// Retains tells whether CloudWatch Logs can keep events for that many days.
func Retains(days int) bool { return slices.Contains(retentions, days) }

// keyPolicy lets CloudWatch Logs encrypt one group with the key and no other:
// the group's ARN is the encryption context of every such call. See
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/logs/encrypt-log-data-kms.html
func keyPolicy(region, account, group string) iampolicy.Document {
	aws := partition.Of(region)
	return iampolicy.Document{
		iampolicy.KeyAdministration(aws, account),
		{
			Sid:       "Logs",
			Effect:    "Allow",
			Principal: &iampolicy.Principal{Service: []string{"logs." + region + "." + partition.DNSSuffix(region)}},
			Action:    []string{"kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"},
			Resource:  []string{"*"},
			Condition: iampolicy.Conditions{"ArnEquals": {
				"kms:EncryptionContext:aws:logs:arn": {"arn:" + aws + ":logs:" + region + ":" + account + ":log-group:" + group},
			}},
		},
	}
}
