package zone_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/dns/zone"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
	"github.com/slipway-iac/slipway/tests/fixture"
)

// watched makes the zone "dev" with query logs, signed to some stage, below the
// zone "above", and exports what the zone above would say of it.
func watched(t *testing.T, stage zone.DNSSEC, change func(*zone.Args)) *sandboxtest.Recording {
	t.Helper()
	return fixture.Run(t, func(ctx *pulumi.Context) error {
		east, err := aws.NewProvider(ctx, "east", &aws.ProviderArgs{Region: pulumi.String("us-east-1")})
		if err != nil {
			return err
		}
		above, err := zone.New(ctx, "above", zone.Args{Domain: "example.com"})
		if err != nil {
			return err
		}
		args := zone.Args{
			Domain: "dev.example.com", ParentZoneID: above.ID, East: east, AccountID: fixture.AccountID,
			QueryLogDays: 30, DNSSEC: stage, KeyDeletionDays: 7,
		}
		if change != nil {
			change(&args)
		}
		dev, err := zone.New(ctx, "dev", args)
		if err != nil {
			return err
		}
		_, err = zone.New(ctx, "note", zone.Args{Domain: "example.net", Records: []zone.Record{
			{Name: "ds", Type: "TXT", Values: []pulumi.StringInput{pulumi.Sprintf("%q", dev.DSRecord)}},
		}})
		return err
	})
}

func TestSignedAndLogged(t *testing.T) {
	t.Parallel()
	logged := map[string]int{
		cloud.Route53Zone: 1, cloud.Route53Record: 1, cloud.LogGroup: 1, cloud.KMSKey: 1, cloud.LogResourcePolicy: 1, cloud.Route53QueryLog: 1,
	}
	signed := map[string]int{cloud.Route53KeySigningKey: 1, cloud.Route53HostedZoneDNSSEC: 1, cloud.KMSKey: 2}
	for stage, more := range map[zone.DNSSEC]map[string]int{
		zone.Unsigned: nil, zone.Signed: signed, zone.Trusted: {cloud.Route53Record: 2},
	} {
		t.Run("stage "+string(stage), func(t *testing.T) {
			t.Parallel()
			r := watched(t, stage, nil).Must(t)
			want := map[string]int{}
			for _, counts := range []map[string]int{logged, more} {
				for kind, n := range counts {
					want[kind] = n
				}
			}
			if stage == zone.Trusted {
				for kind, n := range signed {
					want[kind] = n
				}
			}
			if d := cmp.Diff(want, r.Below(t, component, "dev").Counts()); d != "" {
				t.Errorf("resources (-want +got):\n%s", d)
			}
			said := r.One(t, cloud.Route53Record, "note-txt-ds").Inputs.Strs("records")
			if (len(said[0]) > 2) != (stage != zone.Unsigned) {
				t.Errorf("the zone above is to say %q", said)
			}
			left(t, r)
		})
	}
}

// The order in which nobody who checks signatures loses the zone, either way.
func TestTrustComesLastAndGoesFirst(t *testing.T) {
	t.Parallel()
	r := watched(t, zone.Trusted, nil).Must(t)
	trust, signs := r.One(t, cloud.Route53Record, "dev-trust"), r.One(t, cloud.Route53HostedZoneDNSSEC, "dev-signing")
	signer := r.One(t, cloud.Route53KeySigningKey, "dev-signing")
	want := cloud.Props{
		"zoneId": "zone:above", "name": "dev.example.com", "type": "DS", "ttl": 300.0, "records": []any{signer.Outputs.Str("dsRecord")},
	}
	if d := cmp.Diff(want, r.Readable(trust)); d != "" {
		t.Errorf("trust (-want +got):\n%s", d)
	}
	if !trust.WaitsFor(signs) || !signs.WaitsFor(signer) || !signer.WaitsFor(r.One(t, cloud.KMSKey, "dev-signing")) {
		t.Error("trust, signature and key are out of order")
	}
	if log := r.One(t, cloud.Route53QueryLog, "dev-queries"); !log.WaitsFor(r.One(t, cloud.LogResourcePolicy, "dev-queries")) {
		t.Error("queries are logged before that is permitted")
	}
}

