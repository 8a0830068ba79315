package sandbox_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/slipway-iac/slipway/sandbox"
	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// BenchmarkAccount makes 2,000 security groups, with a rule each, in an account
// on disk. The metric last/first compares the time of the last hundred pairs
// with that of the first hundred: it tells whether a call takes longer the more
// there is.
func BenchmarkAccount(b *testing.B) {
	var first, last time.Duration
	session := cloud.Session{Region: "us-west-2"}
	for b.Loop() {
		account, err := sandbox.Open(filepath.Join(b.TempDir(), "account.db"), "")
		if err != nil {
			b.Fatal(err)
		}
		vpc, err := account.Create(session, cloud.VPC, "vpc", cloud.Props{"cidrBlock": "10.0.0.0/16"})
		if err != nil {
			b.Fatal(err)
		}
		const pairs = 2000
		for i := range pairs {
			began := time.Now()
			name := fmt.Sprintf("group-%d", i)
			group, err := account.Create(session, cloud.SecurityGroup, name, cloud.Props{"name": name, "vpcId": vpc.ID})
			if err != nil {
				b.Fatal(err)
			}
			if _, err := account.Create(session, cloud.SecurityGroupRule, name, cloud.Props{
				"type": "ingress", "securityGroupId": group.ID, "protocol": "tcp", "fromPort": 443.0, "toPort": 443.0,
				"cidrBlocks": []any{"10.0.0.0/8"},
			}); err != nil {
				b.Fatal(err)
			}
			switch {
			case i < 100:
				first += time.Since(began)
			case i >= pairs-100:
				last += time.Since(began)
			}
		}
		if err := account.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(first.Microseconds())/1000/200/float64(b.N), "first-ms/op")
	b.ReportMetric(float64(last.Microseconds())/1000/200/float64(b.N), "last-ms/op")
	b.ReportMetric(float64(last)/float64(first), "last/first")
}
