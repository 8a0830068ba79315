package network_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/network"
	"github.com/slipway-iac/slipway/sandbox"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
)

const (
	accountID = "111122223333"
	component = "slipway:network:Network"
	probe     = "test:index:Probe"
)

// base is a small network that is right in every respect.
func base() network.Args {
	return network.Args{
		Region:    "eu-central-1",
		AccountID: accountID,
		Zones:     []string{"eu-central-1a", "eu-central-1b", "eu-central-1c"},
	}
}

// built is what a program made in a simulated account.
type built struct {
	*sandboxtest.Recording
	session cloud.Session
}

// build makes a network named "net" in an account of its own.
func build(t testing.TB, changes ...func(*network.Args)) built {
	t.Helper()
	return buildIn(t, open(t), changes...)
}

// buildIn makes the network in an account. A probe made after it depends on
// Ready, and another has the outputs as its inputs.
func buildIn(t testing.TB, account *cloud.Account, changes ...func(*network.Args)) built {
	t.Helper()
	args := base()
	for _, change := range changes {
		change(&args)
	}
	made := sandboxtest.Run(t, sandboxtest.Options{Region: args.Region, Account: account}, func(ctx *pulumi.Context) error {
		n, err := network.New(ctx, "net", args)
		if err != nil {
			return err
		}
		if err := ctx.RegisterComponentResourceV2(probe, "outputs", outputsOf(n), &pulumi.ResourceState{}); err != nil {
			return err
		}
		return ctx.RegisterComponentResourceV2(probe, "node", nil, &pulumi.ResourceState{}, pulumi.DependsOn(n.Ready))
	})
	return built{made.Must(t), cloud.Session{Region: args.Region}}
}

func open(t testing.TB) *cloud.Account {
	t.Helper()
	account, err := sandbox.Open("", accountID)
	if err != nil {
		t.Fatal(err)
	}
	return account
}

func outputsOf(n *network.Network) pulumi.Map {
	return pulumi.Map{
		"vpcId": n.VPCID, "vpcArn": n.VPCARN, "vpcCidr": n.VPCCIDR, "podCidrs": n.PodCIDRs,
		"public": n.PublicSubnetIDs, "private": n.PrivateSubnetIDs, "pod": n.PodSubnetIDs,
		"data": n.DataSubnetIDs, "control": n.ControlSubnetIDs,
		"privateByZone": n.PrivateSubnetIDByZone, "podByZone": n.PodSubnetIDByZone,
		"tables": n.RouteTableIDs, "natIps": n.NATPublicIPs, "igw": n.InternetGatewayID,
		"s3": n.S3EndpointID, "dynamodb": n.DynamoDBEndpointID, "endpoints": n.EndpointSecurityGroupID,
		"acl": n.DataNetworkACLID, "logArn": n.FlowLogGroupARN, "logName": n.FlowLogGroupName,
	}
}

// inputs are those of one resource, with every ID, ARN and address of another
// resource replaced by what it belongs to: "subnet:net-private-a".
func (b built) inputs(t *testing.T, typ, name string) cloud.Props {
	t.Helper()
	return b.Readable(b.One(t, typ, name))
}
