package provider

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/emptypb"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube"
)

// kubernetesVersion is the release of pulumi-kubernetes whose behaviour the
// provider has.
const kubernetesVersion = "4.33.0"

const (
	autonamedAnnotation  = "pulumi.com/autonamed"
	patchForceAnnotation = "pulumi.com/patchForce"
)

// kubernetesProvider is pulumi-kubernetes in front of the account's clusters.
type kubernetesProvider struct {
	unary
	options Options
}

func (p *kubernetesProvider) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: kubernetesVersion}, nil
}

func (p *kubernetesProvider) Attach(context.Context, *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (p *kubernetesProvider) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

// DiffConfig never replaces: pulumi-kubernetes keeps its resources when a
// kubeconfig changes for the same cluster.
func (p *kubernetesProvider) DiffConfig(_ context.Context, r *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	return diffConfig(r)
}

func (p *kubernetesProvider) Configure(ctx context.Context, r *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	config, err := configurationText(r)
	if err != nil {
		return nil, err
	}
	c := connectionOf(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kubeconfig, c.configured = config, true
	return &pulumirpc.ConfigureResponse{SupportsPreview: true, AcceptSecrets: true}, nil
}

func configurationText(r *pulumirpc.ConfigureRequest) (string, error) {
	config, err := unmarshal(r.GetArgs())
	if err != nil {
		return "", err
	}
	return config.Str("kubeconfig"), nil
}

func (p *kubernetesProvider) client(ctx context.Context) (*kube.Client, error) {
	c := connectionOf(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kubeconfig == "" {
		return nil, errors.New("configured Kubernetes cluster is unreachable: the provider has no kubeconfig; pass the cluster's")
	}
	return kube.NewClient(p.options.Account, p.options.Engine, p.options.Caller, c.kubeconfig)
}

func (p *kubernetesProvider) Check(_ context.Context, r *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	urn, token := typeOf(r.GetUrn())
	apiVersion, kind, err := kube.GroupKind(token)
	if err != nil {
		return nil, err
	}
	news, err := unmarshal(r.GetNews())
	if err != nil {
		return nil, err
	}
	olds, err := unmarshal(r.GetOlds())
	if err != nil {
		return nil, err
	}
	metadata := cloud.Props(news.Obj("metadata")).With(nil)
	if metadata["name"] == nil && metadata["generateName"] == nil {
		metadata["name"] = olds.Obj("metadata")["name"]
		if metadata["name"] == nil {
			sum := sha256.Sum256(append([]byte(r.GetUrn()), r.GetRandomSeed()...))
			metadata["name"] = strings.ToLower(urn.Name()) + "-" + hex.EncodeToString(sum[:])[:8]
		}
		metadata["annotations"] = map[string]any(cloud.Props(metadata.Obj("annotations")).With(cloud.Props{autonamedAnnotation: "true"}))
	}
	if kube.Namespaced(apiVersion, kind) && metadata["namespace"] == nil {
		metadata["namespace"] = "default"
	}
	inputs, err := marshal(news.With(cloud.Props{"apiVersion": apiVersion, "kind": kind, "metadata": map[string]any(metadata)}))
	return &pulumirpc.CheckResponse{Inputs: inputs}, err
}

func (p *kubernetesProvider) Diff(_ context.Context, r *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	olds, err := unmarshal(r.GetOldInputs())
	if err != nil {
		return nil, err
	}
	news, err := unmarshal(r.GetNews())
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
	for _, field := range []string{"name", "namespace"} {
		if !cloud.Equal(olds.Obj("metadata")[field], news.Obj("metadata")[field]) {
			answer.Replaces = append(answer.Replaces, "metadata."+field)
		}
	}
	answer.DeleteBeforeReplace = len(answer.Replaces) > 0 &&
		cloud.Equal(olds.Obj("metadata")["name"], news.Obj("metadata")["name"])
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
	client, err := p.client(ctx)
	if err != nil {
		return nil, err
	}
	patch := inputs.Obj("metadata").Obj("annotations").Str(patchForceAnnotation) == "true"
	made, err := client.Create(apiVersion, kind, r.GetUrn(), inputs, patch)
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
	client, err := p.client(ctx)
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
	client, err := p.client(ctx)
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
	client, err := p.client(ctx)
	if err != nil {
		return nil, err
	}
	return &emptypb.Empty{}, client.Delete(apiVersion, kind, kube.ParseID(r.GetId()))
}

func (p *kubernetesProvider) Invoke(_ context.Context, r *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	return nil, fmt.Errorf("the sandbox does not model the function %s", r.GetTok())
}
