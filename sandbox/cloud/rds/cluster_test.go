package rds_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/cloudtest"
)

// clustered is a world with a subnet group over three zones.
func clustered(t *testing.T) *world {
	t.Helper()
	w := open(t)
	third := w.make(cloud.Subnet, cloud.Props{"vpcId": w.vpc, "availabilityZone": "us-west-2c", "cidrBlock": "10.0.9.0/24"}).ID
	w.make(cloud.DBSubnetGroup, cloud.Props{"name": "wide", "subnetIds": cloud.Strings(w.subnets[0], w.subnets[1], third)})
	return w
}

// cluster is a good cluster with more properties; nil takes one away.
func (w *world) cluster(more cloud.Props) cloud.Props {
	return cloud.Props{
		"clusterIdentifier": "shop", "engine": "postgres", "engineVersion": "17", "dbClusterInstanceClass": "db.m6gd.large",
		"allocatedStorage": 100.0, "storageType": "io2", "iops": 1000.0, "masterUsername": "app", "manageMasterUserPassword": true,
		"dbSubnetGroupName": "wide", "vpcSecurityGroupIds": cloud.Strings(w.group), "storageEncrypted": true, "skipFinalSnapshot": true,
	}.With(more)
}

func TestCluster(t *testing.T) {
	t.Parallel()
	w := clustered(t)
	c := w.make(cloud.DBCluster, w.cluster(cloud.Props{"enabledCloudwatchLogsExports": cloud.Strings("postgresql"), "performanceInsightsEnabled": true}))
	for property, want := range map[string]any{
		"engineVersionActual": "17.10", "port": 5432.0, "dbClusterParameterGroupName": "default.postgres17", "backupRetentionPeriod": 1.0,
		"arn": "arn:aws:rds:us-west-2:123456789012:cluster:shop", "kmsKeyId": "arn:aws:kms:us-west-2:123456789012:alias/aws/rds",
		"performanceInsightsRetentionPeriod": 7.0,
		"endpoint":                           "shop.cluster-c12345678901.us-west-2.rds.amazonaws.com",
		"readerEndpoint":                     "shop.cluster-ro-c12345678901.us-west-2.rds.amazonaws.com",
		"availabilityZones":                  cloud.Strings("us-west-2a", "us-west-2b", "us-west-2c"),
		"clusterMembers":                     cloud.Strings("shop-instance-1", "shop-instance-2", "shop-instance-3"),
	} {
		if got := c.Props[property]; !cloud.Equal(got, want) {
			t.Errorf("%s is %v, want %v", property, got, want)
		}
	}
	zones := map[string]bool{}
	for _, nic := range w.owned(cloud.NetworkInterface) {
		zones[nic.Props.Str("availabilityZone")] = true
	}
	if len(zones) != 3 || len(w.owned(cloud.NetworkInterface)) != 3 {
		t.Errorf("interfaces are in %v, want one in each of three zones", zones)
	}
	secrets := w.owned(cloud.Secret)
	if len(secrets) != 1 || !strings.HasPrefix(secrets[0].Props.Str("name"), "rds!cluster-") {
		t.Errorf("secrets are %v", secrets)
	}
	if groups := w.owned(cloud.LogGroup); len(groups) != 1 || groups[0].ID != "/aws/rds/cluster/shop/postgresql" {
		t.Errorf("log groups are %v", groups)
	}
	cloudtest.WantRule(t, w.account.Delete(w.session, cloud.DBSubnetGroup, "wide"), "db-subnet-group-in-use")
	_, err := w.account.Update(w.session, cloud.DBSubnetGroup, "wide", cloud.Props{"name": "wide", "subnetIds": cloud.Strings(w.subnets[:2]...)})
	cloudtest.WantRule(t, err, "db-subnet-in-use")
	topicProps := cloud.Props{"name": "s", "snsTopic": topic, "sourceType": "db-cluster", "sourceIds": cloud.Strings("shop")}
	w.make(cloud.Topic, cloud.Props{"name": "alarms"})
	w.make(cloud.DBEventSubscription, topicProps)
	_, err = w.try(cloud.DBEventSubscription, topicProps.With(cloud.Props{"name": "other", "sourceIds": cloud.Strings("no")}))
	cloudtest.WantRule(t, err, "db-subscription-source")
	cloudtest.WantRule(t, w.account.Delete(w.session, cloud.DBCluster, c.ID), "")
	if left := append(w.owned(cloud.NetworkInterface), w.owned(cloud.Secret)...); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestRefusedClusters(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		more cloud.Props
		want string
	}{
		"good":               {nil, ""},
		"two zones":          {cloud.Props{"dbSubnetGroupName": "data"}, "db-cluster-zones"},
		"long identifier":    {cloud.Props{"clusterIdentifier": strings.Repeat("a", 64)}, "db-instance-name"},
		"reserved user":      {cloud.Props{"masterUsername": "rdsadmin"}, "db-master-user"},
		"no password":        {cloud.Props{"manageMasterUserPassword": nil}, "db-master-password"},
		"odd password":       {cloud.Props{"manageMasterUserPassword": nil, "masterPassword": "a@bcdefgh"}, "db-master-password"},
		"odd name":           {cloud.Props{"databaseName": "a-b"}, "db-name"},
		"no class":           {cloud.Props{"dbClusterInstanceClass": nil}, "db-instance-class"},
		"class, no disk":     {cloud.Props{"dbClusterInstanceClass": "db.m7g.large"}, "db-cluster-instance-class"},
		"class, small":       {cloud.Props{"dbClusterInstanceClass": "db.t4g.medium"}, "db-cluster-instance-class"},
		"class, x86":         {cloud.Props{"dbClusterInstanceClass": "db.r6idn.large"}, ""},
		"unknown version":    {cloud.Props{"engineVersion": "99"}, "db-engine-version"},
		"no parameter group": {cloud.Props{"dbClusterParameterGroupName": "no"}, "db-cluster-parameter-group-missing"},
		"other family":       {cloud.Props{"dbClusterParameterGroupName": "default.postgres16"}, "db-parameter-group-of-other-version"},
		"no subnet group":    {cloud.Props{"dbSubnetGroupName": nil}, "db-subnet-group-missing"},
		"no security group":  {cloud.Props{"vpcSecurityGroupIds": cloud.Strings("sg-0")}, "db-security-group"},
		"no key":             {cloud.Props{"kmsKeyId": "arn:aws:kms:us-west-2:123456789012:key/no"}, "db-key"},
		"no monitoring role": {cloud.Props{"monitoringInterval": 60.0}, "db-monitoring-role"},
		"advanced, a week":   {cloud.Props{"databaseInsightsMode": "advanced", "performanceInsightsEnabled": true}, "db-insights-advanced"},
		"audit log":          {cloud.Props{"enabledCloudwatchLogsExports": cloud.Strings("audit")}, "db-log-exports"},
		"windows":            {cloud.Props{"preferredBackupWindow": "04:30-05:30", "preferredMaintenanceWindow": "sun:05:00-sun:06:00"}, "db-windows-overlap"},
		"no storage":         {cloud.Props{"allocatedStorage": nil}, "db-cluster-storage-size"},
		"little storage":     {cloud.Props{"allocatedStorage": 99.0}, "db-cluster-storage-size"},
		"older storage":      {cloud.Props{"storageType": "gp2", "iops": nil}, "db-cluster-storage-type"},
		"no IOPS":            {cloud.Props{"iops": nil}, "db-cluster-storage-iops"},
		"few IOPS":           {cloud.Props{"allocatedStorage": 4000.0, "iops": 1999.0}, "db-cluster-storage-iops"},
		"many IOPS":          {cloud.Props{"iops": 5001.0}, "db-cluster-storage-iops"},
		"io1":                {cloud.Props{"storageType": nil}, ""},
		"gp3":                {cloud.Props{"storageType": "gp3", "iops": nil, "allocatedStorage": 20.0}, ""},
		"gp3, IOPS":          {cloud.Props{"storageType": "gp3", "iops": 12000.0}, "db-cluster-storage-iops"},
		"gp3, large, IOPS":   {cloud.Props{"storageType": "gp3", "iops": 12000.0, "allocatedStorage": 400.0}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := clustered(t)
			_, err := w.try(cloud.DBCluster, w.cluster(tc.more))
			cloudtest.WantRule(t, err, tc.want)
		})
	}
}

