package postgres_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/components/data/postgres"
	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// clustered has the database be a cluster.
func clustered(a *postgres.Args) { a.Shape, a.InstanceClass = postgres.Cluster, "db.m6gd.large" }

func TestCluster(t *testing.T) {
	t.Parallel()
	r := inAccount(t, clustered).Must(t)
	made, key := r.One(t, cloud.DBCluster, "shop"), r.One(t, cloud.KMSKey, "data").Outputs["arn"]
	want := cloud.Props{
		"clusterIdentifier": "shop", "databaseName": "app", "port": 5432.0, "engine": "postgres", "engineVersion": "18", "dbClusterInstanceClass": "db.m6gd.large",
		"engineLifecycleSupport": "open-source-rds-extended-support-disabled", "allowMajorVersionUpgrade": false,
		"masterUsername": "dbadmin", "manageMasterUserPassword": true, "masterUserSecretKmsKeyId": key, "iamDatabaseAuthenticationEnabled": true,
		"storageType": "gp3", "storageEncrypted": true, "kmsKeyId": key, "allocatedStorage": 20.0,
		"backupRetentionPeriod": 7.0, "preferredBackupWindow": "02:00-03:00", "preferredMaintenanceWindow": "sun:03:30-sun:04:30", "copyTagsToSnapshot": true,
		"deletionProtection": false, "skipFinalSnapshot": true, "deleteAutomatedBackups": true,
		"monitoringInterval": 60.0, "monitoringRoleArn": r.One(t, cloud.IAMRole, "shop-monitoring").Outputs["arn"],
		"enabledCloudwatchLogsExports": []any{"postgresql", "upgrade"}, "databaseInsightsMode": "standard", "performanceInsightsEnabled": true,
		"performanceInsightsKmsKeyId": key, "performanceInsightsRetentionPeriod": 7.0,
		"dbSubnetGroupName": r.One(t, cloud.DBSubnetGroup, "shop").ID, "dbClusterParameterGroupName": r.One(t, cloud.DBClusterParameterGroup, "shop-18").ID,
		"vpcSecurityGroupIds": []any{r.One(t, cloud.SecurityGroup, "shop").ID}, "tags": map[string]any{"Name": "shop"},
	}
	if d := cmp.Diff(want, made.Inputs); d != "" {
		t.Errorf("cluster (-want +got):\n%s", d)
	}
	for _, log := range []string{"postgresql", "upgrade"} {
		group := r.One(t, cloud.LogGroup, "shop-"+log)
		if group.Inputs.Str("name") != "/aws/rds/cluster/shop/"+log || !made.WaitsFor(group) {
			t.Errorf("log %s: %v, and the cluster has to wait for it", log, group.Inputs)
		}
	}
	var watched []string
	for _, a := range r.Of(cloud.MetricAlarm) {
		watched = append(watched, fmt.Sprint(a.Inputs["metricName"], " of ", a.Inputs.StrMap("dimensions")["DBInstanceIdentifier"]))
	}
	slices.Sort(watched)
	var all []string
	for _, metric := range []string{"CPUUtilization", "DatabaseConnections", "FreeStorageSpace"} {
		for n := range 3 {
			all = append(all, fmt.Sprintf("%s of shop-instance-%d", metric, n+1))
		}
	}
	if d := cmp.Diff(all, watched); d != "" {
		t.Errorf("alarms (-want +got):\n%s", d)
	}
	events := r.One(t, cloud.DBEventSubscription, "shop").Inputs
	if d := cmp.Diff([]any{"failover", "failure", "maintenance"}, events["eventCategories"]); d != "" || events["sourceType"] != "db-cluster" {
		t.Errorf("events of %v (-want +got):\n%s", events["sourceType"], d)
	}
	trust := r.One(t, cloud.IAMRole, "shop-monitoring").Inputs.Str("assumeRolePolicy")
	for _, source := range []string{"db:shop-instance-1", "db:shop-instance-3", "cluster:shop"} {
		if !strings.Contains(trust, `"arn:aws:rds:us-west-2:123456789012:`+source+`"`) {
			t.Errorf("%s is not monitored: %s", source, trust)
		}
	}
	told := cloud.Props{
		"endpoint": made.Outputs["endpoint"], "reader": made.Outputs["readerEndpoint"],
		"connect": "arn:aws:rds-db:us-west-2:123456789012:dbuser:" + made.Outputs.Str("clusterResourceId") + "/app",
	}
	if d := cmp.Diff(told, r.One(t, probe, "user").Inputs); d != "" {
		t.Errorf("what it tells (-want +got):\n%s", d)
	}
}

// Two zones are enough for an instance with its standby, and not for a cluster.
func TestClusterNeedsThreeZones(t *testing.T) {
	t.Parallel()
	zones := []string{"us-west-2a", "us-west-2b"}
	inZones(t, zones, func(a *postgres.Args) { a.MultiAZ = true }).Must(t)
	if r := inZones(t, zones, clustered); r.Err == nil || !strings.Contains(r.Err.Error(), "DBSubnetGroupDoesNotCoverEnoughAZs") {
		t.Errorf("the error is %v", r.Err)
	}
}

func TestClusterReportsEveryProblem(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*postgres.Args)
		want   string
	}{
		"a class without disks": {func(a *postgres.Args) { a.InstanceClass = "db.m7g.large" }, `InstanceClass is "db.m7g.large": want of a cluster`},
		"storage that grows":    {func(a *postgres.Args) { a.MaxGiB = 100 }, "MaxGiB is 100: want 0 of a cluster"},
		"a throughput":          {func(a *postgres.Args) { a.GiB, a.MiBps = 400, 500 }, "MiBps is 500: want 0 of a cluster"},
		"a long identifier":     {func(a *postgres.Args) { a.Identifier = strings.Repeat("x", 53) }, "Identifier is"},
		"another shape":         {func(a *postgres.Args) { a.Shape = "circle" }, `Shape is "circle": want instance or cluster`},
		"blue and green":        {func(a *postgres.Args) { a.Upgrade = postgres.BlueGreen }, "RDS has no blue/green deployments"},
		"read replicas":         {func(a *postgres.Args) { a.Replicas = 1 }, "RDS makes no PostgreSQL read replicas"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := run(func(a *postgres.Args) { clustered(a); tc.change(a) })
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%q is not in %v", tc.want, err)
			}
		})
	}
}
