package provider

import (
	"testing"

	"google.golang.org/protobuf/types/known/emptypb"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// What a provider does not model it refuses by name, whatever is asked of it.
func TestUnmodelled(t *testing.T) {
	t.Parallel()
	_, servers := open(t, Options{})
	for name, token := range map[string]string{"aws": "aws:s3/bucket:Bucket", "kubernetes": "kubernetes:apps/v1:ReplicaSet", "eks": "eks:index:Widget"} {
		e := configured(t, servers, name, nil)
		urn := urnOf(token, "x")
		calls := map[string]func() error{
			"check": func() error { _, err := e.Check(t.Context(), &pulumirpc.CheckRequest{Urn: urn}); return err },
			"read":  func() error { _, err := e.Read(t.Context(), &pulumirpc.ReadRequest{Urn: urn, Id: "x"}); return err },
			"invoke": func() error {
				_, err := e.Invoke(t.Context(), &pulumirpc.InvokeRequest{Tok: token})
				return err
			},
		}
		if name != "eks" {
			calls["construct"] = func() error {
				_, err := e.Construct(t.Context(), &pulumirpc.ConstructRequest{Type: token})
				return err
			}
			calls["call"] = func() error { _, err := e.Call(t.Context(), &pulumirpc.CallRequest{Tok: token}); return err }
			calls["create"] = func() error { _, err := e.Create(t.Context(), &pulumirpc.CreateRequest{Urn: urn}); return err }
			calls["update"] = func() error { _, err := e.Update(t.Context(), &pulumirpc.UpdateRequest{Urn: urn}); return err }
			calls["delete"] = func() error { _, err := e.Delete(t.Context(), &pulumirpc.DeleteRequest{Urn: urn}); return err }
		}
		if name == "aws" {
			calls["diff"] = func() error { _, err := e.Diff(t.Context(), &pulumirpc.DiffRequest{Urn: urn}); return err }
		}
		for what, call := range calls {
			t.Run(name+" "+what, func(t *testing.T) { wantError(t, call(), "the sandbox does not model the ", token) })
		}
	}
}

func TestPluginInfo(t *testing.T) {
	t.Parallel()
	_, servers := open(t, Options{})
	for name, want := range map[string]string{"aws": awsVersion, "kubernetes": kubernetesVersion, "eks": eksVersion} {
		e := connect(t, servers, name)
		if info, err := e.GetPluginInfo(t.Context(), &emptypb.Empty{}); err != nil || info.GetVersion() != want {
			t.Errorf("%s is %v, %v", name, info, err)
		}
		if _, err := e.Attach(t.Context(), &pulumirpc.PluginAttach{}); err != nil {
			t.Error(err)
		}
		if _, err := e.Cancel(t.Context(), &emptypb.Empty{}); err != nil {
			t.Error(err)
		}
	}
}
