package postgres_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/data/postgres"
)

const (
	account = "123456789012"
	probe   = "test:index:Probe"

	instance     = "aws:rds/instance:Instance"
	parameters   = "aws:rds/parameterGroup:ParameterGroup"
	subnets      = "aws:rds/subnetGroup:SubnetGroup"
	subscription = "aws:rds/eventSubscription:EventSubscription"
	alarm        = "aws:cloudwatch/metricAlarm:MetricAlarm"
	logGroup     = "aws:cloudwatch/logGroup:LogGroup"
	key          = "aws:kms/key:Key"
	group        = "aws:ec2/securityGroup:SecurityGroup"
	ingress      = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
	role         = "aws:iam/role:Role"
	attachment   = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
)

// recorder answers registrations without any rule and records them by type and
// name, for exact inputs. What the account says of them is another test's.
type recorder struct {
	mu     sync.Mutex
	inputs map[string]map[string]any
	waits  map[string][]string
	counts map[string]int
}

func (r *recorder) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	outputs := args.Inputs.Copy()
	at := args.TypeToken + " " + args.Name
	r.inputs[at], r.waits[at] = args.Inputs.Mappable(), args.RegisterRPC.GetDependencies()
	if args.Custom {
		r.counts[args.TypeToken]++
		outputs["arn"] = resource.NewStringProperty("arn:" + args.Name)
		if _, ok := outputs["name"]; !ok {
			outputs["name"] = resource.NewStringProperty(args.Name)
		}
		outputs["address"] = resource.NewStringProperty(args.Name + ".rds.amazonaws.com")
		outputs["resourceId"] = resource.NewStringProperty("db-ABC")
	}
	return "id-" + args.Name, outputs, nil
}

func (r *recorder) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	return nil, fmt.Errorf("%s is called: components ask nothing", args.Token)
}

// run makes the database "shop".
func run(change func(*postgres.Args)) (*recorder, error) {
	r := &recorder{inputs: map[string]map[string]any{}, waits: map[string][]string{}, counts: map[string]int{}}
	err := pulumi.RunErr(func(ctx *pulumi.Context) error {
		args := postgres.Args{
			Region: "us-west-2", AccountID: account, VPCID: pulumi.String("vpc-1"),
			SubnetIDs: pulumi.ToStringArray([]string{"subnet-1", "subnet-2"}),
			Clients:   map[string]pulumi.StringInput{"pods": pulumi.String("sg-pods"), "jobs": pulumi.String("sg-jobs")},
			KeyARN:    pulumi.String("arn:data"), InstanceClass: "db.m7g.large",
		}
		change(&args)
		made, err := postgres.New(ctx, "shop", args)
		if err != nil {
			return err
		}
		return ctx.RegisterComponentResourceV2(probe, "user", pulumi.Map{"arn": made.ConnectARN("app")}, &pulumi.ResourceState{})
	}, pulumi.WithMocks("test", "unit", r))
	return r, err
}

