package loggroup_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/internal/loggroup"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
)

const owner = "test:index:Owner"

// run makes the group "/demo/logs", and then what more says.
func run(t *testing.T, more func(*pulumi.Context, loggroup.Args, *cloudwatch.LogGroup, pulumi.Resource) error) *sandboxtest.Recording {
	t.Helper()
	return sandboxtest.Run(t, sandboxtest.Options{}, func(ctx *pulumi.Context) error {
		parent := &pulumi.ResourceState{}
		if err := ctx.RegisterComponentResource(owner, "owner", parent); err != nil {
			return err
		}
		args := loggroup.Args{
			Group: "/demo/logs", Region: "us-west-2", AccountID: cloud.DefaultAccountID, RetentionDays: 30, KeyDeletionDays: 7,
		}
		group, err := loggroup.New(ctx, "logs", args, parent)
		if err != nil {
			return err
		}
		return more(ctx, args, group, parent)
	})
}

func nothing(*pulumi.Context, loggroup.Args, *cloudwatch.LogGroup, pulumi.Resource) error { return nil }

func TestNewMakesExactly(t *testing.T) {
	t.Parallel()
	r := run(t, nothing).Must(t)
	if d := cmp.Diff(map[string]int{cloud.LogGroup: 1, cloud.KMSKey: 1}, r.Below(t, owner, "owner").Counts()); d != "" {
		t.Errorf("resources (-want +got):\n%s", d)
	}
	named := map[string]any{"Name": "logs"}
	group := cloud.Props{"name": "/demo/logs", "retentionInDays": 30.0, "kmsKeyId": "arn:key:logs", "tags": named}
	if d := cmp.Diff(group, r.Readable(r.One(t, cloud.LogGroup, "logs"))); d != "" {
		t.Errorf("group (-want +got):\n%s", d)
	}
	got := r.Readable(r.One(t, cloud.KMSKey, "logs"))
	delete(got, "policy") // It has a test of its own.
	key := cloud.Props{"description": "Log group /demo/logs", "enableKeyRotation": true, "deletionWindowInDays": 7.0, "tags": named}
	if d := cmp.Diff(key, got); d != "" {
		t.Errorf("key (-want +got):\n%s", d)
	}
	r.LeavesNothing(t)
}

// The key of one group is refused for another.
func TestKeyServesOneGroup(t *testing.T) {
	t.Parallel()
	r := run(t, func(ctx *pulumi.Context, args loggroup.Args, group *cloudwatch.LogGroup, parent pulumi.Resource) error {
		args.Group, args.KeyARN = "/demo/other", group.KmsKeyId.Elem()
		_, err := loggroup.New(ctx, "other", args, parent)
		return err
	})
	if r.Err == nil || !strings.Contains(r.Err.Error(), "/demo/other") {
		t.Errorf("error is %v", r.Err)
	}
	if n := len(r.Of(cloud.KMSKey)); n != 1 {
		t.Errorf("%d keys, want no second beside the one that was given", n)
	}
}