func TestClusterProviderChecks(t *testing.T) {
	t.Parallel()
	w := clustered(t)
	for property, more := range map[string]cloud.Props{
		"engine": {"engine": "aurora-postgresql"}, "masterPassword": {"masterPassword": "abcdefgh"}, "monitoringInterval": {"monitoringInterval": 2.0},
		"engineMode": {"engineMode": "serverless"}, "enabledCloudwatchLogsExports[0]": {"enabledCloudwatchLogsExports": cloud.Strings("trace")},
	} {
		problems, err := w.account.Check(cloud.DBCluster, w.cluster(more))
		if err != nil || len(problems) != 1 || problems[0].Property != property {
			t.Errorf("%s: got %v, %v", property, problems, err)
		}
	}
}

func TestClusterSnapshotNames(t *testing.T) {
	t.Parallel()
	w := clustered(t)
	for name, want := range map[string]int{"before-17-10": 0, "Before": 1, "before_17": 1, "17-before": 1, "before--17": 1, "before-": 1} {
		problems, err := w.account.Check(cloud.DBClusterSnapshot, cloud.Props{"dbClusterIdentifier": "shop", "dbClusterSnapshotIdentifier": name})
		if err != nil || len(problems) != want {
			t.Errorf("%q: got %v, %v, want %d problems", name, problems, err, want)
		}
	}
}

