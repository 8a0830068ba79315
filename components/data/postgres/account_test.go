package postgres_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/data/alerts"
	datakey "github.com/slipway-iac/slipway/components/data/key"
	"github.com/slipway-iac/slipway/components/data/postgres"
	"github.com/slipway-iac/slipway/components/network"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/alarms"
	"github.com/slipway-iac/slipway/sandbox/cloud/rds"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
)

// inAccount makes the database "shop" with all it stands on: subnets in three
// zones among it.
func inAccount(t *testing.T, change func(*postgres.Args)) *sandboxtest.Recording {
	t.Helper()
	return inZones(t, []string{"us-west-2a", "us-west-2b", "us-west-2c"}, change)
}

func inZones(t *testing.T, zones []string, change func(*postgres.Args)) *sandboxtest.Recording {
	t.Helper()
	return sandboxtest.Run(t, sandboxtest.Options{}, func(ctx *pulumi.Context) error {
		net, err := network.New(ctx, "net", network.Args{
			Region: "us-west-2", AccountID: account, Zones: zones, NAT: network.NATNone,
			InterfaceEndpoints: []string{"sts"},
		})
		if err != nil {
			return err
		}
		k, err := datakey.New(ctx, "data", datakey.Args{Region: "us-west-2", AccountID: account, Description: "Data", Users: alerts.Users()})
		if err != nil {
			return err
		}
		topic, err := alerts.New(ctx, "alarms", alerts.Args{Region: "us-west-2", AccountID: account, KeyARN: k.ARN})
		if err != nil {
			return err
		}
		args := postgres.Args{
			Region: "us-west-2", AccountID: account, VPCID: net.VPCID, SubnetIDs: net.DataSubnetIDs,
			Clients: map[string]pulumi.StringInput{"endpoints": net.EndpointSecurityGroupID}, KeyARN: k.ARN,
			InstanceClass: "db.m7g.large", AlarmTopicARN: topic.TopicARN,
		}
		change(&args)
		made, err := postgres.New(ctx, "shop", args)
		if err != nil {
			return err
		}
		said := pulumi.Map{"endpoint": made.Endpoint, "reader": made.ReaderEndpoint, "connect": made.ConnectARN("app")}
		return ctx.RegisterComponentResourceV2(probe, "user", said, &pulumi.ResourceState{})
	})
}

// The account refuses what RDS refuses; mocks without rules would take anything.
func TestTheAccountTakesIt(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*postgres.Args)
		left   map[string]int
	}{
		"as it is": {asItIs, map[string]int{}},
		"all of it": {func(a *postgres.Args) {
			a.MultiAZ, a.FinalSnapshot, a.AdvancedInsights, a.Upgrade, a.Version = true, true, true, postgres.InPlace, "17"
			a.BackupDays, a.GiB, a.MaxGiB = 35, 400, 4000
		}, map[string]int{cloud.DBSnapshot: 1}},
		"a cluster": {clustered, map[string]int{}},
		"all of a cluster": {func(a *postgres.Args) {
			clustered(a)
			a.FinalSnapshot, a.AdvancedInsights, a.Upgrade, a.Version, a.BackupDays = true, true, postgres.InPlace, "17", 35
			a.StorageType, a.GiB, a.IOPS = postgres.IO2, 200, 10000
		}, map[string]int{cloud.DBClusterSnapshot: 1}},
		"io2": {func(a *postgres.Args) { a.StorageType, a.IOPS = postgres.IO2, 5000 }, map[string]int{}},
		"fast gp3": {func(a *postgres.Args) {
			a.GiB, a.MaxGiB, a.IOPS, a.MiBps = 400, 1000, 64000, 4000
		}, map[string]int{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := inAccount(t, tc.change).Must(t)
			if err := r.Account.Change(cloud.Session{Region: "us-west-2"}, "ask", func(tx *cloud.Tx) error {
				for _, reason := range append(alarms.Unheard(tx), rds.Unheard(tx)...) {
					t.Error(reason)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if err := r.Destroy(); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tc.left, r.Left()); d != "" {
				t.Errorf("left in the account (-want +got):\n%s", d)
			}
		})
	}
}

func TestTheAccountProtectsIt(t *testing.T) {
	t.Parallel()
	for _, shape := range []func(*postgres.Args){asItIs, clustered} {
		r := inAccount(t, func(a *postgres.Args) { shape(a); a.Protect = true }).Must(t)
		if err := r.Destroy(); err == nil {
			t.Error("a protected database is destroyed")
		}
	}
}
