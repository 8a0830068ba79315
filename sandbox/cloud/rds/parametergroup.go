package rds

import (
	"regexp"
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var (
	parameterGroupName   = rule("db-parameter-group-name", "InvalidParameterValue", api+"API_CreateDBParameterGroup.html", cloud.Verified)
	parameterGroupExists = rule("db-parameter-group-exists", "DBParameterGroupAlreadyExists", api+"API_CreateDBParameterGroup.html", cloud.Verified)
	parameterGroupFamily = rule("db-parameter-group-family", "InvalidParameterValue", api+"API_CreateDBParameterGroup.html", cloud.Memory)
	parameterGroupInUse  = rule("db-parameter-group-in-use", "InvalidDBParameterGroupState", api+"API_DeleteDBParameterGroup.html", cloud.Verified)
	parameterStatic      = rule("db-parameter-static", "InvalidParameterCombination", api+"API_ModifyDBParameterGroup.html", cloud.Verified)
)

var (
	parameterGroupNames = regexp.MustCompile(`^[a-z][a-z0-9]*([.-][a-z0-9]+)*$`)
	// static are parameters that a running PostgreSQL does not take over; see
	// https://www.postgresql.org/docs/current/view-pg-settings.html, context
	// postmaster.
	static = []string{
		"autovacuum_freeze_max_age", "autovacuum_max_workers", "huge_pages", "max_connections", "max_locks_per_transaction",
		"max_prepared_transactions", "max_replication_slots", "max_wal_senders", "max_worker_processes", "rds.logical_replication",
		"shared_buffers", "shared_preload_libraries", "superuser_reserved_connections", "track_activity_query_size", "track_commit_timestamp", "wal_buffers",
	}
)

func parameterGroupKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.DBParameterGroup, Noun: "RDS DB Parameter Group", Service: serviceName, Tagged: true,
		CreateCall: "CreateDBParameterGroup", UpdateCall: "ModifyDBParameterGroup", DeleteCall: "DeleteDBParameterGroup",
		Fields: cloud.Fields{
			"name":        cloud.String.Like(parametersText).AutoNamed(255).ForceNew(),
			"namePrefix":  cloud.String.Like(prefixText).Computed().ForceNew(),
			"description": cloud.String.Default(managed).ForceNew(),
			"family":      cloud.String.Required().ForceNew(),
			"skipDestroy": cloud.Bool.Default(false),
			"parameters": cloud.SetOf(cloud.Object(cloud.Fields{
				"applyMethod": cloud.String.OneOf("immediate", "pending-reboot").Default("immediate"), "name": cloud.String.Required(), "value": cloud.String.Required(),
			})),
			"arn": cloud.String.Output(),
		},
		Create: createParameterGroup,
		Update: func(_ *cloud.Tx, _ *cloud.Resource, news cloud.Props) error { return checkParameters(news) },
		Delete: deleteParameterGroup,
	}
}

func createParameterGroup(tx *cloud.Tx, r *cloud.Resource) error {
	name := nameOf(tx, r.Props, "name", "")
	switch {
	case !parameterGroupNames.MatchString(name) || len(name) > 255:
		return parameterGroupName.Refuse("The parameter DBParameterGroupName is not a valid identifier: %q must begin with a letter, have letters, digits and hyphens, and not end with a hyphen or have two in a row", name)
	case tx.Get(r.Kind, name) != nil:
		return parameterGroupExists.Refuse("Parameter group %s already exists", name)
	case majorOf(r.Props.Str("family")) == nil:
		return parameterGroupFamily.Refuse("ParameterGroupFamily %s is not a valid parameter group family; the sandbox has those of PostgreSQL", r.Props.Str("family"))
	}
	r.ID = name
	r.Props["name"], r.Props["arn"] = name, tx.ARN("rds", "pg:"+name)
	return checkParameters(r.Props)
}

func checkParameters(p cloud.Props) error {
	for _, q := range p.Objs("parameters") {
		if q.Str("applyMethod") == "immediate" && slices.Contains(static, q.Str("name")) {
			return parameterStatic.Refuse("cannot use immediate apply method for static parameter %s; set applyMethod to pending-reboot", q.Str("name"))
		}
	}
	return nil
}

func deleteParameterGroup(tx *cloud.Tx, r *cloud.Resource) error {
	if r.Props.Bool("skipDestroy") {
		return cloud.ErrKeep
	}
	if i := tx.One(cloud.DBInstance, cloud.Prop("parameterGroupName", r.ID)); i != nil {
		return parameterGroupInUse.Refuse("One or more database instances are still members of this parameter group %s, so the group cannot be deleted: %s", r.ID, i.Props.Str("identifier"))
	}
	return nil
}