func TestPrefixesOfNames(t *testing.T) {
	t.Parallel()
	w := clustered(t)
	for _, tc := range []struct{ kind, property, good, bad string }{
		{cloud.DBInstance, "identifierPrefix", "shop-", "Shop-"},
		{cloud.DBCluster, "clusterIdentifierPrefix", "shop-", "shop--"},
		{cloud.DBParameterGroup, "namePrefix", "shop-17-", "shop.17-"},
		{cloud.DBClusterParameterGroup, "namePrefix", "shop", "shop_"},
		{cloud.DBEventSubscription, "namePrefix", "Shop-", "1-shop-"},
	} {
		for prefix, want := range map[string]bool{tc.good: false, tc.bad: true} {
			problems, err := w.account.Check(tc.kind, cloud.Props{tc.property: prefix})
			refused := slices.ContainsFunc(problems, func(p cloud.Problem) bool { return p.Property == tc.property })
			if err != nil || refused != want {
				t.Errorf("%s %s %q: got %v, %v, want refused %v", tc.kind, tc.property, prefix, problems, err, want)
			}
		}
	}
}

func TestUnencryptedDatabasesHaveNoKey(t *testing.T) {
	t.Parallel()
	w := clustered(t)
	open := cloud.Props{"storageEncrypted": false}
	for _, r := range []*cloud.Resource{w.make(cloud.DBInstance, w.database(open)), w.make(cloud.DBCluster, w.cluster(open))} {
		if key := r.Props.Str("kmsKeyId"); key != "" {
			t.Errorf("%s %s is encrypted with %s", r.Kind, r.ID, key)
		}
	}
}

func TestClusterIsNamedByItsPrefix(t *testing.T) {
	t.Parallel()
	w := clustered(t)
	c := w.make(cloud.DBCluster, w.cluster(cloud.Props{"clusterIdentifier": nil, "clusterIdentifierPrefix": "shop-"}))
	if name := c.Props.Str("clusterIdentifier"); c.ID != name || !strings.HasPrefix(name, "shop-") || len(name) != len("shop-")+26 {
		t.Errorf("%s is named %s, want shop- and 26 digits", c.ID, name)
	}
}

