package controls

import (
	"regexp"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/policy/control"
)

const (
	backupSelection   = "aws:backup/selection:Selection"
	eventSubscription = "aws:rds/eventSubscription:EventSubscription"
)

// parameterOf is a parameter of a group; ok is false where it has none of the name.
func parameterOf(r *control.Resource, name string) (value string, ok bool) {
	for _, p := range r.Get("parameters").Items() {
		if p.Get("name").Text() == name {
			return p.Get("value").Text(), true
		}
	}
	return "", false
}

// everyDatabase are the patterns of ARNs that take in all databases.
var everyDatabase = regexp.MustCompile(`^(\*|arn:[a-z-]+:rds:.*:\*)$`)

// takenBy tells whether a backup selection takes a resource: by a tag, or by its
// ARN or a pattern of all.
func takenBy(s *control.Stack, selection, r *control.Resource) bool {
	for _, t := range selection.Get("selectionTags").Items() {
		if v := r.Get("tags").Key(t.Get("key").Text()); v.IsSet() && v.Text() == t.Get("value").Text() {
			return true
		}
	}
	if s.Refers(selection, "resources", r) {
		return true
	}
	for _, arn := range selection.Get("resources").Items() {
		if everyDatabase.MatchString(arn.Text()) {
			return true
		}
	}
	return false
}

