package platform

import (
	"context"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const (
	typeKey      = "aws:kms/key:Key"
	typeLogGroup = "aws:cloudwatch/logGroup:LogGroup"
)

// logKeys are the keys without which kept logs could not be read.
var logKeys = []string{networkName + "-flow-logs", clusterName + "-logs"}

// Retained is what a destroy leaves in the account on purpose, by type and
// number: nothing in dev and staging; in prod the logs, which outlive what they
// tell of, and their keys.
func Retained(t Tier) map[string]int {
	if t != Prod {
		return nil
	}
	return map[string]int{typeLogGroup: 2, typeKey: len(logKeys)}
}

// protection keeps Pulumi from deleting or replacing anything of a block while
// the environment is protected. It has to be all: of a stack that is protected
// in part, a destroy deletes the other part before it fails.
func (e Environment) protection() pulumi.ResourceOption { return pulumi.Protect(e.Protect) }

// retain keeps what a destroy should leave, wherever in the blocks it is made.
// Other resources it does not touch: one that goes through a transform loses
// the IDs of the resources that it refers to.
func retain(ctx *pulumi.Context, t Tier) error {
	if t != Prod {
		return nil
	}
	return ctx.RegisterResourceTransform(func(_ context.Context, args *pulumi.ResourceTransformArgs) *pulumi.ResourceTransformResult {
		if args.Type != typeLogGroup && (args.Type != typeKey || !slices.Contains(logKeys, args.Name)) {
			return nil
		}
		opts := args.Opts
		opts.RetainOnDelete = true
		return &pulumi.ResourceTransformResult{Props: args.Props, Opts: opts}
	})
}
