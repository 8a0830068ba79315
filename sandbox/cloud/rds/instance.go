package rds

import (
	"regexp"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/ec2"
	"github.com/slipway-iac/slipway/sandbox/cloud/secretsmanager"
)

var (
	instanceExists = rule("db-instance-exists", "DBInstanceAlreadyExists", api+"API_CreateDBInstance.html", cloud.Verified)
	instanceQuota  = rule("too-many-db-instances", "InstanceQuotaExceeded", guide+"CHAP_Limits.html", cloud.Verified)
)

// maxInstances is the default quota of an account in a region.
const maxInstances = 40

const defaultPort = 5432

var (
	identifierForm   = regexp.MustCompile(`^[a-z][0-9a-z]*(-[0-9a-z]+)*$`)
	identifierText   = cloud.Text{Want: "a lowercase letter, then lowercase letters, digits and single hyphens", Example: "example", Good: identifierForm.MatchString}
	prefixText       = cloud.Text{Want: "a lowercase letter, then lowercase letters, digits and single hyphens", Example: "example-", Good: regexp.MustCompile(`^[a-z][0-9a-z]*(-[0-9a-z]+)*-?$`).MatchString}
	subscriptionText = cloud.Text{Want: "a letter, then letters, digits and hyphens", Example: "example", Good: regexp.MustCompile(`^[A-Za-z][0-9A-Za-z-]*$`).MatchString}
	parametersText   = cloud.Text{Want: "lowercase letters, digits, periods and hyphens only", Example: "example", Good: regexp.MustCompile(`^[.0-9a-z-]+$`).MatchString}
	snapshotText     = cloud.Text{Want: "a letter, then letters, digits and single hyphens", Example: "example", Good: regexp.MustCompile(`^[A-Za-z][0-9A-Za-z]*(-[0-9A-Za-z]+)*$`).MatchString}
	backupText       = cloud.Text{Want: "a window such as 03:00-04:00", Example: "03:00-04:00", Good: backupForm.MatchString}
	upkeepText       = cloud.Text{Want: "a window such as sun:05:00-sun:06:00", Example: "sun:05:00-sun:06:00", Good: maintenanceForm.MatchString}
)

