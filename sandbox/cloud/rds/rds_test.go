package rds_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/cloudtest"
	"github.com/slipway-iac/slipway/sandbox/cloud/ec2"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
	"github.com/slipway-iac/slipway/sandbox/cloud/kms"
	"github.com/slipway-iac/slipway/sandbox/cloud/logs"
	"github.com/slipway-iac/slipway/sandbox/cloud/rds"
	"github.com/slipway-iac/slipway/sandbox/cloud/secretsmanager"
	"github.com/slipway-iac/slipway/sandbox/cloud/sns"
)

// world is an account with a network that databases can be in.
type world struct {
	*testing.T
	account *cloud.Account
	session cloud.Session
	vpc     string
	// subnets are in zones a, b and a again.
	subnets []string
	group   string
}

func open(t *testing.T) *world {
	t.Helper()
	a, err := cloud.Open(cloud.Options{
		Services: []cloud.Service{ec2.Service(), iam.Service(), kms.Service(), logs.Service(), secretsmanager.Service(), sns.Service(), rds.Service()},
		Clock:    func() time.Time { return time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC) },
	})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, account: a, session: cloud.Session{Region: "us-west-2"}}
	w.vpc = w.make(cloud.VPC, cloud.Props{"cidrBlock": "10.0.0.0/16"}).ID
	for i, zone := range []string{"us-west-2a", "us-west-2b", "us-west-2a"} {
		w.subnets = append(w.subnets, w.make(cloud.Subnet, cloud.Props{
			"vpcId": w.vpc, "availabilityZone": zone, "cidrBlock": "10.0." + string(rune('0'+i)) + ".0/24",
		}).ID)
	}
	w.group = w.make(cloud.SecurityGroup, cloud.Props{"vpcId": w.vpc, "name": "db"}).ID
	w.make(cloud.DBSubnetGroup, cloud.Props{"name": "data", "subnetIds": cloud.Strings(w.subnets[:2]...)})
	return w
}

func (w *world) try(kind string, p cloud.Props) (*cloud.Resource, error) {
	return w.account.Create(w.session, kind, "urn", p)
}

func (w *world) make(kind string, p cloud.Props) *cloud.Resource {
	w.Helper()
	r, err := w.try(kind, p)
	if err != nil {
		w.Fatalf("%s: %v", kind, err)
	}
	return r
}

// database is a good instance with more properties; nil takes one away.
func (w *world) database(more cloud.Props) cloud.Props {
	return cloud.Props{
		"identifier": "app", "engine": "postgres", "engineVersion": "17", "instanceClass": "db.m6g.large", "allocatedStorage": 50.0,
		"username": "app", "manageMasterUserPassword": true, "dbSubnetGroupName": "data", "vpcSecurityGroupIds": cloud.Strings(w.group),
		"storageEncrypted": true, "skipFinalSnapshot": true,
	}.With(more)
}

func (w *world) owned(kind string) []*cloud.Resource {
	return slices.DeleteFunc(w.account.Resources(), func(r *cloud.Resource) bool { return r.Kind != kind || r.Owner != "rds" })
}

