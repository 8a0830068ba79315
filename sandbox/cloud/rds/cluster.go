package rds

import (
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/ec2"
)

const (
	clusterGuide = guide + "multi-az-db-clusters-concepts.html"
	createDocs   = api + "API_CreateDBCluster.html"
)

var (
	clusterExists    = rule("db-cluster-exists", "DBClusterAlreadyExistsFault", createDocs, cloud.Verified)
	clusterQuota     = rule("too-many-db-clusters", "DBClusterQuotaExceededFault", guide+"CHAP_Limits.html", cloud.Verified)
	clusterZones     = rule("db-cluster-zones", "DBSubnetGroupDoesNotCoverEnoughAZs", clusterGuide, cloud.Verified)
	clusterGroup     = missing("db-cluster-parameter-group-missing", "DBClusterParameterGroupNotFound", createDocs)
	clusterProtected = rule("db-cluster-protected", "InvalidParameterCombination", api+"API_DeleteDBCluster.html", cloud.Verified)
	clusterUnnamed   = rule("db-cluster-final-snapshot-without-name", "InvalidParameterCombination", api+"API_DeleteDBCluster.html", cloud.Verified)
)

// maxClusters is the default quota of an account in a region.
const maxClusters = 40

// clusterZoneCount is in how many zones a cluster has an instance: a writer and
// two readers.
const clusterZoneCount = 3

func clusterKind() cloud.Kind {
	secret := cloud.Object(cloud.Fields{"kmsKeyId": cloud.String, "secretArn": cloud.String, "secretStatus": cloud.String})
	return cloud.Kind{
		Token: cloud.DBCluster, Noun: "RDS Cluster", Service: serviceName, Tagged: true,
		CreateCall: "CreateDBCluster", UpdateCall: "ModifyDBCluster", DeleteCall: "DeleteDBCluster",
		Fields: cloud.Fields{
			"allocatedStorage": cloud.Number.Computed(), "allowMajorVersionUpgrade": cloud.Bool, "applyImmediately": cloud.Bool.Computed(),
			"availabilityZones":     cloud.SetOf(cloud.String).Computed().ForceNew(),
			"backupRetentionPeriod": cloud.Number.Computed().Between(0, 35), "caCertificateIdentifier": cloud.String.Computed(),
			"clusterIdentifier": cloud.String.AutoNamed(63).Like(identifierText).ForceNew(), "clusterIdentifierPrefix": cloud.String.Computed().Like(prefixText).ForceNew(),
			"copyTagsToSnapshot": cloud.Bool.Default(false), "databaseInsightsMode": cloud.String.Computed().OneOf("standard", "advanced"),
			"databaseName": cloud.String.Computed().ForceNew(), "dbClusterInstanceClass": cloud.String,
			"dbClusterParameterGroupName": cloud.String.Computed(), "dbSubnetGroupName": cloud.String.Computed().ForceNew(),
			"deleteAutomatedBackups": cloud.Bool.Default(true), "deletionProtection": cloud.Bool,
			"enabledCloudwatchLogsExports": cloud.SetOf(cloud.String.OneOf(anyClusterExports...)), "engine": cloud.String.Required().ForceNew(),
			// The other modes are Aurora's.
			"engineMode":              cloud.String.Default("provisioned").OneOf("provisioned").ForceNew(),
			"engineLifecycleSupport":  cloud.String.Computed().OneOf(extended, extended+"-disabled"),
			"engineVersion":           cloud.String.Computed(),
			"finalSnapshotIdentifier": cloud.String.Like(snapshotText), "iamDatabaseAuthenticationEnabled": cloud.Bool, "iops": cloud.Number,
			"kmsKeyId": cloud.String.Like(cloud.ARNText).Computed().ForceNew(), "manageMasterUserPassword": cloud.Bool,
			"masterPassword": cloud.String, "masterUserSecretKmsKeyId": cloud.String.Computed(), "masterUsername": cloud.String.Computed().ForceNew(),
			"monitoringInterval": cloud.Number.Computed(), "monitoringRoleArn": cloud.String.Like(cloud.ARNText).Computed(),
			"networkType":                        cloud.String.Computed().OneOf("IPV4", "DUAL"),
			"performanceInsightsEnabled":         cloud.Bool,
			"performanceInsightsKmsKeyId":        cloud.String.Like(cloud.ARNText).Computed(),
			"performanceInsightsRetentionPeriod": cloud.Number.Computed(), "port": cloud.Number.Computed(),
			"preferredBackupWindow": cloud.String.Computed().Like(backupText), "preferredMaintenanceWindow": cloud.String.Computed().Like(upkeepText),
			"skipFinalSnapshot": cloud.Bool.Default(false), "storageEncrypted": cloud.Bool.Computed().ForceNew(),
			"storageType": cloud.String.Computed().ForceNew(), "vpcSecurityGroupIds": cloud.SetOf(cloud.String).Computed(),

			"arn": cloud.String.Output(), "clusterMembers": cloud.SetOf(cloud.String).Computed(), "clusterResourceId": cloud.String.Output(),
			"endpoint": cloud.String.Output(), "engineVersionActual": cloud.String.Output(), "hostedZoneId": cloud.String.Output(),
			"masterUserSecrets": cloud.ListOf(secret).Output(), "readerEndpoint": cloud.String.Output(),
		},
		Check: checkClusterInputs, Create: createCluster, Update: updateCluster, Delete: deleteCluster,
	}
}

