package rds

import (
	"regexp"
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
	"github.com/slipway-iac/slipway/sandbox/cloud/kms"
)

var (
	instanceName     = rule("db-instance-name", "InvalidParameterValue", api+"API_CreateDBInstance.html", cloud.Verified)
	masterUser       = rule("db-master-user", "InvalidParameterValue", api+"API_CreateDBInstance.html", cloud.Verified)
	masterPassword   = rule("db-master-password", "InvalidParameterValue", api+"API_CreateDBInstance.html", cloud.Verified)
	databaseName     = rule("db-name", "InvalidParameterValue", api+"API_CreateDBInstance.html", cloud.Verified)
	instanceClass    = rule("db-instance-class", "InvalidParameterValue", api+"API_CreateDBInstance.html", cloud.Memory)
	versionMissing   = rule("db-engine-version", "InvalidParameterCombination", api+"API_CreateDBInstance.html", cloud.Verified)
	versionEnded     = rule("db-engine-version-ended", "InvalidParameterCombination", guide+"extended-support.html", cloud.Verified)
	zoneAndMulti     = rule("db-zone-with-multi-az", "InvalidParameterCombination", api+"API_CreateDBInstance.html", cloud.Verified)
	noSubnetGroup    = missing("db-subnet-group-missing", "DBSubnetGroupNotFoundFault", api+"API_CreateDBInstance.html")
	noParameterGroup = missing("db-parameter-group-missing", "DBParameterGroupNotFound", api+"API_CreateDBInstance.html")
	familyMismatch   = rule("db-parameter-group-of-other-version", "InvalidParameterCombination", guide+"USER_WorkingWithParamGroups.html", cloud.Verified)
	groupsMismatch   = rule("db-security-group", "InvalidParameterCombination", api+"API_CreateDBInstance.html", cloud.Memory)
	keyUnusable      = rule("db-key", "KMSKeyNotAccessibleFault", api+"API_CreateDBInstance.html", cloud.Verified)
	keyUnencrypted   = rule("db-key-without-encryption", "InvalidParameterCombination", api+"API_CreateDBInstance.html", cloud.Memory)
	monitoringRole   = rule("db-monitoring-role", "InvalidParameterCombination", api+"API_CreateDBInstance.html", cloud.Verified)
	monitoringTrust  = rule("db-monitoring-role-trust", "InvalidParameterValue", guide+"USER_Monitoring.OS.Enabling.html", cloud.Memory)
	insights         = rule("db-insights-advanced", "InvalidParameterCombination", "pulumi/pulumi-aws#5286", cloud.Verified)
	logExports       = rule("db-log-exports", "InvalidParameterCombination", guide+"USER_LogAccess.Concepts.PostgreSQL.html", cloud.Verified)
)

var (
	userForm     = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,62}$`)
	databaseForm = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,62}$`)
	passwordForm = regexp.MustCompile(`^[!-~]{8,128}$`)
	classForm    = regexp.MustCompile(`^db\.[a-z0-9-]+\.[a-z0-9]+$`)
	// anyExports are the logs of all engines, which is all that the provider looks at.
	anyExports = []string{"agent", "alert", "audit", "diag.log", "error", "general", "iam-db-auth-error", "listener", "notify.log", "oemagent", "postgresql", "slowquery", "trace", "upgrade"}
	// anyClusterExports are those of all engines that have clusters.
	anyClusterExports = []string{"audit", "error", "general", "iam-db-auth-error", "instance", "postgresql", "slowquery", "upgrade"}
	intervals         = []int{0, 1, 5, 10, 15, 30, 60}
	exports           = []string{"postgresql", "upgrade", "iam-db-auth-error"}
)

// advancedDays is how long Database Insights' advanced mode keeps what it sees.
const advancedDays = 465

