package network_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/network"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
)

// Each rule is broken alone, and the answer is that one problem, which names the
// field and what to write.
func TestEachRuleIsHeld(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change func(*network.Args)
		want   []string
	}{
		"RegionMissing":       {func(a *network.Args) { a.Region = "" }, []string{"Region is required", "eu-central-1"}},
		"RegionMalformed":     {func(a *network.Args) { a.Region = "Frankfurt" }, []string{"Region", "Frankfurt"}},
		"AccountMissing":      {func(a *network.Args) { a.AccountID = "" }, []string{"AccountID is required"}},
		"AccountMalformed":    {func(a *network.Args) { a.AccountID = "1111-2222-3333" }, []string{"AccountID", "12 digits"}},
		"CIDRMalformed":       {func(a *network.Args) { a.CIDR = "10.0.0.0" }, []string{"CIDR", "IPv4 range"}},
		"CIDRIsIPv6":          {func(a *network.Args) { a.CIDR = "fd00::/56" }, []string{"CIDR", "IPv4 range"}},
		"CIDRNotCanonical":    {func(a *network.Args) { a.CIDR = "10.0.0.1/16" }, []string{"CIDR", `"10.0.0.0/16"`}},
		"CIDRTooLarge":        {func(a *network.Args) { a.CIDR = "10.0.0.0/15" }, []string{"CIDR", "/16"}},
		"CIDRTooSmall":        {func(a *network.Args) { a.CIDR = "10.0.0.0/24" }, []string{"CIDR", "/23", "need 512", "has 256"}},
		"CIDRTooSmallForSix":  {func(a *network.Args) { a.CIDR, a.MaxZones = "10.0.0.0/23", 6 }, []string{"CIDR", "/22", "need 1024"}},
		"CIDRLinkLocal":       {func(a *network.Args) { a.CIDR = "169.254.0.0/16" }, []string{"CIDR", "169.254.0.0/16"}},
		"CIDRLoopback":        {func(a *network.Args) { a.CIDR = "127.1.0.0/16" }, []string{"CIDR", "127.0.0.0/8"}},
		"CIDRMulticast":       {func(a *network.Args) { a.CIDR = "230.0.0.0/16" }, []string{"CIDR", "224.0.0.0/4"}},
		"PodCIDRMalformed":    {func(a *network.Args) { a.PodCIDR = "pods" }, []string{"PodCIDR", "IPv4 range"}},
		"PodCIDRNotCanonical": {func(a *network.Args) { a.PodCIDR = "100.68.0.18/18" }, []string{"PodCIDR", `"100.68.0.0/18"`}},
		"PodCIDRTooLarge":     {func(a *network.Args) { a.PodCIDR = "100.64.0.0/13" }, []string{"PodCIDR", "/14"}},
		"PodCIDRTooSmall":     {func(a *network.Args) { a.PodCIDR = "100.64.0.0/27" }, []string{"PodCIDR", "/26", "need 64", "has 32"}},
		"PodCIDROfBenchmarks": {func(a *network.Args) { a.PodCIDR = "198.19.0.0/16" }, []string{"PodCIDR", "100.64.0.0/10"}},
		"PodCIDRPrivate":      {func(a *network.Args) { a.PodCIDR = "172.16.0.0/16" }, []string{"PodCIDR", "100.64.0.0/10"}},
		"PodCIDROverlapsCIDR": {func(a *network.Args) { a.CIDR = "100.66.0.0/16" }, []string{"PodCIDR", "overlaps CIDR 100.66.0.0/16"}},
		"AvoidMalformed":      {func(a *network.Args) { a.AvoidCIDRs = []string{"10.9.9.9/16"} }, []string{"AvoidCIDRs", `"10.9.0.0/16"`}},
		"AvoidOverlapsCIDR":   {func(a *network.Args) { a.AvoidCIDRs = []string{"10.0.64.0/24"} }, []string{"CIDR 10.0.0.0/16", "10.0.64.0/24"}},
		"AvoidOverlapsPods":   {func(a *network.Args) { a.AvoidCIDRs = []string{"100.67.0.0/24"} }, []string{"PodCIDR 100.64.0.0/14", "100.67.0.0/24"}},
		"OneZone":             {func(a *network.Args) { a.Zones = a.Zones[:1] }, []string{"Zones", "2 to 6"}},
		"NoZones":             {func(a *network.Args) { a.Zones = nil }, []string{"Zones", "2 to 6"}},
		"ZoneTwice":           {func(a *network.Args) { a.Zones[2] = a.Zones[0] }, []string{"Zones", `"eu-central-1a" twice`}},
		"ZoneOfOtherRegion":   {func(a *network.Args) { a.Zones[2] = "eu-west-1c" }, []string{"Zones", `"eu-west-1c"`, "eu-central-1"}},
		"ZoneID":              {func(a *network.Args) { a.Zones[2] = "euc1-az2" }, []string{"Zones", `"euc1-az2"`}},
		"ZoneIsTheRegion":     {func(a *network.Args) { a.Zones[2] = "eu-central-1" }, []string{"Zones", `"eu-central-1"`}},
		"LocalZone":           {func(a *network.Args) { a.Zones[2] = "eu-central-1-ham-1a" }, []string{"Zones", "ham"}},
		"ZoneBeyondRoom":      {func(a *network.Args) { a.Zones[2] = "eu-central-1e" }, []string{"Zones", "letters a to d", "MaxZones to 5"}},
		"MaxZonesTooMany":     {func(a *network.Args) { a.MaxZones = 7 }, []string{"MaxZones", "2 to 6"}},
		"MaxZonesNegative":    {func(a *network.Args) { a.MaxZones = -1 }, []string{"MaxZones", "2 to 6"}},
		"TierUnknown":         {func(a *network.Args) { a.Tiers = append(network.Tiers(), "dmz") }, []string{"Tiers", `"dmz"`}},
		"TierTwice":           {func(a *network.Args) { a.Tiers = append(network.Tiers(), network.Data) }, []string{"Tiers", `"data" twice`}},
		"TierPrivateMissing":  {func(a *network.Args) { a.Tiers = []network.Tier{network.Public} }, []string{"Tiers", `"private"`}},
		"NATUnknown":          {func(a *network.Args) { a.NAT = "regional" }, []string{"NAT", `"regional"`, "per-zone"}},
		"NATWithoutPublic":    {func(a *network.Args) { a.Tiers = []network.Tier{network.Private} }, []string{"NAT", `"public"`, `"none"`}},
		"EndpointUnknown":     {func(a *network.Args) { a.InterfaceEndpoints = []string{"ecr"} }, []string{"InterfaceEndpoints", `"ecr"`, "ecr.api"}},
		"EndpointTwice":       {func(a *network.Args) { a.InterfaceEndpoints = []string{"sts", "sts"} }, []string{"InterfaceEndpoints", `"sts" twice`}},
		"EndpointOfGateway":   {func(a *network.Args) { a.InterfaceEndpoints = []string{"s3"} }, []string{"InterfaceEndpoints", `"s3"`, "gateway"}},
		"ClusterName":         {func(a *network.Args) { a.ClusterName = "my cluster" }, []string{"ClusterName", "my cluster"}},
		"Retention":           {func(a *network.Args) { a.FlowLogRetentionDays = 45 }, []string{"FlowLogRetentionDays is 45", "90"}},
		"Key deletion":        {func(a *network.Args) { a.KeyDeletionDays = 5 }, []string{"KeyDeletionDays is 5", "7 to 30"}},
		"Log group":           {func(a *network.Args) { a.FlowLogGroup = "a b" }, []string{"FlowLogGroup is \"a b\"", "letters"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := base()
			tc.change(&args)
			got := refusal(t, "net", args)
			if len(got) != 1 {
				t.Fatalf("%d problems, want 1:\n%s", len(got), strings.Join(got, "\n"))
			}
			for _, part := range tc.want {
				if !strings.Contains(got[0], part) {
					t.Errorf("problem does not say %q: %s", part, got[0])
				}
			}
		})
	}
}

