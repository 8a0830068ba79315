// Package sample is an application that goes through everything that an
// environment has, and shows how one is written: a front that the internet or
// the VPC reaches by TLS, and behind it, in a namespace of its own, a back that
// keeps a volume, writes into a bucket and asks a database, without a password.
//
// The pods keep to the strictest Pod Security level, and talk to nobody but those
// named in traffic.go. The package makes no bucket, no database and no user in
// it; where its user is missing, the page says so.
package sample

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/ingress"
	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/internal/outputs"
)

// typeToken is this component's identity in Pulumi state. Changing it replaces
// every child, so a rename needs an alias.
const typeToken = "slipway:sample:Sample"

// Sample is the application.
type Sample struct {
	pulumi.ResourceState

	// Ready is the application once its pods run and its load balancer has a name.
	Ready []pulumi.Resource

	// Address is where it is: https:// and its host. What takes it waits for Ready.
	Address pulumi.StringOutput `pulumi:"address"`
}

// Args configures a Sample.
type Args struct {
	// Cluster is where it runs. Its Ready has the nodes, the EBS CSI driver with a
	// default storage class, the load balancer controller and external-dns: what the
	// application makes them make goes before them. Required.
	Cluster kube.Target

	// Region is where the cluster is. Required.
	Region string

	// ServiceCIDR is the cluster's range of Services. Required: the cluster's DNS is
	// in it, which pods may ask.
	ServiceCIDR string

	// Host is the application's name, such as sample.dev.example.com, and
	// CertificateARN a certificate for it. Required.
	Host           string
	CertificateARN pulumi.StringInput

	// Scheme says who reaches it. Defaults to ingress.Internal.
	Scheme ingress.Scheme

	// LoadBalancerCIDRs are the ranges of the subnets that the load balancer is in:
	// the front talks to nobody else. Required.
	LoadBalancerCIDRs []string

	// LogBucket is a bucket of logs, by name, that the load balancer's access logs go
	// to. Optional.
	LogBucket pulumi.StringInput

	// Bucket is where the back writes to. Required.
	Bucket Bucket

	// Database is what the back asks. Optional.
	Database Database
}

// Bucket is a bucket and its key.
type Bucket struct {
	// ARN is the bucket's, and KeyARN that of the key that encrypts its objects.
	// Required.
	ARN, KeyARN pulumi.StringInput
}

// Database is a PostgreSQL database that lets users in by IAM. All but Port, Name
// and Authorities are required, or nothing is given.
type Database struct {
	// Host is its endpoint: postgres.Postgres.Endpoint.
	Host pulumi.StringInput

	// ConnectARN is the database and its user, for a policy:
	// postgres.Postgres.ConnectARN(User).
	ConnectARN pulumi.StringInput

	// User is a user of the database who has its role rds_iam. Somebody has to make
	// it, from inside: CREATE USER sample; GRANT rds_iam TO sample;
	User string

	// CIDRs are the ranges of the subnets that it is in.
	CIDRs []string

	// Port defaults to 5432, and Name, the database's within the instance, to app.
	Port int
	Name string

	// Authorities are the certificates, in PEM, of which the server's is to be one,
	// from https://truststore.pki.rds.amazonaws.com/. Without them the connection is
	// encrypted, and nobody checks with whom.
	Authorities string
}

// New makes the application.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Sample, error) {
	args = args.withDefaults()
	if err := args.validate(name); err != nil {
		return nil, fmt.Errorf("sample %q: %w", name, err)
	}
	c := &Sample{}
	if err := ctx.RegisterComponentResource(typeToken, name, c, opts...); err != nil {
		return nil, err
	}
	b := &builder{ctx: ctx, name: name, args: args, parent: c}
	door, err := b.build()
	if err != nil {
		return nil, fmt.Errorf("sample %q: %w", name, err)
	}
	c.Ready = append(b.ready, door.Ready...)
	c.Address = outputs.After(ctx, pulumi.String("https://"+args.Host), c.Ready...)
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"address": c.Address})
}
