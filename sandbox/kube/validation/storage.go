package validation

import (
	"slices"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

func (c *checker) storageClass() {
	if !c.object.Has("provisioner") || c.object.Str("provisioner") == "" {
		c.add(requiredValue, "provisioner", "Required value")
	}
	c.oneOf(c.object, "StorageClass", "reclaimPolicy", "Delete", "Retain")
	c.oneOf(c.object, "StorageClass", "volumeBindingMode", "Immediate", "WaitForFirstConsumer")
}

func (c *checker) claim() { c.claimSpec("spec", c.object.Obj("spec")) }

func (c *checker) claimSpec(path string, spec cloud.Props) {
	modes := []string{"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"}
	c.require(spec, path, "accessModes", "at least 1 access mode is required")
	for _, m := range spec.Strs("accessModes") {
		if !slices.Contains(modes, m) {
			c.add(supportedValue, path+".accessModes", "Unsupported value: %q: supported values: %s", m, quoted(modes))
		}
	}
	c.oneOf(spec, path, "volumeMode", "Block", "Filesystem")
	requests := spec.Obj("resources").Obj("requests")
	if !requests.Has("storage") {
		c.add(requiredValue, path+".resources[storage]", "Required value")
	} else if objects.Quantity(requests["storage"]) <= 0 {
		c.invalid(negative, path+".resources[storage]", requests["storage"], "must be greater than zero")
	}
}

// limitRange holds the limits of each type to their order.
func (c *checker) limitRange() {
	for _, l := range c.object.Obj("spec").Objs("limits") {
		c.oneOf(l, "spec.limits", "type", "Container", "PersistentVolumeClaim", "Pod")
		for _, pair := range [][2]string{{"min", "max"}, {"min", "defaultRequest"}, {"min", "default"}, {"defaultRequest", "default"}, {"defaultRequest", "max"}, {"default", "max"}} {
			less, more := l.Obj(pair[0]), l.Obj(pair[1])
			for _, name := range less.Names() {
				if more.Has(name) && objects.Quantity(less[name]) > objects.Quantity(more[name]) {
					c.invalid(limitOrder, "spec.limits."+pair[0]+"["+name+"]", less[name], "%s value %v is greater than %s value %v", pair[0], less[name], pair[1], more[name])
				}
			}
		}
	}
}
