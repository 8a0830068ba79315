package tests

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// What a bare program gets wrong, AWS says; so does the sandbox, with the same
// code. The same mistakes through our configuration are in
// TestConfigurationRefusesFirst.
func TestSandboxRefusesWhatAWSRefuses(t *testing.T) {
	t.Parallel()
	zones := []string{"us-west-2a", "us-west-2b"}
	for name, c := range map[string]struct {
		ground ground
		want   []string
	}{
		"overlapping subnets": {
			ground{networking: true, zones: zones, cidrs: []string{"10.0.0.0/23", "10.0.1.0/24"}},
			[]string{"InvalidSubnet.Conflict", "10.0."},
		},
		"one zone only": {
			ground{noNodes: true, zones: []string{"us-west-2a", "us-west-2a"}},
			[]string{"InvalidParameterException", "at least two different AZs"},
		},
		"no CNI add-on":           {ground{zones: zones, noCNI: true}, []string{"NodeCreationFailure", "vpc-cni"}},
		"CNI add-on after nodes":  {ground{zones: zones, lateCNI: true}, []string{"NodeCreationFailure", "vpc-cni"}},
		"no way out, no endpoint": {ground{zones: zones, noWayOut: true}, []string{"NodeCreationFailure", "route"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, out := bare(t, "mistake", c.ground.program)
			if _, err := s.Up(t.Context()); err == nil {
				t.Fatalf("the sandbox accepted it:\n%s", out)
			}
			for _, want := range c.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("the refusal does not say %q:\n%s", want, out)
				}
			}
		})
	}
}

// What AWS only might refuse is a warning beside the resource, and nothing stops.
func TestDoubtsAreShown(t *testing.T) {
	t.Parallel()
	g := ground{networking: true, zones: []string{"us-west-2a", "us-west-2b"}}
	s, out := bare(t, "doubt", func(ctx *pulumi.Context) error {
		if err := g.program(ctx); err != nil {
			return err
		}
		_, err := ec2.NewVpcIpv4CidrBlockAssociation(ctx, "pods", &ec2.VpcIpv4CidrBlockAssociationArgs{
			VpcId: g.vpc.ID(), CidrBlock: pulumi.String("198.19.0.0/16"),
		}, pulumi.Provider(g.provider))
		return err
	})
	if _, err := s.Up(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if shown := out.String(); !strings.Contains(shown, "warning: AWS may refuse this (InvalidVpc.Range): The CIDR '198.19.0.0/16'") {
		t.Errorf("the warning is not shown:\n%s", shown)
	}
}

func TestBareGroundWithoutMistakesComesUpAndGoes(t *testing.T) {
	t.Parallel()
	g := ground{zones: []string{"us-west-2a", "us-west-2b"}}
	s, out := bare(t, "right", g.program)
	if _, err := s.Up(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if _, err := s.Destroy(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, r := range s.Account.Resources() {
		t.Errorf("%s %s is left", r.Kind, r.ID)
	}
}

func TestVPCInUseIsNotDeleted(t *testing.T) {
	t.Parallel()
	g := ground{networking: true, zones: []string{"us-west-2a"}}
	s, out := bare(t, "used", g.program)
	if _, err := s.Up(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	// Somebody else puts a subnet into the VPC, which Pulumi never sees.
	session := cloud.Session{Region: "us-west-2"}
	var vpc string
	for _, r := range s.Account.Resources() {
		if r.Kind == cloud.VPC {
			vpc = r.ID
		}
	}
	if _, err := s.Account.Create(session, cloud.Subnet, "by-hand", cloud.Props{"vpcId": vpc, "cidrBlock": "10.0.99.0/24"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Destroy(t.Context()); err == nil {
		t.Fatalf("the VPC was deleted with a subnet in it:\n%s", out)
	}
	if !strings.Contains(out.String(), "DependencyViolation") {
		t.Errorf("the refusal has not AWS's code:\n%s", out)
	}
}
