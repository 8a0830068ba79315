package tests

import (
	"testing"
	"time"

	"github.com/slipway-iac/slipway/sandbox/engine"
	"github.com/slipway-iac/slipway/stacks/platform"
)

// BenchmarkUp brings dev up from nothing, and again without changes. The second
// costs a fraction of the first; the metric second/first says which.
func BenchmarkUp(b *testing.B) {
	config, err := platform.ReadFile(root + "/stacks/Pulumi.dev.yaml")
	if err != nil {
		b.Fatal(err)
	}
	var first, second time.Duration
	for b.Loop() {
		e := engine.Environment{
			Name: "dev", Dir: b.TempDir(), ProjectDir: root, Program: platform.Deploy, Pulumi: pulumiCLI,
			AccountID: config.AccountID, Caller: config.DeployerRoleARN, Engine: at(config),
		}
		for _, spent := range []*time.Duration{&first, &second} {
			began := time.Now()
			s, err := e.Open(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			if _, err := s.Up(b.Context()); err != nil {
				b.Fatal(err)
			}
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
			*spent += time.Since(began)
		}
	}
	b.ReportMetric(float64(second)/float64(first), "second/first")
}
