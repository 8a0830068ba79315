package enginetest_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/engine"
	"github.com/slipway-iac/slipway/sandbox/enginetest"
)

var cli auto.PulumiCommand

// TestMain shares the project's own CLI, where an importer's tests have one in
// the user's cache.
func TestMain(m *testing.M) {
	var err error
	if cli, err = engine.FindPulumi(context.Background(), "", filepath.Join("..", "..", ".sandbox"), "", os.Stderr); err != nil {
		println("these tests run the real Pulumi engine:", err.Error())
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// subnets is a VPC with subnets of the ranges given.
func subnets(cidrs map[string]string) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		vpc, err := ec2.NewVpc(ctx, "net", &ec2.VpcArgs{CidrBlock: pulumi.String("10.0.0.0/16")})
		if err != nil {
			return err
		}
		for name, cidr := range cidrs {
			if _, err := ec2.NewSubnet(ctx, name, &ec2.SubnetArgs{VpcId: vpc.ID(), CidrBlock: pulumi.String(cidr)}); err != nil {
				return err
			}
		}
		ctx.Export("vpcId", vpc.ID())
		ctx.Export("region", pulumi.String(config.New(ctx, "aws").Get("region")))
		return nil
	}
}

func start(t *testing.T, cidrs map[string]string) *enginetest.Environment {
	t.Helper()
	return enginetest.Start(t, enginetest.Options{
		Pulumi: cli, AccountID: "210987654321", Config: map[string]string{"aws:region": "eu-west-1"},
	}, subnets(cidrs))
}

func TestAWholeLife(t *testing.T) {
	t.Parallel()
	e := start(t, map[string]string{"a": "10.0.0.0/24", "b": "10.0.1.0/24"})
	if changes := e.Preview().ChangeSummary; changes["create"] != 4 {
		t.Errorf("the preview says %v, want 4 created", changes)
	}
	if n := len(e.Resources("")); n != 0 {
		t.Errorf("the preview made %d resources", n)
	}
	e.Up()
	vpc := e.Resource(cloud.VPC, "net")
	if e.Output("vpcId") != vpc.ID || e.Output("region") != "eu-west-1" || vpc.Region != "eu-west-1" {
		t.Errorf("the VPC %s is in %s; the outputs say %v in %v", vpc.ID, vpc.Region, e.Output("vpcId"), e.Output("region"))
	}
	if arn := vpc.Props.Str("arn"); !strings.Contains(arn, ":210987654321:") {
		t.Errorf("the VPC is in another account: %s", arn)
	}
	if n := len(e.Resources(cloud.Subnet)); n != 2 {
		t.Errorf("there are %d subnets", n)
	}

	e.Replace(subnets(map[string]string{"a": "10.0.7.0/24"}))
	e.Up()
	if left := e.Resources(cloud.Subnet); len(left) != 1 || left[0].Props.Str("cidrBlock") != "10.0.7.0/24" {
		t.Errorf("after the change there are %v", left)
	}
	if changes := *e.Refresh().Summary.ResourceChanges; changes["same"] != 3 || len(changes) != 1 {
		t.Errorf("a refresh found %v", changes)
	}
	e.Destroy()
	for _, r := range e.Resources("") {
		t.Errorf("%s %s is left", r.Kind, r.ID)
	}
}

func TestRefusalsHaveCodes(t *testing.T) {
	t.Parallel()
	e := start(t, map[string]string{"a": "10.0.0.0/23", "b": "10.0.1.0/24"})
	_, err := e.TryUp()
	if !enginetest.Refused(err, "InvalidSubnet.Conflict") || enginetest.Refused(err, "DependencyViolation") {
		t.Fatalf("got %v", err)
	}
	var failure *enginetest.Failure
	if !errors.As(err, &failure) || len(failure.Refused) != 1 || !strings.Contains(err.Error(), "10.0.") || !strings.Contains(failure.Log, "InvalidSubnet.Conflict") {
		t.Errorf("the failure is %+v", failure)
	}

	// What was refused before is not held against a later verb.
	e.Replace(func(*pulumi.Context) error { return errors.New("out of ideas") })
	_, err = e.TryUp()
	if !errors.As(err, &failure) || len(failure.Refused) != 0 || !strings.Contains(err.Error(), "out of ideas") {
		t.Errorf("got %v", err)
	}
	e.Destroy()
}

// recorder is a test that fails without ending.
type recorder struct {
	testing.TB
	said []any
}

func (r *recorder) Helper() {}

func (r *recorder) Fatal(args ...any) { r.said = append(r.said, args...); panic(r) }

func (r *recorder) Fatalf(format string, args ...any) { r.Fatal(append([]any{format}, args...)...) }

func TestUpFailsTheTest(t *testing.T) {
	t.Parallel()
	r := &recorder{TB: t}
	e := enginetest.Start(r, enginetest.Options{Pulumi: cli, Config: map[string]string{"aws:region": "eu-west-1"}},
		subnets(map[string]string{"a": "10.1.0.0/24"}))
	fails := func(what string, do func()) {
		defer func() {
			if recover() != any(r) {
				t.Errorf("%s did not fail the test", what)
			}
		}()
		do()
	}
	fails("up", func() { e.Up() })
	if len(r.said) != 1 || !enginetest.Refused(r.said[0].(error), "InvalidSubnet.Range") {
		t.Errorf("it says %v", r.said)
	}
	fails("an output that is not there", func() { e.Output("nothing") })
	fails("a resource that is not there", func() { e.Resource(cloud.Subnet, "a") })
}
