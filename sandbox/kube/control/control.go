// Package control runs the controllers of a cluster: programs that watch objects
// and make things in the account that Pulumi never sees.
//
// A controller acts only while it runs. It puts a finalizer on the objects whose
// things it has to take away, so that they stay, being deleted, until it has.
// What it made stays in the account when it is removed before them, or when its
// cluster is.
package control

import (
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

// Controller is one controller. Its functions work inside a call to the account.
type Controller struct {
	// Name owns what the controller makes.
	Name string
	// Finalizer is what it puts on its objects; "" when it takes nothing away.
	Finalizer string
	// Watches lists the types that it watches, by apiVersion/Kind.
	Watches []string
	// Mine picks its objects among those; nil picks all.
	Mine func(tx *cloud.Tx, cluster, object *cloud.Resource) bool
	// Runs tells why the controller does not run; "" when it does.
	Runs func(tx *cloud.Tx, cluster *cloud.Resource) string
	// Reconcile brings the account to what an object says, and writes its status.
	// An error is what keeps it from that.
	Reconcile func(tx *cloud.Tx, cluster, object *cloud.Resource) error
	// Finalize takes away what it made after an object.
	Finalize func(tx *cloud.Tx, cluster, object *cloud.Resource) error
	// Sync brings the account to what all its objects say together, after one by
	// one; nil when they are independent. It tells what keeps it from that, by the
	// ID of an object.
	Sync func(tx *cloud.Tx, cluster *cloud.Resource, own []*cloud.Resource) map[string]error
}

// What an object's facts say of its controllers.
const (
	finalizersFact = "finalizers"
	deletingFact   = "deleting"
	troubleFact    = "trouble"
)

// Run lets every controller act on its objects, in their order.
func Run(tx *cloud.Tx, cluster *cloud.Resource, controllers []*Controller) {
	for _, c := range controllers {
		c.run(tx, cluster)
	}
	sweep(tx, cluster)
}

func (c *Controller) run(tx *cloud.Tx, cluster *cloud.Resource) {
	concerned := objects.All(tx, cluster, c.concerns)
	if len(concerned) == 0 && c.Sync == nil || c.Runs(tx, cluster) != "" {
		return
	}
	var own []*cloud.Resource
	for _, o := range concerned {
		mine := c.watches(o) && c.picks(tx, cluster, o) && !Deleting(o)
		before := o.Facts.With(nil)
		said := o.Props.Clone()
		switch {
		case mine && c.Reconcile != nil:
			c.reconcile(tx, cluster, o)
		case !mine && holds(o, c.Finalizer):
			c.finalize(tx, cluster, o)
		}
		switch {
		case Deleting(o) && len(Finalizers(o)) == 0:
			tx.Remove(o)
			continue
		case !cloud.Equal(said, o.Props) || !cloud.Equal(before, o.Facts):
			tx.Put(o)
		}
		if mine {
			own = append(own, o)
		}
	}
	if c.Sync == nil {
		return
	}
	problems := c.Sync(tx, cluster, own)
	for _, o := range own {
		before := o.Facts.With(nil)
		if c.remember(o, problems[o.ID]); !cloud.Equal(before, o.Facts) {
			tx.Put(o)
		}
	}
}

func (c *Controller) reconcile(tx *cloud.Tx, cluster, o *cloud.Resource) {
	if c.Finalizer != "" && !holds(o, c.Finalizer) {
		o.Facts[finalizersFact] = cloud.Strings(append(Finalizers(o), c.Finalizer)...)
	}
	c.remember(o, c.Reconcile(tx, cluster, o))
}

func (c *Controller) finalize(tx *cloud.Tx, cluster, o *cloud.Resource) {
	err := c.Finalize(tx, cluster, o)
	c.remember(o, err)
	if err == nil {
		o.Facts[finalizersFact] = cloud.Strings(slices.DeleteFunc(Finalizers(o), func(f string) bool { return f == c.Finalizer })...)
	}
}

// remember keeps what a controller has to say of an object, as an event.
func (c *Controller) remember(o *cloud.Resource, err error) {
	trouble := o.Facts.Obj(troubleFact).With(nil)
	delete(trouble, c.Name)
	if err != nil {
		trouble[c.Name] = err.Error()
	}
	if o.Facts[troubleFact] = map[string]any(trouble); len(trouble) == 0 {
		delete(o.Facts, troubleFact)
	}
}

// Drop has an object that a controller made go when the controller is done with
// it.
func Drop(o *cloud.Resource) { o.Facts[deletingFact], o.Facts[finalizersFact] = true, []any{} }

// concerns tells whether an object can be the controller's.
func (c *Controller) concerns(o *cloud.Resource) bool { return c.watches(o) || holds(o, c.Finalizer) }

func (c *Controller) watches(o *cloud.Resource) bool {
	apiVersion, kind := objects.TypeOf(o.Props)
	return slices.Contains(c.Watches, apiVersion+"/"+kind)
}

func (c *Controller) picks(tx *cloud.Tx, cluster, o *cloud.Resource) bool {
	return c.Mine == nil || c.Mine(tx, cluster, o)
}

// Finalizers are what keeps an object from going.
func Finalizers(o *cloud.Resource) []string { return o.Facts.Strs(finalizersFact) }

// Deleting tells whether an object is being deleted.
func Deleting(o *cloud.Resource) bool { return o.Facts.Bool(deletingFact) }

func holds(o *cloud.Resource, finalizer string) bool {
	return finalizer != "" && slices.Contains(Finalizers(o), finalizer)
}
