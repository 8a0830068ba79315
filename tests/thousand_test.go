package tests

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"google.golang.org/grpc"

	"github.com/slipway-iac/slipway/sandbox/engine"
)

// thousand is a program of 1,000 resources of AWS in the mix of a large network:
// 5 VPCs with 33 subnets, route tables, associations, security groups and rules
// each, and 58 roles, policies and log groups.
func thousand(ctx *pulumi.Context) error {
	provider, err := aws.NewProvider(ctx, "aws", &aws.ProviderArgs{Region: pulumi.String("us-west-2")})
	if err != nil {
		return err
	}
	p := pulumi.Provider(provider)
	for v := range 5 {
		if err := thousandVPC(ctx, fmt.Sprintf("vpc-%d", v), v, p); err != nil {
			return err
		}
	}
	for i := range 56 {
		name := fmt.Sprintf("role-%02d", i)
		role, err := iam.NewRole(ctx, name, &iam.RoleArgs{AssumeRolePolicy: pulumi.String(
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)}, p)
		if err != nil {
			return err
		}
		if _, err := iam.NewRolePolicyAttachment(ctx, name, &iam.RolePolicyAttachmentArgs{
			Role: role.Name, PolicyArn: pulumi.String("arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"),
		}, p); err != nil {
			return err
		}
		if _, err := cloudwatch.NewLogGroup(ctx, name, &cloudwatch.LogGroupArgs{RetentionInDays: pulumi.Int(30)}, p); err != nil {
			return err
		}
	}
	return nil
}

// thousandVPC is one VPC with 165 resources in it.
func thousandVPC(ctx *pulumi.Context, name string, number int, p pulumi.ResourceOption) error {
	vpc, err := ec2.NewVpc(ctx, name, &ec2.VpcArgs{CidrBlock: pulumi.Sprintf("10.%d.0.0/16", number)}, p)
	if err != nil {
		return err
	}
	if _, err := ec2.NewInternetGateway(ctx, name, &ec2.InternetGatewayArgs{VpcId: vpc.ID()}, p); err != nil {
		return err
	}
	for i := range 33 {
		if err := thousandSubnet(ctx, vpc, fmt.Sprintf("%s-%02d", name, i), fmt.Sprintf("10.%d.%d.0/24", number, i), p); err != nil {
			return err
		}
	}
	return nil
}

// thousandSubnet is a subnet with a route table and a security group.
func thousandSubnet(ctx *pulumi.Context, vpc *ec2.Vpc, name, cidr string, p pulumi.ResourceOption) error {
	subnet, err := ec2.NewSubnet(ctx, name, &ec2.SubnetArgs{
		VpcId: vpc.ID(), CidrBlock: pulumi.String(cidr), AvailabilityZone: pulumi.String("us-west-2a"),
	}, p)
	if err != nil {
		return err
	}
	table, err := ec2.NewRouteTable(ctx, name, &ec2.RouteTableArgs{VpcId: vpc.ID()}, p)
	if err != nil {
		return err
	}
	if _, err := ec2.NewRouteTableAssociation(ctx, name, &ec2.RouteTableAssociationArgs{RouteTableId: table.ID(), SubnetId: subnet.ID()}, p); err != nil {
		return err
	}
	group, err := ec2.NewSecurityGroup(ctx, name, &ec2.SecurityGroupArgs{VpcId: vpc.ID(), Description: pulumi.String("one of many")}, p)
	if err != nil {
		return err
	}
	_, err = ec2.NewSecurityGroupRule(ctx, name, &ec2.SecurityGroupRuleArgs{
		Type: pulumi.String("ingress"), SecurityGroupId: group.ID(), Protocol: pulumi.String("tcp"),
		FromPort: pulumi.Int(443), ToPort: pulumi.Int(443), CidrBlocks: pulumi.ToStringArray([]string{"10.0.0.0/8"}),
	}, p)
	return err
}

// thousandResources are the resources of AWS in it: 5 VPCs, 5 internet gateways,
// 825 in subnets, 168 beside them.
const thousandResources = 5 + 5 + 5*33*5 + 3*56

func TestThousandResources(t *testing.T) {
	t.Parallel()
	s, out := bare(t, "thousand", thousand)
	if _, err := s.Up(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if _, err := s.Stack.Preview(t.Context(), optpreview.ExpectNoChanges()); err != nil {
		t.Errorf("a preview after up: %v", err)
	}
	refreshed, err := s.Stack.Refresh(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// The stack and the provider are refreshed too.
	if changes := *refreshed.Summary.ResourceChanges; len(changes) != 1 || changes["same"] != thousandResources+2 {
		t.Errorf("a refresh found %v, want %d unchanged", changes, thousandResources+2)
	}
	if _, err := s.Destroy(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	assertLeft(t, s.Account.Resources(), nil)
}

// stopwatch adds up the time that calls spend in the providers.
type stopwatch struct {
	mu    sync.Mutex
	spent time.Duration
	calls int
}

func (w *stopwatch) intercept(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	began := time.Now()
	answer, err := handler(ctx, request)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.spent += time.Since(began)
	w.calls++
	return answer, err
}

// BenchmarkThousandResources brings 1,000 resources up and destroys them. The
// metric ms/op is the time inside the providers for each resource and verb, with
// all the calls that the engine makes for it, while it makes many at once.
func BenchmarkThousandResources(b *testing.B) {
	var up, destroy stopwatch
	current := &up
	for b.Loop() {
		s, out := bare(b, "thousand", thousand, func(e *engine.Environment) {
			e.Intercept = append(e.Intercept, func(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
				return current.intercept(ctx, request, info, handler)
			})
		})
		current = &up
		began := time.Now()
		if _, err := s.Up(b.Context()); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		b.Logf("up: %v, %d calls, %v in them", time.Since(began), up.calls, up.spent)
		current = &destroy
		began = time.Now()
		if _, err := s.Destroy(b.Context()); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		b.Logf("destroy: %v, %d calls, %v in them", time.Since(began), destroy.calls, destroy.spent)
	}
	perOperation := func(w *stopwatch) float64 {
		return w.spent.Seconds() * 1000 / float64(b.N*thousandResources)
	}
	b.ReportMetric(perOperation(&up), "up-ms/op")
	b.ReportMetric(perOperation(&destroy), "destroy-ms/op")
}
