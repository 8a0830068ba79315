// Package timeline computes how long AWS would have taken for an update that the
// sandbox has carried out, and why. It is pure: what was done and what depends
// on what go in, a schedule comes out, the same for the same input.
//
// A creation or change starts when everything has ended that the engine waits
// for: the resource's dependencies (for a remote component, all below it), its
// provider and its parent. Deletions come when the program has ended, in waves,
// as the engine does it: each wave waits for the whole of the one before, and a
// resource is in the last wave in which all that depends on it is gone. What a
// replacement must delete first is deleted right before it, after the
// replacements of all that depends on it. Each operation takes what package
// latency says is most common; the shortest and the longest time are those where
// every operation takes its shortest or its longest. No limit on operations at
// the same time is assumed; Pulumi's default, --parallel, is four times the
// number of CPUs.
//
// The bound is the time that AWS forces, whatever the order of the program: the
// same schedule with fewer dependencies. One remains when the resource carries a
// value that only AWS could give the other (an ID, an ARN, an address), when it
// is made through a provider that does, or when it is among those that AWS needs
// and no value shows, such as a CNI before nodes; [needs] lists them. Waves and
// the wait for the program fall away. Since nothing is added, the bound never
// exceeds the estimate; and since a need that the program does not state is not
// counted, AWS's own bound may be higher.
package timeline
