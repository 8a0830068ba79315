package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/components/tags"
)

// Types that the picture shows beside subnets.
const (
	vpcType      = "aws:ec2/vpc:Vpc"
	subnetType   = "aws:ec2/subnet:Subnet"
	routeType    = "aws:ec2/route:Route"
	natType      = "aws:ec2/natGateway:NatGateway"
	gatewayType  = "aws:ec2/internetGateway:InternetGateway"
	endpointType = "aws:ec2/vpcEndpoint:VpcEndpoint"
	clusterType  = "aws:eks/cluster:Cluster"
	groupType    = "aws:eks/nodeGroup:NodeGroup"
)

// shapeWidth has room for the longest lines that shapes have, in the diagram's pixels.
const shapeWidth = 270

// tiers in the order from the internet inwards.
var tiers = []string{"public", "private", "pod", "control", "data"}

// diagram writes the picture in the language of d2.
type diagram struct {
	s *stack
	strings.Builder
	depth int
}

// Classes name colours; the page's style sheet has them, for light and dark.
const classes = `classes: {
  cell: {style: {border-radius: 6; font-size: 18}}
  chip: {style: {border-radius: 6; font-size: 14; bold: false}}
  note: {style: {font-size: 14; bold: false}}
  head: {style: {font-size: 20; bold: true}}
}
direction: down
`

// source is the whole picture.
func (s *stack) source() string {
	d := &diagram{s: s}
	d.WriteString(classes)
	d.line("internet: Internet {class: [chip; outside]; shape: cloud; width: 170; height: 90}")
	for _, vpc := range s.of(vpcType) {
		d.vpc(vpc)
	}
	for _, c := range s.of(clusterType) {
		d.cluster(c)
	}
	d.regional()
	return d.String()
}

func (d *diagram) line(format string, args ...any) {
	fmt.Fprintf(d, strings.Repeat("  ", d.depth)+format+"\n", args...)
}

// quote writes a label: what d2 would read as its own is escaped.
func quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "\n", `\n`).Replace(text) + `"`
}

func (d *diagram) shape(key, label, class string, more ...string) {
	d.line("%s: %s {class: [chip; %s]; %s; %s}", quote(key), quote(label), class, size(label), strings.Join(more, "; "))
}

// size makes all shapes equally wide, and as high as their lines need.
func size(label string) string {
	return fmt.Sprintf("width: %d; height: %d", shapeWidth, 26+18*(1+strings.Count(label, "\n")))
}

func (d *diagram) open(key, label, class string, more ...string) {
	d.line("%s: %s {", quote(key), quote(label))
	d.depth++
	d.line("class: [cell; %s]", class)
	for _, m := range more {
		d.line("%s", m)
	}
}

func (d *diagram) end() {
	d.depth--
	d.line("}")
}

// vpc draws a row of subnets for each tier and a column for each zone.
func (d *diagram) vpc(vpc thing) {
	var subnets []thing
	zones := map[string]bool{}
	for _, s := range d.s.of(subnetType) {
		if s.text("vpcId") == vpc.ID {
			subnets = append(subnets, s)
			zones[s.text("availabilityZone")] = true
		}
	}
	columns, rows := sorted(zones), d.tiersOf(subnets)
	for _, g := range d.s.of(gatewayType) {
		if g.text("vpcId") == vpc.ID {
			d.shape(g.ID, "Internet gateway\n"+g.Name, "gateway")
			d.line("internet <-> %s: {class: wire}", quote(g.ID))
			d.line("%s <-> %s: {class: wire}", quote(g.ID), quote(vpc.ID))
		}
	}
	d.open(vpc.ID, fmt.Sprintf("VPC %s  %s", vpc.Name, vpc.text("cidrBlock")), "vpc",
		// Rows first makes the grid fill row by row.
		fmt.Sprintf("grid-rows: %d", 1+len(rows)), fmt.Sprintf("grid-columns: %d", max(1, len(columns))), "grid-gap: 16")
	for _, zone := range columns {
		d.line("%s: %s {class: [head; none]; %s}", quote("zone "+zone), quote(zone), size(zone))
	}
	for _, tier := range rows {
		for _, zone := range columns {
			d.cell(tier, zone, subnets)
		}
	}
	d.end()
	d.endpoints(vpc)
}

func sorted(set map[string]bool) []string {
	var out []string
	for key := range set {
		out = append(out, key)
	}
	slices.Sort(out)
	return out
}

func tierOf(s thing) string {
	all, _ := s.get("tags").(map[string]any)
	tier, _ := all[tags.Tier].(string)
	return cmp.Or(tier, "subnet")
}

func (d *diagram) tiersOf(subnets []thing) []string {
	has := map[string]bool{}
	for _, s := range subnets {
		has[tierOf(s)] = true
	}
	out := sorted(has)
	rank := func(t string) int {
		if i := slices.Index(tiers, t); i >= 0 {
			return i
		}
		return len(tiers)
	}
	slices.SortStableFunc(out, func(a, b string) int { return rank(a) - rank(b) })
	return out
}

// cell draws what a tier has in a zone.
func (d *diagram) cell(tier, zone string, subnets []thing) {
	key := tier + " " + zone
	var here []thing
	for _, s := range subnets {
		if tierOf(s) == tier && s.text("availabilityZone") == zone {
			here = append(here, s)
		}
	}
	if len(here) == 0 {
		d.line("%s: \"\" {class: none}", quote(key))
		return
	}
	d.open(key, tier, "tier-"+tier, "grid-columns: 1", "grid-gap: 8")
	for _, s := range here {
		note := s.Name + "\n" + s.text("cidrBlock") + "\n" + d.wayOut(s)
		d.line("%s: %s {class: [note; none]; %s}", quote(s.ID), quote(note), size(note))
		for _, o := range d.occupants(s) {
			d.shape(s.ID+" "+o.key, o.label, o.class)
		}
	}
	d.end()
}

// cluster draws the control plane, which is in a VPC of AWS's own.
func (d *diagram) cluster(c thing) {
	endpoint := "private endpoint"
	if public, _ := c.get("vpcConfig.endpointPublicAccess").(bool); public {
		endpoint = "public endpoint for " + strings.Join(c.texts("vpcConfig.publicAccessCidrs"), ", ")
		if private, _ := c.get("vpcConfig.endpointPrivateAccess").(bool); private {
			endpoint += "\nand private endpoint"
		}
		d.line("internet -> %s: {class: wire}", quote(c.ID))
	}
	d.shape(c.ID, fmt.Sprintf("EKS control plane\n%s, Kubernetes %s\n%s", c.text("name"), c.text("version"), endpoint), "control")
	if vpc := c.text("vpcConfig.vpcId"); vpc != "" {
		d.line("%s <-> %s: {class: wire}", quote(vpc), quote(c.ID))
	}
}
