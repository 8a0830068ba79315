package sandboxtest_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
)

type thing struct{ pulumi.CustomResourceState }

type component struct{ pulumi.ResourceState }

func register(ctx *pulumi.Context, token, name string, props pulumi.Map, opts ...pulumi.ResourceOption) (*thing, error) {
	var x thing
	return &x, ctx.RegisterResource(token, name, props, &x, opts...)
}

func vpc(ctx *pulumi.Context, name string, opts ...pulumi.ResourceOption) (*thing, error) {
	return register(ctx, cloud.VPC, name, pulumi.Map{"cidrBlock": pulumi.String("10.0.0.0/16")}, opts...)
}

// Whatever the account does not model, or refuses, fails the program.
func TestFailures(t *testing.T) {
	t.Parallel()
	only := func(token string, props pulumi.Map) pulumi.RunFunc {
		return func(ctx *pulumi.Context) error { _, err := register(ctx, token, "x", props); return err }
	}
	tests := map[string]struct {
		program pulumi.RunFunc
		want    string
	}{
		"type":            {only("aws:s3/bucket:Bucket", nil), "does not model the resource type aws:s3/bucket:Bucket"},
		"Kubernetes type": {only("kubernetes:apps/v1:ReplicaSet", nil), "does not model the resource type kubernetes:apps/v1:ReplicaSet"},
		"property":        {only(cloud.VPC, pulumi.Map{"cidrBlok": pulumi.String("x")}), "cidrBlok"},
		"refusal":         {only(cloud.VPC, pulumi.Map{"cidrBlock": pulumi.String("10.0.0.0/8")}), "InvalidVpc.Range"},
		"function": {func(ctx *pulumi.Context) error {
			return ctx.Invoke("aws:s3/getBucket:getBucket", &struct{}{}, &struct{}{})
		}, "does not model the function aws:s3/getBucket:getBucket"},
		"reading": {func(ctx *pulumi.Context) error {
			var x thing
			return ctx.ReadResource(cloud.VPC, "x", pulumi.ID("vpc-1"), nil, &x)
		}, "does not model reading " + cloud.VPC},
		"account": {func(ctx *pulumi.Context) error {
			_, err := aws.NewProvider(ctx, "p", &aws.ProviderArgs{AllowedAccountIds: pulumi.ToStringArray([]string{"111111111111"})})
			return err
		}, "AWS account ID not allowed"},
		"logical name": {func(ctx *pulumi.Context) error {
			_, err := register(ctx, cloud.IAMRole, strings.Repeat("r", 60), nil)
			return err
		}, "longer than maximum length 64"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if r := sandboxtest.Run(t, sandboxtest.Options{}, tc.program); r.Err == nil || !strings.Contains(r.Err.Error(), tc.want) {
				t.Errorf("got %v, want %s", r.Err, tc.want)
			}
		})
	}
}

func TestRecording(t *testing.T) {
	t.Parallel()
	r := sandboxtest.Run(t, sandboxtest.Options{}, func(ctx *pulumi.Context) error {
		var outer, inner component
		if err := ctx.RegisterComponentResource("test:index:Outer", "outer", &outer); err != nil {
			return err
		}
		if err := ctx.RegisterComponentResource("test:index:Inner", "inner", &inner, pulumi.Parent(&outer)); err != nil {
			return err
		}
		v, err := vpc(ctx, "v", pulumi.Parent(&inner), pulumi.Protect(true), pulumi.IgnoreChanges([]string{"tags"}))
		if err != nil {
			return err
		}
		igw, err := register(ctx, cloud.InternetGateway, "g", pulumi.Map{"vpcId": v.ID()}, pulumi.Parent(&outer))
		if err != nil {
			return err
		}
		_, err = vpc(ctx, "after", pulumi.DependsOn([]pulumi.Resource{igw}))
		return err
	}).Must(t)
	v, g, after := r.One(t, cloud.VPC, "v"), r.One(t, cloud.InternetGateway, "g"), r.One(t, cloud.VPC, "after")
	inner, outer := r.One(t, "test:index:Inner", "inner"), r.One(t, "test:index:Outer", "outer")
	if v.Parent != inner.URN || inner.Parent != outer.URN || g.Parent != outer.URN {
		t.Errorf("the parents are %q, %q and %q", v.Parent, inner.Parent, g.Parent)
	}
	if want := "urn:pulumi:unit::test::test:index:Outer$test:index:Inner$" + cloud.VPC + "::v"; v.URN != want {
		t.Errorf("the URN is %s, want %s", v.URN, want)
	}
	if !slices.Contains(g.DependsOn, v.URN) || !slices.Contains(after.DependsOn, g.URN) || len(v.DependsOn) > 0 {
		t.Errorf("the dependencies are %v, %v and %v", g.DependsOn, after.DependsOn, v.DependsOn)
	}
	if !v.Protect || after.Protect || !slices.Contains(v.IgnoreChanges, "tags") {
		t.Errorf("the options are %v and %v", v.Protect, v.IgnoreChanges)
	}
	if g.Inputs.Str("vpcId") != v.ID || v.Outputs.Str("arn") == "" || !strings.HasPrefix(v.ID, "vpc-") || outer.ID != "" {
		t.Errorf("made %+v and %+v", g.Inputs, v.Outputs)
	}
	want := map[string]int{"test:index:Outer": 1, "test:index:Inner": 1, cloud.VPC: 2, cloud.InternetGateway: 1}
	if diff := cmp.Diff(want, r.Counts()); diff != "" {
		t.Error(diff)
	}
	if err := r.Destroy(); err != nil {
		t.Fatal(err)
	}
	if left := r.Left(); len(left) > 0 {
		t.Errorf("left are %v", left)
	}
}

