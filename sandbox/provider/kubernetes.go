package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"google.golang.org/protobuf/types/known/emptypb"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// kubernetesVersion is the release of pulumi-kubernetes whose behaviour the
// provider has.
const kubernetesVersion = "4.33.0"

// kubernetesProvider is pulumi-kubernetes in front of the account's clusters.
type kubernetesProvider struct {
	unary
	options Options
}

// DiffConfig never replaces: pulumi-kubernetes keeps its resources when a
// kubeconfig changes for the same cluster.
func (p *kubernetesProvider) DiffConfig(_ context.Context, r *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	return diffConfig(r)
}

func (p *kubernetesProvider) Configure(ctx context.Context, r *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	config, err := unmarshal(r.GetArgs())
	if err != nil {
		return nil, err
	}
	connectionOf(ctx).setKubeconfig(config.Str("kubeconfig"))
	return &pulumirpc.ConfigureResponse{SupportsPreview: true}, nil
}

func (p *kubernetesProvider) client(ctx context.Context, urn string) (*kube.Client, error) {
	kubeconfig := connectionOf(ctx).getKubeconfig()
	if kubeconfig == "" {
		return nil, errors.New("configured Kubernetes cluster is unreachable: the provider has no kubeconfig; pass the cluster's")
	}
	client, err := kube.NewClient(p.options.Account, p.options.Engine, p.options.Caller, kubeconfig)
	if err != nil {
		return nil, err
	}
	client.Warn = warner(ctx, urn)
	return client, nil
}

func (p *kubernetesProvider) Check(ctx context.Context, r *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	urn, token := typeOf(r.GetUrn())
	apiVersion, kind, err := kube.GroupKind(token)
	if err != nil {
		return nil, err
	}
	olds, news, err := unmarshalBoth(r.GetOlds(), r.GetNews())
	if err != nil {
		return nil, err
	}
	if token == kube.ReleaseToken {
		return checkRelease(urn, r.GetRandomSeed(), olds, news)
	}
	completed, err := completion{apiVersion, kind, p.namespaced(ctx, r.GetUrn(), apiVersion, kind), urn, r.GetRandomSeed(), olds, news}.completed()
	if err != nil {
		return nil, err
	}
	inputs, err := marshal(completed)
	return &pulumirpc.CheckResponse{Inputs: inputs}, err
}

// namespaced asks the cluster, if there is one, whether a type lives in
// namespaces.
func (p *kubernetesProvider) namespaced(ctx context.Context, urn, apiVersion, kind string) bool {
	client, err := p.client(ctx, urn)
	if err != nil {
		return kube.Namespaced(apiVersion, kind)
	}
	return client.Namespaced(apiVersion, kind)
}

func (p *kubernetesProvider) Diff(ctx context.Context, r *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	_, token := typeOf(r.GetUrn())
	apiVersion, kind, err := kube.GroupKind(token)
	if err != nil {
		return nil, err
	}
	olds, news, err := unmarshalBoth(r.GetOldInputs(), r.GetNews())
	if err != nil {
		return nil, err
	}
	if token == kube.ReleaseToken {
		return diffInputs(olds, news, r.GetIgnoreChanges(), "name", "namespace"), nil
	}
	// Before its definition is there, nobody knows whether a custom resource has a
	// namespace.
	if !p.namespaced(ctx, r.GetUrn(), apiVersion, kind) {
		olds, news = withoutNamespace(olds), withoutNamespace(news)
	}
	answer := diffInputs(olds, news, r.GetIgnoreChanges(), replacing(apiVersion, kind)...)
	// A name that Pulumi made is made anew for the replacement.
	same := func(path string) bool { return cloud.Equal(at(olds, path), at(news, path)) }
	answer.DeleteBeforeReplace = len(answer.Replaces) > 0 && !isAutonamed(news) && same("metadata.name") && same("metadata.namespace")
	return answer, nil
}

func withoutNamespace(object cloud.Props) cloud.Props {
	out := object.Clone()
	delete(out.Obj("metadata"), "namespace")
	return out
}

// diffInputs lists the properties that differ, and which of the paths that
// replace do.
func diffInputs(olds, news cloud.Props, ignore []string, replacing ...string) *pulumirpc.DiffResponse {
	answer := &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}
	for _, name := range olds.With(news).Names() {
		if ignored(name, ignore) || cloud.Equal(olds[name], news[name]) {
			continue
		}
		answer.Changes = pulumirpc.DiffResponse_DIFF_SOME
		answer.Diffs = append(answer.Diffs, name)
	}
	for _, path := range replacing {
		if !cloud.Equal(at(olds, path), at(news, path)) && !ignored(path, ignore) {
			answer.Replaces = append(answer.Replaces, path)
		}
	}
	return answer
}

