package eks_test

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/ec2"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
	"github.com/slipway-iac/slipway/sandbox/cloud/kms"
	"github.com/slipway-iac/slipway/sandbox/cloud/logs"
	"github.com/slipway-iac/slipway/sandbox/cloud/ssm"
)

const (
	region  = "us-west-2"
	managed = "arn:aws:iam::aws:policy/"
	roleARN = "arn:aws:iam::123456789012:role/"
)

// today is a day on which 1.34 to 1.36 are in standard support.
var today = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// world is an account with a network that suits a cluster, and the names of
// what is in it.
type world struct {
	t       testing.TB
	acct    *cloud.Account
	session cloud.Session
	ids     map[string]string
	order   []made
	now     time.Time
	// warned are the rules by which the account has warned.
	warned []string
}

type made struct{ name, kind, id string }

func open(t testing.TB) *world { return openWith(t, eks.Options{}) }

func openWith(t testing.TB, o eks.Options) *world {
	t.Helper()
	w := &world{t: t, ids: map[string]string{}, now: today}
	w.session = cloud.Session{Region: region, Warn: func(x cloud.Warning) { w.warned = append(w.warned, x.Rule.Name) }}
	acct, err := cloud.Open(cloud.Options{
		Services: []cloud.Service{ec2.Service(), iam.Service(), kms.Service(), logs.Service(), ssm.Service(), eks.Service(o)},
		Clock:    func() time.Time { return w.now },
	})
	if err != nil {
		t.Fatal(err)
	}
	w.acct = acct
	return w
}

// try makes a resource under a name, late failures included.
func (w *world) try(name, kind string, p cloud.Props) (*cloud.Resource, error) {
	r, err := w.acct.Create(w.session, kind, "urn:"+name, p)
	if r != nil {
		w.ids[name] = r.ID
		w.order = append(w.order, made{name, kind, r.ID})
	}
	return r, err
}

func (w *world) make(name, kind string, p cloud.Props) *cloud.Resource {
	w.t.Helper()
	r, err := w.try(name, kind, p)
	if err != nil {
		w.t.Fatalf("making %s: %v", name, err)
	}
	return r
}

func (w *world) update(name string, p cloud.Props) (*cloud.Resource, error) {
	m := w.find(name)
	return w.acct.Update(w.session, m.kind, m.id, p)
}

func (w *world) delete(names ...string) {
	w.t.Helper()
	for _, name := range names {
		m := w.find(name)
		if err := w.acct.Delete(w.session, m.kind, m.id); err != nil {
			w.t.Fatalf("deleting %s: %v", name, err)
		}
	}
}

func (w *world) tryDelete(name string) error {
	m := w.find(name)
	return w.acct.Delete(w.session, m.kind, m.id)
}

func (w *world) find(name string) made {
	w.t.Helper()
	for _, m := range w.order {
		if m.name == name {
			return m
		}
	}
	w.t.Fatalf("the test made no %s", name)
	return made{}
}

func (w *world) read(name string) *cloud.Resource {
	w.t.Helper()
	m := w.find(name)
	r, err := w.acct.Read(w.session, m.kind, m.id)
	if err != nil || r == nil {
		w.t.Fatalf("reading %s: %v, %v", name, r, err)
	}
	return r
}

// look runs a function inside the account.
func (w *world) look(f func(tx *cloud.Tx)) {
	w.t.Helper()
	if err := w.acct.Change(w.session, "look", func(tx *cloud.Tx) error { f(tx); return nil }); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) all(kind string) []*cloud.Resource {
	var out []*cloud.Resource
	for _, r := range w.acct.Resources() {
		if r.Kind == kind {
			out = append(out, r)
		}
	}
	return out
}

func (w *world) subnets(names ...string) []any {
	var ids []string
	for _, n := range names {
		ids = append(ids, w.ids[n])
	}
	return cloud.Strings(ids...)
}

// platform is a world with everything up to the node group.
func platform(t testing.TB) *world {
	t.Helper()
	w := ready(t)
	w.make("agent", cloud.EKSAddon, cloud.Props{"clusterName": "demo", "addonName": "eks-pod-identity-agent"})
	w.make("cni", cloud.EKSAddon, w.cniProps())
	return w
}

// ready is a world with a cluster and nothing in it.
func ready(t testing.TB) *world {
	t.Helper()
	w := bare(t)
	w.make("cluster", cloud.EKSCluster, w.clusterProps(nil))
	return w
}

// bare is a world with a network and roles.
func bare(t testing.TB) *world {
	t.Helper()
	w := open(t)
	w.network()
	w.roles()
	return w
}

func wantCode(t testing.TB, err error, want string) {
	t.Helper()
	var refusal *cloud.Refusal
	if !errors.As(err, &refusal) {
		t.Fatalf("got %v, want a refusal with code %s", err, want)
	}
	if refusal.Code() != want {
		t.Errorf("got code %s (%v), want %s", refusal.Code(), err, want)
	}
}

func wantLate(t testing.TB, err error, rule string, words ...string) {
	t.Helper()
	var late *cloud.Late
	if !errors.As(err, &late) {
		t.Fatalf("got %v, want a late failure by the rule %s", err, rule)
	}
	if late.Rule.Name != rule {
		t.Errorf("failed by the rule %s (%v), want %s", late.Rule.Name, err, rule)
	}
	for _, word := range words {
		if !strings.Contains(late.Message, word) {
			t.Errorf("the message does not say %q: %s", word, late.Message)
		}
	}
}

func wantWarned(t testing.TB, w *world, rules ...string) {
	t.Helper()
	if !slices.Equal(w.warned, rules) {
		t.Errorf("warned by %q, want %q", w.warned, rules)
	}
}

func encoded(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
