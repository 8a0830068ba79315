package backup

import (
	"fmt"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func planKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.BackupPlan, Noun: "Backup Plan", Service: serviceName, Tagged: true,
		CreateCall: "CreateBackupPlan", UpdateCall: "UpdateBackupPlan", DeleteCall: "DeleteBackupPlan",
		Fields: cloud.Fields{
			"name": cloud.String.AutoNamed(255).ForceNew(),
			"rules": cloud.SetOf(cloud.Object(cloud.Fields{
				"completionWindow": cloud.Number.Default(180.0), "enableContinuousBackup": cloud.Bool,
				"copyActions": cloud.SetOf(cloud.Object(cloud.Fields{
					"destinationVaultArn": cloud.String.Like(cloud.ARNText).Required(), "lifecycle": lifecycleKind,
				})),
				"lifecycle": lifecycleKind, "recoveryPointTags": cloud.MapOf(cloud.String),
				"ruleName": cloud.String.Like(nameText).Required(), "schedule": cloud.String,
				"scheduleExpressionTimezone": cloud.String.Default("Etc/UTC"), "startWindow": cloud.Number.Default(60.0),
				"targetVaultName": cloud.String.Like(vaultText).Required(),
			})).Required(),
			"advancedBackupSettings": cloud.SetOf(cloud.Object(cloud.Fields{
				"backupOptions": cloud.MapOf(cloud.String).Required(), "resourceType": cloud.String.OneOf("EC2").Required(),
			})),
			"arn":     cloud.String.Output(),
			"version": cloud.String.Output(),
		},
		Create: func(tx *cloud.Tx, r *cloud.Resource) error {
			if tx.Count(cloud.BackupPlan) >= maxPlans {
				return planQuota.Refuse("The account has reached the limit of %d backup plans", maxPlans)
			}
			h := tx.Hex(32)
			r.ID = fmt.Sprintf("%s-%s-%s-%s-%s", h[:8], h[8:12], h[12:16], h[16:20], h[20:])
			r.Props["arn"], r.Props["version"] = tx.ARN("backup", "backup-plan:"+r.ID), tx.Hex(48)
			return checkRules(tx, r.Props)
		},
		Update: func(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
			if !cloud.Equal(r.Props["rules"], news["rules"]) {
				r.Props["version"] = tx.Hex(48)
			}
			return checkRules(tx, news)
		},
		Delete: func(tx *cloud.Tx, r *cloud.Resource) error {
			if s := tx.One(cloud.BackupSelection, cloud.Prop("planId", r.ID)); s != nil {
				return planInUse.Refuse("Related backup plan selections must be deleted prior to backup plan deletion: %s", s.Props.Str("name"))
			}
			return nil
		},
		Stale: func(changed []string, _ cloud.Props) []string {
			for _, property := range changed {
				if property != "tags" && property != "tagsAll" {
					return []string{"version"}
				}
			}
			return nil
		},
	}
}

func checkRules(tx *cloud.Tx, p cloud.Props) error {
	seen := map[string]bool{}
	for _, rule := range p.Objs("rules") {
		name := rule.Str("ruleName")
		if seen[name] {
			return planNames.Refuse("Two rules are called %s", name)
		}
		seen[name] = true
		if err := checkRule(tx, rule); err != nil {
			return err
		}
	}
	return nil
}

const (
	// coldDays is how long at least a recovery point stays in cold storage, for
	// which AWS charges in any case.
	coldDays = 90
	// continuousDays is how far back at most a continuous backup goes.
	continuousDays = 35
	leastWindow    = 60
)

func checkRule(tx *cloud.Tx, rule cloud.Props) error {
	name, life := rule.Str("ruleName"), rule.Obj("lifecycle")
	cold, deleted := life.Int("coldStorageAfter"), life.Int("deleteAfter")
	start, completion := rule.Int("startWindow"), rule.Int("completionWindow")
	schedule := rule.Str("schedule")
	switch {
	case tx.Get(cloud.BackupVault, rule.Str("targetVaultName")) == nil:
		return planVault.Refuse("Error in rule %s : Backup vault %s does not exist", name, rule.Str("targetVaultName"))
	case schedule != "" && !scheduleForm.MatchString(schedule):
		return planSchedule.Refuse("Error in rule %s : Schedule expression is not valid: %s", name, schedule)
	case start < leastWindow || completion < start+60:
		return planWindow.Refuse("Error in rule %s : StartWindow must be at least %d minutes and CompletionWindow at least 60 minutes more: %d and %d", name, leastWindow, start, completion)
	case rule.Bool("enableContinuousBackup") && (deleted < 1 || deleted > continuousDays || cold > 0):
		return planPoint.Refuse("Error in rule %s : Continuous backups are kept 1 to %d days and never in cold storage: deleteAfter %d", name, continuousDays, deleted)
	case cold > 0 && deleted > 0 && deleted < cold+coldDays:
		return planLifecycle.Refuse("Error in rule %s : Invalid lifecycle. DeleteAfterDays cannot be less than %d days apart from MoveToColdStorageAfterDays", name, coldDays)
	}
	if reason := unkept(tx, rule); reason != "" {
		tx.Warn(ruleKept, "%s", reason)
	}
	return nil
}

// unkept tells why the lock of a vault would refuse the recovery points of a rule;
// "" when it would not.
func unkept(tx *cloud.Tx, rule cloud.Props) string {
	lock := tx.Get(cloud.BackupVaultLock, rule.Str("targetVaultName"))
	if lock == nil {
		return ""
	}
	deleted, least, most := rule.Obj("lifecycle").Int("deleteAfter"), lock.Props.Int("minRetentionDays"), lock.Props.Int("maxRetentionDays")
	if deleted != 0 && deleted < least || most != 0 && (deleted == 0 || deleted > most) {
		return fmt.Sprintf("rule %s keeps recovery points for %d days and the lock of vault %s wants %d to %d: its jobs fail", rule.Str("ruleName"), deleted, lock.ID, least, most)
	}
	return ""
}
