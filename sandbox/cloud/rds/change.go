package rds

import (
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/ec2"
)

var (
	versionDown     = rule("db-engine-version-lower", "InvalidParameterCombination", api+"API_ModifyDBInstance.html", cloud.Verified)
	majorFlag       = rule("db-major-version-not-allowed", "InvalidParameterCombination", api+"API_ModifyDBInstance.html", cloud.Verified)
	blueGreen       = rule("db-blue-green-with-managed-password", "SourceDatabaseNotSupportedFault", guide+"blue-green-deployments-overview.html", cloud.Derived)
	replicaMissing  = missing("db-replica-of-nothing", "DBInstanceNotFound", api+"API_CreateDBInstanceReadReplica.html")
	replicaPassword = rule("db-replica-with-managed-password", "InvalidParameterValue", guide+"rds-secrets-manager.html", cloud.Verified)
	replicaBackups  = rule("db-replica-without-backups", "InvalidDBInstanceState", guide+"USER_ReadRepl.html", cloud.Verified)
	protected       = rule("db-instance-protected", "InvalidParameterCombination", api+"API_DeleteDBInstance.html", cloud.Verified)
	snapshotName    = rule("db-final-snapshot-without-name", "InvalidParameterCombination", api+"API_DeleteDBInstance.html", cloud.Verified)
	snapshotExists  = rule("db-snapshot-exists", "DBSnapshotAlreadyExists", api+"API_DeleteDBInstance.html", cloud.Verified)
)

// replicaOf is the source of a read replica; nil when it is none.
func replicaOf(tx *cloud.Tx, p cloud.Props) (*cloud.Resource, error) {
	name := p.Str("replicateSourceDb")
	if name == "" {
		return nil, nil
	}
	source := tx.One(cloud.DBInstance, func(r *cloud.Resource) bool { return r.Props.Str("identifier") == name || r.Props.Str("arn") == name })
	switch {
	case source == nil:
		return nil, replicaMissing.Refuse("DBInstance %s not found.", name)
	case source.Props.Bool("manageMasterUserPassword"):
		return source, replicaPassword.Refuse("Creating read replicas for source instance with engine postgres where ManageMasterUserPassword is enabled is not supported.")
	case source.Props.Int("backupRetentionPeriod") == 0:
		return source, replicaBackups.Refuse("Automated backups are not enabled for this database instance. To enable automated backups, use ModifyDBInstance to set the backup retention period to a non-zero value.")
	}
	return source, nil
}

// keepGrown leaves storage alone that is larger than the program says while it may
// grow by itself: autoscaling has made it so.
func keepGrown(state, news cloud.Props) {
	if said := news.Int("allocatedStorage"); said < state.Int("allocatedStorage") && said < news.Int("maxAllocatedStorage") && news.Has("allocatedStorage") {
		news["allocatedStorage"] = state["allocatedStorage"]
	}
}

func updateInstance(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	// What is not given stays as it is.
	p := r.Props.With(news)
	if p.Str("storageType") == "gp3" {
		// What RDS chose for another size is no wish of the caller.
		p["iops"], p["storageThroughput"] = news["iops"], news["storageThroughput"]
	}
	if err := checkSettings(tx, p); err != nil {
		return err
	}
	version, err := upgraded(r, p)
	switch {
	case err != nil:
		return err
	case p.Obj("blueGreenUpdate").Bool("enabled") && p.Bool("manageMasterUserPassword"):
		return blueGreen.Refuse("A blue/green deployment of %s is not possible: its master password is managed in Secrets Manager", p.Str("identifier"))
	}
	hand(tx, r, news)
	export(tx, r, news)
	ec2.ReleaseInterfaces(tx, ec2.For(cloud.DBInstance, r.ID))
	if err := place(tx, r, p); err != nil {
		return err
	}
	r.Props["engineVersionActual"] = version
	performance(p)
	r.Props["iops"], r.Props["storageThroughput"] = p["iops"], p["storageThroughput"]
	r.Props["port"] = p["port"]
	setEndpoint(r.Props)
	return nil
}

// upgraded is the version that an instance or a cluster comes to have. It refuses
// what can only rise to fall.
func upgraded(r *cloud.Resource, p cloud.Props) (string, error) {
	version, _ := resolve(p.Str("engineVersion"))
	have := r.Props.Str("engineVersionActual")
	if strings.HasPrefix(have, p.Str("engineVersion")+".") {
		version = have
	}
	switch {
	case less(version, have):
		return "", versionDown.Refuse("Cannot upgrade postgres from %s to %s", have, version)
	case strings.Split(version, ".")[0] != strings.Split(have, ".")[0] && !p.Bool("allowMajorVersionUpgrade"):
		return "", majorFlag.Refuse("The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version: %s to %s", have, version)
	case p.Int("allocatedStorage") < r.Props.Int("allocatedStorage"):
		return "", storageLess.Refuse("Requested storage size (%d) cannot be less than the current storage size (%d).", p.Int("allocatedStorage"), r.Props.Int("allocatedStorage"))
	}
	return version, nil
}

// hand gives the master password to RDS, or takes it back.
func hand(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) {
	switch managed := r.Props.Bool("manageMasterUserPassword"); {
	case managed && !news.Bool("manageMasterUserPassword"):
		unmanage(tx, r)
	case !managed && news.Bool("manageMasterUserPassword"):
		manage(tx, r)
	}
}

// export has the logs written that are asked for, and no others.
func export(tx *cloud.Tx, r *cloud.Resource, news cloud.Props) {
	before, after := r.Props.Strs("enabledCloudwatchLogsExports"), news.Strs("enabledCloudwatchLogsExports")
	for _, log := range before {
		if !slices.Contains(after, log) {
			stop(tx, r.Props, log)
		}
	}
	for _, log := range after {
		write(tx, r.Props, log)
	}
}

// deleteInstance deletes an instance. Its final snapshot stays, as do the groups
// that it logged to.
func deleteInstance(tx *cloud.Tx, r *cloud.Resource) error {
	p := r.Props
	if p.Bool("deletionProtection") {
		return protected.Refuse("Cannot delete protected DB Instance, please disable deletion protection and try again: %s", p.Str("identifier"))
	}
	if !p.Bool("skipFinalSnapshot") {
		name := strings.ToLower(p.Str("finalSnapshotIdentifier"))
		switch {
		case name == "":
			return snapshotName.Refuse("FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified: %s", p.Str("identifier"))
		case tx.Get(cloud.DBSnapshot, name) != nil:
			return snapshotExists.Refuse("Cannot create the snapshot because a snapshot with the identifier %s already exists.", name)
		}
		snapshot(tx, r, name)
	}
	end(tx, r)
	return nil
}