// asInstance has the properties of a cluster under the names that they have on an
// instance: RDS holds both to the same rules.
func asInstance(p cloud.Props) cloud.Props {
	i := p.With(nil)
	for cluster, instance := range map[string]string{
		"clusterIdentifier": "identifier", "masterUsername": "username", "masterPassword": "password", "databaseName": "dbName",
		"dbClusterInstanceClass": "instanceClass", "dbClusterParameterGroupName": "parameterGroupName",
		"preferredBackupWindow": "backupWindow", "preferredMaintenanceWindow": "maintenanceWindow",
	} {
		delete(i, instance)
		if v := p[cluster]; v != nil {
			i[instance] = v
		}
	}
	return i
}

func checkClusterInputs(p cloud.Props) []cloud.Problem {
	var problems []cloud.Problem
	names := map[string]string{"identifier": "clusterIdentifier", "password": "masterPassword"}
	for _, problem := range checkInputs(asInstance(p)) {
		if name := names[problem.Property]; name != "" {
			problem.Property = name
		}
		problems = append(problems, problem)
	}
	return problems
}

func createCluster(tx *cloud.Tx, r *cloud.Resource) error {
	p := r.Props
	name := nameOf(tx, p, "clusterIdentifier", "")
	p["clusterIdentifier"] = name
	switch {
	case tx.One(cloud.DBCluster, cloud.Prop("clusterIdentifier", name)) != nil:
		return clusterExists.Refuse("DB Cluster already exists: %s", name)
	case tx.Count(cloud.DBCluster) >= maxClusters:
		return clusterQuota.Refuse("Cannot create more than %d clusters", maxClusters)
	}
	newest, _ := resolve(newestMajor)
	for property, v := range map[string]any{
		"backupRetentionPeriod": 1.0, "engineVersion": newest, "engineLifecycleSupport": extended, "port": float64(defaultPort),
		"storageType": "io1", "caCertificateIdentifier": "rds-ca-rsa2048-g1", "databaseInsightsMode": "standard", "networkType": "IPV4",
		"monitoringInterval": 0.0, "storageEncrypted": false, "applyImmediately": false,
		"preferredBackupWindow": "10:00-10:30", "preferredMaintenanceWindow": "sun:11:00-sun:11:30",
	} {
		fill(p, property, v)
	}
	if p.Bool("performanceInsightsEnabled") {
		fill(p, "performanceInsightsRetentionPeriod", 7.0)
	}
	if err := checkNew(tx, asInstance(p)); err != nil {
		return err
	}
	if err := checkCluster(tx, p); err != nil {
		return err
	}
	r.ID = name
	completeCluster(tx, p)
	begin(tx, r)
	return placeCluster(tx, r, p)
}

