package ekstree

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// wire is a resource monitor in front of a fake: what a tree registers goes through the messages of the protocol.
type wire struct {
	pulumirpc.ResourceMonitorClient
	fake *fake
	sent []*pulumirpc.RegisterResourceRequest
}

var keepAll = plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true, KeepResources: true}

func (w *wire) SupportsFeature(context.Context, *pulumirpc.SupportsFeatureRequest, ...grpc.CallOption) (*pulumirpc.SupportsFeatureResponse, error) {
	return &pulumirpc.SupportsFeatureResponse{HasSupport: true}, nil
}

func (w *wire) RegisterResource(
	ctx context.Context, req *pulumirpc.RegisterResourceRequest, _ ...grpc.CallOption,
) (*pulumirpc.RegisterResourceResponse, error) {
	w.sent = append(w.sent, req)
	in, err := plugin.UnmarshalProperties(req.GetObject(), keepAll)
	if err != nil {
		return nil, err
	}
	deps := map[string][]string{}
	for k, d := range req.GetPropertyDependencies() {
		deps[k] = d.GetUrns()
	}
	made, err := w.fake.Register(ctx, Registration{
		Type: req.GetType(), Name: req.GetName(), Parent: req.GetParent(), Custom: req.GetCustom(), Inputs: in,
		Dependencies: req.GetDependencies(), PropertyDependencies: deps, Version: req.GetVersion(),
	})
	if err != nil {
		return &pulumirpc.RegisterResourceResponse{Result: pulumirpc.Result_FAIL}, nil
	}
	out, err := plugin.MarshalProperties(made.Outputs, keepAll)
	return &pulumirpc.RegisterResourceResponse{Urn: made.URN, Id: made.ID, Object: out}, err
}

func (w *wire) RegisterResourceOutputs(
	ctx context.Context, req *pulumirpc.RegisterResourceOutputsRequest, _ ...grpc.CallOption,
) (*emptypb.Empty, error) {
	out, err := plugin.UnmarshalProperties(req.GetOutputs(), keepAll)
	if err != nil {
		return nil, err
	}
	return &emptypb.Empty{}, w.fake.RegisterOutputs(ctx, req.GetUrn(), out)
}

func (w *wire) Invoke(ctx context.Context, req *pulumirpc.ResourceInvokeRequest, _ ...grpc.CallOption) (*pulumirpc.ResourceInvokeResponse, error) {
	args, err := plugin.UnmarshalProperties(req.GetArgs(), keepAll)
	if err != nil {
		return nil, err
	}
	out, err := w.fake.Invoke(ctx, req.GetTok(), args, InvokeOptions{Provider: req.GetProvider(), Parent: req.GetParent()})
	if err != nil {
		return &pulumirpc.ResourceInvokeResponse{Failures: []*pulumirpc.CheckFailure{{Property: "x", Reason: err.Error()}}}, nil
	}
	ret, err := plugin.MarshalProperties(out, keepAll)
	return &pulumirpc.ResourceInvokeResponse{Return: ret}, err
}

func (w *wire) construct(t *testing.T, typ, name string, in props, dryRun bool) (*pulumirpc.ConstructResponse, error) {
	t.Helper()
	s, err := plugin.MarshalProperties(in, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true, KeepResources: true, KeepOutputValues: true})
	if err != nil {
		t.Fatal(err)
	}
	return ServeConstruct(t.Context(), w, &pulumirpc.ConstructRequest{Type: typ, Name: name, Parent: stackURN, Inputs: s, DryRun: dryRun})
}

// TestWire: over the protocol the tree is the one that is made without.
func TestWire(t *testing.T) {
	t.Parallel()
	for name, dry := range map[string]bool{"up": false, "preview": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := bare(props{
				"authenticationMode": str("API"), "accessEntries": object(props{"a": object(props{"principalArn": resource.NewOutputProperty(
					resource.Output{Element: str("arn:a"), Known: true, Secret: true, Dependencies: []resource.URN{urnPrefix + "x:y:Z::role"}},
				)})}),
			})
			direct, w := newFake(), &wire{fake: newFake()}
			direct.dry, w.fake.dry = dry, dry
			want := construct(t, direct, clusterType, "demo", in)
			resp, err := w.construct(t, clusterType, "demo", in, dry)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(direct.urns, w.fake.urns) {
				t.Fatalf("registered were %v: want %v", w.fake.urns, direct.urns)
			}
			for i, r := range w.fake.registered {
				same(t, r.Name, object(r.Inputs), object(direct.registered[i].Inputs))
				if !slices.Equal(r.Dependencies, direct.registered[i].Dependencies) {
					t.Errorf("%s depends on %v: want %v", r.Name, r.Dependencies, direct.registered[i].Dependencies)
				}
			}
			state, err := plugin.UnmarshalProperties(resp.GetState(), keepAll)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "the state", object(state), object(want.Outputs))
			if urns := resp.GetStateDependencies()["eksCluster"].GetUrns(); !slices.Equal(urns, []string{eksClusterURN}) {
				t.Errorf("eksCluster depends on %v: want the cluster", urns)
			}
			if resp.GetUrn() != want.URN {
				t.Errorf("the URN is %s: want %s", resp.GetUrn(), want.URN)
			}
		})
	}
}

// TestWireRequests: the fields of the messages that the fake does not look at.
func TestWireRequests(t *testing.T) {
	t.Parallel()
	w := &wire{fake: newFake()}
	if _, err := w.construct(t, clusterType, "demo", bare(nil), false); err != nil {
		t.Fatal(err)
	}
	for _, req := range w.sent {
		if req.GetRemote() || !req.GetAcceptSecrets() || !req.GetAcceptResources() || !req.GetSupportsPartialValues() {
			t.Errorf("%s was registered with %v", req.GetName(), req)
		}
		if req.GetType() == awsCluster && len(req.GetIgnoreChanges()) != 2 {
			t.Errorf("the cluster ignores changes of %v", req.GetIgnoreChanges())
		}
	}
}

func TestWireErrors(t *testing.T) {
	t.Parallel()
	w := &wire{fake: newFake()}
	_, err := w.construct(t, clusterType, "demo", bare(props{"subnetIds": strs("s"), "fargate": yes(true)}), false)
	if rpc, ok := rpcerror.FromError(err); !ok || len(rpc.InputPropertiesErrors()) != 1 {
		t.Errorf("the error is %v: want one with the input's name in its details", err)
	}
	w.fake.refuse = "demo-eksCluster"
	_, err = w.construct(t, clusterType, "demo", bare(nil), false)
	if want := `register aws:eks/cluster:Cluster "demo-eksCluster"`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("the error is %v: want %s", err, want)
	}
}

func TestWireCall(t *testing.T) {
	t.Parallel()
	w := &wire{fake: newFake()}
	made, err := w.construct(t, clusterType, "demo", bare(nil), false)
	if err != nil {
		t.Fatal(err)
	}
	args, err := plugin.MarshalProperties(props{"__self__": resource.MakeComponentResourceReference(resource.URN(made.GetUrn()), "")}, keepAll)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := ServeCall(t.Context(), w, &pulumirpc.CallRequest{Tok: "eks:index:Cluster/getKubeconfig", Args: args})
	if err != nil || resp.GetReturn().GetFields()["result"].GetStringValue() == "" {
		t.Fatalf("getKubeconfig returned %v, %v", resp, err)
	}
	if urns := resp.GetReturnDependencies()["result"].GetUrns(); !slices.Equal(urns, []string{eksClusterURN}) {
		t.Errorf("the kubeconfig depends on %v: want the cluster", urns)
	}
}