// checkInputs finds what the provider refuses, and engines that are not here.
func checkInputs(p cloud.Props) []cloud.Problem {
	var problems []cloud.Problem
	bad := func(property, reason string) {
		problems = append(problems, cloud.Problem{Property: property, Reason: reason})
	}
	if engine := p.Str("engine"); engine != "" && engine != "postgres" {
		bad("engine", "is "+engine+"; the sandbox models postgres only")
	}
	if p["identifier"] != nil && p["identifierPrefix"] != nil {
		bad("identifier", "conflicts with identifierPrefix")
	}
	if p.Bool("manageMasterUserPassword") && p["password"] != nil {
		bad("password", "conflicts with manageMasterUserPassword")
	}
	for _, property := range []string{"dbName", "username"} {
		if p.Has(property) && p.Has("replicateSourceDb") {
			bad(property, "conflicts with replicateSourceDb")
		}
	}
	if n, ok := p["monitoringInterval"].(float64); ok && !slices.Contains(intervals, int(n)) {
		bad("monitoringInterval", "want 0, 1, 5, 10, 15, 30 or 60")
	}
	if n, ok := p["performanceInsightsRetentionPeriod"].(float64); ok && n != 7 && n != 731 && (int(n)%31 != 0 || n < 31 || n > 31*23) {
		bad("performanceInsightsRetentionPeriod", "want 7, 731 or a multiple of 31 up to 713")
	}
	return problems
}

// checkNew refuses what only a new instance can have wrong.
func checkNew(tx *cloud.Tx, p cloud.Props) error {
	name, user, password := p.Str("identifier"), p.Str("username"), p.Str("password")
	replica := p.Str("replicateSourceDb") != ""
	switch {
	case len(name) > 63 || !identifierForm.MatchString(name):
		return instanceName.Refuse("The parameter DBInstanceIdentifier is not a valid identifier: %s", name)
	case !replica && (!userForm.MatchString(user) || user == "rdsadmin"):
		return masterUser.Refuse("MasterUsername %s cannot be used as it is a reserved word used by the engine, or is not 1 to 63 letters, digits and underscores", user)
	case !replica && password == "" && !p.Bool("manageMasterUserPassword"):
		return masterPassword.Refuse("The parameter MasterUserPassword must be provided and must not be blank: set manageMasterUserPassword")
	case p.Has("dbName") && !databaseForm.MatchString(p.Str("dbName")):
		return databaseName.Refuse("DBName must begin with a letter and contain only alphanumeric characters: %s", p.Str("dbName"))
	case p.Bool("multiAz") && p.Has("availabilityZone"):
		return zoneAndMulti.Refuse("Requesting a specific availability zone is not valid for Multi-AZ instances.")
	case p.Has("kmsKeyId") && !p.Bool("storageEncrypted"):
		return keyUnencrypted.Refuse("A KMS key can only be given for an instance whose storage is encrypted: set storageEncrypted")
	}
	if key := p.Str("kmsKeyId"); key != "" {
		if err := kms.Usable(tx, key); err != nil {
			return keyUnusable.Refuse("The specified KMS key is not accessible: %s", err)
		}
	}
	_, m := resolve(p.Str("engineVersion"))
	if m != nil && m.ended(tx.Now()) && p.Str("engineLifecycleSupport") != extended {
		return versionEnded.Refuse("Standard support of PostgreSQL %d ended on %s, and engineLifecycleSupport is %s", m.number, m.supported, p.Str("engineLifecycleSupport"))
	}
	return nil
}

// checkSettings refuses settings, of a new instance or a changed one.
func checkSettings(tx *cloud.Tx, p cloud.Props) error {
	if err := checkCommon(tx, p); err != nil {
		return err
	}
	if err := checkParameterGroup(tx, p, cloud.DBParameterGroup, noParameterGroup); err != nil {
		return err
	}
	return checkStorage(p)
}

