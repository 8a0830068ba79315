// Package platform puts the building blocks together into an environment: the
// one place that knows which blocks exist and hands what comes out of one to
// the next.
//
// It reads one configuration value, slipway:environment, strictly: an unknown
// key or a value that cannot work is refused with its name, all of them
// together, before the first resource.
package platform
