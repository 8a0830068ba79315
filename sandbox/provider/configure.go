package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// DiffConfig replaces everything when the region changes, as pulumi-aws does.
func (p *awsProvider) DiffConfig(_ context.Context, r *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	return diffConfig(r, "region")
}

func (p *awsProvider) Configure(ctx context.Context, r *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	config, err := unmarshal(r.GetArgs())
	if err != nil {
		return nil, err
	}
	session, err := NewSession(p.options.Account, p.options.Caller, config)
	if err != nil {
		return nil, err
	}
	connectionOf(ctx).setSession(session)
	// The account knows no secrets. So that none ends up as plain text in
	// Pulumi's state, the engine is left to keep track of them.
	return &pulumirpc.ConfigureResponse{SupportsPreview: true, AcceptResources: true}, nil
}

// NewSession is the session of a provider with a configuration, in which nested
// values may be JSON. caller is whose credentials the provider finds; a role that
// it assumes comes before it. It fails for a region that does not exist, and for
// an account that the configuration does not allow or that is not this one.
func NewSession(account *cloud.Account, caller string, config cloud.Props) (cloud.Session, error) {
	config = opened(config)
	session := cloud.Session{
		Region:      config.Str("region"),
		Caller:      caller,
		DefaultTags: config.Obj("defaultTags").StrMap("tags"),
	}
	if region := session.Region; region != "" && len(cloud.Zones(region)) == 0 {
		return session, fmt.Errorf("invalid AWS Region: %s", region)
	}
	id := account.ID()
	for _, assume := range append(config.Objs("assumeRoles"), config.Obj("assumeRole")) {
		arn := assume.Str("roleArn")
		if arn == "" {
			continue
		}
		if parts := strings.Split(arn, ":"); len(parts) != 6 || parts[4] != id {
			return session, fmt.Errorf("cannot assume IAM Role (%s): the sandbox has no account but %s", arn, id)
		}
		session.Caller = arn
	}
	if allowed := config.Strs("allowedAccountIds"); len(allowed) > 0 && !slices.Contains(allowed, id) {
		return session, fmt.Errorf("AWS account ID not allowed: %s (allowedAccountIds: %s)", id, strings.Join(allowed, ", "))
	}
	if slices.Contains(config.Strs("forbiddenAccountIds"), id) {
		return session, fmt.Errorf("AWS account ID not allowed: %s is in forbiddenAccountIds", id)
	}
	return session, nil
}

// opened is a configuration with its nested values decoded.
func opened(config cloud.Props) cloud.Props {
	out := config.Clone()
	for name, v := range out {
		var nested any
		if s, ok := v.(string); ok && json.Unmarshal([]byte(s), &nested) == nil {
			switch nested.(type) {
			case []any, map[string]any, bool:
				out[name] = nested
			}
		}
	}
	return out
}

func diffConfig(r *pulumirpc.DiffRequest, replaces ...string) (*pulumirpc.DiffResponse, error) {
	olds, news, err := unmarshalBoth(r.GetOlds(), r.GetNews())
	if err != nil {
		return nil, err
	}
	answer := &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}
	for _, name := range olds.With(news).Names() {
		if name == "version" || cloud.Equal(olds[name], news[name]) {
			continue
		}
		answer.Changes = pulumirpc.DiffResponse_DIFF_SOME
		answer.Diffs = append(answer.Diffs, name)
		if slices.Contains(replaces, name) && news[name] != cloud.Unknown {
			answer.Replaces = append(answer.Replaces, name)
		}
	}
	return answer, nil
}