// recovery are controls of how much is known, and saved, when a database is in
// trouble.
var recovery = []control.Control{
	{
		ID: "rds-enhanced-monitoring", Severity: control.Low,
		Title:   "A database's machine is measured from inside",
		Mapping: control.Mapping{SecurityHub: "RDS.6", Checkov: "CKV_AWS_118"},
		On:      []string{database}, Reads: []string{"monitoringInterval", "monitoringRoleArn"},
		Check: func(r *control.Resource) {
			if v := r.Get("monitoringInterval"); v.Int(0) == 0 {
				r.Want(v, "a number of seconds, such as 60")
			}
			isSet("monitoringRoleArn", "a role with AmazonRDSEnhancedMonitoringRole")(r)
		},
		Fix: "set monitoringInterval and monitoringRoleArn", Bad: `engine: postgres`, Good: `{monitoringInterval: 60, monitoringRoleArn: "arn:aws:iam::123456789012:role/monitoring"}`,
	},
	{
		ID: "rds-query-logging", Severity: control.Low,
		Title:   "A database logs changes of its tables, and what takes long",
		Mapping: control.Mapping{Checkov: "CKV2_AWS_30, CKV2_AWS_27"},
		On:      []string{parameterGroup}, Reads: []string{"family", "parameters.name", "parameters.value"},
		Check: func(r *control.Resource) {
			if !strings.HasPrefix(r.Get("family").Text(), "postgres") {
				return
			}
			if v, _ := parameterOf(r, "log_statement"); v == "" || v == "none" {
				r.Violate("parameters have no log_statement of ddl, mod or all")
			}
			if v, _ := parameterOf(r, "log_min_duration_statement"); v == "" || v == "-1" {
				r.Violate("parameters have no log_min_duration_statement, in milliseconds")
			}
		},
		Fix:  "add log_statement ddl, and log_min_duration_statement 1000",
		Bad:  `{family: postgres17, parameters: [{name: log_statement, value: none}]}`,
		Good: `{family: postgres17, parameters: [{name: log_statement, value: ddl}, {name: log_min_duration_statement, value: "1000"}]}`,
	},
	{
		ID: "rds-backup-plan-covered", Severity: control.Medium,
		Title:   "Where there are backup plans, databases are in one",
		Mapping: control.Mapping{SecurityHub: "RDS.26", Checkov: "CKV2_AWS_8"},
		On:      []string{database, databaseCluster, backupSelection}, Reads: []string{"tags", backupSelection + " selectionTags.key", backupSelection + " selectionTags.value", backupSelection + " resources"},
		CheckStack: func(s *control.Stack) {
			selections := s.Of(backupSelection)
			s.EachOf([]string{database, databaseCluster}, func(r *control.Resource) {
				if len(selections) > 0 && !slices.ContainsFunc(selections, func(x *control.Resource) bool { return takenBy(s, x, r) }) {
					r.Violate("no aws.backup.Selection of the stack takes it, by a tag or by its ARN")
				}
			})
		},
		Fix: "give it the tag of the selection",
		Bad: `
resources:
  shop: {type: "aws:rds/instance:Instance", properties: {engine: postgres, tags: {Name: shop}}}
  daily: {type: "aws:backup/selection:Selection", properties: {selectionTags: [{type: STRINGEQUALS, key: backup, value: daily}]}}
`,
		Good: `
resources:
  shop: {type: "aws:rds/instance:Instance", properties: {engine: postgres, tags: {backup: daily}}}
  daily: {type: "aws:backup/selection:Selection", properties: {selectionTags: [{type: STRINGEQUALS, key: backup, value: daily}]}}
`,
	},
	{
		ID: "rds-event-subscriptions", Severity: control.Low,
		Title:   "Somebody is told when a database fails",
		Mapping: control.Mapping{SecurityHub: "RDS.19, RDS.20"},
		On:      []string{database, databaseCluster, eventSubscription}, Reads: []string{eventSubscription + " sourceType", eventSubscription + " eventCategories", eventSubscription + " enabled"},
		CheckStack: func(s *control.Stack) {
			for _, k := range []struct{ token, source string }{{database, "db-instance"}, {databaseCluster, "db-cluster"}} {
				s.Each(k.token, func(r *control.Resource) {
					for _, x := range s.Of(eventSubscription) {
						// Without a source it is about all, without categories as well.
						kind, categories := x.Get("sourceType").Text(), x.Get("eventCategories").Texts()
						if (kind == "" || kind == k.source) && (len(categories) == 0 || slices.Contains(categories, "failure")) && !x.Get("enabled").False() {
							return
						}
					}
					r.Violate("no aws.rds.EventSubscription of %s has the category failure", k.source)
				})
			}
		},
		Fix: "add an aws.rds.EventSubscription to a topic that somebody reads",
		Bad: `engine: postgres`,
		Good: `
resources:
  shop: {type: "aws:rds/instance:Instance", properties: {engine: postgres}}
  tell: {type: "aws:rds/eventSubscription:EventSubscription", properties: {sourceType: db-instance, eventCategories: [failure, maintenance], snsTopic: "arn:aws:sns:us-west-2:123456789012:on-call"}}
`,
	},
	{
		ID: "rds-backup-replication-cmk", Severity: control.Medium,
		Title:   "Backups in another region are encrypted with a key of one's own",
		Mapping: control.Mapping{Checkov: "CKV_AWS_245"},
		On:      []string{"aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication"}, Reads: []string{"kmsKeyId"},
		Check: isSet("kmsKeyId", "the ARN of a key in the other region"), Fix: "set kmsKeyId",
		Bad: `sourceDbInstanceArn: "arn:aws:rds:us-west-2:123456789012:db:shop"`, Good: `kmsKeyId: "arn:aws:kms:us-east-1:123456789012:key/1234abcd"`,
	},
	{
		ID: "rds-snapshot-copy-cmk", Severity: control.Medium,
		Title:   "Copies of snapshots are encrypted with a key of one's own",
		Mapping: control.Mapping{SecurityHub: "RDS.4", Checkov: "CKV_AWS_266"},
		On:      []string{"aws:rds/snapshotCopy:SnapshotCopy"}, Reads: []string{"kmsKeyId"},
		Check: isSet("kmsKeyId", "the ARN of a KMS key"), Fix: "set kmsKeyId",
		Bad: `targetDbSnapshotIdentifier: shop-copy`, Good: `kmsKeyId: "arn:aws:kms:us-west-2:123456789012:key/1234abcd"`,
	},
}
