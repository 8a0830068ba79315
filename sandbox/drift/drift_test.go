package drift_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/drift"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
)

type thing struct{ pulumi.CustomResourceState }

// ground is a VPC with one of most things that can drift.
func ground(t *testing.T) *cloud.Account {
	t.Helper()
	return sandboxtest.Run(t, sandboxtest.Options{}, func(ctx *pulumi.Context) error {
		var v, table, gateway, group thing
		type step struct {
			token, name string
			to          *thing
			props       func() pulumi.Map
		}
		id := func(x *thing) pulumi.Input { return x.ID() }
		for _, s := range []step{
			{cloud.VPC, "net", &v, func() pulumi.Map {
				return pulumi.Map{"cidrBlock": pulumi.String("10.0.0.0/16"), "tags": pulumi.StringMap{"a": pulumi.String("b")}}
			}},
			{cloud.InternetGateway, "net", &gateway, func() pulumi.Map { return pulumi.Map{"vpcId": id(&v)} }},
			{cloud.RouteTable, "table", &table, func() pulumi.Map { return pulumi.Map{"vpcId": id(&v)} }},
			{cloud.Route, "out", new(thing), func() pulumi.Map {
				return pulumi.Map{"routeTableId": id(&table), "gatewayId": id(&gateway), "destinationCidrBlock": pulumi.String("0.0.0.0/0")}
			}},
			{cloud.SecurityGroup, "group", &group, func() pulumi.Map { return pulumi.Map{"vpcId": id(&v)} }},
			{cloud.SecurityGroupIngressRule, "web", new(thing), func() pulumi.Map {
				return pulumi.Map{
					"securityGroupId": id(&group), "ipProtocol": pulumi.String("tcp"), "cidrIpv4": pulumi.String("10.0.0.0/8"),
					"fromPort": pulumi.Int(443), "toPort": pulumi.Int(443),
				}
			}},
			{cloud.LogGroup, "logs", new(thing), func() pulumi.Map { return pulumi.Map{"retentionInDays": pulumi.Int(7)} }},
			{cloud.KMSKey, "key", new(thing), func() pulumi.Map { return pulumi.Map{"enableKeyRotation": pulumi.Bool(true)} }},
		} {
			if err := ctx.RegisterResource(s.token, s.name, s.props(), s.to); err != nil {
				return err
			}
		}
		return nil
	}).Must(t).Account
}

// found writes what is seen as "name: gone" or "name: path, path", with a ? where
// a refresh says nothing.
func found(seen []drift.Seen) []string {
	var out []string
	for _, s := range seen {
		var paths []string
		for _, c := range s.Changes {
			paths = append(paths, c.Path)
		}
		text := s.URN[strings.LastIndex(s.URN, "::")+2:] + ": " + strings.Join(paths, ", ")
		if s.Gone {
			text += "gone"
		}
		if !s.Reported {
			text += "?"
		}
		out = append(out, text)
	}
	slices.Sort(out)
	return out
}

func TestMake(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"tag:aws:ec2/vpc:Vpc::net": {"net: tags.changed, tagsAll.changed"},
		"tag:logs":                 {"logs: tags, tagsAll"},
		"untag":                    {"net: tags, tagsAll"},
		"rule-added":               {"group: ingress?"},
		"rule-removed":             {"group: ingress?", "web: gone"},
		"route-removed:out":        {"out: gone", "table: routes?"},
		"retention":                {"logs: retentionInDays"},
		"rotation:key":             {"key: enableKeyRotation"},
		"deleted:group":            {"group: gone", "web: gone"},
		"deleted:key":              {"key: gone"}, // It waits for its deletion.
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			a := ground(t)
			target, err := drift.Pick(a, text)
			if err != nil {
				t.Fatal(err)
			}
			seen, err := drift.Make(a, target, nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, found(seen)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What a program ignores, a refresh does not report.
func TestIgnored(t *testing.T) {
	t.Parallel()
	a := ground(t)
	target, err := drift.Pick(a, "retention")
	if err != nil {
		t.Fatal(err)
	}
	seen, err := drift.Make(a, target, drift.Ignored{target.Resource.MadeBy: {"retentionInDays"}})
	if diff := cmp.Diff([]string{"logs: retentionInDays?"}, found(seen)); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestPickRefuses(t *testing.T) {
	t.Parallel()
	a := ground(t)
	for text, want := range map[string]string{
		"melt":                         `"melt" is no kind of drift: want one of tag, untag`,
		"endpoint":                     "nothing in the account is such that endpoint opens a cluster's endpoint",
		"tag:net":                      "more than one has that name; write aws:ec2/internetGateway:InternetGateway::net or aws:ec2/vpc:Vpc::net",
		"tag:nobody":                   `"nobody" is none of the 7 resources that tag applies to; --list tag lists them`,
		"deleted:aws:ec2/vpc:Vpc::net": "none of the", // Others depend on it.
	} {
		if _, err := drift.Pick(a, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

// The same seed does the same, and what can be chosen can be made.
func TestChoose(t *testing.T) {
	t.Parallel()
	kinds := map[string]bool{}
	for seed := range uint64(40) {
		var texts []string
		for range 2 {
			a := ground(t)
			target, ok := drift.Choose(a, rand.New(rand.NewPCG(seed, 0)))
			if !ok {
				t.Fatal("nothing can drift")
			}
			seen, err := drift.Make(a, target, nil)
			if err != nil {
				t.Fatal(err)
			}
			kinds[target.Kind.Name] = true
			texts = append(texts, target.String()+strings.Join(found(seen), ";"))
		}
		if texts[0] != texts[1] {
			t.Errorf("seed %d did %s, then %s", seed, texts[0], texts[1])
		}
	}
	if len(kinds) != 8 {
		t.Errorf("chose only %v", kinds)
	}
}
