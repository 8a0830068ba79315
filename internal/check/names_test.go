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