func TestMaxZonesBelowZones(t *testing.T) {
	t.Parallel()
	args := base()
	args.MaxZones = 2
	got := refusal(t, "net", args)
	want := []string{"at least 3", `"eu-central-1c"`} // The number, and the zone without room.
	if len(got) != len(want) {
		t.Fatalf("problems %q, want %d", got, len(want))
	}
	for i, part := range want {
		if !strings.Contains(got[i], part) {
			t.Errorf("problem %d does not say %q: %s", i, part, got[i])
		}
	}
}

func TestComponentNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "1net", "net_a", "a b", strings.Repeat("n", 41)} {
		if got := refusal(t, name, base()); len(got) != 1 || !strings.HasPrefix(got[0], "name is") {
			t.Errorf("name %q: problems %q, want one about the name", name, got)
		}
	}
}

func TestAllProblemsComeTogetherAndBeforeAnyResource(t *testing.T) {
	t.Parallel()
	got := refusal(t, "net", network.Args{
		Region: "eu-central-1", AccountID: "me", CIDR: "10.0.0.1/16", PodCIDR: "10.0.0.0/8", AvoidCIDRs: []string{"x"},
		Zones: []string{"eu-central-1a"}, MaxZones: 9, Tiers: []network.Tier{"dmz"}, NAT: "two",
		InterfaceEndpoints: []string{"s3"}, ClusterName: "-", FlowLogRetentionDays: 2,
	})
	var fields []string
	for _, problem := range got {
		fields = append(fields, strings.Fields(problem)[0])
	}
	want := []string{
		"Zones", "MaxZones", "Tiers", "Tiers", "CIDR", "AvoidCIDRs", "AccountID", "NAT", "InterfaceEndpoints",
		"ClusterName", "FlowLogRetentionDays",
	}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s\n%s", diff, strings.Join(got, "\n"))
	}
}

// A tier that is off asks nothing of its range.
func TestPodRangeIsIgnoredWithoutPods(t *testing.T) {
	t.Parallel()
	args := base()
	args.PodCIDR, args.Tiers = "nonsense", []network.Tier{network.Public, network.Private}
	plan, err := network.PlanAddresses(args)
	if err != nil {
		t.Fatal(err)
	}
	if len(plan.PodBlocks) != 0 || len(plan.Subnets) != 6 {
		t.Errorf("pod blocks %v and %d subnets, want none and 6", plan.PodBlocks, len(plan.Subnets))
	}
}

// refusal returns the problems of arguments that New must refuse, and fails when
// anything was registered before it did.
func refusal(t *testing.T, name string, args network.Args) []string {
	t.Helper()
	var refused error
	net := sandboxtest.Run(t, sandboxtest.Options{}, func(ctx *pulumi.Context) error {
		_, refused = network.New(ctx, name, args)
		return nil
	}).Must(t)
	if refused == nil {
		t.Fatalf("New accepted %+v", args)
	}
	if n := len(net.Resources); n != 0 {
		t.Errorf("%d resources registered before the refusal", n)
	}
	if !strings.HasPrefix(refused.Error(), "network ") {
		t.Errorf("error does not begin with its subject: %v", refused)
	}
	return strings.Split(errors.Unwrap(refused).Error(), "\n")
}
