package provider

import (
	"context"
	"errors"
	"slices"

	"google.golang.org/protobuf/types/known/emptypb"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube"
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

func (p *kubernetesProvider) Check(_ context.Context, r *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	urn, token := typeOf(r.GetUrn())
	apiVersion, kind, err := kube.GroupKind(token)
	if err != nil {
		return nil, err
	}
	olds, news, err := unmarshalBoth(r.GetOlds(), r.GetNews())
	if err != nil {
		return nil, err
	}
	object, err := completed(apiVersion, kind, urn, r.GetRandomSeed(), olds, news)
	if err != nil {
		return nil, err
	}
	inputs, err := marshal(object)
	return &pulumirpc.CheckResponse{Inputs: inputs}, err
}

func (p *kubernetesProvider) Diff(_ context.Context, r *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	_, token := typeOf(r.GetUrn())
	olds, news, err := unmarshalBoth(r.GetOldInputs(), r.GetNews())
	if err != nil {
		return nil, err
	}
	answer := &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}
	for _, name := range olds.With(news).Names() {
		if ignored(name, r.GetIgnoreChanges()) || cloud.Equal(olds[name], news[name]) {
			continue
		}
		answer.Changes = pulumirpc.DiffResponse_DIFF_SOME
		answer.Diffs = append(answer.Diffs, name)
	}
	for _, path := range replacing(token) {
		if !cloud.Equal(at(olds, path), at(news, path)) && !ignored(path, r.GetIgnoreChanges()) {
			answer.Replaces = append(answer.Replaces, path)
		}
	}
	// A name that Pulumi made is made anew for the replacement.
	answer.DeleteBeforeReplace = len(answer.Replaces) > 0 && !isAutonamed(news) &&
		cloud.Equal(at(olds, "metadata.name"), at(news, "metadata.name"))
	return answer, nil
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
	if r.GetPreview() {
		return &pulumirpc.CreateResponse{Properties: r.GetProperties()}, nil
	}
	client, err := p.client(ctx, r.GetUrn())
	if err != nil {
		return nil, err
	}
	made, err := client.Create(apiVersion, kind, r.GetUrn(), inputs, PatchForced(inputs))
	if err != nil {
		return nil, err
	}
	id := kube.Name{Namespace: made.Obj("metadata").Str("namespace"), Name: made.Obj("metadata").Str("name")}
	state, err := marshal(made)
	return &pulumirpc.CreateResponse{Id: id.ID(), Properties: state}, err
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
	found, err := client.Get(apiVersion, kind, kube.ParseID(r.GetId()))
	switch {
	case errors.Is(err, kube.ErrNotFound):
		return &pulumirpc.ReadResponse{}, nil
	case err != nil:
		return nil, err
	}
	answer := &pulumirpc.ReadResponse{Id: r.GetId()}
	if answer.Properties, err = marshal(found); err != nil {
		return nil, err
	}
	answer.Inputs, err = marshal(withoutServerFields(found))
	return answer, err
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
	if r.GetPreview() {
		return &pulumirpc.UpdateResponse{Properties: r.GetNews()}, nil
	}
	news, err := unmarshal(r.GetNews())
	if err != nil {
		return nil, err
	}
	client, err := p.client(ctx, r.GetUrn())
	if err != nil {
		return nil, err
	}
	changed, err := client.Update(apiVersion, kind, news)
	if err != nil {
		return nil, err
	}
	state, err := marshal(changed)
	return &pulumirpc.UpdateResponse{Properties: state}, err
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
	return &emptypb.Empty{}, client.Delete(apiVersion, kind, kube.ParseID(r.GetId()))
}
