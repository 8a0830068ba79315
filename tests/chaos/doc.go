// Package chaos breaks environments at every step and holds that they can be
// made whole again: nothing is lost, nothing exists twice, and a destroy leaves
// what it should.
//
// Most of it runs on a [World]: a small engine over the simulated account that
// does, one after the other and in the recorded order, what Pulumi's engine does
// at once. It has creates, updates, deletions, refreshes, pending operations and
// replacements that delete first. It has no program, no previews and no
// parallelism; what it makes is what an up on the real engine made. A sample
// runs on the real engine too. The package is for tests only.
package chaos