func instanceKind() cloud.Kind {
	secret := cloud.Object(cloud.Fields{"kmsKeyId": cloud.String, "secretArn": cloud.String, "secretStatus": cloud.String})
	return cloud.Kind{
		Token: cloud.DBInstance, Noun: "RDS DB Instance", Service: serviceName, Tagged: true,
		CreateCall: "CreateDBInstance", UpdateCall: "ModifyDBInstance", DeleteCall: "DeleteDBInstance",
		Fields: cloud.Fields{
			"allocatedStorage": cloud.Number.Computed(), "allowMajorVersionUpgrade": cloud.Bool, "applyImmediately": cloud.Bool.Default(false),
			"autoMinorVersionUpgrade": cloud.Bool.Default(true), "availabilityZone": cloud.String.Computed().ForceNew(),
			"backupRetentionPeriod": cloud.Number.Computed().Between(0, 35), "backupWindow": cloud.String.Computed().Like(backupText),
			"blueGreenUpdate":  cloud.Object(cloud.Fields{"enabled": cloud.Bool}),
			"caCertIdentifier": cloud.String.Computed(), "copyTagsToSnapshot": cloud.Bool.Default(false),
			"databaseInsightsMode": cloud.String.Computed().OneOf("standard", "advanced"),
			"dbName":               cloud.String.Computed().ForceNew(), "dbSubnetGroupName": cloud.String.Computed(),
			"dedicatedLogVolume": cloud.Bool.Default(false), "deleteAutomatedBackups": cloud.Bool.Default(true), "deletionProtection": cloud.Bool,
			"enabledCloudwatchLogsExports":     cloud.SetOf(cloud.String.OneOf(anyExports...)),
			"engine":                           cloud.String.Computed().ForceNew(),
			"engineLifecycleSupport":           cloud.String.Computed().OneOf(extended, extended+"-disabled"),
			"engineVersion":                    cloud.String.Computed(),
			"finalSnapshotIdentifier":          cloud.String.Like(snapshotText),
			"iamDatabaseAuthenticationEnabled": cloud.Bool,
			"identifier":                       cloud.String.Computed().Like(identifierText), "identifierPrefix": cloud.String.Computed().Like(prefixText),
			"instanceClass": cloud.String.Required(), "iops": cloud.Number.Computed(), "kmsKeyId": cloud.String.Like(cloud.ARNText).Computed().ForceNew(),
			"licenseModel": cloud.String.Computed(), "maintenanceWindow": cloud.String.Computed().Like(upkeepText),
			"manageMasterUserPassword": cloud.Bool, "masterUserSecretKmsKeyId": cloud.String.Computed(), "maxAllocatedStorage": cloud.Number,
			"monitoringInterval": cloud.Number.Default(0), "monitoringRoleArn": cloud.String.Like(cloud.ARNText).Computed(), "multiAz": cloud.Bool.Computed(),
			"networkType": cloud.String.Computed().OneOf("IPV4", "DUAL"), "optionGroupName": cloud.String.Computed(),
			"parameterGroupName": cloud.String.Computed(), "password": cloud.String, "performanceInsightsEnabled": cloud.Bool.Default(false),
			"performanceInsightsKmsKeyId":        cloud.String.Like(cloud.ARNText).Computed(),
			"performanceInsightsRetentionPeriod": cloud.Number.Computed(), "port": cloud.Number.Computed(),
			"publiclyAccessible": cloud.Bool.Default(false), "replicateSourceDb": cloud.String, "skipFinalSnapshot": cloud.Bool.Default(false),
			"storageEncrypted": cloud.Bool.ForceNew(), "storageThroughput": cloud.Number.Computed(), "storageType": cloud.String.Computed().OneOf("gp2", "gp3", "io1", "io2", "standard"),
			"username": cloud.String.Computed().ForceNew(), "vpcSecurityGroupIds": cloud.SetOf(cloud.String).Computed(),

			"address": cloud.String.Output(), "arn": cloud.String.Output(), "endpoint": cloud.String.Output(), "engineVersionActual": cloud.String.Output(),
			"hostedZoneId": cloud.String.Output(), "masterUserSecrets": cloud.ListOf(secret).Output(), "replicas": cloud.ListOf(cloud.String).Output(),
			"resourceId": cloud.String.Output(), "status": cloud.String.Output(),
		},
		Check: checkInputs, Unchanged: keepGrown, Create: createInstance, Update: updateInstance, Delete: deleteInstance,
	}
}

const extended = "open-source-rds-extended-support"

func createInstance(tx *cloud.Tx, r *cloud.Resource) error {
	p := r.Props
	name := nameOf(tx, p, "identifier", "terraform-")
	switch {
	case tx.One(cloud.DBInstance, cloud.Prop("identifier", name)) != nil:
		return instanceExists.Refuse("DB instance already exists: %s", name)
	case tx.Count(cloud.DBInstance) >= maxInstances:
		return instanceQuota.Refuse("DB instance quota exceeded: %d", maxInstances)
	}
	p["identifier"] = name
	source, err := replicaOf(tx, p)
	if err != nil {
		return err
	}
	defaults(p, source)
	if err := checkNew(tx, p); err != nil {
		return err
	}
	if err := checkSettings(tx, p); err != nil {
		return err
	}
	r.ID = "db-" + strings.ToUpper(tx.Hex(26))
	complete(tx, r)
	begin(tx, r)
	return place(tx, r, p)
}

// defaults are what RDS takes for what is not given; a replica takes it from its
// source.
func defaults(p cloud.Props, source *cloud.Resource) {
	if source != nil {
		for _, name := range []string{
			"allocatedStorage", "backupWindow", "dbName", "dbSubnetGroupName", "engine", "engineVersion", "kmsKeyId", "maintenanceWindow",
			"parameterGroupName", "port", "storageEncrypted", "storageType", "username", "vpcSecurityGroupIds",
		} {
			if v := source.Props[name]; v != nil {
				fill(p, name, v)
			}
		}
		fill(p, "backupRetentionPeriod", 0.0)
	}
	fill(p, "backupRetentionPeriod", 1.0)
	newest, _ := resolve(newestMajor)
	fill(p, "engineVersion", newest)
	fill(p, "engineLifecycleSupport", extended)
	fill(p, "multiAz", false)
	fill(p, "port", float64(defaultPort))
	kind := "gp3"
	if p.Int("iops") != 0 {
		kind = "io1"
	}
	fill(p, "storageType", kind)
	fill(p, "caCertIdentifier", "rds-ca-rsa2048-g1")
	fill(p, "databaseInsightsMode", "standard")
	fill(p, "licenseModel", "postgresql-license")
	fill(p, "networkType", "IPV4")
}

