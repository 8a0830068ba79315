package identity_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/identity"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/tests/fixture"
)

// Only the one service account of the one cluster assumes the role.
func TestWebIdentity(t *testing.T) {
	t.Parallel()
	r := fixture.Run(t, func(ctx *pulumi.Context) error {
		g, err := fixture.New(ctx)
		if err != nil {
			return err
		}
		provider, err := identity.NewOIDCProvider(ctx, "tokens", g.Cluster.OIDCIssuer)
		if err != nil {
			return err
		}
		args := sound(nil)
		args.OIDCProviderARN = provider.Arn
		_, err = identity.New(ctx, "dns", args)
		return err
	}).Must(t)
	provider := r.One(t, cloud.IAMOpenIDConnectProvider, "tokens")
	arn, issuer := provider.Outputs.Str("arn"), provider.Outputs.Str("url")
	if !strings.HasPrefix(issuer, "oidc.eks.us-west-2.amazonaws.com/id/") {
		t.Errorf("the provider is for %s", issuer)
	}
	if diff := cmp.Diff([]any{"sts.amazonaws.com"}, provider.Inputs["clientIdLists"]); diff != "" {
		t.Errorf("audiences (-want +got):\n%s", diff)
	}
	want := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":["` + arn + `"]},` +
		`"Action":["sts:AssumeRoleWithWebIdentity"],"Condition":{"StringEquals":{` +
		`"` + issuer + `:aud":["sts.amazonaws.com"],"` + issuer + `:sub":["system:serviceaccount:external-dns:external-dns"]}}}]}`
	if diff := cmp.Diff(want, r.One(t, cloud.IAMRole, "dns").Inputs.Str("assumeRolePolicy")); diff != "" {
		t.Errorf("trust (-want +got):\n%s", diff)
	}
	made := r.Below(t, component, "dns").Counts()
	if diff := cmp.Diff(map[string]int{cloud.IAMRole: 1, cloud.IAMRolePolicy: 1}, made); diff != "" {
		t.Errorf("resources (-want +got):\n%s", diff)
	}
	r.LeavesNothing(t)
}

func TestWebIdentityProblems(t *testing.T) {
	t.Parallel()
	const provider = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-west-2.amazonaws.com/id/A"
	for name, tc := range map[string]struct {
		change func(*identity.Args)
		want   string
	}{
		"not a provider": {func(a *identity.Args) { a.OIDCProviderARN = pulumi.String(cniPolicy) }, "OIDCProviderARN is"},
		"with a cluster": {func(a *identity.Args) {
			a.OIDCProviderARN, a.ClusterARN = pulumi.String(provider), pulumi.String("arn:aws:eks:us-west-2:123456789012:cluster/demo")
		}, "ClusterARN is given with OIDCProviderARN"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := fixture.Run(t, func(ctx *pulumi.Context) error {
				args := sound(nil)
				tc.change(&args)
				_, err := identity.New(ctx, "dns", args)
				return err
			})
			if r.Err == nil || !strings.Contains(r.Err.Error(), tc.want) {
				t.Errorf("error is %v, want %q", r.Err, tc.want)
			}
		})
	}
	r := fixture.Run(t, func(ctx *pulumi.Context) error {
		_, err := identity.NewOIDCProvider(ctx, "tokens", nil)
		return err
	})
	if r.Err == nil || !strings.Contains(r.Err.Error(), "issuer is required") {
		t.Errorf("error is %v", r.Err)
	}
}
