package network_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/components/network"
	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func TestOutputs(t *testing.T) {
	t.Parallel()
	got := build(t, func(a *network.Args) {
		a.Zones, a.InterfaceEndpoints = []string{"eu-central-1b", "eu-central-1a"}, []string{"sts"}
	}).inputs(t, probe, "outputs")
	want := cloud.Props{
		"vpcId": "vpc:net", "vpcArn": "arn:vpc:net", "vpcCidr": "10.0.0.0/16",
		"podCidrs":      []any{"100.64.0.0/16", "100.65.0.0/16", "100.66.0.0/16", "100.67.0.0/16"},
		"public":        []any{"subnet:net-public-b", "subnet:net-public-a"},
		"private":       []any{"subnet:net-private-b", "subnet:net-private-a"},
		"pod":           []any{"subnet:net-pod-b", "subnet:net-pod-a"},
		"data":          []any{"subnet:net-data-b", "subnet:net-data-a"},
		"control":       []any{"subnet:net-control-b", "subnet:net-control-a"},
		"privateByZone": map[string]any{"eu-central-1a": "subnet:net-private-a", "eu-central-1b": "subnet:net-private-b"},
		"podByZone":     map[string]any{"eu-central-1a": "subnet:net-pod-a", "eu-central-1b": "subnet:net-pod-b"},
		"tables": map[string]any{
			"public-a": "routeTable:net-public-a", "public-b": "routeTable:net-public-b",
			"private-a": "routeTable:net-private-a", "private-b": "routeTable:net-private-b",
			"pod-a": "routeTable:net-pod-a", "pod-b": "routeTable:net-pod-b",
			"data-a": "routeTable:net-data-a", "data-b": "routeTable:net-data-b",
			"control-a": "routeTable:net-control-a", "control-b": "routeTable:net-control-b",
		},
		"natIps": []any{"ip:net-nat-b", "ip:net-nat-a"}, "igw": "internetGateway:net",
		"s3": "vpcEndpoint:net-s3", "dynamodb": "vpcEndpoint:net-dynamodb", "endpoints": "securityGroup:net-endpoints",
		"acl": "networkAcl:net-data", "logArn": "arn:logGroup:net-flow-logs", "logName": "/vpc/net/flow-logs",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
}

// What is off is empty, never unset: an unset output would hang its reader.
func TestOutputsOfTheLeastNetwork(t *testing.T) {
	t.Parallel()
	got := build(t, func(a *network.Args) {
		a.NAT, a.Tiers = network.NATNone, []network.Tier{network.Private}
	}).inputs(t, probe, "outputs")
	for _, name := range []string{"igw", "endpoints", "acl"} {
		if got[name] != "" {
			t.Errorf("%s is %v, want empty", name, got[name])
		}
	}
	for _, name := range []string{"podCidrs", "public", "pod", "data", "control", "natIps"} {
		if list, ok := got[name].([]any); !ok || len(list) != 0 {
			t.Errorf("%s is %v, want an empty list", name, got[name])
		}
	}
}
