package network_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/components/network"
	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func TestGatewayEndpointsServeNodesAndPodsOnly(t *testing.T) {
	t.Parallel()
	net := build(t)
	for _, service := range []string{"s3", "dynamodb"} {
		got := net.inputs(t, cloud.VPCEndpoint, "net-"+service)
		want := cloud.Props{
			"vpcId": "vpc:net", "vpcEndpointType": "Gateway", "serviceName": "com.amazonaws.eu-central-1." + service,
			"routeTableIds": []any{
				"routeTable:net-private-a", "routeTable:net-private-b", "routeTable:net-private-c",
				"routeTable:net-pod-a", "routeTable:net-pod-b", "routeTable:net-pod-c",
			},
			"tags": map[string]any{"Name": "net-" + service},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", service, diff)
		}
	}
}

func TestNodeEndpointsWithoutNAT(t *testing.T) {
	t.Parallel()
	net := build(t, func(a *network.Args) { a.NAT, a.InterfaceEndpoints = network.NATNone, network.NodeEndpoints() })
	for _, service := range network.NodeEndpoints() {
		got := net.inputs(t, cloud.VPCEndpoint, "net-endpoint-"+service)
		want := cloud.Props{
			"vpcId": "vpc:net", "vpcEndpointType": "Interface", "serviceName": "com.amazonaws.eu-central-1." + service,
			"subnetIds":        []any{"subnet:net-private-a", "subnet:net-private-b", "subnet:net-private-c"},
			"securityGroupIds": []any{"securityGroup:net-endpoints"}, "privateDnsEnabled": true,
			"tags": map[string]any{"Name": "net-endpoint-" + service},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", service, diff)
		}
	}
	if n := len(net.Of(cloud.VPCEndpoint)); n != len(network.NodeEndpoints())+2 {
		t.Errorf("%d endpoints, want those of nodes and two gateways", n)
	}
}

// What a node cannot start or run a pod without must be in the preset.
func TestNodeEndpointsHaveWhatNodesNeed(t *testing.T) {
	t.Parallel()
	for _, service := range []string{"ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "sts", "logs", "elasticloadbalancing", "autoscaling", "ssm"} {
		if !slices.Contains(network.NodeEndpoints(), service) {
			t.Errorf("NodeEndpoints lacks %s", service)
		}
	}
}

func TestEndpointGroupAdmitsHTTPSFromTheVPC(t *testing.T) {
	t.Parallel()
	net := build(t, func(a *network.Args) { a.InterfaceEndpoints = []string{"sts"} })
	group := net.inputs(t, cloud.SecurityGroup, "net-endpoints")
	want := []any{map[string]any{
		"description": "HTTPS from nodes, pods and databases", "protocol": "tcp", "fromPort": 443.0, "toPort": 443.0,
		"cidrBlocks": []any{"10.0.0.0/16", "100.64.0.0/16", "100.65.0.0/16", "100.66.0.0/16", "100.67.0.0/16"},
	}}
	if diff := cmp.Diff(want, group.List("ingress")); diff != "" {
		t.Errorf("ingress (-want +got):\n%s", diff)
	}
	if n := len(group.List("egress")); n != 0 {
		t.Errorf("%d rules out, want none", n)
	}
}

func TestNoEndpointGroupWithoutEndpoints(t *testing.T) {
	t.Parallel()
	if n := len(build(t).Of(cloud.SecurityGroup)); n != 0 {
		t.Errorf("%d security groups, want none", n)
	}
}

// In China some services have names of their own and some have not.
func TestServiceNamesInChina(t *testing.T) {
	t.Parallel()
	net := build(t, func(a *network.Args) {
		a.Region, a.Zones = "cn-north-1", []string{"cn-north-1a", "cn-north-1b"}
		a.InterfaceEndpoints = []string{"ecr.api", "logs"}
	})
	want := map[string]string{
		"net-endpoint-ecr.api": "cn.com.amazonaws.cn-north-1.ecr.api",
		"net-endpoint-logs":    "com.amazonaws.cn-north-1.logs",
		"net-s3":               "com.amazonaws.cn-north-1.s3",
		"net-dynamodb":         "com.amazonaws.cn-north-1.dynamodb",
	}
	got := map[string]string{}
	for _, r := range net.Of(cloud.VPCEndpoint) {
		got[r.Name] = r.Inputs.Str("serviceName")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("service names (-want +got):\n%s", diff)
	}
}

// Every name that validation lets through is one that AWS knows.
func TestEveryServiceExists(t *testing.T) {
	t.Parallel()
	net := build(t, func(a *network.Args) { a.InterfaceEndpoints = network.InterfaceServices() })
	if n, want := len(net.Of(cloud.VPCEndpoint)), len(network.InterfaceServices())+2; n != want {
		t.Errorf("%d endpoints, want %d", n, want)
	}
}
