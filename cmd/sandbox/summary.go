package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// summary is what exists in an account.
type summary struct {
	Account   string         `json:"account"`
	Kinds     map[string]int `json:"kinds"`
	Resources []entry        `json:"resources"`
	Scheduled []entry        `json:"scheduledDeletions"`
}

// entry is one resource.
type entry struct {
	Kind   string `json:"kind"`
	ID     string `json:"id"`
	Region string `json:"region,omitempty"`
	// Owner is the service that made it; empty for what Pulumi made.
	Owner string `json:"owner,omitempty"`
	// Deletion says when AWS deletes it.
	Deletion string `json:"deletion,omitempty"`
}

func summarise(account *cloud.Account) summary {
	s := summary{Account: account.ID(), Kinds: map[string]int{}}
	for _, r := range account.Resources() {
		e := entry{Kind: r.Kind, ID: r.ID, Region: r.Region, Owner: r.Owner, Deletion: r.Scheduled}
		if r.Scheduled != "" {
			s.Scheduled = append(s.Scheduled, e)
			continue
		}
		s.Resources = append(s.Resources, e)
		s.Kinds[r.Kind]++
	}
	return s
}

func printCounts(w io.Writer, s summary) {
	fmt.Fprintf(w, "\nIn the account: %d resources\n", len(s.Resources))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, kind := range slices.Sorted(maps.Keys(s.Kinds)) {
		fmt.Fprintf(t, "  %s\t%d\n", kind, s.Kinds[kind])
	}
	_ = t.Flush()
}

func printLeft(w io.Writer, s summary) {
	if len(s.Resources) == 0 {
		fmt.Fprintln(w, "\nNothing is left in the account.")
	} else {
		fmt.Fprintf(w, "\nLeft in the account: %d resources\n", len(s.Resources))
		printEntries(w, s.Resources)
	}
	if len(s.Scheduled) > 0 {
		fmt.Fprintln(w, "AWS deletes later by itself:")
		printEntries(w, s.Scheduled)
	}
}

func printEntries(w io.Writer, entries []entry) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, e := range entries {
		note := e.Deletion
		if note == "" && e.Owner != "" {
			note = "made by " + e.Owner
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\n", e.Kind, e.ID, note)
	}
	_ = t.Flush()
}

func printOutputs(w io.Writer, outputs auto.OutputMap) {
	fmt.Fprintln(w, "\nOutputs:")
	for _, name := range slices.Sorted(maps.Keys(outputs)) {
		if outputs[name].Secret {
			fmt.Fprintf(w, "  %s: [secret]\n", name)
			continue
		}
		text, ok := outputs[name].Value.(string)
		if !ok {
			b, err := json.MarshalIndent(outputs[name].Value, "  ", "  ")
			if err != nil {
				text = fmt.Sprint(outputs[name].Value)
			} else {
				text = string(b)
			}
		}
		fmt.Fprintf(w, "  %s: %s\n", name, strings.TrimSpace(text))
	}
}
