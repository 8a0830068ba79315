// Package permissions holds what every role of the library may do: a program with
// all components that make roles runs in a simulated account, and the test reads
// the policies there.
//
// A golden file lists the roles with the sizes of their policies. No policy of
// ours allows every action of a service, and each resource "*" has its reason in
// a table. What AWS's own policies allow is AWS's affair.
package permissions