// Only Route 53 uses the key and writes the log, for this zone alone.
func TestOnlyForTheZone(t *testing.T) {
	t.Parallel()
	r := watched(t, zone.Signed, nil).Must(t)
	arn := r.One(t, cloud.Route53Zone, "dev").Outputs.Str("arn")
	forZone := map[string]any{
		"StringEquals": map[string]any{"aws:SourceAccount": []any{fixture.AccountID}}, "ArnEquals": map[string]any{"aws:SourceArn": []any{arn}},
	}
	service := func(name string) any { return map[string]any{"Service": []any{name + ".amazonaws.com"}} }
	for _, tc := range []struct {
		kind, name, property string
		want                 []any
	}{
		{cloud.LogResourcePolicy, "dev-queries", "policyDocument", []any{map[string]any{
			"Sid": "QueryLogs", "Effect": "Allow", "Principal": service("route53"), "Action": []any{"logs:CreateLogStream", "logs:PutLogEvents"},
			"Resource": []any{"arn:aws:logs:us-east-1:" + fixture.AccountID + ":log-group:/aws/route53/dev.example.com:*"}, "Condition": forZone,
		}}},
		{cloud.KMSKey, "dev-signing", "policy", []any{
			map[string]any{
				"Sid": "Administration", "Effect": "Allow", "Action": []any{"kms:*"}, "Resource": []any{"*"},
				"Principal": map[string]any{"AWS": []any{"arn:aws:iam::" + fixture.AccountID + ":root"}},
			},
			map[string]any{
				"Sid": "Sign", "Effect": "Allow", "Principal": service("dnssec-route53"), "Resource": []any{"*"},
				"Action": []any{"kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"}, "Condition": forZone,
			},
			map[string]any{
				"Sid": "Grant", "Effect": "Allow", "Principal": service("dnssec-route53"), "Resource": []any{"*"}, "Action": []any{"kms:CreateGrant"},
				"Condition": map[string]any{"Bool": map[string]any{"kms:GrantIsForAWSResource": []any{"true"}}},
			},
		}},
	} {
		var document struct{ Statement []any }
		if err := json.Unmarshal([]byte(r.One(t, tc.kind, tc.name).Inputs.Str(tc.property)), &document); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(tc.want, document.Statement); d != "" {
			t.Errorf("%s (-want +got):\n%s", tc.kind, d)
		}
	}
}

func TestSigningAndLoggingAreChecked(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*zone.Args)
		want   []string
	}{
		"of a private zone": {func(a *zone.Args) { a.VPCIDs, a.ParentZoneID = []pulumi.StringInput{pulumi.String("vpc-1")}, nil }, []string{
			"VPCIDs is given with QueryLogDays or DNSSEC",
		}},
		"without the other region": {func(a *zone.Args) { a.East, a.AccountID = nil, "" }, []string{"East is required", `AccountID is ""`}},
		"trusted by nobody":        {func(a *zone.Args) { a.ParentZoneID, a.DNSSEC = nil, zone.Trusted }, []string{"ParentZoneID is required"}},
		"numbers and words": {func(a *zone.Args) { a.QueryLogDays, a.DNSSEC, a.KeyDeletionDays = 31, "on", 3 }, []string{
			`DNSSEC is "on"`, "QueryLogDays is 31", "KeyDeletionDays is 3",
		}},
	} {
		r := watched(t, zone.Signed, tc.change)
		if r.Err == nil {
			t.Fatalf("%s: nothing is wrong", name)
		}
		for _, want := range tc.want {
			if !strings.Contains(r.Err.Error(), want) {
				t.Errorf("%s: %q is not in %q", name, want, r.Err)
			}
		}
	}
}
