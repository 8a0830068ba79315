package nodelocaldns

import (
	"slices"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/internal/check"
)

func TestValidation(t *testing.T) {
	t.Parallel()
	none := []string{"Cluster.ClusterName is required", "Cluster.Provider is required", "Cluster.Ready is required"}
	for name, tc := range map[string]struct {
		args Args
		want []string
	}{
		"nothing at all": {Args{}, []string{"ServiceCIDR: "}},
		"all but a cluster": {
			Args{ServiceCIDR: "172.20.0.0/16", Proxy: IPVS, Domain: "cluster.example.com"}, nil,
		},
		"everything wrong": {
			Args{ServiceCIDR: "fd00::/108", Proxy: "ebpf", Domain: "cluster.local."},
			[]string{"ServiceCIDR: ", `Proxy is "ebpf"`, `Domain is "cluster.local."`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, p := range check.Problems(tc.args.withDefaults().validate()) {
				got = append(got, p.Error())
			}
			if want := slices.Concat(none, tc.want); !slices.EqualFunc(got, want, strings.HasPrefix) {
				t.Errorf("problems are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}
