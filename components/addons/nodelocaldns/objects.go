package nodelocaldns

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/versions"
	"github.com/slipway-iac/slipway/internal/object"
)

// Ports on every node, whose network the cache has.
const (
	dnsPort     = 53
	healthPort  = 8080
	metricsPort = 9253
)

// install makes the objects, and returns the daemons.
func (a Args) install(ctx *pulumi.Context, name string, parent pulumi.Resource) (*object.Object, error) {
	create := func(suffix, apiVersion, kind, called string, body pulumi.Map, after ...pulumi.Resource) (*object.Object, error) {
		return object.New(ctx, name+suffix, object.Args{
			Cluster: a.Cluster, APIVersion: apiVersion, Kind: kind, Name: called,
			Namespace: pulumi.String(namespace), Labels: labels(), Body: body,
		}, parent, pulumi.DependsOn(after))
	}
	account, err := create("", "v1", "ServiceAccount", app, nil)
	if err != nil {
		return nil, err
	}
	upstream, err := create("-upstream", "v1", "Service", upstreamName, pulumi.Map{"spec": pulumi.Map{
		"selector": pulumi.StringMap{"k8s-app": pulumi.String("kube-dns")},
		"ports":    pulumi.Array{servicePort("dns", "UDP", dnsPort), servicePort("dns-tcp", "TCP", dnsPort)},
	}})
	if err != nil {
		return nil, err
	}
	corefile, err := create("", "v1", "ConfigMap", app, pulumi.Map{
		"data": pulumi.StringMap{"Corefile": pulumi.String(a.corefile().String())},
	})
	if err != nil {
		return nil, err
	}
	if _, err := create("-metrics", "v1", "Service", app, pulumi.Map{"spec": pulumi.Map{
		"clusterIP": pulumi.String("None"),
		"selector":  labels(),
		"ports":     pulumi.Array{servicePort("metrics", "TCP", metricsPort)},
	}}); err != nil {
		return nil, err
	}
	// The pods learn the address of the upstream Service from their environment,
	// which is written when they start: a Service that comes later is never seen.
	return create("", "apps/v1", "DaemonSet", app, pulumi.Map{"spec": a.daemons()}, account, upstream, corefile)
}

func labels() pulumi.StringMap { return pulumi.StringMap{"k8s-app": pulumi.String(app)} }

func servicePort(name, protocol string, port int) pulumi.Map {
	return pulumi.Map{
		"name": pulumi.String(name), "protocol": pulumi.String(protocol),
		"port": pulumi.Int(port), "targetPort": pulumi.Int(port),
	}
}

// daemons is the spec of the DaemonSet.
func (a Args) daemons() pulumi.Map {
	return pulumi.Map{
		"selector": pulumi.Map{"matchLabels": labels()},
		// A node has no DNS while its cache restarts, so that few do at a time.
		"updateStrategy": pulumi.Map{
			"type": pulumi.String("RollingUpdate"), "rollingUpdate": pulumi.Map{"maxUnavailable": pulumi.String("10%")},
		},
		"template": pulumi.Map{
			"metadata": pulumi.Map{
				"labels": labels(),
				"annotations": pulumi.StringMap{
					"prometheus.io/port": pulumi.Sprintf("%d", metricsPort), "prometheus.io/scrape": pulumi.String("true"),
				},
			},
			"spec": a.pod(),
		},
	}
}

func (a Args) pod() pulumi.Map {
	return pulumi.Map{
		"serviceAccountName": pulumi.String(app),
		// It calls no API.
		"automountServiceAccountToken": pulumi.Bool(false),
		"priorityClassName":            pulumi.String("system-node-critical"),
		"hostNetwork":                  pulumi.Bool(true),
		// The node's resolvers: its own answers would be a loop.
		"dnsPolicy": pulumi.String("Default"),
		// The address of the upstream Service comes by the environment.
		"enableServiceLinks": pulumi.Bool(true),
		"tolerations": pulumi.Array{
			pulumi.Map{"key": pulumi.String("CriticalAddonsOnly"), "operator": pulumi.String("Exists")},
			pulumi.Map{"effect": pulumi.String("NoExecute"), "operator": pulumi.String("Exists")},
			pulumi.Map{"effect": pulumi.String("NoSchedule"), "operator": pulumi.String("Exists")},
		},
		"containers": pulumi.Array{a.container()},
		"volumes": pulumi.Array{
			pulumi.Map{"name": pulumi.String("xtables-lock"), "hostPath": pulumi.Map{
				"path": pulumi.String("/run/xtables.lock"), "type": pulumi.String("FileOrCreate"),
			}},
			// CoreDNS's own settings for other zones; a cluster may have none.
			pulumi.Map{"name": pulumi.String("kube-dns-config"), "configMap": pulumi.Map{
				"name": pulumi.String("kube-dns"), "optional": pulumi.Bool(true),
			}},
			pulumi.Map{"name": pulumi.String("config-volume"), "configMap": pulumi.Map{
				"name":  pulumi.String(app),
				"items": pulumi.Array{pulumi.Map{"key": pulumi.String("Corefile"), "path": pulumi.String("Corefile.base")}},
			}},
		},
	}
}

func (a Args) container() pulumi.Map {
	port := func(name, protocol string, n int) pulumi.Map {
		return pulumi.Map{
			"name": pulumi.String(name), "protocol": pulumi.String(protocol),
			"containerPort": pulumi.Int(n), "hostPort": pulumi.Int(n),
		}
	}
	mount := func(name, path string) pulumi.Map {
		return pulumi.Map{"name": pulumi.String(name), "mountPath": pulumi.String(path)}
	}
	return pulumi.Map{
		"name":  pulumi.String("node-cache"),
		"image": pulumi.String(versions.NodeLocalDNSImage.Reference()),
		"args": pulumi.ToStringArray([]string{
			"-localip", strings.Join(a.addresses(), ","), "-conf", "/etc/Corefile",
			"-upstreamsvc", upstreamName, "-pidfile", "/tmp/node-cache.pid",
		}),
		"resources": pulumi.Map{
			"requests": pulumi.StringMap{"cpu": pulumi.String("25m"), "memory": pulumi.String("32Mi")},
			"limits":   pulumi.StringMap{"memory": pulumi.String("128Mi")},
		},
		// It makes an interface for its addresses, and rules of iptables.
		"securityContext": pulumi.Map{"capabilities": pulumi.Map{"add": pulumi.ToStringArray([]string{"NET_ADMIN"})}},
		"ports": pulumi.Array{
			port("dns", "UDP", dnsPort), port("dns-tcp", "TCP", dnsPort),
			port("metrics", "TCP", metricsPort), port("health", "TCP", healthPort),
		},
		"livenessProbe": pulumi.Map{
			"httpGet": pulumi.Map{
				"host": pulumi.String(localAddress), "path": pulumi.String("/health"), "port": pulumi.Int(healthPort),
			},
			"initialDelaySeconds": pulumi.Int(60), "timeoutSeconds": pulumi.Int(5),
		},
		"volumeMounts": pulumi.Array{
			mount("xtables-lock", "/run/xtables.lock"), mount("config-volume", "/etc/coredns"), mount("kube-dns-config", "/etc/kube-dns"),
		},
	}
}
