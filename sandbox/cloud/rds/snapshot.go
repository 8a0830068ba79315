package rds

import (
	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var noInstance = missing("db-snapshot-of-nothing", "DBInstanceNotFound", api+"API_CreateDBSnapshot.html")

func snapshotKind() cloud.Kind {
	fields := cloud.Fields{
		"dbInstanceIdentifier": cloud.String.Required().ForceNew(),
		"dbSnapshotIdentifier": cloud.String.Required().ForceNew(),
		"sharedAccounts":       cloud.SetOf(cloud.String),
		"allocatedStorage":     cloud.Number.Output(),
		"encrypted":            cloud.Bool.Output(),
		"port":                 cloud.Number.Output(),
	}
	for _, name := range []string{"availabilityZone", "dbSnapshotArn", "engine", "engineVersion", "kmsKeyId", "snapshotType", "status", "storageType", "vpcId"} {
		fields[name] = cloud.String.Output()
	}
	return cloud.Kind{
		Token: cloud.DBSnapshot, Noun: "RDS DB Snapshot", Service: serviceName, Tagged: true,
		CreateCall: "CreateDBSnapshot", UpdateCall: "ModifyDBSnapshotAttribute", DeleteCall: "DeleteDBSnapshot",
		Fields: fields,
		Create: func(tx *cloud.Tx, r *cloud.Resource) error {
			name := r.Props.Str("dbSnapshotIdentifier")
			source := tx.One(cloud.DBInstance, cloud.Prop("identifier", r.Props.Str("dbInstanceIdentifier")))
			switch {
			case source == nil:
				return noInstance.Refuse("DBInstance %s not found.", r.Props.Str("dbInstanceIdentifier"))
			case tx.Get(cloud.DBSnapshot, name) != nil:
				return snapshotExists.Refuse("Cannot create the snapshot because a snapshot with the identifier %s already exists.", name)
			}
			r.ID = name
			r.Props = r.Props.With(snapshotProps(tx, source, name))
			return nil
		},
	}
}

// snapshot has RDS keep a snapshot of an instance.
func snapshot(tx *cloud.Tx, source *cloud.Resource, name string) {
	tx.Make(owner, cloud.DBSnapshot, name, snapshotProps(tx, source, name), nil)
}

func snapshotProps(tx *cloud.Tx, source *cloud.Resource, name string) cloud.Props {
	p := source.Props
	return snapshotOf(tx, p).With(cloud.Props{
		"dbInstanceIdentifier": p["identifier"], "dbSnapshotIdentifier": name, "dbSnapshotArn": tx.ARN("rds", "snapshot:"+name),
		"encrypted": p.Bool("storageEncrypted"), "availabilityZone": p["availabilityZone"], "storageType": p["storageType"],
	})
}

// snapshotOf is what RDS tells of a snapshot of any database.
func snapshotOf(tx *cloud.Tx, database cloud.Props) cloud.Props {
	vpc := ""
	if g := tx.Get(cloud.DBSubnetGroup, database.Str("dbSubnetGroupName")); g != nil {
		vpc = g.Props.Str("vpcId")
	}
	return cloud.Props{
		"allocatedStorage": database["allocatedStorage"], "port": database["port"], "engine": database.Str("engine"),
		"engineVersion": database["engineVersionActual"], "kmsKeyId": database.Str("kmsKeyId"),
		"snapshotType": "manual", "status": "available", "vpcId": vpc,
	}
}
