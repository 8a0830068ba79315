package main

import (
	"slices"
	"strings"
)

// beside are the things that are in no VPC, with the word for them.
var beside = []struct {
	label string
	types []string
	name  func(thing) string
}{
	{"S3 buckets", []string{"aws:s3/bucketV2:BucketV2", "aws:s3/bucket:Bucket"}, func(t thing) string { return t.Name }},
	{"DNS zones", []string{"aws:route53/zone:Zone"}, func(t thing) string {
		if t.get("vpcs") != nil {
			return t.text("name") + " (private)"
		}
		return t.text("name")
	}},
	{"Backup vaults", []string{"aws:backup/vault:Vault"}, func(t thing) string { return t.Name }},
}

// regional draws what belongs to the region or the account and stands in no VPC.
func (d *diagram) regional() {
	type chip struct{ label, text string }
	var chips []chip
	for _, b := range beside {
		var names []string
		for _, t := range d.s.of(b.types...) {
			names = append(names, b.name(t))
		}
		if len(names) > 0 {
			slices.Sort(names)
			chips = append(chips, chip{b.label, b.label + "\n" + inLines(names)})
		}
	}
	if len(chips) == 0 {
		return
	}
	d.open("beside", "In no VPC", "beside", "grid-columns: 1", "grid-gap: 12")
	for _, c := range chips {
		d.shape(c.label, c.text, "service")
	}
	d.end()
}

// endpoints draws the endpoints of AWS's services: gateways that routes lead to,
// and interfaces once each, whose subnets name them.
func (d *diagram) endpoints(vpc thing) {
	var gateways, interfaces []string
	for _, e := range d.s.of(endpointType) {
		if e.text("vpcId") != vpc.ID {
			continue
		}
		name := e.text("serviceName")
		name = name[strings.LastIndex(name, ".")+1:]
		if e.text("vpcEndpointType") == "Interface" {
			interfaces = append(interfaces, name)
		} else {
			gateways = append(gateways, name)
		}
	}
	for _, kind := range []struct {
		label string
		names []string
	}{{"Gateway endpoints", gateways}, {"Interface endpoints", interfaces}} {
		if len(kind.names) > 0 {
			key := kind.label + " " + vpc.ID
			d.shape(key, kind.label+"\n"+inLines(kind.names), "endpoint")
			d.line("%s -> %s: {class: wire}", quote(vpc.ID), quote(key))
		}
	}
}

// inLines lists names, as many on a line as a shape has room for.
func inLines(names []string) string {
	const widest = 36
	var lines []string
	line := ""
	for i, name := range names {
		if i < len(names)-1 {
			name += ","
		}
		if line != "" && len(line)+1+len(name) > widest {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimSpace(line + " " + name)
	}
	return strings.Join(append(lines, line), "\n")
}