func (p *kubernetesProvider) Create(ctx context.Context, r *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	_, token := typeOf(r.GetUrn())
	apiVersion, kind, err := kube.GroupKind(token)
	if err != nil {
		return nil, err
	}
	inputs, err := unmarshal(r.GetProperties())
	if err != nil {
		return nil, err
	}
	if token == kube.ReleaseToken {
		return p.install(ctx, r, inputs)
	}
	if r.GetPreview() {
		return &pulumirpc.CreateResponse{Properties: r.GetProperties()}, nil
	}
	client, err := p.client(ctx, r.GetUrn())
	if err != nil {
		return nil, err
	}
	made, err := client.Create(apiVersion, kind, r.GetUrn(), inputs, PatchForced(inputs))
	if made == nil {
		return nil, fmt.Errorf("resource %q was not successfully created by the Kubernetes API server: %w", r.GetUrn(), err)
	}
	state, merr := marshal(made)
	if merr != nil {
		return nil, merr
	}
	id := objects.NameOf(made).ID()
	if err != nil {
		err = fmt.Errorf("resource %q was successfully created, but the Kubernetes API server reported that it failed to fully initialize or become live: %w", r.GetUrn(), err)
		return nil, initFailed(err, id, state, r.GetProperties())
	}
	return &pulumirpc.CreateResponse{Id: id, Properties: state}, nil
}

func (p *kubernetesProvider) Read(ctx context.Context, r *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	_, token := typeOf(r.GetUrn())
	apiVersion, kind, err := kube.GroupKind(token)
	if err != nil {
		return nil, err
	}
	client, err := p.client(ctx, r.GetUrn())
	if err != nil {
		return nil, err
	}
	if token == kube.ReleaseToken {
		return readRelease(client, r)
	}
	found, err := client.Get(apiVersion, kind, objects.ParseID(r.GetId()))
	switch {
	case errors.Is(err, kube.ErrNotFound):
		return &pulumirpc.ReadResponse{}, nil
	case err != nil:
		return nil, err
	}
	said, err := unmarshal(r.GetInputs())
	if err != nil {
		return nil, err
	}
	answer := &pulumirpc.ReadResponse{Id: r.GetId()}
	if answer.Properties, err = marshal(found); err != nil {
		return nil, err
	}
	inputs := withoutServerFields(found)
	if len(said) > 0 {
		inputs, _ = pruned(map[string]any(inputs), map[string]any(said)).(map[string]any)
	}
	answer.Inputs, err = marshal(inputs)
	return answer, err
}

// pruned is what exists, as far as the program said something of it: what the
// server filled in is not the program's.
func pruned(live, said any) any {
	switch said := said.(type) {
	case map[string]any:
		there, ok := live.(map[string]any)
		if !ok {
			return live
		}
		out := map[string]any{}
		for name, v := range said {
			if there[name] != nil {
				out[name] = pruned(there[name], v)
			}
		}
		return out
	case []any:
		there, ok := live.([]any)
		if !ok || len(there) != len(said) {
			return live
		}
		out := make([]any, len(said))
		for i := range said {
			out[i] = pruned(there[i], said[i])
		}
		return out
	}
	return live
}

// withoutServerFields leaves what a program could have written.
func withoutServerFields(object cloud.Props) cloud.Props {
	out := object.Clone()
	delete(out, "status")
	metadata := out.Obj("metadata")
	for name := range metadata {
		if !slices.Contains([]string{"name", "namespace", "labels", "annotations"}, name) {
			delete(metadata, name)
		}
	}
	return out
}

func (p *kubernetesProvider) Update(ctx context.Context, r *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	_, token := typeOf(r.GetUrn())
	apiVersion, kind, err := kube.GroupKind(token)
	if err != nil {
		return nil, err
	}
	news, err := unmarshal(r.GetNews())
	if err != nil {
		return nil, err
	}
	if token == kube.ReleaseToken {
		return p.upgrade(ctx, r, news)
	}
	if r.GetPreview() {
		return &pulumirpc.UpdateResponse{Properties: r.GetNews()}, nil
	}
	client, err := p.client(ctx, r.GetUrn())
	if err != nil {
		return nil, err
	}
	changed, err := client.Update(apiVersion, kind, news)
	if changed == nil {
		return nil, err
	}
	state, merr := marshal(changed)
	if merr != nil {
		return nil, merr
	}
	if err != nil {
		err = fmt.Errorf("the Kubernetes API server reported that %q failed to fully initialize or become live: %w", objects.NameOf(changed).ID(), err)
		return nil, initFailed(err, r.GetId(), state, r.GetNews())
	}
	return &pulumirpc.UpdateResponse{Properties: state}, nil
}

func (p *kubernetesProvider) Delete(ctx context.Context, r *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	_, token := typeOf(r.GetUrn())
	apiVersion, kind, err := kube.GroupKind(token)
	if err != nil {
		return nil, err
	}
	client, err := p.client(ctx, r.GetUrn())
	if err != nil {
		return nil, err
	}
	if token == kube.ReleaseToken {
		return &emptypb.Empty{}, client.Uninstall(objects.ParseID(r.GetId()))
	}
	return &emptypb.Empty{}, client.Delete(apiVersion, kind, objects.ParseID(r.GetId()))
}