// complete sets what RDS tells of an instance, after it has been checked.
func complete(tx *cloud.Tx, r *cloud.Resource) {
	p := r.Props
	performance(p)
	version, m := resolve(p.Str("engineVersion"))
	p["engineVersionActual"] = version
	if m != nil {
		fill(p, "parameterGroupName", "default."+m.family())
		fill(p, "optionGroupName", "default:postgres-"+strings.TrimPrefix(m.family(), "postgres"))
	}
	name := p.Str("identifier")
	p["address"] = name + "." + domain(tx)
	p["arn"] = tx.ARN("rds", "db:"+name)
	p["resourceId"], p["status"], p["replicas"] = r.ID, "available", []any{}
	p["hostedZoneId"] = "Z" + strings.ToUpper(tx.Hex(13))
	fill(p, "backupWindow", "10:00-10:30")
	fill(p, "maintenanceWindow", "sun:11:00-sun:11:30")
	fill(p, "masterUserSecrets", []any{})
	encrypt(tx, p)
	if p.Bool("performanceInsightsEnabled") {
		fill(p, "performanceInsightsRetentionPeriod", 7.0)
	}
	setEndpoint(p)
}

// domain is where the names of all databases of an account in a region are.
func domain(tx *cloud.Tx) string {
	return "c" + tx.AccountID()[:11] + "." + tx.Session.Region + ".rds." + cloud.DNSSuffix(tx.Session.Region)
}

// encrypt takes AWS's own key where none is given.
func encrypt(tx *cloud.Tx, p cloud.Props) {
	if p.Bool("storageEncrypted") {
		fill(p, "kmsKeyId", tx.ARN("kms", "alias/aws/rds"))
	}
}

func setEndpoint(p cloud.Props) {
	p["endpoint"] = p.Str("address") + ":" + itoa(p.Int("port"))
}

// begin makes what a new instance or cluster has beside it: its secret, and its logs.
func begin(tx *cloud.Tx, r *cloud.Resource) {
	if r.Props.Bool("manageMasterUserPassword") {
		manage(tx, r)
	}
	for _, log := range r.Props.Strs("enabledCloudwatchLogsExports") {
		write(tx, r.Props, log)
	}
}

// end takes that away again, and the interfaces.
func end(tx *cloud.Tx, r *cloud.Resource) {
	for _, log := range r.Props.Strs("enabledCloudwatchLogsExports") {
		stop(tx, r.Props, log)
	}
	unmanage(tx, r)
	ec2.ReleaseInterfaces(tx, ec2.For(r.Kind, r.ID))
}

// manage makes the secret of a master password that RDS manages.
func manage(tx *cloud.Tx, r *cloud.Resource) {
	key, prefix, of := r.Props.Str("masterUserSecretKmsKeyId"), "rds!db-", "primary RDS DB instance"
	if r.Kind == cloud.DBCluster {
		prefix, of = "rds!cluster-", "primary RDS DB cluster"
	}
	secret := secretsmanager.Make(tx, owner, prefix+tx.UUID(), "The secret associated with the "+of+": "+r.Props.Str("arn"), key)
	if key == "" {
		key = tx.ARN("kms", "alias/aws/secretsmanager")
	}
	r.Props["masterUserSecrets"] = []any{map[string]any{"kmsKeyId": key, "secretArn": secret.ID, "secretStatus": "active"}}
}

// unmanage takes that secret away.
func unmanage(tx *cloud.Tx, r *cloud.Resource) {
	for _, s := range r.Props.Objs("masterUserSecrets") {
		if secret := tx.Get(cloud.Secret, s.Str("secretArn")); secret != nil {
			tx.Remove(secret)
		}
	}
	r.Props["masterUserSecrets"] = []any{}
}
