// Package chaos breaks environments at every step and holds that they can be
// made whole again: nothing is lost, nothing exists twice, and a destroy leaves
// what it should.
//
// Most of it runs on a [World]: a small engine over the simulated account that
// does, one after the other and in the recorded order, what Pulumi's engine does
// at once. It has creates, updates, deletions, refreshes, pending operations and
// replacements that delete first. It has no program, no previews and no
// parallelism; what it makes is what an up on the real engine made. A sample
// runs on the real engine too.
//
// A world decides alone what becomes of it: account and state have no other
// memory, and their clock stands still. So the undisturbed [Life] of an environment
// is lived once, and each world in it is proved to come to a good end. A [Case]
// begins in the world before its fault, and is decided when it is back in one that
// is proved; the others are lived to their end. Of the decided ones a share,
// chosen by the seed, is lived from an empty account to its end all the same, so
// that a wrong proof shows. Why: docs/adr/0023. A short campaign proves a share of
// the worlds and takes the others on trust. The package is for tests only.
package chaos
