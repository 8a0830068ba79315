package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// releaseFields are the properties of pulumi-kubernetes' Release.
var releaseFields = cloud.Fields{
	"allowNullValues": cloud.Bool, "atomic": cloud.Bool, "chart": cloud.String.Required(), "cleanupOnFail": cloud.Bool,
	"createNamespace": cloud.Bool, "dependencyUpdate": cloud.Bool, "description": cloud.String, "devel": cloud.Bool,
	"disableCRDHooks": cloud.Bool, "disableOpenapiValidation": cloud.Bool, "disableWebhooks": cloud.Bool, "forceUpdate": cloud.Bool,
	"lint": cloud.Bool, "maxHistory": cloud.Number, "name": cloud.String, "namespace": cloud.String, "recreatePods": cloud.Bool,
	"renderSubchartNotes": cloud.Bool, "replace": cloud.Bool,
	"repositoryOpts": cloud.Object(cloud.Fields{
		"repo": cloud.String, "caFile": cloud.String, "certFile": cloud.String, "keyFile": cloud.String, "password": cloud.String, "username": cloud.String,
	}),
	"resetValues": cloud.Bool, "reuseValues": cloud.Bool, "skipAwait": cloud.Bool, "skipCrds": cloud.Bool, "timeout": cloud.Number,
	"values": cloud.Any, "version": cloud.String, "waitForJobs": cloud.Bool,
	// Read by older releases of the SDK.
	"compat": cloud.String,
}

// defaultTimeout is how long pulumi-kubernetes lets Helm wait, in seconds.
const defaultTimeout = 300.0

// NewRelease completes the properties of a new Release as pulumi-kubernetes
// does. The same URN gives the same name.
func NewRelease(urn resource.URN, inputs cloud.Props) (cloud.Props, []cloud.Problem) {
	return completedRelease(urn, nil, nil, inputs)
}

// completedRelease gives a release a name, a namespace and the version of its
// chart, and leaves out what says nothing.
func completedRelease(urn resource.URN, seed []byte, olds, news cloud.Props) (cloud.Props, []cloud.Problem) {
	if problems := releaseFields.Check(news); len(problems) > 0 {
		return nil, problems
	}
	release := cloud.Props{}
	for name, v := range news {
		if v != nil && v != false && v != "" && v != 0.0 && name != "compat" {
			release[name] = v
		}
	}
	if !release.Has("name") {
		release["name"] = cmp.Or(olds.Str("name"), urn.Name()+"-"+digits(urn, seed, objectDigits))
	}
	if !release.Has("namespace") {
		release["namespace"] = "default"
	}
	if !release.Bool("skipAwait") && !news.Has("timeout") {
		release["timeout"] = defaultTimeout
	}
	if cloud.IsUnknown(map[string]any(release)) {
		return release, nil
	}
	chart, err := kube.ChartOf(release)
	if err != nil {
		return nil, []cloud.Problem{{Property: "chart", Reason: err.Error()}}
	}
	release["version"] = chart.Version
	return release, nil
}

func checkRelease(urn resource.URN, seed []byte, olds, news cloud.Props) (*pulumirpc.CheckResponse, error) {
	release, problems := completedRelease(urn, seed, olds, news)
	answer := &pulumirpc.CheckResponse{}
	for _, p := range problems {
		answer.Failures = append(answer.Failures, &pulumirpc.CheckFailure{Property: p.Property, Reason: p.Reason})
	}
	var err error
	answer.Inputs, err = marshal(release)
	return answer, err
}

// previewed is a release before anybody knows what becomes of it.
func previewed(inputs cloud.Props) cloud.Props {
	return inputs.With(cloud.Props{"resourceNames": cloud.Unknown, "status": cloud.Unknown})
}

func (p *kubernetesProvider) install(ctx context.Context, r *pulumirpc.CreateRequest, inputs cloud.Props) (*pulumirpc.CreateResponse, error) {
	if r.GetPreview() {
		state, err := marshal(previewed(inputs))
		return &pulumirpc.CreateResponse{Properties: state}, err
	}
	client, err := p.client(ctx, r.GetUrn())
	if err != nil {
		return nil, err
	}
	added, err := client.Install(r.GetUrn(), inputs)
	if added == nil {
		return nil, err
	}
	id := objects.At(inputs.Str("namespace"), inputs.Str("name")).ID()
	state, merr := marshal(inputs.With(added))
	if merr != nil {
		return nil, merr
	}
	if err != nil {
		err = worded("Helm release %q was created, but failed to initialize completely. Use Helm CLI to investigate: %w", id, err)
		return nil, initFailed(err, id, state, r.GetProperties())
	}
	return &pulumirpc.CreateResponse{Id: id, Properties: state}, nil
}

func (p *kubernetesProvider) upgrade(ctx context.Context, r *pulumirpc.UpdateRequest, news cloud.Props) (*pulumirpc.UpdateResponse, error) {
	if r.GetPreview() {
		state, err := marshal(previewed(news))
		return &pulumirpc.UpdateResponse{Properties: state}, err
	}
	client, err := p.client(ctx, r.GetUrn())
	if err != nil {
		return nil, err
	}
	added, err := client.Upgrade(r.GetUrn(), news)
	if added == nil {
		return nil, err
	}
	state, merr := marshal(news.With(added))
	if merr != nil {
		return nil, merr
	}
	if err != nil {
		err = worded("Helm release %q failed to initialize completely. Use Helm CLI to investigate: %w", r.GetId(), err)
		return nil, initFailed(err, r.GetId(), state, r.GetNews())
	}
	return &pulumirpc.UpdateResponse{Properties: state}, nil
}

// readRelease finds a release. Its inputs stay what the program said, because
// Helm does not change them.
func readRelease(client *kube.Client, r *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	inputs, added, err := client.Release(objects.ParseID(r.GetId()))
	switch {
	case errors.Is(err, kube.ErrNotFound):
		return &pulumirpc.ReadResponse{}, nil
	case err != nil:
		return nil, err
	}
	answer := &pulumirpc.ReadResponse{Id: r.GetId()}
	if answer.Inputs, err = marshal(inputs); err != nil {
		return nil, err
	}
	answer.Properties, err = marshal(inputs.With(added))
	return answer, err
}

// worded is an error in pulumi-kubernetes' own words, which begin with a capital.
func worded(format string, args ...any) error { return fmt.Errorf(format, args...) }
