// Package drift changes things in a simulated account behind Pulumi's back, as
// a person in the console or a controller would: a tag, a rule, a route, a
// retention, a whole resource.
//
// Each [Kind] of drift applies to some of what exists. [Make] makes one and
// tells exactly what a refresh will find, on the resource itself and on others
// that show the same thing. What AWS refuses is refused here too: a resource
// that others depend on cannot be deleted by hand either.
package drift
