package backup

import (
	"fmt"

	awsbackup "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/backup"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/iampolicy"
	"github.com/slipway-iac/slipway/components/tags"
	"github.com/slipway-iac/slipway/internal/partition"
)

// permissions are AWS's own policies: what a backup calls differs by service and
// grows with it, and AWS keeps them in step.
// https://docs.aws.amazon.com/aws-backup/latest/devguide/security-iam-awsmanpol.html
var permissions = map[string]string{
	"backup":  "service-role/AWSBackupServiceRolePolicyForBackup",
	"buckets": "AWSBackupServiceRolePolicyForS3Backup",
}

// selectTagged has the plan back up what has its tag.
func (b *builder) selectTagged() error {
	role, ready, err := b.role()
	if err != nil {
		return err
	}
	if _, err := awsbackup.NewSelection(b.ctx, b.name, &awsbackup.SelectionArgs{
		PlanId: b.plan.ID(), IamRoleArn: role.Arn,
		SelectionTags: awsbackup.SelectionSelectionTagArray{awsbackup.SelectionSelectionTagArgs{
			Type: pulumi.String("STRINGEQUALS"), Key: pulumi.String(tags.Backup), Value: pulumi.String(b.args.Plan),
		}},
		// A job without the permissions fails, and the day has no backup.
	}, b.child, pulumi.DependsOn(ready)); err != nil {
		return fmt.Errorf("selecting what is tagged: %w", err)
	}
	return nil
}

// role makes the role as which AWS Backup works.
func (b *builder) role() (*iam.Role, []pulumi.Resource, error) {
	document := iampolicy.TrustService("backup.amazonaws.com")
	document[0].Condition = iampolicy.Conditions{"StringEquals": {"aws:SourceAccount": {b.args.AccountID}}}
	trust, err := document.JSON()
	if err != nil {
		return nil, nil, fmt.Errorf("writing trust policy: %w", err)
	}
	role, err := iam.NewRole(b.ctx, b.name, &iam.RoleArgs{
		Description: pulumi.String("Backs up what has the tag " + tags.Backup + "=" + b.args.Plan), AssumeRolePolicy: pulumi.String(trust), Tags: b.tags(),
	}, b.child, b.kept())
	if err != nil {
		return nil, nil, fmt.Errorf("creating role: %w", err)
	}
	var ready []pulumi.Resource
	for _, what := range []string{"backup", "buckets"} {
		a, err := iam.NewRolePolicyAttachment(b.ctx, b.name+"-"+what, &iam.RolePolicyAttachmentArgs{
			Role: role.Name, PolicyArn: pulumi.String("arn:" + partition.Of(b.args.Region) + ":iam::aws:policy/" + permissions[what]),
		}, b.child, b.kept())
		if err != nil {
			return nil, nil, fmt.Errorf("permitting %s: %w", what, err)
		}
		ready = append(ready, a)
	}
	return role, ready, nil
}
