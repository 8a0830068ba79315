package karpenter

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/slipway-iac/slipway/components/instances"
	"github.com/slipway-iac/slipway/internal/check"
)

// Capacity is how EC2 sells a node.
type Capacity string

// The capacities.
const (
	// OnDemand nodes stay.
	OnDemand Capacity = "on-demand"
	// Spot nodes cost less, and go with two minutes' notice.
	Spot Capacity = "spot"
)

// What a pool has when nothing is said.
const (
	defaultExpireAfter = "720h"
	defaultVolumeGiB   = 50
	defaultBudget      = "10%"
)

// Pool is nodes of one kind.
type Pool struct {
	// InstanceTypes are what may be started, such as m7g.large. Required. They
	// are named, not described, because all nodes of a pool take the same number
	// of pods: as many as the smallest has addresses for.
	InstanceTypes []string

	// Capacity lists how nodes are bought; spot is tried first where both are
	// listed. Defaults to OnDemand.
	Capacity []Capacity

	// CPU and MemoryGiB are the most that the nodes of the pool have together.
	// Required: they are what stops a mistake in a Deployment from costing money.
	CPU, MemoryGiB int

	// Budgets say how many nodes may be taken away at a time, and when none.
	// Defaults to 10% at any time.
	Budgets []Budget

	// ExpireAfter is how old a node gets, such as 720h; "Never" is allowed, and
	// leaves old images running. Defaults to 720h.
	ExpireAfter string

	// VolumeGiB is the size of a node's volume. Defaults to 50.
	VolumeGiB int

	// Labels are on every node. Optional.
	Labels map[string]string

	// Taints keep pods away that do not tolerate them. Optional.
	Taints []Taint

	// Weight prefers a pool over those with less, up to 100. Optional.
	Weight int
}

// Budget limits how many nodes go at a time, of their own accord: an
// interruption by AWS and an expiry do not ask.
type Budget struct {
	// Nodes is a number or a percentage: "0" is none. Required.
	Nodes string

	// Schedule is when it holds, as a cron expression in UTC, and Duration for how
	// long, such as 8h. Both or none; none is always.
	Schedule, Duration string

	// Reasons are what it is about: Underutilized, Empty, Drifted. Empty is all.
	Reasons []string
}

// Taint keeps pods away from nodes.
type Taint struct {
	// Key is the taint's name. Required.
	Key string
	// Value is its value. Optional.
	Value string
	// Effect is NoSchedule, PreferNoSchedule or NoExecute. Required.
	Effect string
}

func (p Pool) withDefaults() Pool {
	if len(p.Capacity) == 0 {
		p.Capacity = []Capacity{OnDemand}
	}
	if len(p.Budgets) == 0 {
		p.Budgets = []Budget{{Nodes: defaultBudget}}
	}
	p.ExpireAfter = cmp.Or(p.ExpireAfter, defaultExpireAfter)
	p.VolumeGiB = cmp.Or(p.VolumeGiB, defaultVolumeGiB)
	return p
}

var (
	budgetPattern   = regexp.MustCompile(`^([0-9]|[1-9][0-9]+|([0-9]|[1-9][0-9]|100)%)$`)
	expiryPattern   = regexp.MustCompile(`^(([0-9]+(s|m|h))+|Never)$`)
	durationPattern = regexp.MustCompile(`^([0-9]+(m|h))+$`)
	schedulePattern = regexp.MustCompile(`^(@(annually|yearly|monthly|weekly|daily|midnight|hourly)|\S+ \S+ \S+ \S+ \S+)$`)
	reasons         = []string{"Underutilized", "Empty", "Drifted"}
	effects         = []string{"NoSchedule", "PreferNoSchedule", "NoExecute"}
)

