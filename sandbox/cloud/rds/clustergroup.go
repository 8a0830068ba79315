package rds

import "github.com/slipway-iac/slipway/sandbox/cloud"

var (
	clusterGroupInUse     = rule("db-cluster-parameter-group-in-use", "InvalidDBParameterGroupState", api+"API_DeleteDBClusterParameterGroup.html", cloud.Verified)
	clusterSnapshotOf     = missing("db-cluster-snapshot-of-nothing", "DBClusterNotFoundFault", api+"API_CreateDBClusterSnapshot.html")
	clusterSnapshotExists = rule("db-cluster-snapshot-exists", "DBClusterSnapshotAlreadyExistsFault", api+"API_CreateDBClusterSnapshot.html", cloud.Verified)
)

// clusterParameterGroupKind is a group of parameters for all instances of a
// cluster, with the rules of a group for one.
func clusterParameterGroupKind() cloud.Kind {
	k := parameterGroupKind()
	k.Token, k.Noun = cloud.DBClusterParameterGroup, "RDS Cluster Parameter Group"
	k.CreateCall, k.UpdateCall, k.DeleteCall = "CreateDBClusterParameterGroup", "ModifyDBClusterParameterGroup", "DeleteDBClusterParameterGroup"
	delete(k.Fields, "skipDestroy")
	k.Create = func(tx *cloud.Tx, r *cloud.Resource) error {
		if err := createParameterGroup(tx, r); err != nil {
			return err
		}
		r.Props["arn"] = tx.ARN("rds", "cluster-pg:"+r.ID)
		return nil
	}
	k.Delete = func(tx *cloud.Tx, r *cloud.Resource) error {
		if c := tx.One(cloud.DBCluster, cloud.Prop("dbClusterParameterGroupName", r.ID)); c != nil {
			return clusterGroupInUse.Refuse("One or more database clusters are still members of this parameter group %s, so the group cannot be deleted: %s", r.ID, c.ID)
		}
		return nil
	}
	return k
}

func clusterSnapshotKind() cloud.Kind {
	fields := cloud.Fields{
		"dbClusterIdentifier":         cloud.String.Required().ForceNew(),
		"dbClusterSnapshotIdentifier": cloud.String.Required().Like(identifierText).ForceNew(),
		"sharedAccounts":              cloud.SetOf(cloud.String),
		"allocatedStorage":            cloud.Number.Output(),
		"availabilityZones":           cloud.ListOf(cloud.String).Output(),
		"port":                        cloud.Number.Output(),
		"storageEncrypted":            cloud.Bool.Output(),
	}
	for _, name := range []string{"dbClusterSnapshotArn", "engine", "engineVersion", "kmsKeyId", "snapshotType", "status", "vpcId"} {
		fields[name] = cloud.String.Output()
	}
	return cloud.Kind{
		Token: cloud.DBClusterSnapshot, Noun: "RDS DB Cluster Snapshot", Service: serviceName, Tagged: true,
		CreateCall: "CreateDBClusterSnapshot", UpdateCall: "ModifyDBClusterSnapshotAttribute", DeleteCall: "DeleteDBClusterSnapshot",
		Fields: fields,
		Create: func(tx *cloud.Tx, r *cloud.Resource) error {
			name := r.Props.Str("dbClusterSnapshotIdentifier")
			source := tx.One(cloud.DBCluster, cloud.Prop("clusterIdentifier", r.Props.Str("dbClusterIdentifier")))
			switch {
			case source == nil:
				return clusterSnapshotOf.Refuse("DBCluster %s not found.", r.Props.Str("dbClusterIdentifier"))
			case tx.Get(cloud.DBClusterSnapshot, name) != nil:
				return clusterSnapshotExists.Refuse("Cannot create the snapshot because one with the identifier %s already exists.", name)
			}
			r.ID = name
			r.Props = r.Props.With(clusterSnapshotProps(tx, source, name))
			return nil
		},
	}
}

func clusterSnapshotProps(tx *cloud.Tx, source *cloud.Resource, name string) cloud.Props {
	p := source.Props
	return snapshotOf(tx, p).With(cloud.Props{
		"dbClusterIdentifier": p["clusterIdentifier"], "dbClusterSnapshotIdentifier": name, "dbClusterSnapshotArn": tx.ARN("rds", "cluster-snapshot:"+name),
		"storageEncrypted": p.Bool("storageEncrypted"), "availabilityZones": p["availabilityZones"],
	})
}
