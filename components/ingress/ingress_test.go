package ingress_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/addons/loadbalancer"
	"github.com/slipway-iac/slipway/components/ingress"
	"github.com/slipway-iac/slipway/components/kube"
	"github.com/slipway-iac/slipway/components/namespace"
	"github.com/slipway-iac/slipway/internal/object"
	"github.com/slipway-iac/slipway/internal/outputs"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
	"github.com/slipway-iac/slipway/tests/fixture"
)

const (
	kind        = "kubernetes:networking.k8s.io/v1:Ingress"
	certificate = fixture.Certificate
	webACL      = "arn:aws:wafv2:us-west-2:" + fixture.AccountID + ":regional/webacl/front/0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f"
)

// run makes the Ingress "shop" in front of the Service "web" of a cluster with
// the load balancer controller, in an account with a bucket for its access logs.
func run(t *testing.T, change func(*ingress.Args)) *sandboxtest.Recording {
	t.Helper()
	account := fixture.Account(t)
	put := func(kind string, props cloud.Props) {
		if _, err := account.Create(cloud.Session{Region: fixture.Region}, kind, kind, props); err != nil {
			t.Fatal(err)
		}
	}
	put(cloud.Bucket, cloud.Props{"bucket": "logs-4711"})
	put(cloud.BucketPolicy, cloud.Props{"bucket": "logs-4711", "policy": `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
		"Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}, "Action": "s3:PutObject",
		"Resource": "arn:aws:s3:::logs-4711/shop/AWSLogs/` + fixture.AccountID + `/*"}]}`})
	return fixture.RunIn(t, account, func(ctx *pulumi.Context) error {
		g, inside, err := fixture.Running(ctx)
		if err != nil {
			return err
		}
		lb, err := loadbalancer.New(ctx, "lb", loadbalancer.Args{
			Cluster: inside, ClusterARN: g.Cluster.ARN, VPCID: g.Network.VPCID, Region: fixture.Region,
		})
		if err != nil {
			return err
		}
		inside.Ready = slices.Concat(inside.Ready, lb.Ready)
		apps, err := namespace.New(ctx, "apps", namespace.Args{Cluster: inside})
		if err != nil {
			return err
		}
		web, err := service(ctx, inside, apps.Name)
		if err != nil {
			return err
		}
		args := ingress.Args{
			Cluster: inside, Namespace: apps.Name, CertificateARNs: []pulumi.StringInput{pulumi.String(certificate)},
			Hosts: map[string][]ingress.Path{"shop.example.com": {{Service: web, Port: 80}}},
		}
		change(&args)
		_, err = ingress.New(ctx, "shop", args)
		return err
	})
}

// service makes the Service "web" and returns its name, after it.
func service(ctx *pulumi.Context, inside kube.Target, space pulumi.StringInput) (pulumi.StringInput, error) {
	o, err := object.New(ctx, "web", object.Args{
		Cluster: inside, APIVersion: "v1", Kind: "Service", Name: "web", Namespace: space,
		Annotations: pulumi.StringMap{"pulumi.com/skipAwait": pulumi.String("true")},
		Body: pulumi.Map{"spec": pulumi.Map{
			"selector": pulumi.StringMap{"app": pulumi.String("web")},
			"ports":    pulumi.Array{pulumi.Map{"port": pulumi.Int(80)}},
		}},
	}, nil)
	if err != nil {
		return nil, err
	}
	return outputs.After(ctx, pulumi.String("web"), o), nil
}

// said are an Ingress' annotations without their prefix.
func said(t *testing.T, r *sandboxtest.Recording) map[string]string {
	t.Helper()
	out := map[string]string{}
	for key, value := range r.One(t, kind, "shop").Inputs.Obj("metadata").StrMap("annotations") {
		short, found := strings.CutPrefix(key, "alb.ingress.kubernetes.io/")
		if !found {
			t.Errorf("annotation %s is not the controller's", key)
		}
		out[short] = value
	}
	return out
}

