package latency_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slipway-iac/slipway/sandbox"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/latency"
)

// early are kinds whose latencies are written down before the account models
// them.
var early = []string{
	"aws:elasticache/replicationGroup:ReplicationGroup", "aws:lb/loadBalancer:LoadBalancer", "aws:msk/cluster:Cluster",
	"aws:route53/record:Record", "aws:route53/zone:Zone",
}

func kinds(t *testing.T) []string {
	t.Helper()
	a, err := sandbox.Open("", "")
	if err != nil {
		t.Fatal(err)
	}
	return a.Kinds()
}

func TestEveryKindHasALatency(t *testing.T) {
	t.Parallel()
	for _, kind := range append(kinds(t), "kubernetes:core/v1:ConfigMap", "kubernetes:karpenter.sh/v1:NodePool", "kubernetes:helm.sh/v3:Release") {
		for _, verb := range []latency.Verb{latency.Create, latency.Update, latency.Delete} {
			if _, err := latency.Of(latency.Operation{Verb: verb, Token: kind}); err != nil {
				t.Error(err)
			}
		}
	}
	if e, err := latency.Of(latency.Operation{Verb: latency.Create, Token: "aws:braket/job:Job"}); err == nil || !strings.Contains(err.Error(), "create aws:braket/job:Job") {
		t.Errorf("an unknown kind takes %v, %v", e, err)
	}
}

func TestEveryLatencyIsUsed(t *testing.T) {
	t.Parallel()
	known := kinds(t)
	for _, r := range latency.Rows() {
		if strings.HasPrefix(r.Token, "kubernetes:") || slices.Contains(early, r.Token) {
			continue
		}
		if !slices.Contains(known, r.Token) {
			t.Errorf("the account does not model %s: take its latency out, or call it early", r.Token)
		}
	}
}

func TestRowsAreWhole(t *testing.T) {
	t.Parallel()
	type subject struct {
		token string
		verb  latency.Verb
	}
	last := map[subject]latency.Row{}
	for _, r := range latency.Rows() {
		if r.Min > r.Mode || r.Mode > r.Max || r.Min < 0 {
			t.Errorf("%s %s takes %v, %v, %v", r.Verb, r.Token, r.Min, r.Mode, r.Max)
		}
		if r.Source == "" || !slices.Contains([]cloud.Tag{cloud.Verified, cloud.Derived, cloud.Memory}, r.Tag) {
			t.Errorf("%s %s has no source: %+v", r.Verb, r.Token, r)
		}
		s := subject{r.Token, r.Verb}
		if before, found := last[s]; found && before.When == "" {
			t.Errorf("%s %s (%s) is never asked: a row before it applies to all", r.Verb, r.Token, r.When)
		}
		last[s] = r
	}
	for s, r := range last {
		if r.When != "" {
			t.Errorf("%s %s has no row for those that are not %s", s.verb, s.token, r.When)
		}
		for _, verb := range []latency.Verb{latency.Create, latency.Update, latency.Delete} {
			if _, found := last[subject{s.token, verb}]; !found {
				t.Errorf("%s has no row for %s", s.token, verb)
			}
		}
	}
}

func TestLatencyFollowsFromProperties(t *testing.T) {
	t.Parallel()
	const create, update = latency.Create, latency.Update
	for name, c := range map[string]struct {
		operation      latency.Operation
		min, mode, max time.Duration
	}{
		"subnet":            {latency.Operation{Verb: create, Token: cloud.Subnet}, time.Second, 2 * time.Second, 3 * time.Second},
		"public subnet":     {latency.Operation{Verb: create, Token: cloud.Subnet, Inputs: cloud.Props{"mapPublicIpOnLaunch": true}}, 10 * time.Second, 11 * time.Second, 12 * time.Second},
		"CNI":               {latency.Operation{Verb: create, Token: cloud.EKSAddon, Inputs: cloud.Props{"addonName": "vpc-cni"}}, 10 * time.Second, 25 * time.Second, time.Minute},
		"CoreDNS":           {latency.Operation{Verb: create, Token: cloud.EKSAddon, Inputs: cloud.Props{"addonName": "coredns"}}, 15 * time.Second, 35 * time.Second, 90 * time.Second},
		"gateway endpoint":  {latency.Operation{Verb: create, Token: cloud.VPCEndpoint, Inputs: cloud.Props{"vpcEndpointType": "Gateway"}}, 3 * time.Second, 6 * time.Second, 12 * time.Second},
		"interface":         {latency.Operation{Verb: create, Token: cloud.VPCEndpoint, Inputs: cloud.Props{"vpcEndpointType": "Interface"}}, 50 * time.Second, 80 * time.Second, 3 * time.Minute},
		"single-zone RDS":   {latency.Operation{Verb: create, Token: "aws:rds/instance:Instance"}, 4 * time.Minute, 6 * time.Minute, 10 * time.Minute},
		"RDS in two zones":  {latency.Operation{Verb: create, Token: "aws:rds/instance:Instance", Inputs: cloud.Props{"multiAz": true}}, 8 * time.Minute, 12 * time.Minute, 18 * time.Minute},
		"cluster's version": {latency.Operation{Verb: update, Token: cloud.EKSCluster, Changed: []string{"tags", "version"}}, 7 * time.Minute, 9 * time.Minute, 20 * time.Minute},
		"cluster's tags":    {latency.Operation{Verb: update, Token: cloud.EKSCluster, Changed: []string{"tags", "tagsAll"}}, 500 * time.Millisecond, time.Second, 3 * time.Second},
		"cert-manager":      {latency.Operation{Verb: create, Token: "kubernetes:helm.sh/v3:Release", Inputs: cloud.Props{"chart": "oci://quay.io/jetstack/charts/cert-manager"}}, 30 * time.Second, time.Minute, 2 * time.Minute},
		"another chart":     {latency.Operation{Verb: create, Token: "kubernetes:helm.sh/v3:Release", Inputs: cloud.Props{"chart": "external-dns"}}, 20 * time.Second, 40 * time.Second, 90 * time.Second},
		"ConfigMap":         {latency.Operation{Verb: create, Token: "kubernetes:core/v1:ConfigMap"}, 200 * time.Millisecond, 500 * time.Millisecond, 2 * time.Second},
		"load balancer":     {latency.Operation{Verb: create, Token: "kubernetes:core/v1:Service", Inputs: cloud.Props{"spec": map[string]any{"type": "LoadBalancer"}}}, 2 * time.Minute, 3 * time.Minute, 5 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, err := latency.Of(c.operation)
			if err != nil {
				t.Fatal(err)
			}
			if e.Min != c.min || e.Mode != c.mode || e.Max != c.max {
				t.Errorf("it takes %v, %v, %v; want %v, %v, %v", e.Min, e.Mode, e.Max, c.min, c.mode, c.max)
			}
		})
	}
}
