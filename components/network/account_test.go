package network_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/slipway-iac/slipway/components/network"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/ec2"
)

// Whatever order the dependencies leave open, AWS must accept it: a resource
// goes once nothing that depends on it is left.
func TestDestroyLeavesTheKeyAlone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		b := build(t, func(args *network.Args) {
			args.NAT = rapid.SampledFrom([]network.NAT{network.NATPerZone, network.NATSingle, network.NATNone}).Draw(r, "NAT")
			args.InterfaceEndpoints = []string{"ec2", "sts"}
		})
		if err := b.DestroyAs(func(n int) int { return rapid.IntRange(0, n-1).Draw(r, "next") }); err != nil {
			r.Fatal(err)
		}
		var kinds []string
		for _, x := range b.Account.Resources() {
			kinds = append(kinds, x.Kind)
		}
		// KMS deletes a key after its waiting time only.
		if diff := cmp.Diff([]string{cloud.KMSKey}, kinds); diff != "" {
			r.Fatalf("left in the account (-want +got):\n%s", diff)
		}
	})
}

// What the tiers reach, as a packet would find out.
func TestWaysOut(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		nat   network.NAT
		leave []network.Tier // The tiers whose hosts reach the internet.
	}{
		// Nothing in the public tier gets a public address by itself.
		"PerZone": {network.NATPerZone, []network.Tier{network.Private, network.Pod}},
		"Single":  {network.NATSingle, []network.Tier{network.Private, network.Pod}},
		"None":    {network.NATNone, nil},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := build(t, func(args *network.Args) { args.NAT = tc.nat })
			for _, subnet := range b.Of(cloud.Subnet) {
				tier := network.Tier(subnet.Inputs.StrMap("tags")["slipway:tier"])
				b.look(t, func(tx *cloud.Tx) {
					if got, why := ec2.WayOut(tx, subnet.ID); got != slices.Contains(tc.leave, tier) {
						t.Errorf("%s reaches the internet: %v %s", subnet.Name, got, why)
					}
					s3 := tier == network.Private || tier == network.Pod
					if got, why := ec2.ReachesService(tx, subnet.ID, "s3"); got != s3 {
						t.Errorf("%s reaches S3: %v %s", subnet.Name, got, why)
					}
				})
			}
		})
	}
}

func TestNodesReachTheirServicesWithoutNAT(t *testing.T) {
	t.Parallel()
	b := build(t, func(args *network.Args) {
		args.NAT, args.InterfaceEndpoints = network.NATNone, network.NodeEndpoints()
	})
	for _, name := range []string{"net-private-a", "net-private-c", "net-pod-b"} {
		subnet := b.One(t, cloud.Subnet, name)
		for _, service := range append(network.NodeEndpoints(), "s3") {
			b.look(t, func(tx *cloud.Tx) {
				if ok, why := ec2.ReachesService(tx, subnet.ID, service); !ok {
					t.Errorf("%s does not reach %s: %s", name, service, why)
				}
			})
		}
	}
}

// look reads the account.
func (b built) look(t *testing.T, read func(tx *cloud.Tx)) {
	t.Helper()
	if err := b.Account.Change(b.session, "look", func(tx *cloud.Tx) error { read(tx); return nil }); err != nil {
		t.Fatal(err)
	}
}
