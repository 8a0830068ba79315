package provider

import (
	"context"
	"errors"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// awsVersion is the release of pulumi-aws whose behaviour the provider has.
const awsVersion = "6.83.4"

// awsProvider is pulumi-aws in front of the simulated account.
type awsProvider struct {
	unary
	options Options
}

func typeOf(urn string) (resource.URN, string) {
	u := resource.URN(urn)
	return u, string(u.Type())
}

func (p *awsProvider) Check(_ context.Context, r *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	urn, token := typeOf(r.GetUrn())
	k, err := p.options.Account.Kind(token)
	if err != nil {
		return nil, err
	}
	olds, news, err := unmarshalBoth(r.GetOlds(), r.GetNews())
	if err != nil {
		return nil, err
	}
	if err := autoname(k, urn, r.GetRandomSeed(), olds, news); err != nil {
		return nil, err
	}
	problems, err := p.options.Account.Check(token, news)
	if err != nil {
		return nil, err
	}
	answer := &pulumirpc.CheckResponse{}
	for _, problem := range problems {
		answer.Failures = append(answer.Failures, &pulumirpc.CheckFailure{Property: problem.Property, Reason: problem.Reason})
	}
	answer.Inputs, err = marshal(news)
	return answer, err
}

func (p *awsProvider) Diff(ctx context.Context, r *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	_, token := typeOf(r.GetUrn())
	k, err := p.options.Account.Kind(token)
	if err != nil {
		return nil, err
	}
	state, err := unmarshal(r.GetOlds())
	if err != nil {
		return nil, err
	}
	oldInputs, news, err := unmarshalBoth(r.GetOldInputs(), r.GetNews())
	if err != nil {
		return nil, err
	}
	changes, err := p.options.Account.Diff(connectionOf(ctx).getSession(), token, oldInputs, state, news)
	if err != nil {
		return nil, err
	}
	answer := &pulumirpc.DiffResponse{
		Changes:         pulumirpc.DiffResponse_DIFF_NONE,
		HasDetailedDiff: true,
		DetailedDiff:    map[string]*pulumirpc.PropertyDiff{},
	}
	for _, c := range changes {
		if ignored(c.Path, r.GetIgnoreChanges()) {
			continue
		}
		answer.Changes = pulumirpc.DiffResponse_DIFF_SOME
		answer.Diffs = append(answer.Diffs, c.Path)
		if c.Replace {
			answer.Replaces = append(answer.Replaces, c.Path)
		}
		answer.DetailedDiff[c.Path] = &pulumirpc.PropertyDiff{Kind: diffKind(c)}
	}
	answer.DeleteBeforeReplace = len(answer.Replaces) > 0 && nameIsFixed(k, state, news)
	return answer, nil
}

// ignored tells whether a change lies in a property that the program ignores.
func ignored(path string, ignore []string) bool {
	changed, err := resource.ParsePropertyPath(path)
	return err == nil && slices.ContainsFunc(ignore, func(i string) bool {
		p, err := resource.ParsePropertyPath(i)
		return err == nil && p.Contains(changed)
	})
}

func diffKind(c cloud.Change) pulumirpc.PropertyDiff_Kind {
	kind := pulumirpc.PropertyDiff_UPDATE
	switch {
	case c.Added:
		kind = pulumirpc.PropertyDiff_ADD
	case c.Removed:
		kind = pulumirpc.PropertyDiff_DELETE
	}
	if c.Replace {
		kind++ // each kind is followed by its replacing form
	}
	return kind
}

func (p *awsProvider) Create(ctx context.Context, r *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	_, token := typeOf(r.GetUrn())
	inputs, err := unmarshal(r.GetProperties())
	if err != nil {
		return nil, err
	}
	session := session(ctx, r.GetUrn())
	if r.GetPreview() {
		props, err := p.options.Account.Preview(session, token, inputs)
		if err != nil {
			return nil, err
		}
		state, err := marshal(props)
		return &pulumirpc.CreateResponse{Properties: state}, err
	}
	made, err := p.options.Account.Create(session, token, r.GetUrn(), inputs)
	if made == nil {
		return nil, err
	}
	state, merr := marshal(made.Props)
	if merr != nil {
		return nil, merr
	}
	if err != nil {
		return nil, initFailed(err, made.ID, state, r.GetProperties())
	}
	return &pulumirpc.CreateResponse{Id: made.ID, Properties: state}, nil
}

// initFailed tells the engine that a resource exists but did not come up, so
// that it is kept in the state.
func initFailed(err error, id string, state, inputs *structpb.Struct) error {
	reason := err.Error()
	return &initFailure{err, rpcerror.WithDetails(rpcerror.New(codes.Unknown, reason), &pulumirpc.ErrorResourceInitFailed{
		Id: id, Properties: state, Inputs: inputs, Reasons: []string{reason},
	})}
}

// initFailure is an answer for the engine that still holds its cause, for who
// sees the calls on this side.
type initFailure struct {
	error
	answer error
}

// GRPCStatus is what the engine is told.
func (f *initFailure) GRPCStatus() *status.Status { return status.Convert(f.answer) }

func (f *initFailure) Unwrap() error { return f.error }

func (p *awsProvider) Read(ctx context.Context, r *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	_, token := typeOf(r.GetUrn())
	found, err := p.options.Account.Read(connectionOf(ctx).getSession(), token, r.GetId())
	if err != nil || found == nil {
		return &pulumirpc.ReadResponse{}, err
	}
	oldInputs, err := unmarshal(r.GetInputs())
	if err != nil {
		return nil, err
	}
	inputs := p.options.Account.Inputs(found)
	if len(oldInputs) > 0 {
		if inputs, err = p.refreshed(token, oldInputs, found, inputs); err != nil {
			return nil, err
		}
	}
	answer := &pulumirpc.ReadResponse{Id: found.ID}
	if answer.Properties, err = marshal(found.Props); err != nil {
		return nil, err
	}
	answer.Inputs, err = marshal(inputs)
	return answer, err
}

// refreshed are the program's own properties as they are now. What only looks
// different, such as a set in another order or JSON in another form, stays as
// the program has it.
func (p *awsProvider) refreshed(token string, oldInputs cloud.Props, found *cloud.Resource, now cloud.Props) (cloud.Props, error) {
	changes, err := p.options.Account.Diff(cloud.Session{}, token, oldInputs, found.Props, oldInputs)
	if err != nil {
		return nil, err
	}
	inputs := oldInputs.Clone()
	for _, c := range changes {
		name := c.Property()
		if !inputs.Has(name) {
			continue
		}
		if inputs[name] = now[name]; now[name] == nil {
			delete(inputs, name)
		}
	}
	return inputs, nil
}

func (p *awsProvider) Update(ctx context.Context, r *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	_, token := typeOf(r.GetUrn())
	news, err := unmarshal(r.GetNews())
	if err != nil {
		return nil, err
	}
	session := session(ctx, r.GetUrn())
	if r.GetPreview() {
		oldInputs, err := unmarshal(r.GetOldInputs())
		if err != nil {
			return nil, err
		}
		olds, err := unmarshal(r.GetOlds())
		if err != nil {
			return nil, err
		}
		props, err := p.options.Account.PreviewUpdate(session, token, oldInputs, olds, news)
		if err != nil {
			return nil, err
		}
		state, err := marshal(props)
		return &pulumirpc.UpdateResponse{Properties: state}, err
	}
	changed, err := p.options.Account.Update(session, token, r.GetId(), news)
	if changed == nil {
		return nil, err
	}
	state, merr := marshal(changed.Props)
	if merr != nil {
		return nil, merr
	}
	var late *cloud.Late
	if errors.As(err, &late) {
		return nil, initFailed(err, r.GetId(), state, r.GetNews())
	}
	return &pulumirpc.UpdateResponse{Properties: state}, err
}

func (p *awsProvider) Delete(ctx context.Context, r *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	_, token := typeOf(r.GetUrn())
	return &emptypb.Empty{}, p.options.Account.Delete(session(ctx, r.GetUrn()), token, r.GetId())
}

func (p *awsProvider) Invoke(ctx context.Context, r *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	args, err := unmarshal(r.GetArgs())
	if err != nil {
		return nil, err
	}
	answer, err := p.options.Account.Invoke(connectionOf(ctx).getSession(), r.GetTok(), args)
	if err != nil {
		return nil, err
	}
	out, err := marshal(answer)
	return &pulumirpc.InvokeResponse{Return: out}, err
}
