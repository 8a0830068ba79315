package network

import (
	"maps"
	"slices"
)

// InterfaceServices are the services that Args.InterfaceEndpoints may name.
func InterfaceServices() []string { return slices.Sorted(maps.Keys(interfaceServices)) }
