package backup

import (
	"fmt"
	"maps"
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
	"github.com/slipway-iac/slipway/sandbox/cloud/kms"
)

func selectionKind() cloud.Kind {
	pairs := cloud.SetOf(cloud.Object(cloud.Fields{"key": cloud.String.Required(), "value": cloud.String.Required()})).ForceNew()
	return cloud.Kind{
		Token: cloud.BackupSelection, Noun: "Backup Selection", Service: serviceName,
		CreateCall: "CreateBackupSelection", UpdateCall: "CreateBackupSelection", DeleteCall: "DeleteBackupSelection",
		Fields: cloud.Fields{
			"name":         cloud.String.Like(nameText).AutoNamed(255).ForceNew(),
			"iamRoleArn":   cloud.String.Like(cloud.ARNText).Required().ForceNew(),
			"planId":       cloud.String.Required().ForceNew(),
			"resources":    cloud.SetOf(cloud.String).ForceNew(),
			"notResources": cloud.SetOf(cloud.String).Computed().ForceNew(),
			"conditions": cloud.SetOf(cloud.Object(cloud.Fields{
				"stringEquals": pairs, "stringLikes": pairs, "stringNotEquals": pairs, "stringNotLikes": pairs,
			})).Computed().ForceNew(),
			"selectionTags": cloud.SetOf(cloud.Object(cloud.Fields{
				"key": cloud.String.Required().ForceNew(), "type": cloud.String.OneOf("STRINGEQUALS").Required().ForceNew(),
				"value": cloud.String.Required().ForceNew(),
			})).ForceNew(),
		},
		Create: createSelection,
	}
}

func createSelection(tx *cloud.Tx, r *cloud.Resource) error {
	p := r.Props
	arn := p.Str("iamRoleArn")
	plan := tx.Get(cloud.BackupPlan, p.Str("planId"))
	role := iam.RoleByARN(tx, arn)
	switch {
	case plan == nil:
		return planMissing.Refuse("Backup plan %s does not exist", p.Str("planId"))
	case role == nil || !iam.Trusts(role, principal):
		return selectRole.Refuse("IAM Role %s cannot be assumed by AWS Backup", arn)
	case len(p.List("resources"))+len(p.List("selectionTags"))+len(p.List("conditions")) == 0:
		return selectNothing.Refuse("A selection needs Resources, ListOfTags or Conditions")
	case tx.Count(cloud.BackupSelection, cloud.Prop("planId", plan.ID)) >= maxSelections:
		return selectQuota.Refuse("Backup plan %s has reached the limit of %d selections", plan.ID, maxSelections)
	}
	h := tx.Hex(32)
	r.ID = fmt.Sprintf("%s-%s-%s-%s-%s", h[:8], h[8:12], h[12:16], h[16:20], h[20:])
	for _, name := range []string{"notResources", "conditions"} {
		if !p.Has(name) {
			p[name] = []any{}
		}
	}
	return nil
}

// Selected are what the selections of the session's region back up: databases,
// volumes and buckets with one of their tags, or named by them.
func Selected(tx *cloud.Tx) []*cloud.Resource {
	var out []*cloud.Resource
	for _, kind := range []string{cloud.DBInstance, cloud.DBCluster, cloud.Volume, cloud.Bucket} {
		if !tx.Knows(kind) {
			continue
		}
		for _, r := range tx.List(kind) {
			if slices.ContainsFunc(tx.List(cloud.BackupSelection), func(s *cloud.Resource) bool { return selects(s, r) }) {
				out = append(out, r)
			}
		}
	}
	return out
}

func selects(selection, r *cloud.Resource) bool {
	have := r.Props.StrMap("tagsAll")
	return slices.Contains(selection.Props.Strs("resources"), r.Props.Str("arn")) ||
		slices.ContainsFunc(selection.Props.Objs("selectionTags"), func(t cloud.Props) bool {
			value, tagged := have[t.Str("key")]
			return tagged && value == t.Str("value")
		})
}

// needs is what AWS Backup calls as the role of a selection, by what it backs up.
var needs = map[string][]string{
	"databases": {"rds:CreateDBSnapshot", "rds:DescribeDBInstances"},
	"volumes":   {"ec2:CreateSnapshot", "ec2:DescribeVolumes"},
	"buckets":   {"s3:GetObject", "s3:GetBucketVersioning", "s3:PutBucketNotification"},
}

// Unkept says of each plan and selection of the session's region why its first
// job would fail. AWS Backup takes them, and tells by a failed job.
func Unkept(tx *cloud.Tx) []string {
	var out []string
	for _, plan := range tx.List(cloud.BackupPlan) {
		for _, rule := range plan.Props.Objs("rules") {
			if reason := unkept(tx, rule); reason != "" {
				out = append(out, reason)
			}
			v := tx.Get(cloud.BackupVault, rule.Str("targetVaultName"))
			if v == nil {
				out = append(out, fmt.Sprintf("rule %s: there is no vault %s", rule.Str("ruleName"), rule.Str("targetVaultName")))
			} else if err := kms.Usable(tx, v.Props.Str("kmsKeyArn")); err != nil {
				out = append(out, fmt.Sprintf("vault %s: %s", v.ID, err))
			}
		}
	}
	for _, s := range tx.List(cloud.BackupSelection) {
		role := iam.RoleByARN(tx, s.Props.Str("iamRoleArn"))
		if role == nil {
			out = append(out, fmt.Sprintf("selection %s: there is no role %s", s.Props.Str("name"), s.Props.Str("iamRoleArn")))
			continue
		}
		for _, what := range slices.Sorted(maps.Keys(needs)) {
			if missing := iam.Missing(tx, role, needs[what]...); len(missing) > 0 {
				out = append(out, fmt.Sprintf("selection %s: the role cannot back up %s: it lacks %v", s.Props.Str("name"), what, missing))
			}
		}
	}
	return out
}