func must(t *testing.T, change func(*postgres.Args)) *recorder {
	t.Helper()
	r, err := run(change)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func asItIs(*postgres.Args) {}

func prod(a *postgres.Args) {
	a.MultiAZ, a.FinalSnapshot, a.AdvancedInsights, a.Upgrade, a.Version = true, true, true, postgres.InPlace, "17"
	a.BackupDays, a.GiB, a.MaxGiB, a.Connections = 35, 100, 1000, 500
	a.AlarmTopicARN = pulumi.String("arn:alarms")
}

func TestNewMakesExactly(t *testing.T) {
	t.Parallel()
	least := map[string]int{
		instance: 1, parameters: 1, subnets: 1, logGroup: 2, key: 2, group: 1, ingress: 2, role: 1, attachment: 1,
	}
	if d := cmp.Diff(least, must(t, asItIs).counts); d != "" {
		t.Errorf("without a topic (-want +got):\n%s", d)
	}
	least[alarm], least[subscription] = 3, 1
	if d := cmp.Diff(least, must(t, prod).counts); d != "" {
		t.Errorf("with one (-want +got):\n%s", d)
	}
}

func TestInstance(t *testing.T) {
	t.Parallel()
	least := map[string]any{
		"identifier": "shop", "dbName": "app", "port": 5432.0, "engine": "postgres", "engineVersion": "18", "instanceClass": "db.m7g.large",
		"engineLifecycleSupport":  "open-source-rds-extended-support-disabled",
		"autoMinorVersionUpgrade": true, "allowMajorVersionUpgrade": false,
		"username": "dbadmin", "manageMasterUserPassword": true, "masterUserSecretKmsKeyId": "arn:data",
		"iamDatabaseAuthenticationEnabled": true, "publiclyAccessible": false, "multiAz": false,
		"storageType": "gp3", "storageEncrypted": true, "kmsKeyId": "arn:data", "allocatedStorage": 20.0, "maxAllocatedStorage": 100.0,
		"backupRetentionPeriod": 7.0, "backupWindow": "02:00-03:00", "maintenanceWindow": "sun:03:30-sun:04:30", "copyTagsToSnapshot": true,
		"deletionProtection": false, "skipFinalSnapshot": true, "deleteAutomatedBackups": true,
		"monitoringInterval": 60.0, "monitoringRoleArn": "arn:shop-monitoring", "enabledCloudwatchLogsExports": []any{"postgresql", "upgrade"},
		"databaseInsightsMode": "standard", "performanceInsightsEnabled": true, "performanceInsightsKmsKeyId": "arn:data",
		"performanceInsightsRetentionPeriod": 7.0,
		"dbSubnetGroupName":                  "shop", "parameterGroupName": "shop-18", "vpcSecurityGroupIds": []any{"id-shop"},
		"tags": map[string]any{"Name": "shop"},
	}
	r := must(t, asItIs)
	if d := cmp.Diff(least, r.inputs[instance+" shop"]); d != "" {
		t.Errorf("instance (-want +got):\n%s", d)
	}
	for k, v := range map[string]any{
		"engineVersion": "17", "parameterGroupName": "shop-17", "allowMajorVersionUpgrade": true, "multiAz": true,
		"allocatedStorage": 100.0, "maxAllocatedStorage": 1000.0, "backupRetentionPeriod": 35.0,
		"skipFinalSnapshot": false, "finalSnapshotIdentifier": "shop-final", "deleteAutomatedBackups": false,
		"databaseInsightsMode": "advanced", "performanceInsightsRetentionPeriod": 465.0,
	} {
		least[k] = v
	}
	if d := cmp.Diff(least, must(t, prod).inputs[instance+" shop"]); d != "" {
		t.Errorf("instance of prod (-want +got):\n%s", d)
	}
	protected := must(t, func(a *postgres.Args) { a.Protect = true }).inputs[instance+" shop"]
	if protected["deletionProtection"] != true || protected["skipFinalSnapshot"] != true {
		t.Errorf("protected instance is %v", protected)
	}
	if got, want := r.inputs[probe+" user"]["arn"], "arn:aws:rds-db:us-west-2:"+account+":dbuser:db-ABC/app"; got != want {
		t.Errorf("ConnectARN is %v, want %s", got, want)
	}
}

// RDS makes the log groups itself when it comes first, and cannot monitor before
// its role may.
func TestInstanceComesAfterItsLogsAndRole(t *testing.T) {
	t.Parallel()
	r := must(t, asItIs)
	for _, want := range []string{logGroup + "::shop-postgresql", logGroup + "::shop-upgrade", attachment + "::shop-monitoring"} {
		if !slices.ContainsFunc(r.waits[instance+" shop"], func(urn string) bool { return strings.HasSuffix(urn, want) }) {
			t.Errorf("the instance does not wait for %s", want)
		}
	}
	for log, want := range map[string]string{"postgresql": "/aws/rds/instance/shop/postgresql", "upgrade": "/aws/rds/instance/shop/upgrade"} {
		got := r.inputs[logGroup+" shop-"+log]
		if got["name"] != want || got["retentionInDays"] != 30.0 || got["kmsKeyId"] != "arn:shop-"+log {
			t.Errorf("log group %s is %v", log, got)
		}
	}
}

// The most dangerous setting of a database is who reaches it.
func TestOnlyClientsGetIn(t *testing.T) {
	t.Parallel()
	r := must(t, asItIs)
	for client, from := range map[string]string{"pods": "sg-pods", "jobs": "sg-jobs"} {
		want := map[string]any{
			"securityGroupId": "id-shop", "referencedSecurityGroupId": from, "ipProtocol": "tcp", "fromPort": 5432.0, "toPort": 5432.0,
			"description": "PostgreSQL, from " + client,
		}
		if d := cmp.Diff(want, r.inputs[ingress+" shop-"+client]); d != "" {
			t.Errorf("rule for %s (-want +got):\n%s", client, d)
		}
	}
	want := map[string]any{"vpcId": "vpc-1", "description": "Database shop", "tags": map[string]any{"Name": "shop"}}
	if d := cmp.Diff(want, r.inputs[group+" shop"]); d != "" {
		t.Errorf("group, which has no rules in line (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]any{"subnet-1", "subnet-2"}, r.inputs[subnets+" shop"]["subnetIds"]); d != "" {
		t.Errorf("subnets (-want +got):\n%s", d)
	}
}

func TestParameters(t *testing.T) {
	t.Parallel()
	got := must(t, prod).inputs[parameters+" shop-17"]
	var set []string
	for _, p := range got["parameters"].([]any) {
		p := p.(map[string]any)
		set = append(set, fmt.Sprint(p["name"], "=", p["value"], " ", p["applyMethod"]))
	}
	want := []string{
		"rds.force_ssl=1 immediate", "log_connections=1 immediate", "log_disconnections=1 immediate", "log_lock_waits=1 immediate",
		"log_min_duration_statement=1000 immediate", "log_statement=ddl immediate", "max_connections=500 pending-reboot",
	}
	if d := cmp.Diff(want, set); d != "" || got["family"] != "postgres17" {
		t.Errorf("family %v, parameters (-want +got):\n%s", got["family"], d)
	}
}

func TestAlarms(t *testing.T) {
	t.Parallel()
	r := must(t, prod)
	for name, want := range map[string]string{
		"cpu":         "CPUUtilization GreaterThanThreshold 80",
		"storage":     "FreeStorageSpace LessThanThreshold 1.073741824e+10",
		"connections": "DatabaseConnections GreaterThanThreshold 400",
	} {
		a := r.inputs[alarm+" shop-"+name]
		if got := fmt.Sprint(a["metricName"], " ", a["comparisonOperator"], " ", a["threshold"]); got != want {
			t.Errorf("alarm %s is %s, want %s", name, got, want)
		}
		if d := cmp.Diff([]any{"arn:alarms"}, a["alarmActions"]); d != "" || a["treatMissingData"] != "breaching" {
			t.Errorf("alarm %s goes to (-want +got):\n%s", name, d)
		}
		if d := cmp.Diff(map[string]any{"DBInstanceIdentifier": "shop"}, a["dimensions"]); d != "" {
			t.Errorf("alarm %s is about (-want +got):\n%s", name, d)
		}
	}
	want := map[string]any{
		"snsTopic": "arn:alarms", "sourceType": "db-instance", "sourceIds": []any{"shop"},
		"eventCategories": []any{"failover", "failure", "low storage", "maintenance"}, "tags": map[string]any{"Name": "shop"},
	}
	if d := cmp.Diff(want, r.inputs[subscription+" shop"]); d != "" {
		t.Errorf("subscription (-want +got):\n%s", d)
	}
}

func TestMonitoringRoleServesOneInstance(t *testing.T) {
	t.Parallel()
	r := must(t, asItIs)
	want := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["monitoring.rds.amazonaws.com"]},"Action":["sts:AssumeRole"],` +
		`"Condition":{"ArnLike":{"aws:SourceArn":["arn:aws:rds:us-west-2:123456789012:db:shop"]},"StringEquals":{"aws:SourceAccount":["123456789012"]}}}]}`
	if d := cmp.Diff(want, r.inputs[role+" shop-monitoring"]["assumeRolePolicy"]); d != "" {
		t.Errorf("trust (-want +got):\n%s", d)
	}
	if got := r.inputs[attachment+" shop-monitoring"]["policyArn"]; got != "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole" {
		t.Errorf("policy is %v", got)
	}
}

func TestNewReportsEveryProblem(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*postgres.Args)
		want   []string
	}{
		"nothing": {func(a *postgres.Args) { *a = postgres.Args{} }, []string{
			"Region is required", `AccountID is "": want`, "VPCID is required", "SubnetIDs is required", "Clients is required",
			"KeyARN is required", `InstanceClass is "": want`,
		}},
		"blue and green":        {func(a *postgres.Args) { a.Upgrade = postgres.BlueGreen }, []string{`Upgrade is "blue-green": want "in-place", RDS has no blue/green`}},
		"another way":           {func(a *postgres.Args) { a.Upgrade = "soon" }, []string{`Upgrade is "soon": want "" or in-place`}},
		"read replicas":         {func(a *postgres.Args) { a.Replicas = 1 }, []string{"Replicas is 1: want 0, RDS makes no PostgreSQL read replicas"}},
		"an old version":        {func(a *postgres.Args) { a.Version = "13" }, []string{"Version: version 13 of PostgreSQL is not known"}},
		"a client left out":     {func(a *postgres.Args) { a.Clients["pods"] = nil }, []string{"Clients.pods is required"}},
		"an identifier":         {func(a *postgres.Args) { a.Identifier = "Shop" }, []string{`Identifier is "Shop"`}},
		"two hyphens":           {func(a *postgres.Args) { a.Identifier = "a--b" }, []string{`Identifier is "a--b"`}},
		"a long identifier":     {func(a *postgres.Args) { a.Identifier = strings.Repeat("x", 58) }, []string{"Identifier is"}},
		"a database":            {func(a *postgres.Args) { a.Database = "1a" }, []string{`Database is "1a"`}},
		"too little storage":    {func(a *postgres.Args) { a.GiB = 19 }, []string{"GiB is 19: want 20 to 65536"}},
		"little io2":            {func(a *postgres.Args) { a.GiB, a.StorageType, a.IOPS = 99, postgres.IO2, 1000 }, []string{"GiB is 99: want 100 to 65536"}},
		"io2 without IOPS":      {func(a *postgres.Args) { a.StorageType = postgres.IO2 }, []string{"IOPS is 0: want 1000 to 256000 with io2"}},
		"io2 of many IOPS":      {func(a *postgres.Args) { a.GiB, a.StorageType, a.IOPS = 100, postgres.IO2, 5001 }, []string{"IOPS is 5001: want half a one to 50 for each GiB"}},
		"io2 of few IOPS":       {func(a *postgres.Args) { a.GiB, a.StorageType, a.IOPS = 4000, postgres.IO2, 1999 }, []string{"IOPS is 1999: want half a one to 50 for each GiB"}},
		"io2 of a throughput":   {func(a *postgres.Args) { a.StorageType, a.IOPS, a.MiBps = postgres.IO2, 1000, 500 }, []string{"MiBps is 500: want 0 with io2"}},
		"small gp3 with IOPS":   {func(a *postgres.Args) { a.GiB, a.IOPS = 399, 12000 }, []string{"IOPS and MiBps is [12000 0]: want 0 with less than 400 GiB"}},
		"gp3 of few IOPS":       {func(a *postgres.Args) { a.GiB, a.IOPS = 400, 11999 }, []string{"IOPS is 11999: want 12000 to 64000 with gp3"}},
		"gp3 of much":           {func(a *postgres.Args) { a.GiB, a.MiBps = 400, 4001 }, []string{"MiBps is 4001: want 500 to 4000 with gp3"}},
		"older storage":         {func(a *postgres.Args) { a.StorageType = "gp2" }, []string{`StorageType is "gp2": want gp3 or io2`}},
		"no room to grow":       {func(a *postgres.Args) { a.GiB, a.MaxGiB = 100, 109 }, []string{"MaxGiB is 109"}},
		"few connections":       {func(a *postgres.Args) { a.Connections = 19 }, []string{"Connections is 19"}},
		"backups for too long":  {func(a *postgres.Args) { a.BackupDays = 36 }, []string{"BackupDays is 36: want 1 to 35"}},
		"a retention of no log": {func(a *postgres.Args) { a.LogRetentionDays = 31 }, []string{"LogRetentionDays is 31"}},
		"a key's window":        {func(a *postgres.Args) { a.KeyDeletionDays = 31 }, []string{"KeyDeletionDays is 31"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := run(tc.change)
			if err == nil || len(r.counts) > 0 {
				t.Fatalf("error is %v, resources are %v", err, r.counts)
			}
			for _, want := range append(tc.want, `postgres "shop": `) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in %v", want, err)
				}
			}
		})
	}
}