func with(changes map[string]string) map[string]string {
	want := map[string]string{
		"scheme": "internal", "target-type": "ip", "listen-ports": `[{"HTTP":80},{"HTTPS":443}]`, "ssl-redirect": "443",
		"ssl-policy": "ELBSecurityPolicy-TLS13-1-2-2021-06", "certificate-arn": certificate,
		"healthcheck-path": "/", "success-codes": "200",
		"load-balancer-attributes": "routing.http.drop_invalid_header_fields.enabled=true",
	}
	for key, value := range changes {
		want[key] = value
	}
	return want
}

func TestAnnotations(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*ingress.Args)
		want   map[string]string
	}{
		"as it is": {func(*ingress.Args) {}, with(nil)},
		"for the internet": {func(a *ingress.Args) {
			a.Scheme, a.WebACLARN = ingress.InternetFacing, pulumi.String(webACL)
			a.AllowedCIDRs = []string{"203.0.113.0/24", "198.51.100.7/32"}
		}, with(map[string]string{"scheme": "internet-facing", "wafv2-acl-arn": webACL, "inbound-cidrs": "203.0.113.0/24,198.51.100.7/32"})},
		"shared": {func(a *ingress.Args) { a.Group, a.Order = "front", -5 },
			with(map[string]string{"group.name": "front", "group.order": "-5"})},
		"health": {func(a *ingress.Args) { a.HealthPath, a.SuccessCodes = "/healthz", "200-299" },
			with(map[string]string{"healthcheck-path": "/healthz", "success-codes": "200-299"})},
		"logs": {func(a *ingress.Args) { a.LogBucket, a.LogPrefix = pulumi.String("logs-4711"), "shop" },
			with(map[string]string{"load-balancer-attributes": "routing.http.drop_invalid_header_fields.enabled=true," +
				"access_logs.s3.enabled=true,access_logs.s3.bucket=logs-4711,access_logs.s3.prefix=shop"})},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := run(t, tc.change).Must(t)
			if diff := cmp.Diff(tc.want, said(t, r)); diff != "" {
				t.Errorf("annotations (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(map[string]int{kind: 1}, r.Below(t, "slipway:ingress:Ingress", "shop").Counts()); diff != "" {
				t.Errorf("resources (-want +got):\n%s", diff)
			}
			if !r.One(t, kind, "shop").WaitsFor(r.One(t, "kubernetes:helm.sh/v3:Release", "lb")) {
				t.Error("the Ingress does not wait for the controller")
			}
			if err := r.Destroy(); err != nil {
				t.Fatal(err)
			}
			// The file with which ELB tried the bucket stays in it.
			left := map[string]int{}
			if name == "logs" {
				left[cloud.BucketObject] = 1
			}
			if diff := cmp.Diff(left, r.Left()); diff != "" {
				t.Errorf("left in the account (-want +got):\n%s", diff)
			}
		})
	}
}

// The first rule that fits decides: a wildcard before a host that it covers
// would take all of its requests.
func TestRulesAreInOrder(t *testing.T) {
	t.Parallel()
	r := run(t, func(a *ingress.Args) {
		web := a.Hosts["shop.example.com"][0].Service // Waits for the Service, as a name of ours would not.
		a.Hosts = map[string][]ingress.Path{
			"*.example.com":     {{Service: web, Port: 80}},
			"*.dev.example.com": {{Service: web, Port: 80}},
			"b.example.com":     {{Service: web, Port: 80}, {Path: "/api", Service: web, Port: 80}},
			"a.example.com":     {{Service: web, Port: 80}},
		}
	}).Must(t)
	spec := r.One(t, kind, "shop").Inputs.Obj("spec")
	var got []string
	for _, rule := range spec.Objs("rules") {
		for _, p := range rule.Obj("http").Objs("paths") {
			got = append(got, rule.Str("host")+p.Str("path")+" "+p.Str("pathType"))
		}
	}
	want := []string{
		"a.example.com/ Prefix", "b.example.com/ Prefix", "b.example.com/api Prefix", "*.dev.example.com/ Prefix", "*.example.com/ Prefix",
	}
	if diff := cmp.Diff(want, got); diff != "" || spec.Str("ingressClassName") != "alb" || len(spec.Objs("rules")) != 4 {
		t.Errorf("rules of class %s (-want +got):\n%s", spec.Str("ingressClassName"), diff)
	}
}

