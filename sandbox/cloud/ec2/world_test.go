package ec2

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
	"github.com/slipway-iac/slipway/sandbox/cloud/kms"
	"github.com/slipway-iac/slipway/sandbox/cloud/logs"
	"github.com/slipway-iac/slipway/sandbox/cloud/s3"
)

const region = "us-west-2"

// world is an account for a test.
type world struct {
	t       testing.TB
	acct    *cloud.Account
	session cloud.Session
	made    int
	warned  []*cloud.Rule
}

func newWorld(t testing.TB) *world {
	t.Helper()
	acct, err := cloud.Open(cloud.Options{Services: []cloud.Service{Service(), iam.Service(), kms.Service(), logs.Service(), s3.Service()}})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, acct: acct}
	w.session = cloud.Session{Region: region, Warn: func(x cloud.Warning) { w.warned = append(w.warned, x.Rule) }}
	return w
}

// try makes a resource, or says why not.
func (w *world) try(kind string, props cloud.Props) (*cloud.Resource, error) {
	w.made++
	return w.acct.Create(w.session, kind, fmt.Sprintf("urn:%d", w.made), props)
}

func (w *world) make(kind string, props cloud.Props) *cloud.Resource {
	w.t.Helper()
	r, err := w.try(kind, props)
	if err != nil {
		w.t.Fatalf("making %s: %v", kind, err)
	}
	return r
}

func (w *world) refused(kind string, props cloud.Props) error {
	_, err := w.try(kind, props)
	return err
}

func (w *world) update(r *cloud.Resource, props cloud.Props) (*cloud.Resource, error) {
	return w.acct.Update(w.session, r.Kind, r.ID, props)
}

func (w *world) mustUpdate(r *cloud.Resource, props cloud.Props) *cloud.Resource {
	w.t.Helper()
	u, err := w.update(r, props)
	if err != nil {
		w.t.Fatalf("updating %s: %v", r.ID, err)
	}
	return u
}

func (w *world) delete(r *cloud.Resource) error { return w.acct.Delete(w.session, r.Kind, r.ID) }

func (w *world) mustDelete(rs ...*cloud.Resource) {
	w.t.Helper()
	for _, r := range rs {
		if err := w.delete(r); err != nil {
			w.t.Fatalf("deleting %s: %v", r.ID, err)
		}
	}
}

// read is a resource after a refresh, nil when it is gone.
func (w *world) read(r *cloud.Resource) *cloud.Resource {
	w.t.Helper()
	got, err := w.acct.Read(w.session, r.Kind, r.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return got
}

// in runs an edit as a service of AWS would.
func (w *world) in(edit func(tx *cloud.Tx) error) error {
	w.made++
	return w.acct.Change(w.session, fmt.Sprintf("edit:%d", w.made), edit)
}

func (w *world) must(edit func(tx *cloud.Tx) error) {
	w.t.Helper()
	if err := w.in(edit); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) vpc() *cloud.Resource {
	w.t.Helper()
	return w.make(cloud.VPC, cloud.Props{"cidrBlock": "10.0.0.0/16"})
}

func (w *world) subnet(vpc *cloud.Resource, cidr, zone string) *cloud.Resource {
	w.t.Helper()
	return w.make(cloud.Subnet, cloud.Props{"vpcId": vpc.ID, "cidrBlock": cidr, "availabilityZone": region + zone})
}

func (w *world) gateway(vpc *cloud.Resource) *cloud.Resource {
	w.t.Helper()
	return w.make(cloud.InternetGateway, cloud.Props{"vpcId": vpc.ID})
}

func (w *world) address() *cloud.Resource {
	w.t.Helper()
	return w.make(cloud.ElasticIP, cloud.Props{"domain": "vpc"})
}

func (w *world) nat(subnet *cloud.Resource) *cloud.Resource {
	w.t.Helper()
	return w.make(cloud.NATGateway, cloud.Props{"subnetId": subnet.ID, "allocationId": w.address().ID})
}

func (w *world) table(vpc *cloud.Resource, subnets ...*cloud.Resource) *cloud.Resource {
	w.t.Helper()
	table := w.make(cloud.RouteTable, cloud.Props{"vpcId": vpc.ID})
	for _, s := range subnets {
		w.make(cloud.RouteTableAssociation, cloud.Props{"routeTableId": table.ID, "subnetId": s.ID})
	}
	return table
}

func (w *world) group(vpc *cloud.Resource, name string) *cloud.Resource {
	w.t.Helper()
	return w.make(cloud.SecurityGroup, cloud.Props{"vpcId": vpc.ID, "name": name})
}

func (w *world) attach(i Interface) error {
	return w.in(func(tx *cloud.Tx) error { _, err := AttachInterface(tx, i); return err })
}

// refusal is one rule broken once.
type refusal struct {
	rule *cloud.Rule
	do   func(w *world) error
}

type refusals map[string]refusal

// run breaks every rule in an account of its own.
func (rs refusals) run(t *testing.T) {
	for name, tc := range rs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			err := tc.do(w)
			var refused *cloud.Refusal
			var failed *cloud.Late
			switch {
			case errors.As(err, &refused):
				if refused.Rule != tc.rule {
					t.Errorf("refused by %s (%v), want %s", refused.Rule.Name, err, tc.rule.Name)
				}
			case errors.As(err, &failed):
				if failed.Rule != tc.rule {
					t.Errorf("failed late by %s (%v), want %s", failed.Rule.Name, err, tc.rule.Name)
				}
			case err == nil && slices.Contains(w.warned, tc.rule):
			default:
				t.Errorf("got error %v, want %s", err, tc.rule.Code)
			}
		})
	}
}

// problem tells whether the provider's own check finds a property wrong.
func (w *world) problem(kind string, props cloud.Props) string {
	w.t.Helper()
	problems, err := w.acct.Check(kind, props)
	if err != nil {
		w.t.Fatal(err)
	}
	if len(problems) == 0 {
		return ""
	}
	return problems[0].Property
}

func list(values ...string) []any { return cloud.Strings(values...) }

func object(p cloud.Props) map[string]any { return p }
