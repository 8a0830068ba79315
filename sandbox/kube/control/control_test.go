package control

import (
	"errors"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

type object = map[string]any

const volume = "test:index/volume:Volume"

// lab is an account with one cluster in which a controller makes a volume for
// each ConfigMap whose data do not say "skip".
type lab struct {
	t       *testing.T
	tx      *cloud.Tx
	cluster *cloud.Resource
	// stopped is why the controller does not run, broken why it cannot do its work.
	stopped string
	broken  error
	all     []*Controller
}

func in(t *testing.T, do func(l *lab)) {
	t.Helper()
	account, err := cloud.Open(cloud.Options{Services: []cloud.Service{
		eks.Service(eks.Options{}),
		{Kinds: []cloud.Kind{{Token: cloud.KubernetesObject, Hidden: true}, {Token: volume, Hidden: true}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := account.Change(cloud.Session{Region: "us-west-2"}, "test", func(tx *cloud.Tx) error {
		l := &lab{t: t, tx: tx, cluster: tx.Make("test", cloud.EKSCluster, "demo", cloud.Props{"name": "demo"}, nil)}
		l.all = []*Controller{{
			Name: "maker", Finalizer: "maker/volumes", Watches: []string{"v1/ConfigMap"},
			Mine: func(_ *cloud.Tx, _, o *cloud.Resource) bool { return o.Props.Obj("data").Str("mode") != "skip" },
			Runs: func(*cloud.Tx, *cloud.Resource) string { return l.stopped },
			Reconcile: func(tx *cloud.Tx, _, o *cloud.Resource) error {
				if l.broken != nil {
					return l.broken
				}
				if tx.Get(volume, o.ID) == nil {
					tx.Make("maker", volume, o.ID, cloud.Props{}, nil)
				}
				o.Props["status"] = object{"volume": o.ID}
				return nil
			},
			Finalize: func(tx *cloud.Tx, _, o *cloud.Resource) error {
				if v := tx.Get(volume, o.ID); v != nil && l.broken == nil {
					tx.Remove(v)
				}
				return l.broken
			},
		}}
		do(l)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func (l *lab) put(kind, name string, more cloud.Props) *cloud.Resource {
	n := objects.ParseID(name)
	metadata := object{"name": n.Name}
	if n.Namespace != "" {
		metadata["namespace"] = n.Namespace
	}
	o := objects.New(l.cluster, cloud.Props{"apiVersion": "v1", "kind": kind, "metadata": metadata}.With(more))
	l.tx.Put(o)
	return o
}

func (l *lab) run() { Run(l.tx, l.cluster, l.all) }

// now is an object as it is; nil when it is gone.
func (l *lab) now(o *cloud.Resource) *cloud.Resource { return l.tx.Get(o.Kind, o.ID) }

func (l *lab) delete(o *cloud.Resource) error { return Delete(l.tx, l.cluster, l.now(o), l.all) }

func (l *lab) volumes(want int) {
	l.t.Helper()
	if got := len(l.tx.List(volume)); got != want {
		l.t.Errorf("there are %d volumes, want %d", got, want)
	}
}

func (l *lab) late(err error, rule *cloud.Rule, words ...string) {
	l.t.Helper()
	var late *cloud.Late
	if !errors.As(err, &late) || late.Rule != rule {
		l.t.Errorf("got %v, want %s", err, rule.Name)
		return
	}
	for _, word := range words {
		if !strings.Contains(late.Message, word) {
			l.t.Errorf("%q does not say %q", late.Message, word)
		}
	}
}

func TestObjectLives(t *testing.T) {
	t.Parallel()
	in(t, func(l *lab) {
		o := l.put("ConfigMap", "a/b", nil)
		other := l.put("Secret", "a/b", nil)
		l.run()
		l.volumes(1)
		if got := Finalizers(l.now(o)); len(got) != 1 || got[0] != "maker/volumes" || l.now(o).Props.Obj("status").Str("volume") != o.ID {
			t.Errorf("got the finalizers %v and %v", got, l.now(o).Props)
		}
		if err := l.delete(o); err != nil {
			t.Error(err)
		}
		if err := l.delete(other); err != nil {
			t.Error(err)
		}
		l.volumes(0)
		if l.now(o) != nil || l.now(other) != nil {
			t.Error("an object is left")
		}
	})
}

func TestDeletionWaitsForTheController(t *testing.T) {
	t.Parallel()
	in(t, func(l *lab) {
		o := l.put("ConfigMap", "a/b", nil)
		l.run()
		l.stopped = "it has no role"
		l.late(l.delete(o), objectStays, "ConfigMap a/b", "maker/volumes of maker", "does not run: it has no role")
		if !Deleting(l.now(o)) {
			t.Error("the object is not being deleted")
		}
		l.volumes(1)
		l.stopped, l.broken = "", errors.New("the disk is in use")
		l.late(l.delete(o), objectStays, "says: the disk is in use")
		l.broken = nil
		l.run()
		l.volumes(0)
		if l.now(o) != nil {
			t.Error("the object is left")
		}
	})
}

func TestStoppedControllerLeavesNewObjectsAlone(t *testing.T) {
	t.Parallel()
	in(t, func(l *lab) {
		l.stopped = "it is not installed"
		o := l.put("ConfigMap", "a/b", nil)
		l.run()
		l.volumes(0)
		if got := Trouble(l.tx, l.cluster, l.now(o), l.all); got != "maker does not run: it is not installed" {
			t.Errorf("the trouble is %q", got)
		}
		if err := l.delete(o); err != nil || l.now(o) != nil {
			t.Errorf("got %v, want an object without a finalizer to go", err)
		}
	})
}

func TestTroubleIsRememberedAndForgotten(t *testing.T) {
	t.Parallel()
	in(t, func(l *lab) {
		l.broken = errors.New("no room")
		o := l.put("ConfigMap", "a/b", nil)
		l.run()
		if got := Trouble(l.tx, l.cluster, l.now(o), l.all); got != "maker says: no room" {
			t.Errorf("the trouble is %q", got)
		}
		l.broken = nil
		l.run()
		if got := Trouble(l.tx, l.cluster, l.now(o), l.all); got != "" || l.now(o).Facts.Has(troubleFact) {
			t.Errorf("the trouble is %q", got)
		}
	})
}

func TestObjectThatIsNoLongerTheControllers(t *testing.T) {
	t.Parallel()
	in(t, func(l *lab) {
		o := l.put("ConfigMap", "a/b", nil)
		l.run()
		changed := l.now(o)
		changed.Props["data"] = object{"mode": "skip"}
		l.tx.Put(changed)
		l.run()
		l.volumes(0)
		if l.now(o) == nil || len(Finalizers(l.now(o))) != 0 {
			t.Error("want the object to stay, without a finalizer")
		}
	})
}

func TestContentsHang(t *testing.T) {
	t.Parallel()
	in(t, func(l *lab) {
		ns := l.put("Namespace", "a", nil)
		held, free := l.put("ConfigMap", "a/b", nil), l.put("Secret", "a/s", nil)
		empty := l.put("Namespace", "empty", nil)
		l.run()
		if err := l.delete(empty); err != nil || l.now(empty) != nil {
			t.Errorf("got %v, want an empty namespace to go", err)
		}
		l.stopped = "it is not installed"
		l.late(l.delete(ns), contentStays, "Namespace a", "ConfigMap a/b", "maker/volumes of maker", "it is not installed")
		if l.now(ns) == nil || l.now(held) == nil || l.now(free) != nil {
			t.Error("want the namespace and the ConfigMap to stay, and the Secret to go")
		}
		l.stopped = ""
		l.run()
		if l.now(ns) != nil || l.now(held) != nil {
			t.Error("the namespace did not go with the last of its objects")
		}
	})
}

func TestDefinitionsTakeTheirObjectsAlong(t *testing.T) {
	t.Parallel()
	in(t, func(l *lab) {
		l.all[0].Watches = []string{"example.com/v1/Box"}
		crd := l.put("CustomResourceDefinition", "boxes.example.com", cloud.Props{"apiVersion": "apiextensions.k8s.io/v1", "spec": object{
			"group": "example.com", "names": object{"kind": "Box"}, "versions": []any{object{"name": "v1", "served": true}},
		}})
		box := l.put("Box", "a/b", cloud.Props{"apiVersion": "example.com/v1"})
		l.run()
		l.stopped = "it is not installed"
		l.late(l.delete(crd), contentStays, "Box a/b")
		l.stopped = ""
		l.run()
		if l.now(crd) != nil || l.now(box) != nil {
			t.Error("the definition did not go with the last of its objects")
		}
	})
}

func TestSyncSeesAllObjects(t *testing.T) {
	t.Parallel()
	in(t, func(l *lab) {
		var seen []string
		var problem error
		l.all = []*Controller{{
			Name: "syncer", Watches: []string{"v1/ConfigMap"}, Runs: func(*cloud.Tx, *cloud.Resource) string { return l.stopped },
			Sync: func(_ *cloud.Tx, _ *cloud.Resource, own []*cloud.Resource) map[string]error {
				seen = nil
				problems := map[string]error{}
				for _, o := range own {
					seen = append(seen, objects.NameOf(o.Props).ID())
					problems[o.ID] = problem
				}
				return problems
			},
		}}
		l.run()
		if seen != nil {
			t.Errorf("it saw %v", seen)
		}
		a, b := l.put("ConfigMap", "a/a", nil), l.put("ConfigMap", "a/b", nil)
		problem = errors.New("no zone")
		l.run()
		if strings.Join(seen, " ") != "a/a a/b" || l.now(a).Facts.Obj(troubleFact).Str("syncer") != "no zone" {
			t.Errorf("it saw %v, and %v", seen, l.now(a).Facts)
		}
		problem = nil
		if err := l.delete(b); err != nil {
			t.Error(err)
		}
		l.run()
		if strings.Join(seen, " ") != "a/a" || l.now(a).Facts.Has(troubleFact) {
			t.Errorf("it saw %v, and %v", seen, l.now(a).Facts)
		}
		l.stopped, seen = "it is not installed", nil
		l.run()
		if seen != nil {
			t.Error("it did something while it did not run")
		}
	})
}
