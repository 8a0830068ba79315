package sample_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/ingress"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
	"github.com/slipway-iac/slipway/stacks/sample"
	"github.com/slipway-iac/slipway/tests/fixture"
)

const (
	component  = "slipway:sample:Sample"
	deployment = "kubernetes:apps/v1:Deployment"
	probe      = "test:index:Probe"
	policy     = "kubernetes:networking.k8s.io/v1:NetworkPolicy"

	bucketARN  = "arn:aws:s3:::media"
	keyARN     = "arn:aws:kms:" + fixture.Region + ":" + fixture.AccountID + ":key/11111111-2222-3333-4444-555555555555"
	connectARN = "arn:aws:rds-db:" + fixture.Region + ":" + fixture.AccountID + ":dbuser:db-ABCDEFGHIJKL/sample"
)

// database is one that somebody else keeps.
var database = sample.Database{
	Host: pulumi.String("db.example.com"), ConnectARN: pulumi.String(connectARN), User: "sample", CIDRs: []string{"10.0.48.0/20"},
}

// program makes the application "shop" in a cluster with all that it needs.
func program(change func(*sample.Args)) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		g, inside, err := fixture.Serving(ctx)
		if err != nil {
			return err
		}
		args := sample.Args{
			Cluster: inside, Region: fixture.Region, ServiceCIDR: g.Cluster.ServiceCIDR,
			Host: "shop.example.com", CertificateARN: pulumi.String(fixture.Certificate), Scheme: ingress.InternetFacing,
			LoadBalancerCIDRs: []string{"10.0.0.0/22"},
			Bucket:            sample.Bucket{ARN: pulumi.String(bucketARN), KeyARN: pulumi.String(keyARN)},
		}
		change(&args)
		made, err := sample.New(ctx, "shop", args)
		if err != nil {
			return err
		}
		return ctx.RegisterComponentResourceV2(probe, "user", pulumi.Map{"address": made.Address}, &pulumi.ResourceState{})
	}
}

func asItIs(*sample.Args) {}

func withDatabase(a *sample.Args) { a.Database = database }

func TestNewMakesExactly(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change            func(*sample.Args)
		policies, network int
	}{
		"without a database": {asItIs, 1, 9},
		"with one":           {withDatabase, 2, 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := fixture.Run(t, program(tc.change)).Must(t)
			want := map[string]int{
				"slipway:namespace:Namespace": 2, "kubernetes:core/v1:Namespace": 2, policy: tc.network,
				"kubernetes:core/v1:ResourceQuota": 2, "kubernetes:core/v1:LimitRange": 2,
				"kubernetes:core/v1:ServiceAccount": 2, "kubernetes:core/v1:ConfigMap": 2, "kubernetes:core/v1:Service": 2, deployment: 2,
				"kubernetes:core/v1:PersistentVolumeClaim": 1, "kubernetes:policy/v1:PodDisruptionBudget": 1,
				"slipway:ingress:Ingress": 1, "kubernetes:networking.k8s.io/v1:Ingress": 1,
				"slipway:identity:Identity": 1, cloud.IAMRole: 1, cloud.IAMRolePolicy: tc.policies, cloud.EKSPodIdentityAssociation: 1,
			}
			if d := cmp.Diff(want, r.Below(t, component, "shop").Counts()); d != "" {
				t.Errorf("resources (-want +got):\n%s", d)
			}
			r.LeavesNothing(t)
		})
	}
}

func TestOrder(t *testing.T) {
	t.Parallel()
	r := fixture.Run(t, program(withDatabase)).Must(t)
	front, back := r.One(t, deployment, "shop-front"), r.One(t, deployment, "shop-back")
	user := r.One(t, probe, "user")
	if got := user.Inputs.Str("address"); got != "https://shop.example.com" {
		t.Errorf("the address is %q", got)
	}
	one := func(typ, name string) sandboxtest.Resource { return r.One(t, typ, name) }
	for _, x := range []struct {
		of, waitsFor sandboxtest.Resource
	}{
		{user, front},
		{user, back},
		{user, one("kubernetes:networking.k8s.io/v1:Ingress", "shop")},
		{back, one(cloud.EKSPodIdentityAssociation, "shop-back")},
		{back, one(cloud.IAMRolePolicy, "shop-back-bucket")},
		{back, one(cloud.IAMRolePolicy, "shop-back-database")},
		{back, one("kubernetes:core/v1:PersistentVolumeClaim", "shop-back")},
		{back, one("kubernetes:core/v1:ConfigMap", "shop-back")},
		{back, one("kubernetes:core/v1:ServiceAccount", "shop-back")},
		{back, one(policy, "shop-back-default-deny")},
		{back, one(policy, "shop-back-to-database")},
		{front, one(policy, "shop-front-default-deny")},
		{front, one(policy, "shop-front-from-load-balancer")},
		{front, one("kubernetes:core/v1:Service", "shop-back")},
		{one("kubernetes:networking.k8s.io/v1:Ingress", "shop"), one("kubernetes:core/v1:Service", "shop-front")},
		{one("kubernetes:networking.k8s.io/v1:Ingress", "shop"), one("kubernetes:helm.sh/v3:Release", "lb")},
		{one("kubernetes:core/v1:PersistentVolumeClaim", "shop-back"), one(cloud.EKSAddon, "after-aws-ebs-csi-driver")},
	} {
		if !x.of.WaitsFor(x.waitsFor) {
			t.Errorf("%s %s does not wait for %s %s", x.of.Type, x.of.Name, x.waitsFor.Type, x.waitsFor.Name)
		}
	}
}

