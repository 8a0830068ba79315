package partition_test

import (
	"testing"

	"github.com/slipway-iac/slipway/internal/partition"
)

func TestPartitions(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ partition, suffix string }{
		"eu-central-1":   {"aws", "amazonaws.com"},
		"us-east-1":      {"aws", "amazonaws.com"},
		"us-gov-west-1":  {"aws-us-gov", "amazonaws.com"},
		"cn-northwest-1": {"aws-cn", "amazonaws.com.cn"},
	}
	for region, want := range cases {
		t.Run(region, func(t *testing.T) {
			t.Parallel()
			if got := partition.Of(region); got != want.partition {
				t.Errorf("Of(%q) = %q, want %q", region, got, want.partition)
			}
			if got := partition.DNSSuffix(region); got != want.suffix {
				t.Errorf("DNSSuffix(%q) = %q, want %q", region, got, want.suffix)
			}
		})
	}
}
