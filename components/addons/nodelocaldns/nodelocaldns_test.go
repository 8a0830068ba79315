package nodelocaldns_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/addons/nodelocaldns"
	"github.com/slipway-iac/slipway/internal/golden"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
	"github.com/slipway-iac/slipway/tests/fixture"
)

const (
	component = "slipway:nodelocaldns:NodeLocalDNS"
	daemonSet = "kubernetes:apps/v1:DaemonSet"
	configMap = "kubernetes:core/v1:ConfigMap"
	service   = "kubernetes:core/v1:Service"
	account   = "kubernetes:core/v1:ServiceAccount"
)

// run makes the cache "dns" in a cluster; made is what came of it.
func run(t *testing.T, args nodelocaldns.Args) (r *sandboxtest.Recording, made *nodelocaldns.NodeLocalDNS) {
	t.Helper()
	r = fixture.Run(t, func(ctx *pulumi.Context) error {
		g, err := fixture.New(ctx)
		if err != nil {
			return err
		}
		if args.Cluster, err = g.Inside(ctx); err != nil {
			return err
		}
		args.ServiceCIDR = g.Cluster.ServiceCIDR
		made, err = nodelocaldns.New(ctx, "dns", args)
		return err
	}).Must(t)
	return r, made
}

func TestNewMakesExactly(t *testing.T) {
	t.Parallel()
	r, _ := run(t, nodelocaldns.Args{})
	below := r.Below(t, component, "dns")
	if d := cmp.Diff(map[string]int{account: 1, configMap: 1, service: 2, daemonSet: 1}, below.Counts()); d != "" {
		t.Errorf("resources (-want +got):\n%s", d)
	}
	for _, x := range below.Resources {
		if metadata := x.Inputs.Obj("metadata"); metadata.Str("namespace") != "kube-system" {
			t.Errorf("%s %s is in namespace %q", x.Type, x.Name, metadata.Str("namespace"))
		}
	}
	r.LeavesNothing(t)
}

// The dangerous settings: an address that the mode does not allow leaves every
// pod without DNS, and daemons before the Service ask nobody.
func TestModes(t *testing.T) {
	t.Parallel()
	for mode, want := range map[nodelocaldns.ProxyMode]struct{ localIP, podDNS, bind, upstream string }{
		"":                    {"169.254.20.10,172.20.0.10", "172.20.0.10", "169.254.20.10 172.20.0.10", "__PILLAR__CLUSTER__DNS__"},
		nodelocaldns.IPTables: {"169.254.20.10,172.20.0.10", "172.20.0.10", "169.254.20.10 172.20.0.10", "__PILLAR__CLUSTER__DNS__"},
		nodelocaldns.IPVS:     {"169.254.20.10", "169.254.20.10", "169.254.20.10", "172.20.0.10"},
		nodelocaldns.NFTables: {"169.254.20.10", "169.254.20.10", "169.254.20.10", "172.20.0.10"},
	} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			r, made := run(t, nodelocaldns.Args{Proxy: mode})
			pod := r.One(t, daemonSet, "dns").Inputs.Obj("spec").Obj("template").Obj("spec")
			wantArgs := []string{
				"-localip", want.localIP, "-conf", "/etc/Corefile", "-upstreamsvc", "kube-dns-upstream", "-pidfile", "/tmp/node-cache.pid",
			}
			if d := cmp.Diff(wantArgs, pod.Objs("containers")[0].Strs("args")); d != "" {
				t.Errorf("arguments (-want +got):\n%s", d)
			}
			if made.PodDNS != want.podDNS {
				t.Errorf("pods are to ask %s, want %s", made.PodDNS, want.podDNS)
			}
			file := r.One(t, configMap, "dns").Inputs.Obj("data").Str("Corefile")
			if n := strings.Count(file, "    bind "+want.bind+"\n"); n != 4 {
				t.Errorf("%d servers listen on %s, want 4:\n%s", n, want.bind, file)
			}
			if n := strings.Count(file, "    forward . "+want.upstream+" {\n        force_tcp\n    }\n"); n != 3 {
				t.Errorf("%d servers ask %s by TCP, want 3:\n%s", n, want.upstream, file)
			}
		})
	}
}

func TestDaemonsComeAfterTheirService(t *testing.T) {
	t.Parallel()
	r, made := run(t, nodelocaldns.Args{})
	daemons := r.One(t, daemonSet, "dns")
	for _, x := range []sandboxtest.Resource{r.One(t, service, "dns-upstream"), r.One(t, configMap, "dns"), r.One(t, account, "dns")} {
		if !daemons.WaitsFor(x) {
			t.Errorf("the daemons do not wait for %s %s", x.Type, x.Name)
		}
	}
	if len(made.Ready) != 1 {
		t.Errorf("%d resources are what is ready, want the daemons", len(made.Ready))
	}
	upstream := r.One(t, service, "dns-upstream").Inputs
	if upstream.Obj("metadata").Str("name") != "kube-dns-upstream" || upstream.Obj("spec").StrMap("selector")["k8s-app"] != "kube-dns" {
		t.Errorf("upstream is %v", upstream)
	}
	if metrics := r.One(t, service, "dns-metrics").Inputs.Obj("spec"); metrics.Str("clusterIP") != "None" {
		t.Errorf("the Service of the metrics has an address: %v", metrics)
	}
}

func TestPodIsCritical(t *testing.T) {
	t.Parallel()
	r, _ := run(t, nodelocaldns.Args{})
	pod := r.One(t, daemonSet, "dns").Inputs.Obj("spec").Obj("template").Obj("spec")
	for field, want := range map[string]any{
		"priorityClassName": "system-node-critical", "hostNetwork": true, "dnsPolicy": "Default", "enableServiceLinks": true,
		"automountServiceAccountToken": false,
		"tolerations": []any{
			map[string]any{"key": "CriticalAddonsOnly", "operator": "Exists"},
			map[string]any{"effect": "NoExecute", "operator": "Exists"},
			map[string]any{"effect": "NoSchedule", "operator": "Exists"},
		},
	} {
		if d := cmp.Diff(want, pod[field]); d != "" {
			t.Errorf("%s (-want +got):\n%s", field, d)
		}
	}
	ports := map[string]float64{}
	for _, p := range pod.Objs("containers")[0].Objs("ports") {
		ports[p.Str("name")+" "+p.Str("protocol")] = p["hostPort"].(float64)
	}
	want := map[string]float64{"dns UDP": 53, "dns-tcp TCP": 53, "metrics TCP": 9253, "health TCP": 8080}
	if d := cmp.Diff(want, ports); d != "" {
		t.Errorf("ports (-want +got):\n%s", d)
	}
	security := pod.Objs("containers")[0].Obj("securityContext")
	if d := cmp.Diff(cloud.Props{"capabilities": map[string]any{"add": []any{"NET_ADMIN"}}}, security); d != "" {
		t.Errorf("security (-want +got):\n%s", d)
	}
}

// The real CoreDNS runs this file, in the module tests/coredns.
func TestGoldenCorefile(t *testing.T) {
	t.Parallel()
	r, _ := run(t, nodelocaldns.Args{})
	got := r.One(t, configMap, "dns").Inputs.Obj("data").Str("Corefile")
	golden.Equal(t, filepath.Join("testdata", "Corefile.golden"), got)
}