// What the application makes controllers make in the account.
func TestWhatControllersMake(t *testing.T) {
	t.Parallel()
	r := fixture.Run(t, program(asItIs)).Must(t)
	made := map[string]int{}
	for _, x := range r.Account.Resources() {
		claim := x.Props.StrMap("tagsAll")["kubernetes.io/created-for/pvc/namespace"]
		if x.Kind == cloud.LoadBalancer && !x.Props.Bool("internal") || x.Kind == cloud.Volume && claim == "shop-back" && x.Props.Bool("encrypted") {
			made[x.Kind]++
		}
	}
	if d := cmp.Diff(map[string]int{cloud.LoadBalancer: 1, cloud.Volume: 1}, made); d != "" {
		t.Errorf("made by controllers (-want +got):\n%s", d)
	}
}

// Pods that the load balancer leads to wait for its health check, others do not.
func TestOnlyTheFrontHasReadinessGates(t *testing.T) {
	t.Parallel()
	r := fixture.Run(t, program(asItIs)).Must(t)
	for name, want := range map[string]string{"shop-front": "enabled", "shop-back": ""} {
		labels := r.One(t, "kubernetes:core/v1:Namespace", name).Inputs.Obj("metadata").StrMap("labels")
		if got := labels["elbv2.k8s.aws/pod-readiness-gate-inject"]; got != want {
			t.Errorf("%s: the label is %q, want %q", name, got, want)
		}
	}
}

func TestNewReportsEveryProblem(t *testing.T) {
	t.Parallel()
	full := func(a *sample.Args) {
		a.Region, a.ServiceCIDR, a.Host, a.Scheme = "west", "172.20.0.0", "Shop", "public"
		a.LoadBalancerCIDRs = []string{"10.0.0.1/24"}
		a.Database = sample.Database{User: "Sample", Name: "a b", Port: 70000, CIDRs: []string{"10.0.0.0"}}
	}
	for name, tc := range map[string]struct {
		change func(*sample.Args)
		want   []string
	}{
		"nothing": {func(a *sample.Args) { *a = sample.Args{} }, []string{
			"Cluster.ClusterName is", "Cluster.Provider is", "Cluster.Ready is", `Region is ""`, "ServiceCIDR: ", `Host is ""`, "CertificateARN is",
			"LoadBalancerCIDRs is required", "Bucket.ARN is", "Bucket.KeyARN is",
		}},
		"wrong": {full, []string{
			`Region is "west"`, "ServiceCIDR: ", `Host is "Shop"`, `Scheme is "public"`, `LoadBalancerCIDRs is "10.0.0.1/24"`,
			"Database.Host is", "Database.ConnectARN is", `Database.User is "Sample"`, `Database.Name is "a b"`, `Database.CIDRs is "10.0.0.0"`,
			"Database.Port is 70000",
		}},
		"half a database": {func(a *sample.Args) { a.Database = sample.Database{Host: pulumi.String("db")} }, []string{
			"Database.ConnectARN is", "Database.User is", "Database.CIDRs is",
		}},
	} {
		r := fixture.Run(t, program(tc.change))
		if r.Err == nil {
			t.Fatalf("%s: nothing is wrong", name)
		}
		for _, want := range tc.want {
			if !strings.Contains(r.Err.Error(), want) {
				t.Errorf("%s: %q is not in %q", name, want, r.Err)
			}
		}
		if n := strings.Count(r.Err.Error(), "\n"); n < len(tc.want)-1 || len(r.Of(component)) > 0 {
			t.Errorf("%s: problems are\n%v", name, r.Err)
		}
	}
	r := fixture.Run(t, func(ctx *pulumi.Context) error {
		_, err := sample.New(ctx, strings.Repeat("a", 58), sample.Args{})
		return err
	})
	if r.Err == nil || !strings.Contains(r.Err.Error(), "name is ") {
		t.Errorf("a name that no namespace takes: %v", r.Err)
	}
}
