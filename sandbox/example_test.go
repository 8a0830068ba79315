package sandbox_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/engine"
	"github.com/slipway-iac/slipway/sandbox/enginetest"
)

// somebodysProgram stands for any Pulumi program: it uses nothing of Slipway.
func somebodysProgram(ctx *pulumi.Context) error {
	vpc, err := ec2.NewVpc(ctx, "main", &ec2.VpcArgs{CidrBlock: pulumi.String("10.0.0.0/16")})
	if err != nil {
		return err
	}
	for name, cidr := range map[string]string{"web": "10.0.0.0/24", "db": "10.0.1.0/24"} {
		if _, err := ec2.NewSubnet(ctx, name, &ec2.SubnetArgs{VpcId: vpc.ID(), CidrBlock: pulumi.String(cidr)}); err != nil {
			return err
		}
	}
	return nil
}

// Any Pulumi program can be tested on the real engine, in an account of its own:
// one line starts it, the rest is what the test is about. Importers leave out the
// option Pulumi.
func TestAnyProgram(t *testing.T) {
	t.Parallel()
	cli, err := engine.FindPulumi(t.Context(), "", filepath.Join("..", ".sandbox"), "", os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	env := enginetest.Start(t, enginetest.Options{Pulumi: cli, Config: map[string]string{"aws:region": "eu-west-1"}}, somebodysProgram)
	env.Up()
	if n := len(env.Resources(cloud.Subnet)); n != 2 {
		t.Errorf("there are %d subnets, want 2", n)
	}

	// The account has AWS's rules, and what stands in the way has AWS's code.
	vpc := env.Resource(cloud.VPC, "main")
	session := cloud.Session{Region: vpc.Region}
	byHand, err := env.Account.Create(session, cloud.SecurityGroup, "by-hand", cloud.Props{"name": "by-hand", "vpcId": vpc.ID})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := env.TryDestroy(); !enginetest.Refused(err, "DependencyViolation") {
		t.Errorf("the VPC went with a security group in it: %v", err)
	}
	if err := env.Account.Delete(session, cloud.SecurityGroup, byHand.ID); err != nil {
		t.Fatal(err)
	}
	env.Destroy()
	for _, r := range env.Resources("") {
		t.Errorf("%s %s is left", r.Kind, r.ID)
	}
}
