// Package rds simulates Amazon RDS for PostgreSQL: instances, Multi-AZ DB clusters,
// the groups of subnets and parameters that they use, final snapshots and event
// subscriptions.
//
// An instance has an interface in a subnet of its group, a second one in another
// zone when it is Multi-AZ, and holds subnets and security groups by them; a cluster
// has one in each of three zones. A master password that RDS manages is a secret of Secrets Manager that belongs to
// RDS. Logs that it exports go to log groups. What it does not simulate: other
// engines, Aurora, the instances of a cluster, option groups, restoring, and waiting: a change applies at
// once, whatever applyImmediately says.
package rds

import (
	"cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// databases are the kinds that are databases, what RDS calls them, and the property
// with their names.
var databases = []struct{ kind, noun, name string }{
	{cloud.DBInstance, "instance", "identifier"}, {cloud.DBCluster, "cluster", "clusterIdentifier"},
}

// Service lists what RDS adds to an account.
func Service() cloud.Service {
	return cloud.Service{
		Kinds: []cloud.Kind{subnetGroupKind(), parameterGroupKind(), instanceKind(), snapshotKind(), subscriptionKind(), clusterKind(), clusterParameterGroupKind(), clusterSnapshotKind()},
		Tags:  tagRules,
	}
}

const (
	serviceName = "RDS"
	api         = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/"
	guide       = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"

	// owner makes the interfaces, secrets, snapshots and log groups of instances.
	owner = "rds"
)

func rule(name, code, source string, tag cloud.Tag) *cloud.Rule {
	return cloud.Declare(cloud.Rule{Name: name, Code: code, Source: source, Tag: tag})
}

func missing(name, code, source string) *cloud.Rule {
	return cloud.Declare(cloud.Rule{Name: name, Code: code, Status: 404, Source: source})
}

var tagRules = cloud.TagRules{
	TooMany:   rule("rds-too-many-tags", "InvalidParameterValue", api+"API_AddTagsToResource.html", cloud.Memory),
	Malformed: rule("rds-tag-malformed", "InvalidParameterValue", api+"API_AddTagsToResource.html", cloud.Memory),
}

// nameOf is what a property, such as name, calls a resource: the given name, or one
// made from its prefix, or else from the provider's own.
func nameOf(tx *cloud.Tx, p cloud.Props, property, own string) string {
	if name := p.Str(property); name != "" {
		return name
	}
	return cmp.Or(p.Str(property+"Prefix"), own) + tx.Hex(26)
}
