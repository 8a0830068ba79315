package backup

import (
	"fmt"
	"time"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
	"github.com/slipway-iac/slipway/sandbox/cloud/kms"
)

func vaultKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.BackupVault, Noun: "Backup Vault", Service: serviceName, Tagged: true,
		CreateCall: "CreateBackupVault", UpdateCall: "TagResource", DeleteCall: "DeleteBackupVault",
		Fields: cloud.Fields{
			"name":           cloud.String.Like(vaultText).AutoNamed(255).ForceNew(),
			"forceDestroy":   cloud.Bool.Default(false),
			"kmsKeyArn":      cloud.String.Like(cloud.ARNText).Computed().ForceNew(),
			"arn":            cloud.String.Output(),
			"recoveryPoints": cloud.Number.Output(),
		},
		Create: createVault,
		Delete: func(tx *cloud.Tx, r *cloud.Resource) error {
			if lock := tx.Get(cloud.BackupVaultLock, r.ID); lock != nil {
				return checkUnlocked(tx, lock)
			}
			return nil
		},
	}
}

func createVault(tx *cloud.Tx, r *cloud.Resource) error {
	p := r.Props
	name := p.Str("name")
	switch key := p.Str("kmsKeyArn"); {
	case tx.Get(cloud.BackupVault, name) != nil:
		return vaultExists.Refuse("Backup vault with the same name already exists: %s", name)
	case tx.Count(cloud.BackupVault) >= maxVaults:
		return vaultQuota.Refuse("The account has reached the limit of %d backup vaults", maxVaults)
	case key == "":
		p["kmsKeyArn"] = tx.ARN("kms", "alias/aws/backup")
	default:
		if err := kms.Usable(tx, key); err != nil {
			return vaultKey.Refuse("The encryption key of vault %s cannot be used: %s", name, err)
		}
	}
	r.ID = name
	p["arn"], p["recoveryPoints"] = tx.ARN("backup", "backup-vault:"+name), 0.0
	return nil
}

// vault finds a vault by its name.
func vault(tx *cloud.Tx, name string) (*cloud.Resource, error) {
	v := tx.Get(cloud.BackupVault, name)
	if v == nil {
		return nil, vaultMissing.Refuse("Backup vault %s does not exist", name)
	}
	return v, nil
}

// ofVault is what a vault's lock and policy have in common.
func ofVault(tx *cloud.Tx, r *cloud.Resource) error {
	name := r.Props.Str("backupVaultName")
	v, err := vault(tx, name)
	if v == nil {
		return err
	}
	r.ID, r.Props["backupVaultArn"] = name, v.Props["arn"]
	return nil
}

func lockKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.BackupVaultLock, Noun: "Backup Vault Lock Configuration", Service: serviceName,
		CreateCall: "PutBackupVaultLockConfiguration", UpdateCall: "PutBackupVaultLockConfiguration", DeleteCall: "DeleteBackupVaultLockConfiguration",
		Fields: cloud.Fields{
			"backupVaultName":   cloud.String.Like(vaultText).Required().ForceNew(),
			"changeableForDays": cloud.Number.AtLeast(graceDays).ForceNew(),
			"maxRetentionDays":  cloud.Number.ForceNew(),
			"minRetentionDays":  cloud.Number.ForceNew(),
			"backupVaultArn":    cloud.String.Output(),
		},
		Create: createLock,
		Delete: func(tx *cloud.Tx, r *cloud.Resource) error { return checkUnlocked(tx, r) },
	}
}

// graceDays is how long at least a lock can still be taken back.
const graceDays = 3

func createLock(tx *cloud.Tx, r *cloud.Resource) error {
	p := r.Props
	if err := ofVault(tx, r); err != nil {
		return err
	}
	least, most := p.Int("minRetentionDays"), p.Int("maxRetentionDays")
	switch {
	case p.Has("minRetentionDays") && least < 1, p.Has("maxRetentionDays") && (most < 1 || most > 36500):
		return lockRange.Refuse("Retention must be between 1 and 36500 days: %d to %d", least, most)
	case p.Has("maxRetentionDays") && most < least:
		return lockRange.Refuse("MaxRetentionDays (%d) must not be less than MinRetentionDays (%d)", most, least)
	}
	if old := tx.Get(cloud.BackupVaultLock, r.ID); old != nil {
		if err := checkUnlocked(tx, old); err != nil {
			return err
		}
		tx.Remove(old)
	}
	if p.Has("changeableForDays") {
		r.Facts["final"] = tx.Now().UTC().AddDate(0, 0, p.Int("changeableForDays")).Format(time.RFC3339)
	}
	return nil
}

// checkUnlocked refuses to undo a lock whose grace time is over: nobody can, not
// even AWS. One without grace time is in governance mode and can always go.
func checkUnlocked(tx *cloud.Tx, lock *cloud.Resource) error {
	if lock.Facts.Str("final") == "" {
		return nil
	}
	final, err := time.Parse(time.RFC3339, lock.Facts.Str("final"))
	if err != nil {
		return fmt.Errorf("the lock of backup vault %s: %w", lock.ID, err)
	}
	if tx.Now().Before(final) {
		return nil
	}
	return vaultLocked.Refuse("Backup vault %s is locked for good since %s", lock.ID, lock.Facts.Str("final"))
}

func policyKind() cloud.Kind {
	check := func(tx *cloud.Tx, p cloud.Props) error {
		d, err := iam.ParseDocument(p.Str("policy"))
		if err != nil {
			return vaultPolicy.Refuse("Invalid policy document: %s", err)
		}
		for _, s := range d.Statements {
			if len(s.Principals)+len(s.NotPrincipals) == 0 {
				return vaultPolicy.Refuse("Invalid policy document: statement %q has no principal", s.Sid)
			}
			if err := iam.CheckPrincipals(tx, s); err != nil {
				return vaultPolicy.Refuse("Invalid policy document: %s", err)
			}
		}
		return nil
	}
	return cloud.Kind{
		Token: cloud.BackupVaultPolicy, Noun: "Backup Vault Policy", Service: serviceName,
		CreateCall: "PutBackupVaultAccessPolicy", UpdateCall: "PutBackupVaultAccessPolicy", DeleteCall: "DeleteBackupVaultAccessPolicy",
		Fields: cloud.Fields{
			"backupVaultName": cloud.String.Required().ForceNew(),
			"policy":          cloud.JSON.Required(),
			"backupVaultArn":  cloud.String.Output(),
		},
		Create: func(tx *cloud.Tx, r *cloud.Resource) error {
			if err := ofVault(tx, r); err != nil {
				return err
			}
			return check(tx, r.Props)
		},
		Update: func(tx *cloud.Tx, _ *cloud.Resource, news cloud.Props) error { return check(tx, news) },
	}
}
