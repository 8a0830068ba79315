package backup_test

import (
	"slices"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/backup"
	"github.com/slipway-iac/slipway/sandbox/cloud/cloudtest"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
	"github.com/slipway-iac/slipway/sandbox/cloud/kms"
	"github.com/slipway-iac/slipway/sandbox/cloud/s3"
)

func TestSelected(t *testing.T) {
	t.Parallel()
	a, err := cloud.Open(cloud.Options{Services: []cloud.Service{iam.Service(), kms.Service(), s3.Service(), backup.Service()}})
	if err != nil {
		t.Fatal(err)
	}
	g := &ground{t: t, account: a}
	role := g.make(cloud.IAMRole, cloud.Props{"name": "backup", "assumeRolePolicy": trust("backup.amazonaws.com")}).Props.Str("arn")
	g.make(cloud.BackupVault, cloud.Props{"name": "v1"})
	for name, value := range map[string]string{"own-tagged": "p", "own-other": "q", "own-named": ""} {
		g.make(cloud.Bucket, cloud.Props{"bucket": name, "tags": map[string]any{"plan": value}})
	}
	g.make(cloud.Bucket, cloud.Props{"bucket": "own-bare"})
	p := g.make(cloud.BackupPlan, plan("p", nil)).ID
	for name, with := range map[string]cloud.Props{
		"tagged": {"selectionTags": []any{map[string]any{"type": "STRINGEQUALS", "key": "plan", "value": "p"}}},
		"named":  {"resources": cloud.Strings("arn:aws:s3:::own-named")},
	} {
		g.make(cloud.BackupSelection, with.With(cloud.Props{"name": name, "planId": p, "iamRoleArn": role}))
	}
	var found []string
	cloudtest.WantRule(t, a.Change(west, "ask", func(tx *cloud.Tx) error {
		for _, r := range backup.Selected(tx) {
			found = append(found, r.ID)
		}
		return nil
	}), "")
	slices.Sort(found)
	if want := []string{"own-named", "own-tagged"}; !slices.Equal(found, want) {
		t.Errorf("selected are %v, want %v", found, want)
	}
}
