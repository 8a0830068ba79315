package drift

import (
	"errors"
	"fmt"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// edit changes a resource where it is, without asking anybody.
func edit(a *cloud.Account, r *cloud.Resource, do func(tx *cloud.Tx, r *cloud.Resource) error) error {
	return a.Change(cloud.Session{Region: r.Region}, "drift", func(tx *cloud.Tx) error {
		now := tx.Get(r.Kind, r.ID)
		if now == nil {
			return fmt.Errorf("%s %s no longer exists", r.Kind, r.ID)
		}
		if err := do(tx, now); err != nil {
			return err
		}
		tx.Put(now)
		return nil
	})
}

// update changes a resource by its service's own call, with its checks.
func update(a *cloud.Account, r *cloud.Resource, change func(cloud.Props)) error {
	news := r.Given.Clone()
	change(news)
	_, err := a.Update(session(r), r.Kind, r.ID, news)
	return err
}

// session is that of the provider that made a resource: its default tags are
// those that the resource has and the program did not give.
func session(r *cloud.Resource) cloud.Session {
	s := cloud.Session{Region: r.Region, DefaultTags: r.Props.StrMap("tagsAll")}
	for key := range r.Props.Obj("tags") {
		delete(s.DefaultTags, key)
	}
	return s
}

// errTried ends a change that was only tried.
var errTried = errors.New("only tried")

// deletable tells whether AWS would delete a resource now. A default security
// group nobody can delete: the provider only adopts it. A Helm release takes
// Helm to delete.
func deletable(a *cloud.Account, r *cloud.Resource) bool {
	if r.Kind == cloud.DefaultSecurityGroup || r.Kind == cloud.KubernetesObject && !isObject(a, r) {
		return false
	}
	return errors.Is(remove(a, r, errTried), errTried)
}

func deleteIt(a *cloud.Account, r *cloud.Resource) error { return remove(a, r, nil) }

// remove deletes a resource, and a namespace with all that is in it, unless
// after is an error.
func remove(a *cloud.Account, r *cloud.Resource, after error) error {
	return a.Change(cloud.Session{Region: r.Region}, "drift", func(tx *cloud.Tx) error {
		now := tx.Get(r.Kind, r.ID)
		if now == nil {
			return fmt.Errorf("%s %s no longer exists", r.Kind, r.ID)
		}
		if r.Kind == cloud.KubernetesObject && r.Props.Str("kind") == "Namespace" {
			inside := objects.In(objects.NameOf(r.Props).Name)
			for _, o := range tx.List(r.Kind, inside) {
				if cloud.Equal(map[string]any(o.Facts), map[string]any(r.Facts)) {
					tx.Remove(o)
				}
			}
		}
		if err := tx.Delete(now); err != nil {
			return err
		}
		return after
	})
}
