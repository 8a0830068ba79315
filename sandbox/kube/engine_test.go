package kube

import (
	"net/netip"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func TestReach(t *testing.T) {
	t.Parallel()
	endpoints := map[string]object{
		"private":    {"endpointPrivateAccess": true},
		"open":       open("0.0.0.0/0"),
		"office":     open("203.0.113.0/24", "198.51.100.0/24"),
		"elsewhere":  open("203.0.113.0/24"),
		"both":       {"endpointPrivateAccess": true, "endpointPublicAccess": true, "publicAccessCidrs": []any{"203.0.113.0/24"}},
		"misspelled": open("everywhere"),
	}
	address := netip.MustParseAddr("198.51.100.7")
	tests := map[string]struct {
		engine  Engine
		proxied bool
		answers map[string]string // The endpoints that do not answer, and why.
	}{
		"outside": {Engine{Address: address}, false, map[string]string{
			"private": "runs outside the VPC", "elsewhere": "admits 203.0.113.0/24, and the engine's address is 198.51.100.7",
			"both": "admits 203.0.113.0/24", "misspelled": "admits everywhere",
		}},
		"outside, IPv6 form": {Engine{Location: Outside, Address: netip.MustParseAddr("::ffff:198.51.100.7")}, false, map[string]string{
			"private": "outside", "elsewhere": "admits", "both": "admits", "misspelled": "admits",
		}},
		"outside, nowhere in particular": {Engine{}, false, map[string]string{
			"private": "outside", "office": "admits", "elsewhere": "admits", "both": "admits", "misspelled": "admits",
		}},
		"in the VPC": {Engine{Location: InVPC, Address: address}, false, map[string]string{"elsewhere": "admits", "misspelled": "admits"}},
		"proxy, not used": {Engine{Location: Proxy, Address: address}, false, map[string]string{
			"private": "needs a proxy", "open": "needs a proxy", "office": "needs a proxy", "elsewhere": "needs a proxy", "both": "needs a proxy", "misspelled": "needs a proxy",
		}},
		"proxy": {Engine{Location: Proxy, Address: address}, true, map[string]string{"elsewhere": "admits", "misspelled": "admits"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for kind, config := range endpoints {
				err := tc.engine.reach(&cloud.Resource{Props: cloud.Props{"name": "demo", "vpcConfig": config}}, tc.proxied)
				if want := tc.answers[kind]; want == "" && err != nil || want != "" && err == nil {
					t.Errorf("%s: %v", kind, err)
				} else if want != "" {
					wantError(t, err, "cluster demo", "unreachable", want)
				}
			}
		})
	}
}
