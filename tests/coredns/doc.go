// Package coredns holds the Corefile of package nodelocaldns to the real
// CoreDNS, in a module of its own: who imports the library does not inherit it.
//
// It has only the plugins that the file uses, so that one that it gains is
// missed here first.
package coredns
