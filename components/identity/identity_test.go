package identity_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/iampolicy"
	"github.com/slipway-iac/slipway/components/identity"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
	"github.com/slipway-iac/slipway/tests/fixture"
)

const (
	component = "slipway:identity:Identity"
	probe     = "test:index:Probe"
	cniPolicy = "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"
)

// sound are the arguments of an identity in a cluster.
func sound(cluster pulumi.StringInput) identity.Args {
	return identity.Args{
		ClusterName: cluster, Namespace: "external-dns", ServiceAccount: "external-dns",
		Policies: []identity.Policy{{
			Name: "zones",
			Document: func(arns []string) iampolicy.Document {
				return iampolicy.Document{iampolicy.Allow("Write", []string{"route53:ChangeResourceRecordSets"}, arns)}
			},
			Inputs: []pulumi.StringInput{
				pulumi.String("arn:aws:route53:::hostedzone/Z1"), pulumi.String("arn:aws:route53:::hostedzone/Z2"),
			},
		}},
	}
}

type change func(*identity.Args, fixture.Ground)

// build makes the identity "dns" in a cluster.
func build(t *testing.T, c change) *sandboxtest.Recording {
	t.Helper()
	return fixture.Run(t, func(ctx *pulumi.Context) error {
		g, err := fixture.New(ctx)
		if err != nil {
			return err
		}
		args := sound(g.Cluster.Name)
		c(&args, g)
		made, err := identity.New(ctx, "dns", args)
		if err != nil {
			return err
		}
		return ctx.RegisterComponentResourceV2(probe, "user", nil, &pulumi.ResourceState{}, pulumi.DependsOn(made.Ready))
	}).Must(t)
}

func asItIs(*identity.Args, fixture.Ground) {}

func managed(a *identity.Args, _ fixture.Ground) { a.ManagedPolicyARNs = []string{cniPolicy} }

func TestNewMakesExactly(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change change
		want   map[string]int
	}{
		"one policy": {
			asItIs,
			map[string]int{cloud.IAMRole: 1, cloud.IAMRolePolicy: 1, cloud.EKSPodIdentityAssociation: 1},
		},
		"a managed policy": {
			func(a *identity.Args, _ fixture.Ground) { a.Policies, a.ManagedPolicyARNs = nil, []string{cniPolicy} },
			map[string]int{cloud.IAMRole: 1, cloud.IAMRolePolicyAttachment: 1, cloud.EKSPodIdentityAssociation: 1},
		},
		"both": {
			managed,
			map[string]int{cloud.IAMRole: 1, cloud.IAMRolePolicy: 1, cloud.IAMRolePolicyAttachment: 1, cloud.EKSPodIdentityAssociation: 1},
		},
		"for an add-on": {
			func(a *identity.Args, _ fixture.Ground) { a.ClusterName, a.WithoutAssociation = nil, true },
			map[string]int{cloud.IAMRole: 1, cloud.IAMRolePolicy: 1},
		},
	}
	for title, tt := range tests {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			r := build(t, tt.change)
			made := r.Below(t, component, "dns")
			if diff := cmp.Diff(tt.want, made.Counts()); diff != "" {
				t.Errorf("resources (-want +got):\n%s", diff)
			}
			for _, x := range made.Resources {
				if x.Parent != r.One(t, component, "dns").URN {
					t.Errorf("%s %s has parent %q", x.Type, x.Name, x.Parent)
				}
				if x.Type != cloud.IAMRole && !r.One(t, probe, "user").WaitsFor(x) {
					t.Errorf("what waits for Ready does not wait for %s %s", x.Type, x.Name)
				}
			}
			r.LeavesNothing(t)
		})
	}
}

