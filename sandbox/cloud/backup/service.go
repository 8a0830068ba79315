// Package backup simulates AWS Backup: vaults with their locks and policies, plans
// and what they select.
//
// No backup is ever made: no time passes. [Unkept] tells which plans would fail at
// their first job. What it does not simulate: recovery points, reports, restore
// tests, air-gapped vaults.
package backup

import (
	"regexp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// Service lists what AWS Backup adds to an account.
func Service() cloud.Service {
	return cloud.Service{
		Kinds: []cloud.Kind{vaultKind(), lockKind(), policyKind(), planKind(), selectionKind()},
		Tags:  tagRules,
	}
}

const (
	serviceName = "Backup"
	docs        = "https://docs.aws.amazon.com/aws-backup/latest/devguide/"
	principal   = "backup.amazonaws.com"

	maxVaults     = 100
	maxPlans      = 100
	maxSelections = 100
)

func rule(name, code, page string, tag cloud.Tag) *cloud.Rule {
	return cloud.Declare(cloud.Rule{Name: name, Code: code, Source: docs + page, Tag: tag})
}

var (
	vaultExists   = rule("backup-vault-exists", "AlreadyExistsException", "API_CreateBackupVault.html", cloud.Verified)
	vaultQuota    = rule("too-many-backup-vaults", "LimitExceededException", "aws-backup-limits.html", cloud.Memory)
	vaultKey      = rule("backup-vault-key", "InvalidParameterValueException", "API_CreateBackupVault.html", cloud.Memory)
	vaultMissing  = rule("backup-vault-missing", "ResourceNotFoundException", "API_PutBackupVaultLockConfiguration.html", cloud.Verified)
	vaultLocked   = rule("backup-vault-lock-final", "InvalidRequestException", "vault-lock.html", cloud.Verified)
	lockRange     = rule("backup-vault-lock-range", "InvalidParameterValueException", "API_PutBackupVaultLockConfiguration.html", cloud.Verified)
	vaultPolicy   = rule("backup-vault-policy", "InvalidParameterValueException", "API_PutBackupVaultAccessPolicy.html", cloud.Memory)
	planQuota     = rule("too-many-backup-plans", "LimitExceededException", "aws-backup-limits.html", cloud.Memory)
	planVault     = rule("backup-rule-vault", "InvalidParameterValueException", "API_CreateBackupPlan.html", cloud.Memory)
	planSchedule  = rule("backup-rule-schedule", "InvalidParameterValueException", "API_BackupRuleInput.html", cloud.Memory)
	planWindow    = rule("backup-rule-window", "InvalidParameterValueException", "API_BackupRuleInput.html", cloud.Verified)
	planLifecycle = rule("backup-rule-lifecycle", "InvalidParameterValueException", "API_Lifecycle.html", cloud.Verified)
	planPoint     = rule("backup-rule-continuous", "InvalidParameterValueException", "point-in-time-recovery.html", cloud.Verified)
	planNames     = rule("backup-rule-twice", "InvalidParameterValueException", "API_CreateBackupPlan.html", cloud.Memory)
	planInUse     = rule("backup-plan-in-use", "InvalidRequestException", "API_DeleteBackupPlan.html", cloud.Verified)
	planMissing   = rule("backup-plan-missing", "ResourceNotFoundException", "API_CreateBackupSelection.html", cloud.Verified)
	selectRole    = rule("backup-selection-role", "InvalidParameterValueException", "API_CreateBackupSelection.html", cloud.Verified)
	selectNothing = rule("backup-selection-empty", "InvalidParameterValueException", "API_BackupSelection.html", cloud.Memory)
	selectQuota   = rule("too-many-backup-selections", "LimitExceededException", "aws-backup-limits.html", cloud.Memory)
	ruleKept      = cloud.Declare(cloud.Rule{
		Name: "backup-rule-outside-lock", Code: "InvalidParameterValueException", Source: docs + "vault-lock.html", Tag: cloud.Derived, Effect: cloud.Warns,
	})
)

// tagRules are AWS Backup's rules for tags.
var tagRules = cloud.TagRules{
	TooMany:   rule("backup-too-many-tags", "LimitExceededException", "API_TagResource.html", cloud.Memory),
	Malformed: rule("backup-tag-malformed", "InvalidParameterValueException", "API_TagResource.html", cloud.Memory),
}

var (
	vaultText     = looks("2 to 50 letters, digits, - and _", `^[a-zA-Z0-9_-]{2,50}$`)
	nameText      = looks("1 to 50 letters, digits and - _ .", `^[a-zA-Z0-9_.-]{1,50}$`)
	scheduleForm  = regexp.MustCompile(`^(cron\(\S+( \S+){5}\)|rate\([1-9][0-9]* (hours?|days?)\))$`)
	lifecycleKind = cloud.Object(cloud.Fields{
		"coldStorageAfter": cloud.Number, "deleteAfter": cloud.Number, "optInToArchiveForSupportedResources": cloud.Bool.Computed(),
	})
)

func looks(want, form string) cloud.Text {
	return cloud.Text{Want: want, Example: "example", Good: regexp.MustCompile(form).MatchString}
}