// checkCluster refuses settings, of a new cluster or a changed one.
func checkCluster(tx *cloud.Tx, p cloud.Props) error {
	i := asInstance(p)
	if err := checkCommon(tx, i); err != nil {
		return err
	}
	if err := checkParameterGroup(tx, i, cloud.DBClusterParameterGroup, clusterGroup); err != nil {
		return err
	}
	return checkClusterStorage(p)
}

// completeCluster sets what RDS tells of a cluster, after it has been checked.
func completeCluster(tx *cloud.Tx, p cloud.Props) {
	name := p.Str("clusterIdentifier")
	version, m := resolve(p.Str("engineVersion"))
	fill(p, "dbClusterParameterGroupName", "default."+m.family())
	fill(p, "masterUserSecrets", []any{})
	encrypt(tx, p)
	for property, v := range map[string]any{
		"engineVersionActual": version, "arn": tx.ARN("rds", "cluster:"+name), "clusterResourceId": "cluster-" + strings.ToUpper(tx.Hex(26)),
		"endpoint": name + ".cluster-" + domain(tx), "readerEndpoint": name + ".cluster-ro-" + domain(tx), "hostedZoneId": "Z" + strings.ToUpper(tx.Hex(13)),
		"clusterMembers": cloud.Strings(name+"-instance-1", name+"-instance-2", name+"-instance-3"),
	} {
		p[property] = v
	}
}

// placeCluster puts an interface of a cluster into each of three zones.
func placeCluster(tx *cloud.Tx, r *cloud.Resource, p cloud.Props) error {
	zones, order := zonesOf(tx, tx.Get(cloud.DBSubnetGroup, p.Str("dbSubnetGroupName")))
	if len(order) < clusterZoneCount {
		return clusterZones.Refuse("The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage: %s. Add subnets to cover at least %d AZs.",
			strings.Join(order, ", "), clusterZoneCount)
	}
	order = order[:clusterZoneCount]
	r.Props["availabilityZones"] = cloud.Strings(order...)
	return attach(tx, r, p, zones, order)
}

func updateCluster(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	p := r.Props.With(news)
	if err := checkCluster(tx, p); err != nil {
		return err
	}
	version, err := upgraded(r, p)
	if err != nil {
		return err
	}
	hand(tx, r, news)
	export(tx, r, news)
	r.Props["engineVersionActual"] = version
	ec2.ReleaseInterfaces(tx, ec2.For(cloud.DBCluster, r.ID))
	return placeCluster(tx, r, p)
}

// deleteCluster deletes a cluster. Its final snapshot stays, as do the groups that
// it logged to.
func deleteCluster(tx *cloud.Tx, r *cloud.Resource) error {
	p := r.Props
	if p.Bool("deletionProtection") {
		return clusterProtected.Refuse("Cannot delete protected Cluster, please disable deletion protection and try again: %s", r.ID)
	}
	if !p.Bool("skipFinalSnapshot") {
		name := strings.ToLower(p.Str("finalSnapshotIdentifier"))
		switch {
		case name == "":
			return clusterUnnamed.Refuse("FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified: %s", r.ID)
		case tx.Get(cloud.DBClusterSnapshot, name) != nil:
			return clusterSnapshotExists.Refuse("Cannot create the snapshot because one with the identifier %s already exists.", name)
		}
		tx.Make(owner, cloud.DBClusterSnapshot, name, clusterSnapshotProps(tx, r, name), nil)
	}
	end(tx, r)
	return nil
}
