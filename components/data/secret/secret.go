// Package secret makes a secret in Secrets Manager, and takes it to the pods of
// one service account.
//
// It makes no value: a value in a program would stand in Pulumi's state. Somebody
// puts the first one, or the function that rotates it does. In a cluster it makes
// a role that reads this secret and no other, and a SecretProviderClass, which
// mounts the value into pods as a file. That needs the EKS add-ons
// aws-secrets-store-csi-driver-provider and eks-pod-identity-agent. The
// alternative, the External Secrets Operator, was not chosen: it copies values
// into the cluster's database, and one role of its own reads them all.
//
// See https://docs.aws.amazon.com/secretsmanager/latest/userguide/integrating_csi_driver.html
package secret

import (
	"cmp"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/secretsmanager"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/components/tags"
)

// typeToken is this component's identity in Pulumi state. Changing it replaces
// the secret, so a rename needs an alias.
const typeToken = "slipway:secret:Secret"

const (
	defaultRecoveryDays = 30
	defaultRotationDays = 30
)

// Secret is a secret and its way to pods.
type Secret struct {
	pulumi.ResourceState

	// ARN is the secret's, by which a function that rotates it is permitted.
	ARN pulumi.StringOutput `pulumi:"arn"`

	// ClassName is the SecretProviderClass that a pod's volume names; empty
	// without Pods. What takes it waits for the permission to read.
	ClassName pulumi.StringOutput `pulumi:"className"`
}

// Args configures a Secret.
type Args struct {
	// Description says what the secret is. Required.
	Description string

	// Region is where the secret is. Required.
	Region string

	// KeyARN is the key that encrypts it. Required. The key's policy lets the
	// account's roles use it, or the readers through Secrets Manager.
	KeyARN pulumi.StringInput

	// Rotation replaces the value regularly. Optional.
	Rotation Rotation

	// Pods are who reads the secret. Optional.
	Pods Pods

	// RecoveryDays is how long the secret can be restored once it is deleted: 7
	// to 30. Defaults to 30.
	RecoveryDays int

	// WithoutRecovery deletes the secret at once, so that nothing is left and its
	// name is free. For environments that come and go.
	WithoutRecovery bool
}

// Rotation is how a secret gets its values.
type Rotation struct {
	// FunctionARN is a Lambda function that Secrets Manager may invoke. Nil rotates
	// nothing.
	FunctionARN pulumi.StringInput

	// Days is how long a value lives: 1 to 1000. Defaults to 30.
	Days int
}

// Pods are those of one service account.
type Pods struct {
	// Cluster is where they run. Required for any.
	Cluster kube.Target

	// Namespace and ServiceAccount name their account. Empty for no pods.
	Namespace, ServiceAccount string

	// File is the name of the file that has the value. Defaults to the
	// component's name.
	File string
}

func (p Pods) any() bool { return p.Namespace+p.ServiceAccount != "" }

// New makes the secret.
func New(ctx *pulumi.Context, name string, args Args, opts ...pulumi.ResourceOption) (*Secret, error) {
	args = args.withDefaults(name)
	if err := args.validate(); err != nil {
		return nil, fmt.Errorf("secret %q: %w", name, err)
	}
	c := &Secret{}
	if err := ctx.RegisterComponentResource(typeToken, name, c, opts...); err != nil {
		return nil, err
	}
	made, err := secretsmanager.NewSecret(ctx, name, &secretsmanager.SecretArgs{
		Description:          pulumi.String(args.Description),
		KmsKeyId:             args.KeyARN.ToStringOutput(),
		RecoveryWindowInDays: pulumi.Int(args.recoveryWindow()),
		Tags:                 pulumi.ToStringMap(tags.Named(name)),
	}, pulumi.Parent(c))
	if err != nil {
		return nil, fmt.Errorf("secret %q: creating it: %w", name, err)
	}
	if err := rotate(ctx, name, args.Rotation, made, pulumi.Parent(c)); err != nil {
		return nil, fmt.Errorf("secret %q: %w", name, err)
	}
	c.ARN, c.ClassName = made.Arn, pulumi.String("").ToStringOutput()
	if args.Pods.any() {
		if c.ClassName, err = mount(ctx, name, args, made.Arn, c); err != nil {
			return nil, fmt.Errorf("secret %q: %w", name, err)
		}
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"arn": c.ARN, "className": c.ClassName})
}

// rotate has Secrets Manager call the function when it is due, and now: until
// then the secret has no value.
func rotate(ctx *pulumi.Context, name string, r Rotation, of *secretsmanager.Secret, child pulumi.ResourceOption) error {
	if r.FunctionARN == nil {
		return nil
	}
	if _, err := secretsmanager.NewSecretRotation(ctx, name, &secretsmanager.SecretRotationArgs{
		SecretId:          of.ID(),
		RotationLambdaArn: r.FunctionARN.ToStringOutput(),
		RotationRules:     secretsmanager.SecretRotationRotationRulesArgs{AutomaticallyAfterDays: pulumi.Int(r.Days)},
	}, child); err != nil {
		return fmt.Errorf("rotating it: %w", err)
	}
	return nil
}

func (a Args) withDefaults(name string) Args {
	a.RecoveryDays = cmp.Or(a.RecoveryDays, defaultRecoveryDays)
	a.Rotation.Days = cmp.Or(a.Rotation.Days, defaultRotationDays)
	a.Pods.File = cmp.Or(a.Pods.File, name)
	return a
}

func (a Args) recoveryWindow() int {
	if a.WithoutRecovery {
		return 0
	}
	return a.RecoveryDays
}