func TestInstance(t *testing.T) {
	t.Parallel()
	w := open(t)
	i := w.make(cloud.DBInstance, w.database(cloud.Props{"multiAz": true, "enabledCloudwatchLogsExports": cloud.Strings("postgresql")}))
	for property, want := range map[string]any{
		"engineVersion": "17", "engineVersionActual": "17.10", "storageType": "gp3", "iops": 3000.0, "storageThroughput": 125.0, "port": 5432.0,
		"parameterGroupName": "default.postgres17", "backupRetentionPeriod": 1.0, "availabilityZone": "us-west-2a", "status": "available",
		"resourceId": i.ID, "arn": "arn:aws:rds:us-west-2:123456789012:db:app", "endpoint": i.Props.Str("address") + ":5432",
		"address": "app.c12345678901.us-west-2.rds.amazonaws.com", "kmsKeyId": "arn:aws:kms:us-west-2:123456789012:alias/aws/rds",
	} {
		if got := i.Props[property]; got != want {
			t.Errorf("%s is %v, want %v", property, got, want)
		}
	}
	secrets := w.owned(cloud.Secret)
	if err := w.account.Change(w.session, "ask", func(tx *cloud.Tx) error {
		if values := secretsmanager.Values(tx); len(values) != 1 || len(values[0]) != 32 || strings.Contains(fmt.Sprint(i.Props), values[0]) {
			t.Errorf("secret values are %q and the instance says %v", values, i.Props)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(secrets) != 1 || i.Props.Objs("masterUserSecrets")[0].Str("secretArn") != secrets[0].ID || !strings.HasPrefix(secrets[0].Props.Str("name"), "rds!db-") {
		t.Errorf("secrets are %v, the instance says %v", secrets, i.Props["masterUserSecrets"])
	}
	if key := i.Props.Objs("masterUserSecrets")[0].Str("kmsKeyId"); key != "arn:aws:kms:us-west-2:123456789012:alias/aws/secretsmanager" {
		t.Errorf("the password is encrypted under %s", key)
	}
	nics := w.owned(cloud.NetworkInterface)
	if len(nics) != 2 || nics[0].Props.Str("availabilityZone") == nics[1].Props.Str("availabilityZone") {
		t.Errorf("interfaces are %v", nics)
	}
	for _, held := range []struct{ kind, id, code string }{
		{cloud.Subnet, w.subnets[0], "DependencyViolation"}, {cloud.SecurityGroup, w.group, "DependencyViolation"},
		{cloud.DBSubnetGroup, "data", "InvalidDBSubnetGroupStateFault"}, {cloud.Secret, secrets[0].ID, "InvalidRequestException"},
	} {
		var refusal *cloud.Refusal
		if err := w.account.Delete(w.session, held.kind, held.id); !errors.As(err, &refusal) || refusal.Code() != held.code {
			t.Errorf("%s: got %v, want %s", held.kind, err, held.code)
		}
	}
	groups := w.owned(cloud.LogGroup)
	if len(groups) != 1 || groups[0].ID != "/aws/rds/instance/app/postgresql" {
		t.Errorf("log groups are %v", groups)
	}
	cloudtest.WantRule(t, w.account.Delete(w.session, cloud.DBInstance, i.ID), "")
	cloudtest.WantRule(t, w.account.Delete(w.session, cloud.LogGroup, groups[0].ID), "")
	for _, kind := range []string{cloud.Secret, cloud.NetworkInterface, cloud.DBSnapshot, cloud.LogGroup} {
		if left := w.owned(kind); len(left) != 0 {
			t.Errorf("left: %v", left)
		}
	}
}

// refused are instances that RDS refuses, and the rules by which it does; "" for
// those that it takes.
var refused = map[string]struct {
	more cloud.Props
	want string
}{
	"good":                 {nil, ""},
	"no identifier":        {cloud.Props{"identifier": nil}, ""},
	"long identifier":      {cloud.Props{"identifier": strings.Repeat("a", 64)}, "db-instance-name"},
	"reserved user":        {cloud.Props{"username": "rdsadmin"}, "db-master-user"},
	"odd user":             {cloud.Props{"username": "1app"}, "db-master-user"},
	"no password":          {cloud.Props{"manageMasterUserPassword": nil}, "db-master-password"},
	"odd password":         {cloud.Props{"manageMasterUserPassword": nil, "password": "a@bcdefgh"}, "db-master-password"},
	"short password":       {cloud.Props{"manageMasterUserPassword": nil, "password": "abcdefg"}, "db-master-password"},
	"password":             {cloud.Props{"manageMasterUserPassword": nil, "password": "abcdefgh"}, ""},
	"odd name":             {cloud.Props{"dbName": "a-b"}, "db-name"},
	"odd class":            {cloud.Props{"instanceClass": "m6g.large"}, "db-instance-class"},
	"unknown major":        {cloud.Props{"engineVersion": "99"}, "db-engine-version"},
	"unknown minor":        {cloud.Props{"engineVersion": "17.11"}, "db-engine-version"},
	"ended, extended":      {cloud.Props{"engineVersion": "13"}, ""},
	"ended":                {cloud.Props{"engineVersion": "13", "engineLifecycleSupport": "open-source-rds-extended-support-disabled"}, "db-engine-version-ended"},
	"not ended":            {cloud.Props{"engineVersion": "14", "engineLifecycleSupport": "open-source-rds-extended-support-disabled"}, ""},
	"zone and multi-AZ":    {cloud.Props{"multiAz": true, "availabilityZone": "us-west-2a"}, "db-zone-with-multi-az"},
	"zone":                 {cloud.Props{"availabilityZone": "us-west-2b"}, ""},
	"other zone":           {cloud.Props{"availabilityZone": "us-west-2c"}, "db-instance-zone"},
	"no subnet group":      {cloud.Props{"dbSubnetGroupName": nil}, "db-subnet-group-missing"},
	"no security group":    {cloud.Props{"vpcSecurityGroupIds": cloud.Strings("sg-0")}, "db-security-group"},
	"no parameter group":   {cloud.Props{"parameterGroupName": "no"}, "db-parameter-group-missing"},
	"other family":         {cloud.Props{"parameterGroupName": "default.postgres16"}, "db-parameter-group-of-other-version"},
	"no key":               {cloud.Props{"kmsKeyId": "arn:aws:kms:us-west-2:123456789012:key/no"}, "db-key"},
	"key, not encrypted":   {cloud.Props{"kmsKeyId": "arn:aws:kms:us-west-2:123456789012:key/no", "storageEncrypted": nil}, "db-key-without-encryption"},
	"no monitoring role":   {cloud.Props{"monitoringInterval": 60.0}, "db-monitoring-role"},
	"no such role":         {cloud.Props{"monitoringInterval": 60.0, "monitoringRoleArn": "arn:aws:iam::123456789012:role/no"}, "db-monitoring-role-trust"},
	"advanced, for a week": {cloud.Props{"databaseInsightsMode": "advanced", "performanceInsightsEnabled": true, "performanceInsightsRetentionPeriod": 7.0}, "db-insights-advanced"},
	"advanced, disabled":   {cloud.Props{"databaseInsightsMode": "advanced", "performanceInsightsRetentionPeriod": 465.0}, "db-insights-advanced"},
	"advanced":             {cloud.Props{"databaseInsightsMode": "advanced", "performanceInsightsEnabled": true, "performanceInsightsRetentionPeriod": 465.0}, ""},
	"audit log":            {cloud.Props{"enabledCloudwatchLogsExports": cloud.Strings("audit")}, "db-log-exports"},
	"little":               {cloud.Props{"allocatedStorage": 19.0}, "db-storage-size"},
	"much":                 {cloud.Props{"allocatedStorage": 65537.0}, "db-storage-size"},
	"little io2":           {cloud.Props{"storageType": "io2", "iops": 1000.0, "allocatedStorage": 99.0}, "db-storage-size"},
	"IOPS, small":          {cloud.Props{"iops": 3000.0, "storageType": "gp3"}, "db-storage-iops"},
	"IOPS, large":          {cloud.Props{"iops": 12000.0, "storageType": "gp3", "allocatedStorage": 400.0}, ""},
	"few IOPS, large":      {cloud.Props{"iops": 11999.0, "storageType": "gp3", "allocatedStorage": 400.0}, "db-storage-iops"},
	"throughput, large":    {cloud.Props{"storageThroughput": 4001.0, "allocatedStorage": 400.0}, "db-storage-iops"},
	"IOPS ratio":           {cloud.Props{"iops": 5001.0, "allocatedStorage": 100.0}, "db-storage-iops"},
	"IOPS of gp2":          {cloud.Props{"iops": 3000.0, "storageType": "gp2"}, "db-storage-iops"},
	"autoscaling":          {cloud.Props{"maxAllocatedStorage": 54.0}, "db-storage-autoscaling"},
	"windows":              {cloud.Props{"backupWindow": "04:30-05:30", "maintenanceWindow": "sun:05:00-sun:06:00"}, "db-windows-overlap"},
	"windows at midnight":  {cloud.Props{"backupWindow": "23:30-00:30", "maintenanceWindow": "mon:00:00-mon:01:00"}, "db-windows-overlap"},
	"windows apart":        {cloud.Props{"backupWindow": "04:00-05:00", "maintenanceWindow": "sun:05:00-sun:06:00"}, ""},
	"replica of nothing":   {cloud.Props{"replicateSourceDb": "no", "username": nil, "dbName": nil}, "db-replica-of-nothing"},
}

func TestRefusedInstances(t *testing.T) {
	t.Parallel()
	for name, tc := range refused {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			_, err := w.try(cloud.DBInstance, w.database(tc.more))
			cloudtest.WantRule(t, err, tc.want)
		})
	}
}

func TestProviderChecks(t *testing.T) {
	t.Parallel()
	w := open(t)
	for property, more := range map[string]cloud.Props{
		"engine": {"engine": "mysql"}, "identifier": {"identifierPrefix": "a"}, "password": {"password": "abcdefgh"},
		"monitoringInterval": {"monitoringInterval": 2.0}, "performanceInsightsRetentionPeriod": {"performanceInsightsRetentionPeriod": 8.0},
		"backupRetentionPeriod": {"backupRetentionPeriod": 36.0},
	} {
		problems, err := w.account.Check(cloud.DBInstance, w.database(more))
		if err != nil || len(problems) != 1 || problems[0].Property != property {
			t.Errorf("%s: got %v, %v", property, problems, err)
		}
	}
}

func TestQuotaAndNames(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.make(cloud.DBInstance, w.database(nil))
	_, err := w.try(cloud.DBInstance, w.database(nil))
	cloudtest.WantRule(t, err, "db-instance-exists")
	for range 39 {
		w.make(cloud.DBInstance, w.database(cloud.Props{"identifier": nil}))
	}
	_, err = w.try(cloud.DBInstance, w.database(cloud.Props{"identifier": nil}))
	cloudtest.WantRule(t, err, "too-many-db-instances")
}

func TestMonitoringRole(t *testing.T) {
	t.Parallel()
	w := open(t)
	role := w.make(cloud.IAMRole, cloud.Props{"name": "m", "assumeRolePolicy": `{"Version":"2012-10-17","Statement":{"Effect":"Allow",` +
		`"Principal":{"Service":"monitoring.rds.amazonaws.com"},"Action":"sts:AssumeRole"}}`})
	p := w.database(cloud.Props{"monitoringInterval": 60.0, "monitoringRoleArn": role.Props["arn"]})
	_, err := w.try(cloud.DBInstance, p)
	cloudtest.WantRule(t, err, "db-monitoring-role-trust")
	w.make(cloud.IAMRolePolicy, cloud.Props{"role": "m", "policy": `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"logs:*","Resource":"*"}}`})
	w.make(cloud.DBInstance, p)
}

func TestChanges(t *testing.T) {
	t.Parallel()
	w := open(t)
	i := w.make(cloud.DBInstance, w.database(cloud.Props{"engineVersion": "16.10"}))
	for _, tc := range []struct {
		more cloud.Props
		want string
	}{
		{cloud.Props{"engineVersion": "16.9"}, "db-engine-version-lower"},
		{cloud.Props{"engineVersion": "17"}, "db-parameter-group-of-other-version"},
		{cloud.Props{"engineVersion": "17", "parameterGroupName": "default.postgres17"}, "db-major-version-not-allowed"},
		{cloud.Props{"engineVersion": "16", "allocatedStorage": 49.0}, "db-storage-shrinks"},
		{cloud.Props{"engineVersion": "16", "blueGreenUpdate": map[string]any{"enabled": true}}, "db-blue-green-with-managed-password"},
		{cloud.Props{"engineVersion": "16", "multiAz": true, "port": 5433.0, "enabledCloudwatchLogsExports": cloud.Strings("upgrade")}, ""},
		{cloud.Props{"engineVersion": "17", "allowMajorVersionUpgrade": true, "parameterGroupName": "default.postgres17"}, ""},
	} {
		_, err := w.account.Update(w.session, cloud.DBInstance, i.ID, w.database(tc.more))
		cloudtest.WantRule(t, err, tc.want)
		if now, _ := w.account.Read(w.session, cloud.DBInstance, i.ID); tc.more.Bool("multiAz") &&
			(len(w.owned(cloud.NetworkInterface)) != 2 || now.Props.Str("engineVersionActual") != "16.10" || !strings.HasSuffix(now.Props.Str("endpoint"), ":5433")) {
			t.Errorf("got %v", now.Props)
		}
	}
	now, err := w.account.Update(w.session, cloud.DBInstance, i.ID, w.database(cloud.Props{"manageMasterUserPassword": nil, "password": "abcdefgh"}))
	if err != nil || now.Props.Str("engineVersionActual") != "17.10" || len(w.owned(cloud.Secret)) != 0 || len(now.Props.List("masterUserSecrets")) != 0 {
		t.Errorf("got %v, %v", now, err)
	}
	now, err = w.account.Update(w.session, cloud.DBInstance, i.ID, w.database(nil))
	if err != nil || len(w.owned(cloud.Secret)) != 1 || len(now.Props.List("masterUserSecrets")) != 1 {
		t.Errorf("got %v, %v", now, err)
	}
}

// What autoscaling has made larger than the program says is no change, and none is
// tried.
func TestStorageThatGrewByItself(t *testing.T) {
	t.Parallel()
	w := open(t)
	grown := w.database(cloud.Props{"allocatedStorage": 60.0, "maxAllocatedStorage": 200.0})
	i := w.make(cloud.DBInstance, grown)
	for size, want := range map[float64]int{50: 0, 60: 0, 61: 1} {
		changes, err := w.account.Diff(w.session, cloud.DBInstance, grown, i.Props, grown.With(cloud.Props{"allocatedStorage": size}))
		if err != nil || len(changes) != want {
			t.Errorf("%v GiB: got %v, %v, want %d changes", size, changes, err, want)
		}
	}
	now, err := w.account.Update(w.session, cloud.DBInstance, i.ID, grown.With(cloud.Props{"allocatedStorage": 50.0, "multiAz": true}))
	if err != nil || now.Props.Int("allocatedStorage") != 60 {
		t.Errorf("got %v, %v, want 60 GiB still", now, err)
	}
}

func TestReplicas(t *testing.T) {
	t.Parallel()
	w := open(t)
	replica := cloud.Props{"identifier": "copy", "replicateSourceDb": "app", "instanceClass": "db.m6g.large", "skipFinalSnapshot": true}
	i := w.make(cloud.DBInstance, w.database(nil))
	_, err := w.try(cloud.DBInstance, replica)
	cloudtest.WantRule(t, err, "db-replica-with-managed-password")
	own := w.database(cloud.Props{"manageMasterUserPassword": nil, "password": "abcdefgh"})
	if _, err := w.account.Update(w.session, cloud.DBInstance, i.ID, own.With(cloud.Props{"backupRetentionPeriod": 0.0})); err != nil {
		t.Fatal(err)
	}
	_, err = w.try(cloud.DBInstance, replica)
	cloudtest.WantRule(t, err, "db-replica-without-backups")
	if _, err := w.account.Update(w.session, cloud.DBInstance, i.ID, own.With(cloud.Props{"backupRetentionPeriod": 7.0})); err != nil {
		t.Fatal(err)
	}
	if c := w.make(cloud.DBInstance, replica); c.Props.Str("username") != "app" || c.Props.Int("allocatedStorage") != 50 {
		t.Errorf("the replica is %v", c.Props)
	}
}

func TestDeletion(t *testing.T) {
	t.Parallel()
	w := open(t)
	for _, tc := range []struct {
		more cloud.Props
		want string
	}{
		{cloud.Props{"deletionProtection": true}, "db-instance-protected"},
		{cloud.Props{"skipFinalSnapshot": false}, "db-final-snapshot-without-name"},
		{cloud.Props{"skipFinalSnapshot": false, "finalSnapshotIdentifier": "last"}, ""},
		{cloud.Props{"skipFinalSnapshot": false, "finalSnapshotIdentifier": "Last"}, "db-snapshot-exists"},
	} {
		i := w.make(cloud.DBInstance, w.database(cloud.Props{"identifier": nil}).With(tc.more))
		cloudtest.WantRule(t, w.account.Delete(w.session, cloud.DBInstance, i.ID), tc.want)
	}
	left := w.owned(cloud.DBSnapshot)
	if len(left) != 1 || left[0].ID != "last" || left[0].Props.Int("allocatedStorage") != 50 || left[0].Props.Str("vpcId") != w.vpc {
		t.Errorf("left: %v", left)
	}
	_, err := w.try(cloud.DBSnapshot, cloud.Props{"dbInstanceIdentifier": "no", "dbSnapshotIdentifier": "a"})
	cloudtest.WantRule(t, err, "db-snapshot-of-nothing")
	w.make(cloud.DBInstance, w.database(nil))
	_, err = w.try(cloud.DBSnapshot, cloud.Props{"dbInstanceIdentifier": "app", "dbSnapshotIdentifier": "last"})
	cloudtest.WantRule(t, err, "db-snapshot-exists")
	if s := w.make(cloud.DBSnapshot, cloud.Props{"dbInstanceIdentifier": "app", "dbSnapshotIdentifier": "mine"}); s.Props.Str("engineVersion") != "17.10" {
		t.Errorf("the snapshot is %v", s.Props)
	}
}

func TestGroups(t *testing.T) {
	t.Parallel()
	w := open(t)
	far := w.make(cloud.VPC, cloud.Props{"cidrBlock": "10.1.0.0/16"})
	other := w.make(cloud.Subnet, cloud.Props{"vpcId": far.ID, "availabilityZone": "us-west-2b", "cidrBlock": "10.1.0.0/24"})
	family := func(p cloud.Props) cloud.Props { return cloud.Props{"name": "pg", "family": "postgres17"}.With(p) }
	parameter := func(name string) cloud.Props {
		return family(cloud.Props{"parameters": []any{map[string]any{"name": name, "value": "1"}}})
	}
	w.make(cloud.Topic, cloud.Props{"name": "alarms"})
	w.make(cloud.Topic, cloud.Props{"name": "closed", "policy": fmt.Sprintf(publish, "cloudwatch.amazonaws.com", closed)})
	for name, tc := range map[string]struct {
		kind  string
		props cloud.Props
		want  string
	}{
		"default":    {cloud.DBSubnetGroup, cloud.Props{"name": "default", "subnetIds": cloud.Strings(w.subnets...)}, "db-subnet-group-name"},
		"taken":      {cloud.DBSubnetGroup, cloud.Props{"name": "data", "subnetIds": cloud.Strings(w.subnets...)}, "db-subnet-group-exists"},
		"one zone":   {cloud.DBSubnetGroup, cloud.Props{"name": "b", "subnetIds": cloud.Strings(w.subnets[0], w.subnets[2])}, "db-subnet-group-zones"},
		"no subnet":  {cloud.DBSubnetGroup, cloud.Props{"name": "b", "subnetIds": cloud.Strings("subnet-0")}, "db-subnet-group-subnets"},
		"two VPCs":   {cloud.DBSubnetGroup, cloud.Props{"name": "b", "subnetIds": cloud.Strings(w.subnets[0], other.ID)}, "db-subnet-group-subnets"},
		"odd name":   {cloud.DBParameterGroup, family(cloud.Props{"name": "a--b"}), "db-parameter-group-name"},
		"odd family": {cloud.DBParameterGroup, family(cloud.Props{"family": "postgres9"}), "db-parameter-group-family"},
		"static":     {cloud.DBParameterGroup, parameter("max_connections"), "db-parameter-static"},
		"no topic":   {cloud.DBEventSubscription, cloud.Props{"name": "s", "snsTopic": "arn:aws:sqs:us-west-2:123456789012:q"}, "db-subscription-topic"},
		"lost topic": {cloud.DBEventSubscription, cloud.Props{"name": "s", "snsTopic": topic + "2"}, "db-subscription-topic"},
		"its policy": {cloud.DBEventSubscription, cloud.Props{"name": "s", "snsTopic": closed}, "db-subscription-topic-policy"},
		"no type":    {cloud.DBEventSubscription, cloud.Props{"name": "s", "snsTopic": topic, "sourceIds": cloud.Strings("app")}, "db-subscription-without-type"},
		"no source":  {cloud.DBEventSubscription, cloud.Props{"name": "s", "snsTopic": topic, "sourceIds": cloud.Strings("app"), "sourceType": "db-instance"}, "db-subscription-source"},
	} {
		_, err := w.try(tc.kind, tc.props)
		if t.Run(name, func(t *testing.T) { cloudtest.WantRule(t, err, tc.want) }); err == nil {
			t.Errorf("%s is made", name)
		}
	}
	w.make(cloud.DBParameterGroup, parameter("log_statement"))
	_, err := w.try(cloud.DBParameterGroup, family(nil))
	cloudtest.WantRule(t, err, "db-parameter-group-exists")
	i := w.make(cloud.DBInstance, w.database(cloud.Props{"parameterGroupName": "pg"}))
	cloudtest.WantRule(t, w.account.Delete(w.session, cloud.DBParameterGroup, "pg"), "db-parameter-group-in-use")
	_, err = w.account.Update(w.session, cloud.DBSubnetGroup, "data", cloud.Props{"name": "data", "subnetIds": cloud.Strings(w.subnets[1:]...)})
	cloudtest.WantRule(t, err, "db-subnet-in-use")
	subscription := cloud.Props{"name": "s", "snsTopic": topic, "sourceIds": cloud.Strings("app"), "sourceType": "db-instance"}
	made := w.make(cloud.DBEventSubscription, subscription)
	_, err = w.account.Update(w.session, made.Kind, made.ID, subscription.With(cloud.Props{"snsTopic": closed}))
	cloudtest.WantRule(t, err, "db-subscription-topic-policy")
	w.unheard()
	w.make(cloud.TopicPolicy, cloud.Props{"arn": topic, "policy": fmt.Sprintf(publish, "cloudwatch.amazonaws.com", topic)})
	w.unheard("s: the policy of topic " + topic + " does not let events.rds.amazonaws.com publish for arn:aws:rds:us-west-2:123456789012:es:s")
	_, err = w.try(cloud.DBEventSubscription, subscription)
	cloudtest.WantRule(t, err, "db-subscription-exists")
	cloudtest.WantRule(t, w.account.Delete(w.session, cloud.DBInstance, i.ID), "")
	cloudtest.WantRule(t, w.account.Delete(w.session, cloud.DBParameterGroup, "pg"), "")
	cloudtest.WantRule(t, w.account.Delete(w.session, cloud.DBSubnetGroup, "data"), "")
}

const (
	topic   = "arn:aws:sns:us-west-2:123456789012:alarms"
	closed  = "arn:aws:sns:us-west-2:123456789012:closed"
	publish = `{"Statement":{"Effect":"Allow","Principal":{"Service":"%s"},"Action":"sns:Publish","Resource":"%s"}}`
)

func (w *world) unheard(want ...string) {
	w.Helper()
	if err := w.account.Change(w.session, "ask", func(tx *cloud.Tx) error {
		if got := rds.Unheard(tx); !slices.Equal(got, want) {
			w.Errorf("unheard are %v, want %v", got, want)
		}
		return nil
	}); err != nil {
		w.Fatal(err)
	}
}