func TestClusterChanges(t *testing.T) {
	t.Parallel()
	w := clustered(t)
	c := w.make(cloud.DBCluster, w.cluster(cloud.Props{"engineVersion": "16.10"}))
	for _, tc := range []struct {
		more cloud.Props
		want string
	}{
		{cloud.Props{"engineVersion": "16.9"}, "db-engine-version-lower"},
		{cloud.Props{"engineVersion": "17", "dbClusterParameterGroupName": "default.postgres17"}, "db-major-version-not-allowed"},
		{cloud.Props{"engineVersion": "16", "allocatedStorage": 200.0, "iops": 3000.0, "enabledCloudwatchLogsExports": cloud.Strings("upgrade")}, ""},
		{cloud.Props{"engineVersion": "16", "allocatedStorage": 199.0}, "db-storage-shrinks"},
		{cloud.Props{"engineVersion": "17", "allowMajorVersionUpgrade": true, "dbClusterParameterGroupName": "default.postgres17", "allocatedStorage": 200.0}, ""},
	} {
		_, err := w.account.Update(w.session, cloud.DBCluster, c.ID, w.cluster(tc.more))
		cloudtest.WantRule(t, err, tc.want)
	}
	now, err := w.account.Read(w.session, cloud.DBCluster, c.ID)
	if err != nil || now.Props.Str("engineVersionActual") != "17.10" || len(w.owned(cloud.NetworkInterface)) != 3 {
		t.Errorf("got %v, %v", now, err)
	}
}

func TestClusterQuotaAndNames(t *testing.T) {
	t.Parallel()
	w := clustered(t)
	w.make(cloud.DBCluster, w.cluster(nil))
	_, err := w.try(cloud.DBCluster, w.cluster(nil))
	cloudtest.WantRule(t, err, "db-cluster-exists")
	for n := range 39 {
		w.make(cloud.DBCluster, w.cluster(cloud.Props{"clusterIdentifier": fmt.Sprint("shop-", n)}))
	}
	_, err = w.try(cloud.DBCluster, w.cluster(cloud.Props{"clusterIdentifier": "one-more"}))
	cloudtest.WantRule(t, err, "too-many-db-clusters")
}

func TestClusterDeletion(t *testing.T) {
	t.Parallel()
	w := clustered(t)
	w.make(cloud.DBClusterParameterGroup, cloud.Props{"name": "cg", "family": "postgres17"})
	for n, tc := range []struct {
		more cloud.Props
		want string
	}{
		{cloud.Props{"deletionProtection": true}, "db-cluster-protected"},
		{cloud.Props{"skipFinalSnapshot": false, "dbClusterParameterGroupName": "cg"}, "db-cluster-final-snapshot-without-name"},
		{cloud.Props{"skipFinalSnapshot": false, "finalSnapshotIdentifier": "last"}, ""},
		{cloud.Props{"skipFinalSnapshot": false, "finalSnapshotIdentifier": "Last"}, "db-cluster-snapshot-exists"},
	} {
		c := w.make(cloud.DBCluster, w.cluster(cloud.Props{"clusterIdentifier": fmt.Sprint("shop-", n)}).With(tc.more))
		cloudtest.WantRule(t, w.account.Delete(w.session, cloud.DBCluster, c.ID), tc.want)
	}
	cloudtest.WantRule(t, w.account.Delete(w.session, cloud.DBClusterParameterGroup, "cg"), "db-cluster-parameter-group-in-use")
	left := w.owned(cloud.DBClusterSnapshot)
	if len(left) != 1 || left[0].ID != "last" || left[0].Props.Int("allocatedStorage") != 100 || left[0].Props.Str("vpcId") != w.vpc {
		t.Errorf("left: %v", left)
	}
	_, err := w.try(cloud.DBClusterSnapshot, cloud.Props{"dbClusterIdentifier": "no", "dbClusterSnapshotIdentifier": "a"})
	cloudtest.WantRule(t, err, "db-cluster-snapshot-of-nothing")
	w.make(cloud.DBCluster, w.cluster(nil))
	_, err = w.try(cloud.DBClusterSnapshot, cloud.Props{"dbClusterIdentifier": "shop", "dbClusterSnapshotIdentifier": "last"})
	cloudtest.WantRule(t, err, "db-cluster-snapshot-exists")
	if s := w.make(cloud.DBClusterSnapshot, cloud.Props{"dbClusterIdentifier": "shop", "dbClusterSnapshotIdentifier": "mine"}); s.Props.Str("engineVersion") != "17.10" {
		t.Errorf("the snapshot is %v", s.Props)
	}
	_, err = w.try(cloud.DBClusterParameterGroup, cloud.Props{"name": "cg", "family": "postgres17"})
	cloudtest.WantRule(t, err, "db-parameter-group-exists")
}
