package backup_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/data/backup"
	"github.com/slipway-iac/slipway/components/data/key"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	awsbackup "github.com/slipway-iac/slipway/sandbox/cloud/backup"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
)

const component = "slipway:backup:Backup"

// run makes a key and the plan "shop".
func run(t *testing.T, change func(*backup.Args)) *sandboxtest.Recording {
	t.Helper()
	return sandboxtest.Run(t, sandboxtest.Options{}, func(ctx *pulumi.Context) error {
		k, err := key.New(ctx, "data", key.Args{Region: "us-west-2", AccountID: cloud.DefaultAccountID, Description: "Backups"})
		if err != nil {
			return err
		}
		args := backup.Args{Region: "us-west-2", AccountID: cloud.DefaultAccountID, KeyARN: k.ARN}
		change(&args)
		_, err = backup.New(ctx, "shop", args)
		return err
	})
}

func asItIs(*backup.Args) {}

func locked(a *backup.Args) { a.KeepDays, a.MonthlyKeepDays, a.Lock = 35, 400, true }

func TestNewMakesExactly(t *testing.T) {
	t.Parallel()
	want := map[string]int{
		cloud.BackupVault: 1, cloud.BackupPlan: 1, cloud.BackupSelection: 1, cloud.IAMRole: 1, cloud.IAMRolePolicyAttachment: 2,
	}
	r := run(t, asItIs).Must(t)
	if d := cmp.Diff(want, r.Below(t, component, "shop").Counts()); d != "" {
		t.Errorf("without a lock (-want +got):\n%s", d)
	}
	r.LeavesNothing(t)
	want[cloud.BackupVaultLock] = 1
	r = run(t, locked).Must(t)
	if d := cmp.Diff(want, r.Below(t, component, "shop").Counts()); d != "" {
		t.Errorf("with a lock (-want +got):\n%s", d)
	}
	if !r.One(t, cloud.BackupPlan, "shop").WaitsFor(r.One(t, cloud.BackupVaultLock, "shop")) {
		t.Error("the plan does not wait for the lock")
	}
	for _, what := range []string{"shop-backup", "shop-buckets"} {
		if !r.One(t, cloud.BackupSelection, "shop").WaitsFor(r.One(t, cloud.IAMRolePolicyAttachment, what)) {
			t.Errorf("the selection does not wait for %s", what)
		}
	}
}

// The role is for this account's backups alone.
func TestTrust(t *testing.T) {
	t.Parallel()
	want := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["backup.amazonaws.com"]},"Action":["sts:AssumeRole"],` +
		`"Condition":{"StringEquals":{"aws:SourceAccount":["123456789012"]}}}]}`
	if d := cmp.Diff(want, run(t, asItIs).Must(t).One(t, cloud.IAMRole, "shop").Inputs["assumeRolePolicy"]); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// AWS Backup takes plans whose jobs all fail. The account's model knows when.
func TestItsJobsWork(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*backup.Args){"as it is": asItIs, "locked": locked} {
		r := run(t, change).Must(t)
		if err := r.Account.Change(cloud.Session{Region: "us-west-2"}, "ask", func(tx *cloud.Tx) error {
			if fails := awsbackup.Unkept(tx); len(fails) > 0 {
				t.Errorf("%s: %s", name, strings.Join(fails, "\n"))
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	r := run(t, locked).Must(t)
	vault := r.One(t, cloud.BackupVault, "shop")
	for kind, want := range map[string]cloud.Props{
		cloud.BackupVault:     {"kmsKeyArn": r.One(t, cloud.KMSKey, "data").Outputs["arn"], "forceDestroy": false, "tags": map[string]any{"Name": "shop"}},
		cloud.BackupVaultLock: {"backupVaultName": vault.ID, "changeableForDays": 3.0, "minRetentionDays": 35.0, "maxRetentionDays": 400.0},
	} {
		if d := cmp.Diff(want, r.One(t, kind, "shop").Inputs); d != "" {
			t.Errorf("%s (-want +got):\n%s", kind, d)
		}
	}
	var rules []string
	for _, rule := range r.One(t, cloud.BackupPlan, "shop").Inputs.Objs("rules") {
		rules = append(rules, fmt.Sprint(rule["ruleName"], " ", rule["schedule"], " ", rule.Obj("lifecycle")["deleteAfter"], " ", rule["targetVaultName"] == vault.ID))
	}
	if d := cmp.Diff([]string{"daily cron(0 5 * * ? *) 35 true", "monthly cron(0 5 1 * ? *) 400 true"}, rules); d != "" {
		t.Errorf("rules (-want +got):\n%s", d)
	}
	selected := r.One(t, cloud.BackupSelection, "shop").Inputs
	want := []any{map[string]any{"type": "STRINGEQUALS", "key": "slipway:backup", "value": "shop"}}
	if d := cmp.Diff(want, selected["selectionTags"]); d != "" || selected.Has("resources") {
		t.Errorf("resources %v and tags (-want +got):\n%s", selected["resources"], d)
	}
}

func TestNewReportsEveryProblem(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*backup.Args)
		want   []string
	}{
		"nothing":          {func(a *backup.Args) { *a = backup.Args{} }, []string{"Region is required", `AccountID is ""`, "KeyARN is required"}},
		"midnight":         {func(a *backup.Args) { a.Hour = 24 }, []string{"Hour is 24: want 1 to 23"}},
		"kept for nothing": {func(a *backup.Args) { a.KeepDays = -1 }, []string{"KeepDays is -1"}},
		"months for less":  {func(a *backup.Args) { a.MonthlyKeepDays = 35 }, []string{"MonthlyKeepDays is 35: want more than KeepDays"}},
		"forced and kept":  {func(a *backup.Args) { a.Lock, a.ForceDestroy = true, true }, []string{"ForceDestroy is true: leave it out"}},
		"a long name":      {func(a *backup.Args) { a.Plan = strings.Repeat("x", 257) }, []string{"Plan is"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, tc.change)
			for _, want := range append(tc.want, `backup "shop": `) {
				if r.Err == nil || !strings.Contains(r.Err.Error(), want) {
					t.Errorf("%q is not in %v", want, r.Err)
				}
			}
			if n := r.Counts()[cloud.BackupVault]; n != 0 {
				t.Errorf("%d vaults are made", n)
			}
		})
	}
}
