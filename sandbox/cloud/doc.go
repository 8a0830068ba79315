// Package cloud is a simulated AWS account. It keeps what exists in the
// account, refuses what AWS refuses with AWS's error codes, and does what AWS
// services do on their own: a VPC brings a main route table, a NAT gateway an
// interface, a cluster a security group.
//
// The account speaks the language of the AWS provider: a [Kind] is a resource
// type of pulumi-aws, its [Fields] are the properties of that type, a
// [Function] is a data source. Nothing is accepted that is not modelled: an
// unknown kind, property or function is an error that names it. The package
// knows nothing of Pulumi's engine; the provider in front of it does.
//
// A [Rule] that is broken refuses the call, or fails late, or warns. It refuses
// where sources agree on the rule, even if only memory knows the error code. It
// warns where the rule itself is unproven and a wrong refusal would stop a sound
// program: quotas that AWS is said to have raised, versions newer than the
// sandbox, limits that nobody has found written down.
//
// Each service is a package below this one (ec2, iam, eks, …) that exports a
// [Service]; package all lists them.
//
// What it does not simulate: the passing of time, IAM's evaluation of the
// caller's permissions, the data plane of a service unless its package says so.
package cloud
