package control

import (
	"fmt"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

const finalizerDocs = "https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/"

var (
	objectStays = cloud.Declare(cloud.Rule{
		Name: "kubernetes-object-keeps-finalizer", Code: "Terminating", Source: finalizerDocs, Effect: cloud.FailsLate,
	})
	contentStays = cloud.Declare(cloud.Rule{
		Name: "kubernetes-content-keeps-finalizer", Code: "Terminating", Source: finalizerDocs, Effect: cloud.FailsLate,
	})
)

// Delete deletes an object, and whatever is in it: what a namespace holds, or
// what a definition defines. What a controller has to take something away for
// stays until it has; the error, which comes late, then says what is missing.
func Delete(tx *cloud.Tx, cluster, object *cloud.Resource, controllers []*Controller) error {
	inside := contents(tx, cluster, object)
	held := slices.DeleteFunc(append(slices.Clone(inside), object), func(o *cloud.Resource) bool {
		tx.Remove(o)
		return len(Finalizers(o)) == 0
	})
	if len(held) == 0 {
		return nil
	}
	for _, o := range append(held, object) {
		o.Facts[deletingFact] = true
		tx.Put(o)
	}
	Run(tx, cluster, controllers)
	stays := tx.Get(object.Kind, object.ID)
	switch {
	case stays == nil:
		return nil
	case len(inside) == 0:
		return objectStays.Late("timed out waiting for %s to be deleted: it %s", describe(stays), waiting(tx, cluster, stays, controllers))
	}
	var left []string
	for _, o := range contents(tx, cluster, object) {
		left = append(left, describe(o)+" "+waiting(tx, cluster, o, controllers))
	}
	return contentStays.Late("timed out waiting for %s to be deleted: it still has something in it: %s", describe(object), strings.Join(left, "; "))
}

// contents are the objects that go with another one.
func contents(tx *cloud.Tx, cluster, object *cloud.Resource) []*cloud.Resource {
	switch _, kind := objects.TypeOf(object.Props); kind {
	case "Namespace":
		return objects.All(tx, cluster, objects.In(objects.NameOf(object.Props).Name))
	case "CustomResourceDefinition":
		var all []*cloud.Resource
		for _, t := range objects.DefinedBy(object.Props) {
			all = append(all, objects.All(tx, cluster, objects.Of(t.APIVersion, t.Kind))...)
		}
		return all
	}
	return nil
}

// sweep removes what was deleted and has become empty since.
func sweep(tx *cloud.Tx, cluster *cloud.Resource) {
	for _, o := range objects.All(tx, cluster, Deleting) {
		if len(Finalizers(o)) == 0 && len(contents(tx, cluster, o)) == 0 {
			tx.Remove(o)
		}
	}
}

// waiting says which finalizers an object waits for, and why they stay.
func waiting(tx *cloud.Tx, cluster, o *cloud.Resource, controllers []*Controller) string {
	var why []string
	for _, c := range controllers {
		if holds(o, c.Finalizer) {
			why = append(why, fmt.Sprintf("has the finalizer %s of %s, %s", c.Finalizer, c.Name, c.trouble(tx, cluster, o)))
		}
	}
	return strings.Join(why, ", and ")
}

// Trouble is what keeps the controllers of an object from doing what it says for
// itself; "" when nothing does, or there are none.
func Trouble(tx *cloud.Tx, cluster, object *cloud.Resource, controllers []*Controller) string {
	var all []string
	for _, c := range controllers {
		if c.Reconcile == nil || !c.watches(object) || !c.picks(tx, cluster, object) {
			continue
		}
		if why := c.trouble(tx, cluster, object); why != "" {
			all = append(all, c.Name+" "+why)
		}
	}
	return strings.Join(all, "; ")
}

func (c *Controller) trouble(tx *cloud.Tx, cluster, o *cloud.Resource) string {
	if why := c.Runs(tx, cluster); why != "" {
		return "does not run: " + why
	}
	if said := o.Facts.Obj(troubleFact).Str(c.Name); said != "" {
		return "says: " + said
	}
	return ""
}

func describe(o *cloud.Resource) string {
	_, kind := objects.TypeOf(o.Props)
	return kind + " " + objects.NameOf(o.Props).ID()
}
