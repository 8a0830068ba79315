package nodes_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"pgregory.net/rapid"

	"github.com/slipway-iac/slipway/components/addons/managed"
	"github.com/slipway-iac/slipway/components/network"
	"github.com/slipway-iac/slipway/components/nodes"
	"github.com/slipway-iac/slipway/internal/outputs"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
	"github.com/slipway-iac/slipway/tests/fixture"
)

// typeOf is an instance type of an architecture.
var typeOf = map[string]string{"arm64": "m7g.large", "x86_64": "m7i.large"}

// joined are the nodes of the cluster that are ready.
func joined(t *testing.T, r *sandboxtest.Recording) []eks.Node {
	t.Helper()
	var ready []eks.Node
	err := r.Account.Change(cloud.Session{Region: fixture.Region}, "look", func(tx *cloud.Tx) error {
		for _, n := range eks.Nodes(tx, eks.ClusterByName(tx, fixture.ClusterName)) {
			if n.Ready {
				ready = append(ready, n)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return ready
}

func TestNodesJoin(t *testing.T) {
	t.Parallel()
	for _, os := range []nodes.OS{nodes.AL2023, nodes.Bottlerocket} {
		for _, arch := range []string{"arm64", "x86_64"} {
			for _, capacity := range []nodes.Capacity{nodes.OnDemand, nodes.Spot} {
				for _, exactly := range []bool{false, true} {
					t.Run(fmt.Sprintf("%s %s %s exact %t", os, arch, capacity, exactly), func(t *testing.T) {
						t.Parallel()
						r := build(t, func(ctx *pulumi.Context, a *nodes.Args) error {
							a.Group.OS, a.Group.InstanceTypes, a.Group.Capacity = os, []string{typeOf[arch]}, capacity
							if exactly {
								return exact(os, arch)(ctx, a)
							}
							return nil
						})
						zones := map[string]int{}
						for _, n := range joined(t, r) {
							zones[n.Zone]++
						}
						if diff := cmp.Diff(map[string]int{"us-west-2a": 1, "us-west-2b": 1}, zones); diff != "" {
							t.Errorf("nodes that joined (-want +got):\n%s", diff)
						}
					})
				}
			}
		}
	}
}

// What a group waits for, or rather does not: each of these grounds lacks
// something, or comes to it too late.
func TestNodesThatCannotJoin(t *testing.T) {
	t.Parallel()
	none := func(a *network.Args) { a.NAT = network.NATNone }
	services := func(a *network.Args) { a.InterfaceEndpoints = network.NodeEndpoints() }
	same := func(*network.Args) {}
	cases := map[string]struct {
		network []func(*network.Args)
		make    func(*pulumi.Context, fixture.Ground) error
		why     string // None when the nodes join.
	}{
		"no way out":                  {[]func(*network.Args){none}, inOrder, "do not reach"},
		"endpoints in place of a way": {[]func(*network.Args){none, services}, inOrder, ""},
		// Unit tests have the CNI that EKS itself installs, for lack of a
		// transform. It runs as the node's role, which may nothing of the kind.
		"no CNI":                  {[]func(*network.Args){same}, withoutCNI, "attach AmazonEKS_CNI_Policy"},
		"the CNI after the nodes": {[]func(*network.Args){same}, cniLast, "attach AmazonEKS_CNI_Policy"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := fixture.Run(t, func(ctx *pulumi.Context) error {
				g, err := fixture.New(ctx, tc.network...)
				if err != nil {
					return err
				}
				return tc.make(ctx, g)
			})
			if tc.why == "" {
				if n := len(joined(t, r.Must(t))); n != 2 {
					t.Errorf("%d nodes joined, want 2", n)
				}
				return
			}
			if r.Err == nil || !strings.Contains(r.Err.Error(), "NodeCreationFailure") || !strings.Contains(r.Err.Error(), tc.why) {
				t.Errorf("error is %v, want NodeCreationFailure: %s", r.Err, tc.why)
			}
		})
	}
}

func inOrder(ctx *pulumi.Context, g fixture.Ground) error {
	before, err := g.BeforeNodes(ctx)
	if err != nil {
		return err
	}
	_, err = nodes.New(ctx, "system", g.NodeArgs(before))
	return err
}

func withoutCNI(ctx *pulumi.Context, g fixture.Ground) error {
	_, err := nodes.New(ctx, "system", g.NodeArgs(nil))
	return err
}

// cniLast is the order that a group whose Ready lacks the CNI leaves open.
func cniLast(ctx *pulumi.Context, g fixture.Ground) error {
	group, err := nodes.New(ctx, "system", g.NodeArgs(nil))
	if err != nil {
		return err
	}
	late := fixture.BeforeArgs(g.Network, g.Cluster)
	late.ClusterName = outputs.After(ctx, late.ClusterName, group.Ready...)
	_, err = managed.NewBeforeNodes(ctx, fixture.BeforeName, late)
	return err
}

// Whatever order the dependencies leave open, AWS must accept it, and the
// interfaces that the CNI made must go with their nodes.
func TestDestroyLeavesOnlyKeys(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(order *rapid.T) {
		r := build(t, asItIs)
		if err := r.DestroyAs(func(n int) int { return rapid.IntRange(0, n-1).Draw(order, "next") }); err != nil {
			order.Fatal(err)
		}
		if d := cmp.Diff(map[string]int{}, r.Left()); d != "" {
			order.Fatalf("left in the account (-want +got):\n%s", d)
		}
	})
}
