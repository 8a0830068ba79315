// Package components is the library's front door; it has no code. Each building
// block of a platform is a package of its own below this one.
package components