// Validate reports every problem of a pool at once, each naming the field to
// fix. New does the same; a program that makes more than Karpenter calls it before
// its first resource.
func (p Pool) Validate() error {
	p = p.withDefaults()
	var e check.Errors
	e.Require(len(p.InstanceTypes) > 0, "InstanceTypes", "list what may be started, such as m7g.large")
	for _, name := range p.InstanceTypes {
		if _, ok := instances.Lookup(name); !ok {
			want := "a type that the table of package instances knows"
			if nearest := instances.Nearest(name); nearest != "" {
				want += "; did you mean " + nearest + "?"
			}
			e.That(false, "InstanceTypes", name, want)
		}
	}
	for _, c := range p.Capacity {
		e.That(c == OnDemand || c == Spot, "Capacity", string(c), "on-demand or spot")
	}
	e.That(p.CPU > 0, "CPU", p.CPU, "the most processors of all nodes together")
	e.That(p.MemoryGiB > 0, "MemoryGiB", p.MemoryGiB, "the most memory of all nodes together")
	e.That(expiryPattern.MatchString(p.ExpireAfter), "ExpireAfter", p.ExpireAfter, "a duration such as 720h, or Never")
	e.That(p.VolumeGiB >= 20, "VolumeGiB", p.VolumeGiB, "20 or more: the image and a few containers need that")
	e.That(p.Weight >= 0 && p.Weight <= 100, "Weight", p.Weight, "0 to 100")
	for i, b := range p.Budgets {
		e.In(fmt.Sprintf("Budgets[%d]", i), b.validate())
	}
	for i, t := range p.Taints {
		e.Require(t.Key != "", fmt.Sprintf("Taints[%d].Key", i), "name the taint")
		e.That(slices.Contains(effects, t.Effect), fmt.Sprintf("Taints[%d].Effect", i), t.Effect, "one of "+strings.Join(effects, ", "))
	}
	for _, key := range slices.Sorted(maps.Keys(p.Labels)) {
		if strings.HasPrefix(key, "karpenter.sh/") || strings.HasPrefix(key, "kubernetes.io/") {
			e.Add("Labels has %s: Karpenter sets it itself", key)
		}
	}
	return e.Err()
}

func (b Budget) validate() error {
	var e check.Errors
	e.That(budgetPattern.MatchString(b.Nodes), "Nodes", b.Nodes, "a number or a percentage, such as 10%")
	e.That((b.Schedule == "") == (b.Duration == ""), "Duration", b.Duration, "a schedule and a duration, or none of both")
	e.That(b.Schedule == "" || schedulePattern.MatchString(b.Schedule), "Schedule", b.Schedule, "a cron expression of five fields")
	e.That(b.Duration == "" || durationPattern.MatchString(b.Duration), "Duration", b.Duration, "hours and minutes, such as 8h")
	for _, r := range b.Reasons {
		e.That(slices.Contains(reasons, r), "Reasons", r, "one of "+strings.Join(reasons, ", "))
	}
	return e.Err()
}

// maxPods is how many pods each node of the pool takes. Karpenter counts a
// type's own interfaces, and knows neither of prefixes nor of the interface
// that custom networking leaves without pods.
func (p Pool) maxPods(n instances.Networking) int {
	var types []instances.Type
	for _, name := range p.InstanceTypes {
		t, _ := instances.Lookup(name)
		types = append(types, t)
	}
	return instances.GroupMaxPods(types, n)
}

// architectures are those of the pool's types.
func (p Pool) architectures() []string {
	all := map[string]bool{}
	for _, name := range p.InstanceTypes {
		t, _ := instances.Lookup(name)
		all[string(t.Arch)] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// nodePool is the NodePool of a pool.
func (p Pool) nodePool(name string) nodePoolSpec {
	capacity := make([]string, len(p.Capacity))
	for i, c := range p.Capacity {
		capacity[i] = string(c)
	}
	in := func(key string, values []string) requirement { return requirement{key, "In", values} }
	s := nodePoolSpec{
		Template: nodeTemplate{Spec: nodeSpec{
			NodeClassRef: nodeClassRef{Group: classGroup, Kind: classKind, Name: name},
			Requirements: []requirement{
				in("node.kubernetes.io/instance-type", p.InstanceTypes),
				in("kubernetes.io/arch", p.architectures()),
				in("kubernetes.io/os", []string{"linux"}),
				in("karpenter.sh/capacity-type", capacity),
			},
			ExpireAfter: p.ExpireAfter,
		}},
		Disruption: disruption{ConsolidationPolicy: "WhenEmptyOrUnderutilized", ConsolidateAfter: "1m"},
		Limits:     map[string]string{"cpu": strconv.Itoa(p.CPU), "memory": strconv.Itoa(p.MemoryGiB) + "Gi"},
		Weight:     p.Weight,
	}
	if len(p.Labels) > 0 {
		s.Template.Metadata = &templateMetadata{Labels: p.Labels}
	}
	for _, t := range p.Taints {
		s.Template.Spec.Taints = append(s.Template.Spec.Taints, taint(t))
	}
	for _, b := range p.Budgets {
		s.Disruption.Budgets = append(s.Disruption.Budgets, budget(b))
	}
	return s
}
