// Package instances knows the sizes of EC2 instance types and how many pods a
// node of each can hold.
//
// It is a table and a handful of pure functions: it asks no API, and it knows
// 270 current general, compute and memory types, most of them Nitro. An
// accelerated or newer type is unknown to it, which is an answer and no error.
//
// There are three numbers for one node, and they differ:
//
//   - [MaxPods] is what the addresses of its interfaces allow, under the caps
//     that EKS recommends. It is what a node ought to have.
//   - [Managed] predicts what EKS sets on the nodes of a managed node group
//     without a custom AMI, where its own value beats every other.
//   - [Nodeadm] is what the AL2023 AMI computes when nobody tells it.
package instances

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// Arch is a processor architecture in the words of Kubernetes' label
// kubernetes.io/arch.
type Arch string

const (
	// AMD64 is 64-bit x86.
	AMD64 Arch = "amd64"

	// ARM64 is 64-bit Arm: Graviton.
	ARM64 Arch = "arm64"
)

// Type is what this library needs to know of an instance type.
type Type struct {
	// Name is the API name, such as "m7g.large".
	Name string

	// ENIs is how many network interfaces an instance may have.
	ENIs int

	// IPv4PerENI is how many IPv4 addresses each interface may have, its
	// primary one included.
	IPv4PerENI int

	// BranchENIs is how many branch interfaces security groups for pods may
	// use; 0 when the type has no trunk.
	BranchENIs int

	// VCPU is the number of virtual processors.
	VCPU int

	// MemoryMiB is the memory in MiB.
	MemoryMiB int

	// Arch is the processor's architecture.
	Arch Arch

	// Nitro is whether the type runs on the Nitro system. Only such types take
	// address prefixes.
	Nitro bool
}

//go:embed limits.json
var limits []byte

var table = mustRead(limits)

// Lookup returns the type of that name, and whether it is known.
func Lookup(name string) (Type, bool) {
	t, ok := table[name]
	return t, ok
}

// Names returns the names of all known types, sorted.
func Names() []string {
	return slices.Sorted(maps.Keys(table))
}

// likeness is how much a name must be like another, from 0 to 1, to be worth
// suggesting.
const likeness = 0.7

// Nearest returns the known name that is most like name, for an error message
// that asks "did you mean". It is empty when nothing is much like it.
func Nearest(name string) string {
	nearest, best := "", likeness
	for _, candidate := range Names() {
		if score := levenshtein.Match(strings.ToLower(name), candidate, nil); score > best {
			nearest, best = candidate, score
		}
	}
	return nearest
}

// mustRead panics on a broken table, which no user can cause: it is part of
// the binary, and a test reads it.
func mustRead(data []byte) map[string]Type {
	var rows map[string]struct {
		ENIs       int    `json:"enis"`
		IPv4PerENI int    `json:"ipv4PerEni"`
		BranchENIs int    `json:"branchEnis"`
		VCPU       int    `json:"vcpu"`
		MemoryMiB  int    `json:"memoryMiB"`
		Arch       Arch   `json:"arch"`
		Hypervisor string `json:"hypervisor"`
	}
	if err := json.Unmarshal(data, &rows); err != nil {
		panic(fmt.Sprintf("bug in instances: reading limits.json: %v", err))
	}
	types := make(map[string]Type, len(rows))
	for name, r := range rows {
		types[name] = Type{
			Name: name, ENIs: r.ENIs, IPv4PerENI: r.IPv4PerENI, BranchENIs: r.BranchENIs,
			VCPU: r.VCPU, MemoryMiB: r.MemoryMiB, Arch: r.Arch, Nitro: r.Hypervisor == "nitro",
		}
	}
	return types
}