// The controller makes what was asked for: a load balancer that only the VPC
// reaches unless it is said otherwise, with both listeners.
func TestLoadBalancer(t *testing.T) {
	t.Parallel()
	for scheme, internal := range map[ingress.Scheme]bool{"": true, ingress.Internal: true, ingress.InternetFacing: false} {
		t.Run("scheme "+string(scheme), func(t *testing.T) {
			t.Parallel()
			r := run(t, func(a *ingress.Args) { a.Scheme = scheme }).Must(t)
			balancers, listeners := 0, map[string]int{}
			for _, x := range r.Account.Resources() {
				switch x.Kind {
				case cloud.LoadBalancer:
					balancers++
					if got := x.Props.Bool("internal"); got != internal {
						t.Errorf("internal is %t", got)
					}
				case cloud.Listener:
					listeners[x.Props.Str("protocol")] = x.Props.Int("port")
				}
			}
			if diff := cmp.Diff(map[string]int{"HTTP": 80, "HTTPS": 443}, listeners); diff != "" || balancers != 1 {
				t.Errorf("%d load balancers, listeners (-want +got):\n%s", balancers, diff)
			}
		})
	}
}

// A Service that is not there is found out by the controller, not by its users.
func TestServiceIsMissing(t *testing.T) {
	t.Parallel()
	r := run(t, func(a *ingress.Args) {
		a.Hosts = map[string][]ingress.Path{"shop.example.com": {{Service: pulumi.String("wob"), Port: 80}}}
	})
	if r.Err == nil || !strings.Contains(r.Err.Error(), `"wob"`) {
		t.Errorf("error is %v", r.Err)
	}
}

func TestNewReportsEveryProblem(t *testing.T) {
	t.Parallel()
	web := pulumi.String("web")
	for name, tc := range map[string]struct {
		args ingress.Args
		want []string
	}{
		"nothing": {ingress.Args{}, []string{
			"Cluster.ClusterName is", "Cluster.Provider is", "Cluster.Ready is", "Namespace is", "Hosts is", "CertificateARNs is",
		}},
		"everything": {ingress.Args{
			Hosts: map[string][]ingress.Path{
				"Shop": nil,
				"a.example.com": {
					{Path: "api", Port: 30080}, {Path: "/x", Service: web, Port: 80}, {Path: "/x", Service: web, Port: 70000},
				},
			},
			CertificateARNs: []pulumi.StringInput{nil},
			Scheme:          "public", AllowedCIDRs: []string{"10.0.0.1/8", "all"},
			HealthPath: "healthz", SuccessCodes: "ok", Group: "Front", Order: 1001, LogPrefix: "shop",
		}, []string{
			`Hosts is "Shop"`, "Hosts.Shop is required", `Hosts.a.example.com.Path is "api"`, "Hosts.a.example.com.Service is required",
			"Hosts.a.example.com.Port is 30080", `Hosts.a.example.com is "/x"`, "Hosts.a.example.com.Port is 70000",
			"CertificateARNs is", `Scheme is "public"`, `AllowedCIDRs is "10.0.0.1/8"`, `AllowedCIDRs is "all"`,
			`HealthPath is "healthz"`, `SuccessCodes is "ok"`, `Group is "Front"`, "Order is 1001", `LogPrefix is "shop"`,
		}},
		"order alone": {ingress.Args{Order: 1}, []string{"Order is 1: want 0 without a Group"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := fixture.Run(t, func(ctx *pulumi.Context) error {
				_, err := ingress.New(ctx, "Shop", tc.args)
				return err
			})
			if r.Err == nil {
				t.Fatal("nothing is wrong")
			}
			for _, want := range append(tc.want, `name is "Shop"`) {
				if !strings.Contains(r.Err.Error(), want) {
					t.Errorf("%q is not in %q", want, r.Err)
				}
			}
			if len(r.Resources) > 0 {
				t.Errorf("resources were registered: %v", r.Counts())
			}
		})
	}
}
