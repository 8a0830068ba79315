// Package fault makes a simulated account fail on request: requests that are
// throttled, calls that fail, calls that are carried out and whose answer is
// lost, and a process that is killed in the middle of its work.
//
// A [Fault] is what was asked for, as text or as a value. A [Plan] counts calls
// and decides what happens to each; it is deterministic and knows nothing of
// gRPC. An [Injector] is a plan in front of the providers.
//
// What it does not do: it does not delay anything, and it does not damage what
// the account holds.
package fault
