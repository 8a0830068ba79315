package versions_test

import (
	"regexp"
	"testing"

	"github.com/slipway-iac/slipway/components/versions"
	"github.com/slipway-iac/slipway/sandbox/kube/charts"
)

var exact = regexp.MustCompile(`^v?[0-9]+\.[0-9]+\.[0-9]+$`)

// The sandbox has a table of its own, so that a chart that is raised here has
// to be read there.
func TestChartsAreThoseThatTheSandboxKnows(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range versions.Charts {
		if !exact.MatchString(c.Version) {
			t.Errorf("%s: %s is not an exact version", c.Name, c.Version)
		}
		if seen[c.Name] {
			t.Errorf("%s is there twice", c.Name)
		}
		seen[c.Name] = true
		chart, repository := c.Reference()
		known, err := charts.Find(chart, repository, c.Version)
		if err != nil {
			t.Error(err)
			continue
		}
		if known.Name != c.Name || known.Version != c.Version || known.AppVersion != c.AppVersion {
			t.Errorf("%s %s (%s) is %s %s (%s) in the sandbox", c.Name, c.Version, c.AppVersion, known.Name, known.Version, known.AppVersion)
		}
	}
}

// Every chart works on every minor that the library supports.
func TestChartsSupportEveryMinor(t *testing.T) {
	t.Parallel()
	for _, c := range versions.Charts {
		for _, m := range versions.Minors {
			if !c.Supports(m.Version) {
				t.Errorf("%s %s is for Kubernetes %s to %s, and %s is supported", c.Name, c.Version, c.Oldest, c.Newest, m.Version)
			}
		}
	}
}

func TestChartSupports(t *testing.T) {
	t.Parallel()
	both := versions.Chart{Oldest: "1.33", Newest: "1.36"}
	for name, tc := range map[string]struct {
		chart versions.Chart
		minor string
		want  bool
	}{
		"below":        {both, "1.32", false},
		"oldest":       {both, "1.33", true},
		"newest":       {both, "1.36", true},
		"above":        {both, "1.37", false},
		"no newest":    {versions.Chart{Oldest: "1.22"}, "1.99", true},
		"no oldest":    {versions.Chart{Newest: "1.36"}, "1.9", true},
		"names none":   {versions.Chart{}, "1.35", true},
		"not a minor":  {versions.Chart{}, "v1.35", false},
		"as a number":  {versions.Chart{Oldest: "1.9"}, "1.10", true},
		"no such form": {both, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := tc.chart.Supports(tc.minor); got != tc.want {
				t.Errorf("%q: %t", tc.minor, got)
			}
		})
	}
}

func TestKarpenterAndItsDefinitionsAreOneVersion(t *testing.T) {
	t.Parallel()
	if versions.KarpenterChart.Version != versions.KarpenterCRDChart.Version {
		t.Errorf("Karpenter is %s, its definitions %s", versions.KarpenterChart.Version, versions.KarpenterCRDChart.Version)
	}
}