func TestRole(t *testing.T) {
	t.Parallel()
	const open = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` +
		`"Principal":{"Service":["pods.eks.amazonaws.com"]},"Action":["sts:AssumeRole","sts:TagSession"]`
	tests := map[string]struct {
		change change
		trust  string
	}{
		"any cluster of the account": {asItIs, open + `}]}`},
		"one cluster": {
			func(a *identity.Args, g fixture.Ground) { a.ClusterARN = g.Cluster.ARN },
			open + `,"Condition":{"ArnEquals":{"aws:SourceArn":["arn:aws:eks:us-west-2:123456789012:cluster/demo"]},` +
				`"StringEquals":{"aws:SourceAccount":["123456789012"]}}}]}`,
		},
	}
	for title, tt := range tests {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			r := build(t, tt.change)
			want := cloud.Props{"description": "Pods of service account external-dns/external-dns", "assumeRolePolicy": tt.trust}
			if diff := cmp.Diff(want, r.Readable(r.One(t, cloud.IAMRole, "dns"))); diff != "" {
				t.Errorf("role (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	r := build(t, func(a *identity.Args, _ fixture.Ground) {
		a.Policies = append(a.Policies, identity.Static("find", iampolicy.Document{
			iampolicy.Allow("Find", []string{"route53:ListHostedZones"}, []string{"*"}),
		}))
		a.ManagedPolicyARNs = []string{cniPolicy}
	})
	policies := map[string]string{
		"dns-zones": `{"Version":"2012-10-17","Statement":[{"Sid":"Write","Effect":"Allow","Action":["route53:ChangeResourceRecordSets"],` +
			`"Resource":["arn:aws:route53:::hostedzone/Z1","arn:aws:route53:::hostedzone/Z2"]}]}`,
		"dns-find": `{"Version":"2012-10-17","Statement":[{"Sid":"Find","Effect":"Allow","Action":["route53:ListHostedZones"],"Resource":["*"]}]}`,
	}
	for name, want := range policies {
		if diff := cmp.Diff(cloud.Props{"policy": want, "role": "role:dns"}, r.Readable(r.One(t, cloud.IAMRolePolicy, name))); diff != "" {
			t.Errorf("policy %s (-want +got):\n%s", name, diff)
		}
	}
	attachment := r.Readable(r.One(t, cloud.IAMRolePolicyAttachment, "dns-AmazonEKS_CNI_Policy"))
	if diff := cmp.Diff(cloud.Props{"policyArn": cniPolicy, "role": "role:dns"}, attachment); diff != "" {
		t.Errorf("attachment (-want +got):\n%s", diff)
	}
}

func TestAssociationComesLast(t *testing.T) {
	t.Parallel()
	r := build(t, managed)
	association := r.One(t, cloud.EKSPodIdentityAssociation, "dns")
	want := cloud.Props{
		"clusterName": "demo", "namespace": "external-dns", "serviceAccount": "external-dns", "roleArn": "arn:role:dns",
	}
	if diff := cmp.Diff(want, r.Readable(association)); diff != "" {
		t.Errorf("association (-want +got):\n%s", diff)
	}
	permissions := []sandboxtest.Resource{
		r.One(t, cloud.IAMRolePolicy, "dns-zones"), r.One(t, cloud.IAMRolePolicyAttachment, "dns-AmazonEKS_CNI_Policy"),
	}
	if slices.ContainsFunc(permissions, func(x sandboxtest.Resource) bool { return !association.WaitsFor(x) }) {
		t.Errorf("the association does not wait for all permissions: %v", association.DependsOn)
	}
}

func TestBoundary(t *testing.T) {
	t.Parallel()
	r := fixture.Run(t, func(ctx *pulumi.Context) error {
		limit, err := iam.NewPolicy(ctx, "limit", &iam.PolicyArgs{Policy: pulumi.String(
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"route53:*","Resource":"*"}]}`)})
		if err != nil {
			return err
		}
		args := sound(nil)
		args.WithoutAssociation, args.PermissionsBoundary = true, limit.Arn
		_, err = identity.New(ctx, "dns", args)
		return err
	}).Must(t)
	if got := r.Readable(r.One(t, cloud.IAMRole, "dns"))["permissionsBoundary"]; got != "arn:policy:limit" {
		t.Errorf("boundary is %v", got)
	}
}

// EKS knows one role for a service account.
func TestSecondIdentityIsRefused(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change  func(*identity.Args)
		refused bool
	}{
		"of the same account":       {func(*identity.Args) {}, true},
		"of another account":        {func(a *identity.Args) { a.ServiceAccount = "other" }, false},
		"of another namespace":      {func(a *identity.Args) { a.Namespace = "other" }, false},
		"that an add-on associates": {func(a *identity.Args) { a.WithoutAssociation = true }, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := fixture.Run(t, func(ctx *pulumi.Context) error {
				g, err := fixture.New(ctx)
				if err != nil {
					return err
				}
				if _, err := identity.New(ctx, "dns", sound(g.Cluster.Name)); err != nil {
					return err
				}
				args := sound(g.Cluster.Name)
				tc.change(&args)
				_, err = identity.New(ctx, "second", args)
				return err
			})
			if !tc.refused {
				r.Must(t)
				return
			}
			if r.Err == nil || !strings.Contains(r.Err.Error(), "ResourceInUseException") {
				t.Errorf("error is %v, want ResourceInUseException", r.Err)
			}
		})
	}
}

func TestNewReportsProblemsBeforeAnyResource(t *testing.T) {
	t.Parallel()
	r := fixture.Run(t, func(ctx *pulumi.Context) error {
		_, err := identity.New(ctx, "dns", identity.Args{})
		return err
	})
	if r.Err == nil || !strings.Contains(r.Err.Error(), `identity "dns": `) {
		t.Errorf("error is %v", r.Err)
	}
	if len(r.Resources) > 0 {
		t.Errorf("resources were registered: %v", r.Counts())
	}
}
