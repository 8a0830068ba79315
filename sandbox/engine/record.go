package engine

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/structpb"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/latency"
	"github.com/slipway-iac/slipway/sandbox/timeline"
)

// Refused is one operation that AWS, or a cluster, did not do as asked.
type Refused struct {
	// URN of the resource.
	URN string
	// Code is AWS's error code, or the health issue of what exists but did not
	// come up; empty when the answer had none.
	Code string
	// Err is the answer.
	Err error
}

// recorder writes down what the engine had the providers do. It stands nearest
// to them, so that it sees what was done and not what the engine was told.
type recorder struct {
	mu      sync.Mutex
	steps   []timeline.Step
	refused []Refused
}

// takeSteps returns what was done since it was called last.
func (r *recorder) takeSteps() []timeline.Step {
	r.mu.Lock()
	defer r.mu.Unlock()
	steps := r.steps
	r.steps = nil
	return steps
}

// Refused are the operations that AWS, or a cluster, did not do as asked since
// Refused was called last.
func (s *Session) Refused() []Refused {
	r := &s.recorder
	r.mu.Lock()
	defer r.mu.Unlock()
	refused := r.refused
	r.refused = nil
	return refused
}

func (r *recorder) intercept(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	answer, err := handler(ctx, request)
	step, real := stepOf(request)
	if !real {
		return answer, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var late *cloud.Late
	if err == nil || errors.As(err, &late) {
		r.steps = append(r.steps, step)
	}
	if err != nil {
		refused := Refused{URN: step.URN, Err: err}
		var refusal *cloud.Refusal
		switch {
		case late != nil:
			refused.Code = late.Code()
		case errors.As(err, &refusal):
			refused.Code = refusal.Code()
		}
		r.refused = append(r.refused, refused)
	}
	return answer, err
}

// stepOf is what a call to a provider does; nothing when it only asks.
func stepOf(request any) (timeline.Step, bool) {
	switch r := request.(type) {
	case *pulumirpc.CreateRequest:
		return timeline.Step{Verb: latency.Create, URN: r.GetUrn(), Inputs: r.GetProperties().AsMap()}, !r.GetPreview()
	case *pulumirpc.UpdateRequest:
		step := timeline.Step{
			Verb: latency.Update, URN: r.GetUrn(), ID: r.GetId(),
			Inputs: r.GetNews().AsMap(), Changed: changed(r.GetOldInputs(), r.GetNews()),
		}
		return step, !r.GetPreview()
	case *pulumirpc.DeleteRequest:
		inputs := cmp.Or(r.GetOldInputs(), r.GetProperties())
		return timeline.Step{Verb: latency.Delete, URN: r.GetUrn(), ID: r.GetId(), Inputs: inputs.AsMap()}, true
	}
	return timeline.Step{}, false
}

// changed are the names of the properties that differ.
func changed(olds, news *structpb.Struct) []string {
	before, after := olds.AsMap(), news.AsMap()
	names := map[string]bool{}
	for name := range maps.Keys(before) {
		names[name] = true
	}
	for name := range maps.Keys(after) {
		names[name] = true
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(names)), func(name string) bool {
		return name == "__defaults" || cloud.Equal(before[name], after[name])
	})
}

// Timed carries out an update or a destroy, or several, and says how long AWS
// would have taken for what was done; also when it failed.
func (s *Session) Timed(ctx context.Context, do func() error) (*timeline.Timeline, error) {
	before, err := s.Resources(ctx)
	if err != nil {
		return nil, err
	}
	s.recorder.takeSteps()
	failed := do()
	steps := s.recorder.takeSteps()
	after, err := s.Resources(ctx)
	if err != nil {
		return nil, errors.Join(failed, err)
	}
	t, err := timeline.Compute(before, after, steps)
	return t, errors.Join(failed, err)
}

// Resources are what Pulumi's state says of the resources in the stack.
func (s *Session) Resources(ctx context.Context) ([]timeline.Resource, error) {
	exported, err := s.Stack.Export(ctx)
	if err != nil {
		return nil, err
	}
	return timeline.ParseDeployment(exported.Deployment)
}
