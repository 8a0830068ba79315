package nodes

import (
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"strconv"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"

	"github.com/slipway-iac/slipway/internal/golden"
)

func example() bootstrap {
	return bootstrap{
		cluster:     "prod",
		endpoint:    "https://0123456789ABCDEF.gr7.us-west-2.eks.amazonaws.com",
		certificate: "Y2VydGlmaWNhdGU=",
		serviceCIDR: "172.20.0.0/16",
		maxPods:     110,
		labels:      map[string]string{"workload": "batch", "node.kubernetes.io/role": "worker"},
		taints: []Taint{
			{Key: "dedicated", Value: "batch", Effect: NoSchedule},
			{Key: "dedicated", Value: "batch", Effect: NoExecute},
			{Key: "slow", Effect: PreferNoSchedule},
		},
	}
}

func TestUserDataGolden(t *testing.T) {
	t.Parallel()
	for file, os := range map[string]OS{"testdata/al2023.mime": AL2023, "testdata/bottlerocket.toml": Bottlerocket} {
		t.Run(string(os), func(t *testing.T) {
			t.Parallel()
			golden.Equal(t, file, decoded(t, example(), os))
		})
	}
}

// TestAL2023ReadsUserData reads the document as nodeadm does: a mail message of
// several parts, of which those of its media type are configuration.
func TestAL2023ReadsUserData(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := drawBootstrap(t)
		config := readNodeConfig(t, decoded(t, b, AL2023))
		cluster := config.Spec.Cluster
		want := nodeConfigCluster{b.cluster, b.endpoint, b.certificate, b.serviceCIDR}
		if diff := cmp.Diff(want, cluster); diff != "" {
			t.Fatalf("cluster (-want +got):\n%s", diff)
		}
		if config.APIVersion != "node.eks.aws/v1alpha1" || config.Kind != "NodeConfig" {
			t.Fatalf("nodeadm does not know %s %s", config.APIVersion, config.Kind)
		}
		kubelet := config.Spec.Kubelet
		if kubelet.Config.MaxPods != b.maxPods || kubelet.MaxPodsExpression != strconv.Itoa(b.maxPods) {
			t.Fatalf("%d pods: kubelet takes %d, memory is reserved for %s", b.maxPods,
				kubelet.Config.MaxPods, kubelet.MaxPodsExpression)
		}
		var flags []string
		if len(b.labels) > 0 {
			flags = append(flags, "--node-labels="+b.labelList())
		}
		if len(b.taints) > 0 {
			flags = append(flags, "--register-with-taints="+b.taintList())
		}
		if diff := cmp.Diff(flags, kubelet.Flags); diff != "" {
			t.Fatalf("flags (-want +got):\n%s", diff)
		}
	})
}

func TestBottlerocketReadsUserData(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := drawBootstrap(t)
		var got bottlerocket
		meta, err := toml.Decode(decoded(t, b, Bottlerocket), &got)
		if err != nil || len(meta.Undecoded()) > 0 {
			t.Fatalf("reading TOML: %v, unknown keys %v", err, meta.Undecoded())
		}
		k := got.Settings.Kubernetes
		if k.ClusterName != b.cluster || k.APIServer != b.endpoint || k.ClusterCertificate != b.certificate {
			t.Fatalf("cluster is %+v, want that of %+v", k, b)
		}
		if want := strconv.Itoa(11*b.maxPods+255) + "Mi"; k.MaxPods != b.maxPods || k.KubeReserved["memory"] != want {
			t.Fatalf("%d pods: kubelet takes %d and reserves %v", b.maxPods, k.MaxPods, k.KubeReserved)
		}
		if len(b.labels)+len(k.NodeLabels) > 0 && !cmp.Equal(b.labels, k.NodeLabels) {
			t.Fatalf("labels are %v, want %v", k.NodeLabels, b.labels)
		}
		count := 0
		for _, effects := range k.NodeTaints {
			count += len(effects)
		}
		if count != len(b.taints) {
			t.Fatalf("%d taints came out of %d: %v", count, len(b.taints), k.NodeTaints)
		}
	})
}

