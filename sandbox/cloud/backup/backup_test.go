package backup_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/backup"
	"github.com/slipway-iac/slipway/sandbox/cloud/cloudtest"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
	"github.com/slipway-iac/slipway/sandbox/cloud/kms"
)

var west = cloud.Session{Region: "us-west-2"}

// ground is an account with a vault "v", a plan and two roles.
type ground struct {
	t          *testing.T
	account    *cloud.Account
	now        time.Time
	role, plan string
}

func newGround(t *testing.T) *ground {
	t.Helper()
	g := &ground{t: t, now: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}
	a, err := cloud.Open(cloud.Options{
		Services: []cloud.Service{iam.Service(), kms.Service(), backup.Service()}, Clock: func() time.Time { return g.now },
	})
	if err != nil {
		t.Fatal(err)
	}
	g.account = a
	g.role = g.make(cloud.IAMRole, cloud.Props{"name": "backup", "assumeRolePolicy": trust("backup.amazonaws.com")}).Props.Str("arn")
	g.make(cloud.IAMRole, cloud.Props{"name": "other", "assumeRolePolicy": trust("ec2.amazonaws.com")})
	g.make(cloud.BackupVault, cloud.Props{"name": "v1"})
	g.plan = g.make(cloud.BackupPlan, plan("p", nil)).ID
	return g
}

func (g *ground) make(kind string, p cloud.Props) *cloud.Resource {
	g.t.Helper()
	r, err := g.account.Create(west, kind, fmt.Sprint(kind, p), p)
	if err != nil {
		g.t.Fatal(err)
	}
	return r
}

func (g *ground) refuses(rule string, err error) {
	g.t.Helper()
	cloudtest.WantRule(g.t, err, rule)
}