func TestProviders(t *testing.T) {
	t.Parallel()
	const role = "arn:aws:iam::123456789012:role/deployer"
	r := sandboxtest.Run(t, sandboxtest.Options{Region: "eu-central-1"}, func(ctx *pulumi.Context) error {
		west, err := aws.NewProvider(ctx, "west", &aws.ProviderArgs{
			Region:      pulumi.String("us-west-2"),
			DefaultTags: &aws.ProviderDefaultTagsArgs{Tags: pulumi.StringMap{"owner": pulumi.String("me")}},
			AssumeRole:  aws.ProviderAssumeRoleArgs{RoleArn: pulumi.String(role)},
		})
		if err != nil {
			return err
		}
		tagged, err := aws.NewProvider(ctx, "tagged", &aws.ProviderArgs{
			DefaultTags: &aws.ProviderDefaultTagsArgs{Tags: pulumi.StringMap{"owner": pulumi.String("you")}},
		})
		if err != nil {
			return err
		}
		var inWest component
		if err := ctx.RegisterComponentResource("test:index:West", "c", &inWest, pulumi.Providers(west)); err != nil {
			return err
		}
		for name, o := range map[string]pulumi.ResourceOption{"default": nil, "west": pulumi.Provider(west), "child": pulumi.Parent(&inWest), "tagged": pulumi.Provider(tagged)} {
			opts := []pulumi.ResourceOption{o}
			if o == nil {
				opts = nil
			}
			if _, err := vpc(ctx, name, opts...); err != nil {
				return err
			}
		}
		caller, err := aws.GetCallerIdentity(ctx, nil, pulumi.Provider(west))
		if err != nil {
			return err
		}
		if !strings.Contains(caller.Arn, "deployer") {
			return fmt.Errorf("the caller is %s", caller.Arn)
		}
		region, err := aws.GetRegion(ctx, nil)
		if err == nil && region.Name != "eu-central-1" {
			err = fmt.Errorf("the default region is %s", region.Name)
		}
		return err
	}).Must(t)
	for name, want := range map[string][2]string{
		"default": {"eu-central-1", ""}, "west": {"us-west-2", "me"}, "child": {"us-west-2", "me"}, "tagged": {"eu-central-1", "you"},
	} {
		v := r.One(t, cloud.VPC, name)
		if got := [2]string{strings.Split(v.Outputs.Str("arn"), ":")[3], v.Outputs.Obj("tagsAll").Str("owner")}; got != want {
			t.Errorf("%s is in %v, want %v", name, got, want)
		}
	}
}

// One account may serve many programs at once, and one program registers many
// resources at once.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	first := sandboxtest.Run(t, sandboxtest.Options{}, func(*pulumi.Context) error { return nil }).Must(t)
	var all sync.WaitGroup
	regions := []string{"us-west-2", "us-east-1", "eu-central-1"}
	for _, region := range regions {
		all.Go(func() {
			r := sandboxtest.Run(t, sandboxtest.Options{Region: region, Account: first.Account}, func(ctx *pulumi.Context) error {
				for i := range 5 {
					if _, err := vpc(ctx, fmt.Sprint("v", i)); err != nil {
						return err
					}
				}
				return nil
			})
			if r.Err != nil || len(r.Of(cloud.VPC)) != 5 {
				t.Errorf("%s: %v, %v", region, r.Counts(), r.Err)
			}
		})
	}
	all.Wait()
	if got := first.Left()[cloud.VPC]; got != 5*len(regions) {
		t.Errorf("the account has %d VPCs", got)
	}
}

func TestRunsAreAlike(t *testing.T) {
	t.Parallel()
	program := func(ctx *pulumi.Context) error {
		_, err := register(ctx, cloud.KMSKey, "k", pulumi.Map{"description": pulumi.String("d")})
		return err
	}
	a := sandboxtest.Run(t, sandboxtest.Options{}, program).Must(t).One(t, cloud.KMSKey, "k")
	b := sandboxtest.Run(t, sandboxtest.Options{}, program).Must(t).One(t, cloud.KMSKey, "k")
	if diff := cmp.Diff(a, b); diff != "" {
		t.Error(diff)
	}
}