func TestClusterDNS(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		cidr, want string
		wantErr    bool
	}{
		"the common ranges":    {"10.100.0.0/16", "10.100.0.10", false},
		"a range of one's own": {"192.168.254.0/24", "192.168.254.10", false},
		"not at its base":      {"172.20.3.4/16", "172.20.0.10", false},
		"IPv6":                 {"fd12:3456:789a::/108", "fd12:3456:789a::a", false},
		"no range":             {"172.20.0.0", "", true},
	}
	for title, tt := range tests {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			got, err := bootstrap{serviceCIDR: tt.cidr}.clusterDNS()
			if got != tt.want || (err != nil) != tt.wantErr {
				t.Errorf("DNS of %s is %q, %v, want %q", tt.cidr, got, err, tt.want)
			}
		})
	}
}

func TestUserDataOfABadRangeFails(t *testing.T) {
	t.Parallel()
	if _, err := (bootstrap{serviceCIDR: "nonsense"}).userData(Bottlerocket); err == nil {
		t.Error("a service CIDR that is none was accepted")
	}
}

func readNodeConfig(t *rapid.T, document string) nodeConfig {
	message, err := mail.ReadMessage(strings.NewReader(document))
	if err != nil {
		t.Fatalf("reading message: %v", err)
	}
	media, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(media, "multipart/") {
		t.Fatalf("media type is %q, %v", media, err)
	}
	parts := multipart.NewReader(message.Body, params["boundary"])
	part, err := parts.NextPart()
	if err != nil {
		t.Fatalf("reading part: %v", err)
	}
	if got := part.Header.Get("Content-Type"); got != "application/node.eks.aws" {
		t.Fatalf("part is of type %q", got)
	}
	var config nodeConfig
	decoder := yaml.NewDecoder(part)
	decoder.KnownFields(true)
	if err := decoder.Decode(&config); err != nil {
		t.Fatalf("reading YAML: %v", err)
	}
	if _, err := parts.NextPart(); err != io.EOF {
		t.Fatalf("after the one part: %v", err)
	}
	return config
}

func drawBootstrap(t *rapid.T) bootstrap {
	key := rapid.StringMatching(`([a-z]{1,8}\.io/)?[A-Za-z0-9]([-_.A-Za-z0-9]{0,10}[A-Za-z0-9])?`)
	value := rapid.StringMatching(`([A-Za-z0-9]([-_.A-Za-z0-9]{0,10}[A-Za-z0-9])?)?`)
	b := bootstrap{
		cluster:     rapid.StringMatching(`[0-9A-Za-z][0-9A-Za-z_-]{0,30}`).Draw(t, "cluster"),
		endpoint:    "https://" + rapid.StringMatching(`[0-9A-F]{32}`).Draw(t, "endpoint"),
		certificate: base64.StdEncoding.EncodeToString(rapid.SliceOf(rapid.Byte()).Draw(t, "certificate")),
		serviceCIDR: rapid.SampledFrom([]string{"10.100.0.0/16", "172.20.0.0/16", "fd00::/108"}).Draw(t, "range"),
		maxPods:     rapid.IntRange(4, 250).Draw(t, "pods"),
		labels:      rapid.MapOfN(key, value, 0, 5).Draw(t, "labels"),
	}
	effects := []Effect{NoSchedule, PreferNoSchedule, NoExecute}
	for range rapid.IntRange(0, 4).Draw(t, "taints") {
		b.taints = append(b.taints, Taint{
			Key: key.Draw(t, "key"), Value: value.Draw(t, "value"), Effect: rapid.SampledFrom(effects).Draw(t, "effect"),
		})
	}
	return b
}

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

func decoded(t fataler, b bootstrap, os OS) string {
	t.Helper()
	encoded, err := b.userData(os)
	if err != nil {
		t.Fatalf("writing user data: %v", err)
	}
	document, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		t.Fatalf("user data is not base64: %v", err)
	}
	return string(document)
}

// compareGolden compares got with a file, which -update writes.