func trust(service string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"` + service + `"},"Action":"sts:AssumeRole"}]}`
}

// plan is a plan of one rule, changed.
func plan(name string, change cloud.Props) cloud.Props {
	rule := cloud.Props{"ruleName": "daily", "targetVaultName": "v1", "schedule": "cron(0 3 * * ? *)", "lifecycle": map[string]any{"deleteAfter": 35.0}}.With(change)
	return cloud.Props{"name": name, "rules": []any{map[string]any(rule)}}
}

func life(cold, deleted float64) cloud.Props {
	l := map[string]any{"deleteAfter": deleted}
	if cold > 0 {
		l["coldStorageAfter"] = cold
	}
	return cloud.Props{"lifecycle": l}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	selection := func(change cloud.Props) cloud.Props {
		return cloud.Props{
			"name": "s", "planId": "PLAN", "iamRoleArn": "arn:aws:iam::123456789012:role/backup",
			"selectionTags": []any{map[string]any{"type": "STRINGEQUALS", "key": "backup", "value": "daily"}},
		}.With(change)
	}
	lock := func(change cloud.Props) cloud.Props { return cloud.Props{"backupVaultName": "v1"}.With(change) }
	policy := func(text string) cloud.Props { return cloud.Props{"backupVaultName": "v1", "policy": text} }
	for name, tc := range map[string]struct {
		rule, kind string
		props      cloud.Props
	}{
		"a vault twice":           {"backup-vault-exists", cloud.BackupVault, cloud.Props{"name": "v1"}},
		"a vault without its key": {"backup-vault-key", cloud.BackupVault, cloud.Props{"name": "v2", "kmsKeyArn": "arn:aws:kms:us-west-2:123456789012:key/no"}},
		"a lock of no vault":      {"backup-vault-missing", cloud.BackupVaultLock, lock(cloud.Props{"backupVaultName": "v2"})},
		"a policy of no vault":    {"backup-vault-missing", cloud.BackupVaultPolicy, policy("{}").With(cloud.Props{"backupVaultName": "v2"})},
		"kept for no day":         {"backup-vault-lock-range", cloud.BackupVaultLock, lock(cloud.Props{"minRetentionDays": 0.0})},
		"kept for 101 years":      {"backup-vault-lock-range", cloud.BackupVaultLock, lock(cloud.Props{"maxRetentionDays": 36501.0})},
		"most less than least":    {"backup-vault-lock-range", cloud.BackupVaultLock, lock(cloud.Props{"minRetentionDays": 8.0, "maxRetentionDays": 7.0})},
		"an empty policy":         {"backup-vault-policy", cloud.BackupVaultPolicy, policy(`{"Statement":[]}`)},
		"a policy for nobody":     {"backup-vault-policy", cloud.BackupVaultPolicy, policy(`{"Statement":{"Effect":"Deny","Action":"backup:*","Resource":"*"}}`)},
		"a policy for a ghost": {"backup-vault-policy", cloud.BackupVaultPolicy,
			policy(`{"Statement":{"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::123456789012:role/no"},"Action":"backup:*","Resource":"*"}}`)},
		"a rule without a vault":  {"backup-rule-vault", cloud.BackupPlan, plan("q", cloud.Props{"targetVaultName": "v2"})},
		"a schedule":              {"backup-rule-schedule", cloud.BackupPlan, plan("q", cloud.Props{"schedule": "daily"})},
		"a short start":           {"backup-rule-window", cloud.BackupPlan, plan("q", cloud.Props{"startWindow": 59.0})},
		"a short window":          {"backup-rule-window", cloud.BackupPlan, plan("q", cloud.Props{"startWindow": 121.0})},
		"89 days in the cold":     {"backup-rule-lifecycle", cloud.BackupPlan, plan("q", life(30, 119))},
		"continuous for 36 days":  {"backup-rule-continuous", cloud.BackupPlan, plan("q", life(0, 36).With(cloud.Props{"enableContinuousBackup": true}))},
		"a plan of two equals":    {"backup-rule-twice", cloud.BackupPlan, cloud.Props{"name": "q", "rules": append(plan("", nil).List("rules"), plan("", life(0, 7)).List("rules")...)}},
		"a selection of no plan":  {"backup-plan-missing", cloud.BackupSelection, selection(cloud.Props{"planId": "no"})},
		"a role that is not":      {"backup-selection-role", cloud.BackupSelection, selection(cloud.Props{"iamRoleArn": "arn:aws:iam::123456789012:role/no"})},
		"a role for others":       {"backup-selection-role", cloud.BackupSelection, selection(cloud.Props{"iamRoleArn": "arn:aws:iam::123456789012:role/other"})},
		"a selection of nothing":  {"backup-selection-empty", cloud.BackupSelection, selection(cloud.Props{"selectionTags": nil})},
		"90 days in the cold":     {"", cloud.BackupPlan, plan("q", life(30, 120))},
		"continuous for 35 days":  {"", cloud.BackupPlan, plan("q", life(0, 35).With(cloud.Props{"enableContinuousBackup": true}))},
		"a selection by its tags": {"", cloud.BackupSelection, selection(nil)},
		"a lock with three days":  {"", cloud.BackupVaultLock, lock(cloud.Props{"changeableForDays": 3.0, "minRetentionDays": 7.0, "maxRetentionDays": 7.0})},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGround(t)
			g.t = t
			if tc.props.Str("planId") == "PLAN" {
				tc.props["planId"] = g.plan
			}
			_, err := g.account.Create(west, tc.kind, "new", tc.props)
			g.refuses(tc.rule, err)
		})
	}
}

func TestQuotas(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	for i := range 99 {
		g.make(cloud.BackupVault, cloud.Props{"name": fmt.Sprint("more", i)})
		g.make(cloud.BackupPlan, plan(fmt.Sprint("more", i), nil))
	}
	selection := func(i int) cloud.Props {
		return cloud.Props{"name": fmt.Sprint("s", i), "planId": g.plan, "iamRoleArn": g.role, "resources": []any{"*"}}
	}
	for i := range 100 {
		g.make(cloud.BackupSelection, selection(i))
	}
	_, err := g.account.Create(west, cloud.BackupVault, "new", cloud.Props{"name": "last"})
	g.refuses("too-many-backup-vaults", err)
	_, err = g.account.Create(west, cloud.BackupPlan, "new", plan("last", nil))
	g.refuses("too-many-backup-plans", err)
	_, err = g.account.Create(west, cloud.BackupSelection, "new", selection(100))
	g.refuses("too-many-backup-selections", err)
}

func TestPlansGoAfterTheirSelections(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	s := g.make(cloud.BackupSelection, cloud.Props{"name": "s", "planId": g.plan, "iamRoleArn": g.role, "resources": []any{"*"}})
	g.refuses("backup-plan-in-use", g.account.Delete(west, cloud.BackupPlan, g.plan))
	if err := errors.Join(g.account.Delete(west, cloud.BackupSelection, s.ID), g.account.Delete(west, cloud.BackupPlan, g.plan)); err != nil {
		t.Error(err)
	}
}

func TestAChangedPlanHasANewVersion(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	before, err := g.account.Read(west, cloud.BackupPlan, g.plan)
	if err != nil {
		t.Fatal(err)
	}
	after, err := g.account.Update(west, cloud.BackupPlan, g.plan, plan("p", life(0, 7)))
	if err != nil || after.Props.Str("version") == before.Props.Str("version") {
		t.Errorf("got %v, %v", after, err)
	}
	_, err = g.account.Update(west, cloud.BackupPlan, g.plan, plan("p", life(30, 40)))
	g.refuses("backup-rule-lifecycle", err)
}

// A lock in compliance mode can be taken back for its days of grace, and then
// never; one in governance mode always.
func TestLocksBecomeFinal(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		lock cloud.Props
		days int
		rule string
	}{
		"in its grace":   {cloud.Props{"changeableForDays": 3.0}, 2, ""},
		"after it":       {cloud.Props{"changeableForDays": 3.0}, 4, "backup-vault-lock-final"},
		"without grace":  {cloud.Props{}, 400, ""},
		"after a longer": {cloud.Props{"changeableForDays": 10.0}, 11, "backup-vault-lock-final"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGround(t)
			g.t = t
			lock := tc.lock.With(cloud.Props{"backupVaultName": "v1", "minRetentionDays": 7.0})
			g.make(cloud.BackupVaultLock, lock)
			g.now = g.now.AddDate(0, 0, tc.days)
			if tc.rule != "" {
				_, err := g.account.Create(west, cloud.BackupVaultLock, "again", lock)
				g.refuses(tc.rule, err)
				g.refuses(tc.rule, g.account.Delete(west, cloud.BackupVault, "v1"))
			}
			g.refuses(tc.rule, g.account.Delete(west, cloud.BackupVaultLock, "v1"))
			if tc.rule == "" {
				g.refuses("", g.account.Delete(west, cloud.BackupVault, "v1"))
			}
		})
	}
}

func TestWhatBackupDecides(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	v := g.make(cloud.BackupVault, cloud.Props{"name": "v2"})
	if p := v.Props; v.ID != "v2" || p.Str("arn") != "arn:aws:backup:us-west-2:123456789012:backup-vault:v2" || p.Str("kmsKeyArn") != "arn:aws:kms:us-west-2:123456789012:alias/aws/backup" {
		t.Errorf("got %s, %v", v.ID, p)
	}
	p := g.make(cloud.BackupVaultPolicy, cloud.Props{"backupVaultName": "v2", "policy": `{"Statement":{"Effect":"Deny","Principal":"*","Action":"backup:*","Resource":"*"}}`})
	if p.Props["backupVaultArn"] != v.Props["arn"] {
		t.Errorf("the policy is of %v", p.Props["backupVaultArn"])
	}
	_, err := g.account.Update(west, cloud.BackupVaultPolicy, p.ID, cloud.Props{"backupVaultName": "v2", "policy": `{"Statement":[]}`})
	g.refuses("backup-vault-policy", err)
}

// What AWS Backup takes and then fails at.
func TestUnkept(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	ask := func() (out []string) {
		if err := g.account.Change(west, "ask", func(tx *cloud.Tx) error { out = backup.Unkept(tx); return nil }); err != nil {
			t.Fatal(err)
		}
		return out
	}
	if got := ask(); len(got) != 0 {
		t.Errorf("without a selection: %v", got)
	}
	g.make(cloud.BackupSelection, cloud.Props{"name": "s", "planId": g.plan, "iamRoleArn": g.role, "resources": []any{"*"}})
	var lacks []string
	for _, s := range ask() {
		lacks = append(lacks, s[:strings.Index(s, ": it lacks")])
	}
	want := []string{"selection s: the role cannot back up buckets", "selection s: the role cannot back up databases", "selection s: the role cannot back up volumes"}
	if !slices.Equal(lacks, want) {
		t.Errorf("got %v, want %v", lacks, want)
	}
	for _, policy := range []string{"service-role/AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForS3Backup"} {
		g.make(cloud.IAMRolePolicyAttachment, cloud.Props{"role": "backup", "policyArn": "arn:aws:iam::aws:policy/" + policy})
	}
	if got := ask(); len(got) != 0 {
		t.Errorf("with AWS's policies: %v", got)
	}
	g.make(cloud.BackupVaultLock, cloud.Props{"backupVaultName": "v1", "minRetentionDays": 36.0, "maxRetentionDays": 40.0})
	var warned []string
	session := west
	session.Warn = func(w cloud.Warning) { warned = append(warned, w.Rule.Name) }
	for name, days := range map[string]float64{"short": 35, "long": 41, "fits": 40} {
		if _, err := g.account.Create(session, cloud.BackupPlan, name, plan(name, life(0, days))); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(warned, []string{"backup-rule-outside-lock", "backup-rule-outside-lock"}) {
		t.Errorf("warnings are %v, want two", warned)
	}
	if got := ask(); len(got) != 3 || !strings.Contains(got[0], "wants 36 to 40") {
		t.Errorf("with a lock: %v, want three", got)
	}
	if err := g.account.Delete(west, cloud.BackupVault, "v1"); err != nil {
		t.Fatal(err)
	}
	if got := ask(); !strings.Contains(strings.Join(got, "\n"), "there is no vault v1") {
		t.Errorf("without a vault: %v", got)
	}
}
