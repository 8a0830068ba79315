package fault_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/slipway-iac/slipway/sandbox"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/fault"
)

func of(token string) string { return "urn:pulumi:dev::p::" + token + "::x" }

func injector(t *testing.T, texts ...string) *fault.Injector {
	t.Helper()
	account, err := sandbox.Open("", "")
	if err != nil {
		t.Fatal(err)
	}
	return &fault.Injector{Plan: fault.NewPlan(parse(t, texts...)...), Kind: account.Kind}
}

// A fault speaks as the service would.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fault   string
		request any
		want    string
	}{
		"EC2": {
			"throttle:create=1", &pulumirpc.CreateRequest{Urn: of(cloud.VPC)},
			"creating EC2 VPC: operation error EC2: CreateVpc, exceeded maximum number of attempts, 25, " +
				"https response error StatusCode: 503, api error RequestLimitExceeded: Request limit exceeded.",
		},
		"IAM": {
			"throttle:every=1", &pulumirpc.UpdateRequest{Urn: of(cloud.IAMRole)},
			"updating IAM Role: operation error IAM: UpdateRole, exceeded maximum number of attempts, 25, " +
				"https response error StatusCode: 400, api error Throttling: Rate exceeded",
		},
		"EKS": {
			"throttle:delete=1", &pulumirpc.DeleteRequest{Urn: of(cloud.EKSCluster)},
			"deleting EKS Cluster: operation error EKS: DeleteCluster, exceeded maximum number of attempts, 25, " +
				"https response error StatusCode: 400, api error ThrottlingException: Rate exceeded",
		},
		"a question": {
			"throttle:every=1", &pulumirpc.InvokeRequest{Tok: "aws:ssm/getParameter:getParameter"}, "api error ThrottlingException: Rate exceeded",
		},
		"a failure": {
			"fail:create=x", &pulumirpc.CreateRequest{Urn: of(cloud.VPC)},
			"creating EC2 VPC: operation error EC2: CreateVpc, https response error StatusCode: 500, " +
				"api error InternalFailure: asked for by the fault fail:create=x",
		},
		"a code": {
			"fail:create=1,code=UnauthorizedOperation", &pulumirpc.CreateRequest{Urn: of(cloud.VPC)},
			"StatusCode: 400, api error UnauthorizedOperation: asked for by",
		},
		"a cluster": {
			"fail:create=1", &pulumirpc.CreateRequest{Urn: of("kubernetes:core/v1:Namespace")},
			"creating kubernetes:core/v1:Namespace: Internal error occurred: asked for by the fault fail:create=1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := injector(t, tc.fault).Intercept(t.Context(), tc.request, nil, func(context.Context, any) (any, error) {
				t.Error("the call was carried out")
				return nil, nil
			})
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got  %v\nwant %s", err, tc.want)
			}
		})
	}
}

// What the engine is told, and whether the account did what it was asked.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	create := &pulumirpc.CreateRequest{Urn: of(cloud.VPC)}
	for name, tc := range map[string]struct {
		fault   string
		request any
		done    bool
		code    codes.Code
		killed  bool
	}{
		"no fault":                    {"fail:create=2", create, true, codes.OK, false},
		"a throttle that recovers":    {"throttle:create=1,times=3", create, true, codes.OK, false},
		"an answer that is lost":      {"lost:create=1", create, true, codes.Unavailable, false},
		"a kill":                      {"kill:step=1", create, true, codes.Unavailable, true},
		"a kill before":               {"kill:step=1,when=before", create, false, codes.Unavailable, true},
		"a preview changes nothing":   {"fail:step=1", &pulumirpc.CreateRequest{Urn: of(cloud.VPC), Preview: true}, true, codes.OK, false},
		"an update in a preview":      {"fail:step=1", &pulumirpc.UpdateRequest{Urn: of(cloud.VPC), Preview: true}, true, codes.OK, false},
		"a check reaches nobody":      {"throttle:every=1", &pulumirpc.CheckRequest{Urn: of(cloud.VPC)}, true, codes.OK, false},
		"a question changes nothing":  {"fail:step=1", &pulumirpc.ReadRequest{Urn: of(cloud.VPC)}, true, codes.OK, false},
		"a deletion that is lost":     {"lost:delete=1", &pulumirpc.DeleteRequest{Urn: of(cloud.VPC)}, true, codes.Unavailable, false},
		"an update that is not asked": {"lost:update=2", &pulumirpc.UpdateRequest{Urn: of(cloud.VPC)}, true, codes.OK, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := injector(t, tc.fault)
			killed, done := false, false
			i.Kill = func(fault.Injection) { killed = true }
			answer, err := i.Intercept(t.Context(), tc.request, nil, func(context.Context, any) (any, error) {
				done = true
				return "answer", nil
			})
			if done != tc.done || killed != tc.killed || status.Code(err) != tc.code || (answer == "answer") != (err == nil) {
				t.Errorf("done %v, killed %v, answered %v with %v", done, killed, answer, err)
			}
			if tc.code == codes.Unavailable && !errors.Is(err, fault.ErrLost) {
				t.Errorf("got %v", err)
			}
		})
	}
}
