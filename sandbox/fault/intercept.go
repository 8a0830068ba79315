package fault

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// Injector is a plan in front of the providers of an account.
type Injector struct {
	// Plan decides.
	Plan *Plan
	// Kind finds a modelled type, for the names in messages.
	Kind func(token string) (*cloud.Kind, error)
	// Kill ends the process; only faults that kill need it.
	Kill func(Injection)
}

// Intercept is the injector as an option of the providers.
func (i *Injector) Intercept(ctx context.Context, request any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	call, ok := callOf(request)
	if !ok {
		return next(ctx, request)
	}
	decision := i.Plan.Decide(call)
	f := decision.Fault
	if f == nil || f.Kind == Throttle && !decision.Surfaces {
		return next(ctx, request)
	}
	switch f.Kind {
	case Throttle, Fail:
		return nil, i.Refusal(*f, call)
	case Kill:
		if !f.Before {
			_, _ = next(ctx, request)
		}
		made := i.Plan.Injected()
		i.Kill(made[len(made)-1])
	default:
		_, _ = next(ctx, request)
	}
	return nil, ErrLost
}

// ErrLost is what the engine sees when a provider's connection breaks before
// the answer has come.
var ErrLost = status.Error(codes.Unavailable, "error reading from server: EOF")

// callOf is what a request of the engine does; not all of them reach AWS.
func callOf(request any) (Call, bool) {
	var c Call
	preview := false
	switch r := request.(type) {
	case *pulumirpc.CreateRequest:
		c, preview = Call{Verb: Create, URN: r.GetUrn()}, r.GetPreview()
	case *pulumirpc.UpdateRequest:
		c, preview = Call{Verb: Update, URN: r.GetUrn()}, r.GetPreview()
	case *pulumirpc.DeleteRequest:
		c = Call{Verb: Delete, URN: r.GetUrn()}
	case *pulumirpc.ReadRequest:
		c = Call{Verb: Ask, URN: r.GetUrn()}
	case *pulumirpc.InvokeRequest:
		c = Call{Verb: Ask, URN: r.GetTok()}
	default:
		return c, false
	}
	c.AWS = strings.HasPrefix(typeOf(c.URN), "aws:")
	return c, !preview
}

// typeOf is the type token of a URN, or the token of a function.
func typeOf(urn string) string {
	if parts := strings.SplitN(urn, "::", 4); len(parts) == 4 {
		return parts[2][strings.LastIndex(parts[2], "$")+1:]
	}
	return urn
}

// throttled is how a service says that it gets too many requests.
type throttled struct {
	code, message string
	status        int
}

// Sources: "Error codes for the Amazon EC2 API", "Common Errors" of IAM's and
// of EKS's API references.
var throttles = map[string]throttled{
	"EC2": {"RequestLimitExceeded", "Request limit exceeded.", 503},
	"IAM": {"Throttling", "Rate exceeded", 400},
	"":    {"ThrottlingException", "Rate exceeded", 400},
}

// Refusal is the error of a fault that refuses a call: in AWS's words for a
// call to AWS.
func (i *Injector) Refusal(f Fault, c Call) error {
	k, err := i.Kind(typeOf(c.URN))
	if err != nil {
		k = &cloud.Kind{Noun: typeOf(c.URN), Service: "AWS"}
	}
	doing, operation := operationOf(k, c.Verb)
	if !c.AWS {
		return fmt.Errorf("%s %s: Internal error occurred: asked for by the fault %s", doing, typeOf(c.URN), f)
	}
	said := throttled{cmp.Or(f.Code, "InternalFailure"), "asked for by the fault " + f.String(), 400}
	tries := ""
	if f.Kind == Throttle {
		said = throttles[k.Service]
		if said.code == "" {
			said = throttles[""]
		}
		said.code = cmp.Or(f.Code, said.code)
		tries = fmt.Sprintf("exceeded maximum number of attempts, %d, ", MaxAttempts)
	} else if slices.Contains([]string{"InternalFailure", "InternalError", "ServerException"}, said.code) {
		said.status = 500
	}
	return fmt.Errorf("%s %s: operation error %s: %s, %shttps response error StatusCode: %d, api error %s: %s",
		doing, k.Noun, k.Service, operation, tries, said.status, said.code, said.message)
}

func operationOf(k *cloud.Kind, v Verb) (doing, operation string) {
	switch v {
	case Create:
		return "creating", k.CreateCall
	case Update:
		return "updating", k.UpdateCall
	case Delete:
		return "deleting", k.DeleteCall
	}
	return "reading", "Describe"
}
