package check_test

import (
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/internal/check"
)

func TestNames(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		is         func(string) bool
		good, poor []string
	}{
		"account": {check.IsAccount, []string{"123456789012"}, []string{"", "12345678901", "1234567890123", "12345678901a"}},
		"region": {
			check.IsRegion, []string{"us-west-2", "us-gov-east-1", "eu-isoe-west-1"},
			[]string{"", "us-west", "us-west-2a", "US-WEST-2", "uswest-2", "us-west-22"},
		},
		"label": {
			check.IsLabel, []string{"a", "0", "kube-system", strings.Repeat("a", 63)},
			[]string{"", "-a", "a-", "A", "a.b", "a_b", strings.Repeat("a", 64)},
		},
		"domain": {
			check.IsDomain, []string{"a.b", "dev.example.com", "1.example.com", strings.Repeat("a", 63) + ".example.com"},
			[]string{"", "com", "a..b", "a.b.", ".a.b", "A.b", "a.1", "a_b.c", "*.a.b", "-a.b", strings.Repeat("a", 64) + ".b", strings.Repeat("a.", 127) + "b"},
		},
		"host": {
			check.IsHost, []string{"a.b", "*.a.b", "*." + strings.Repeat("a.", 125) + "b"},
			[]string{"", "*", "*.", "*.a", "*.*.a.b", "a.*.b", "*." + strings.Repeat("a.", 126) + "b"},
		},
	} {
		for _, text := range tc.good {
			if !tc.is(text) {
				t.Errorf("%q is no %s", text, name)
			}
		}
		for _, text := range tc.poor {
			if tc.is(text) {
				t.Errorf("%q is a %s", text, name)
			}
		}
	}
}
