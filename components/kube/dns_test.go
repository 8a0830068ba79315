package kube_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/components/kube"
)

func TestDNSAddresses(t *testing.T) {
	t.Parallel()
	for cidr, want := range map[string][]string{
		"172.20.0.0/16":   {"169.254.20.10/32", "172.20.0.10/32"},
		"10.100.0.0/16":   {"169.254.20.10/32", "10.100.0.10/32"},
		"10.1.2.128/24":   {"169.254.20.10/32", "10.1.2.10/32"},
		"172.20.0.0/29":   nil,
		"fd00::/108":      nil,
		"172.20.0.0":      nil,
		"":                nil,
		"172.20.0.0/16/1": nil,
	} {
		got, err := kube.DNSAddresses(cidr)
		if (err != nil) != (want == nil) {
			t.Errorf("%q: error is %v", cidr, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q (-want +got):\n%s", cidr, d)
		}
	}
}