// checkCommon refuses settings that instances and clusters have in common.
func checkCommon(tx *cloud.Tx, p cloud.Props) error {
	_, m := resolve(p.Str("engineVersion"))
	password := p.Str("password")
	switch {
	case m == nil:
		return versionMissing.Refuse("Cannot find version %s for postgres", p.Str("engineVersion"))
	case !classForm.MatchString(p.Str("instanceClass")):
		return instanceClass.Refuse("Invalid DB Instance class: %s", p.Str("instanceClass"))
	case password != "" && (!passwordForm.MatchString(password) || regexp.MustCompile(`[/@"]`).MatchString(password)):
		return masterPassword.Refuse("The parameter MasterUserPassword is not a valid password: want 8 to 128 printable ASCII characters besides '/', '@' and '\"'")
	}
	for _, check := range []func(*cloud.Tx, cloud.Props) error{checkPlace, checkMonitoring} {
		if err := check(tx, p); err != nil {
			return err
		}
	}
	return checkWindows(p.Str("backupWindow"), p.Str("maintenanceWindow"))
}

// checkParameterGroup wants a parameter group of a kind that is for the version.
func checkParameterGroup(tx *cloud.Tx, p cloud.Props, kind string, none *cloud.Rule) error {
	name := p.Str("parameterGroupName")
	_, m := resolve(p.Str("engineVersion"))
	if name == "" || name == "default."+m.family() {
		return nil
	}
	family := ""
	if g := tx.Get(kind, name); g != nil {
		family = g.Props.Str("family")
	} else if base, isDefault := familyOfDefault(name); isDefault {
		family = base
	} else {
		return none.Refuse("%s not found: %s", map[string]string{cloud.DBParameterGroup: "DBParameterGroup", cloud.DBClusterParameterGroup: "DBClusterParameterGroup"}[kind], name)
	}
	if family != m.family() {
		return familyMismatch.Refuse("The parameter group %s with DBParameterGroupFamily %s can't be used for this instance. Please use a Parameter Group with DBParameterGroupFamily %s", name, family, m.family())
	}
	return nil
}

// familyOfDefault is the family of one of RDS's own parameter groups.
func familyOfDefault(name string) (string, bool) {
	for _, m := range majors {
		if name == "default."+m.family() {
			return m.family(), true
		}
	}
	return "", false
}

// checkPlace wants a subnet group, and security groups of its VPC.
func checkPlace(tx *cloud.Tx, p cloud.Props) error {
	group := tx.Get(cloud.DBSubnetGroup, p.Str("dbSubnetGroupName"))
	if group == nil {
		return noSubnetGroup.Refuse("DB subnet group '%s' does not exist; the account has no default VPC", p.Str("dbSubnetGroupName"))
	}
	for _, id := range p.Strs("vpcSecurityGroupIds") {
		if g := tx.Get(cloud.SecurityGroup, id); g == nil || g.Props.Str("vpcId") != group.Props.Str("vpcId") {
			return groupsMismatch.Refuse("The DB instance and EC2 security group are in different VPCs. The DB instance is in %s and there is no EC2 security group %s in it", group.Props.Str("vpcId"), id)
		}
	}
	return nil
}

func checkMonitoring(tx *cloud.Tx, p cloud.Props) error {
	interval, arn := p.Int("monitoringInterval"), p.Str("monitoringRoleArn")
	switch {
	case interval > 0 && arn == "":
		return monitoringRole.Refuse("A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0.")
	case interval > 0:
		if role := iam.RoleByARN(tx, arn); role == nil || !iam.Trusts(role, "monitoring.rds.amazonaws.com") || len(iam.Missing(tx, role, "logs:PutLogEvents")) > 0 {
			return monitoringTrust.Refuse("IAM role ARN value is invalid or does not include the required permissions for: ENHANCED_MONITORING: %s must trust monitoring.rds.amazonaws.com and have AmazonRDSEnhancedMonitoringRole", arn)
		}
	}
	enabled, days := p.Bool("performanceInsightsEnabled"), p.Int("performanceInsightsRetentionPeriod")
	if p.Str("databaseInsightsMode") == "advanced" && (!enabled || days < advancedDays) {
		return insights.Refuse("To enable the Advanced mode of Database Insights, modify your instance to enable Performance Insights and set the retention period for Performance Insights to at least %d days", advancedDays)
	}
	for _, log := range p.Strs("enabledCloudwatchLogsExports") {
		if !slices.Contains(exports, log) {
			return logExports.Refuse("You cannot use the log types '%s' with engine version postgres %s", log, p.Str("engineVersion"))
		}
	}
	return nil
}
