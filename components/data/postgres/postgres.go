// Package postgres makes a PostgreSQL database on RDS that only named security
// groups reach.
//
// RDS makes the master password, rotates it and keeps it in Secrets Manager: it is
// in no state and no output. Applications log in with IAM, see [Postgres.ConnectARN].
// The package makes the instance with its groups, logs, monitoring and alarms; no
// users and no tables, which are made from inside. Where more is read than one
// instance can serve it makes a Multi-AZ DB cluster instead, see [Shape].
//
// See https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_PostgreSQL.html
package postgres

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/internal/outputs"
)

// typeToken is this component's identity in Pulumi state. Changing it replaces
// the database, so a rename needs an alias.
const typeToken = "slipway:postgres:Postgres"

// Postgres is a database.
type Postgres struct {
	pulumi.ResourceState

	// Endpoint is the host that clients connect to, at [Port].
	Endpoint pulumi.StringOutput `pulumi:"endpoint"`

	// ReaderEndpoint is the host that clients of a Cluster read from; empty otherwise.
	ReaderEndpoint pulumi.StringOutput `pulumi:"readerEndpoint"`

	// Identifier is the instance's name, or the cluster's, and ARN its ARN.
	Identifier pulumi.StringOutput `pulumi:"identifier"`
	ARN        pulumi.StringOutput `pulumi:"arn"`

	// SecurityGroupID is the database's own group, which lets the clients in.
	SecurityGroupID pulumi.StringOutput `pulumi:"securityGroupId"`

	// ResourceID is how permissions name the instance; see [Postgres.ConnectARN].
	ResourceID pulumi.StringOutput `pulumi:"resourceId"`

	args Args
}

// New makes the database.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Postgres, error) {
	args = args.withDefaults(name)
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("postgres %q: %w", name, err)
	}
	c := &Postgres{args: args}
	if err := ctx.RegisterComponentResource(typeToken, name, c, opts...); err != nil {
		return nil, err
	}
	b := &builder{ctx: ctx, name: name, args: args, parent: c, child: pulumi.Parent(c)}
	made, err := b.build()
	if err != nil {
		return nil, fmt.Errorf("postgres %q: %w", name, err)
	}
	c.Endpoint, c.ReaderEndpoint, c.Identifier, c.ARN, c.ResourceID = made.endpoint, made.reader, made.identifier, made.arn, made.resourceID
	c.SecurityGroupID = b.group.ID().ToStringOutput()
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{
		"endpoint": c.Endpoint, "readerEndpoint": c.ReaderEndpoint, "identifier": c.Identifier, "arn": c.ARN, "securityGroupId": c.SecurityGroupID, "resourceId": c.ResourceID,
	})
}

// ConnectARN is the resource on which a role needs rds-db:connect to log in as a
// user of the database, who needs the database's role rds_iam. See
// https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html
func (c *Postgres) ConnectARN(user string) pulumi.StringOutput {
	return outputs.String(c.ResourceID, func(id string) (string, error) { return c.args.connectARN(id, user), nil })
}

// builder makes the parts of one database.
type builder struct {
	ctx    *pulumi.Context
	name   string
	args   Args
	parent pulumi.Resource
	child  pulumi.ResourceOption
	group  idResource
}

type idResource interface{ ID() pulumi.IDOutput }

// database is what an instance and a cluster have in common.
type database struct {
	endpoint, reader, identifier, arn, resourceID pulumi.StringOutput
}

// build makes what the database needs, the database, and what watches it.
func (b *builder) build() (*database, error) {
	if err := b.admit(); err != nil {
		return nil, err
	}
	logs, err := b.logs()
	if err != nil {
		return nil, err
	}
	role, permission, err := b.monitoring()
	if err != nil {
		return nil, err
	}
	shape := b.instance
	if b.args.Shape == Cluster {
		shape = b.cluster
	}
	made, err := shape(role, append(logs, permission))
	if err != nil {
		return nil, err
	}
	return made, b.alarms(made)
}
