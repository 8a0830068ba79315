// Package recovery brings a Pulumi deployment and a simulated account together
// again after an update that did not end as it should: the process was killed
// and left pending operations, or the answer to a create was lost.
//
// The account knows what made each resource: its URN. With that, a create whose
// outcome is unknown is either imported into the deployment or dropped, and
// what exists without being in the deployment is found. The package works on
// deployments as values and calls no engine; package engine does.
package recovery
