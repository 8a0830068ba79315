package timeline

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// Print writes how long AWS would have taken, and the critical path.
func (t *Timeline) Print(w io.Writer) {
	if len(t.Operations) == 0 {
		fmt.Fprintln(w, "Nothing to wait for: AWS would have had nothing to do.")
		return
	}
	fmt.Fprintf(w, "AWS would have taken about %s (%s); at least %s whatever the order.\n",
		t.Expected, between(t.Shortest, t.Longest), t.Bound)
	fmt.Fprintln(w, "What it waits for, one after the other:")
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "  RESOURCE\tWHAT\tTAKES\tENDS AT\tWAITED BECAUSE OF")
	for _, o := range t.CriticalPath() {
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\t%s\n", shortType(o.Type)+" "+o.Name, o.Verb, o.Took(), o.End.clock(), o.Because)
	}
	_ = table.Flush()
}

// between is "13 to 28 min".
func between(shortest, longest Duration) string {
	minutes := func(d Duration) time.Duration { return time.Duration(d).Round(time.Minute) / time.Minute }
	if minutes(shortest) < 2 {
		return fmt.Sprintf("%s to %s", shortest, longest)
	}
	return fmt.Sprintf("%d to %d min", minutes(shortest), minutes(longest))
}

// shortType is a type as Pulumi displays it: aws:ec2:Vpc for aws:ec2/vpc:Vpc.
func shortType(token string) string {
	parts := strings.Split(token, ":")
	if len(parts) != 3 {
		return token
	}
	module, _, found := strings.Cut(parts[1], "/")
	if found && strings.HasPrefix(token, "aws:") {
		parts[1] = module
	}
	return strings.Join(parts, ":")
}

// PrintOperations writes every operation by its start, with a star where it is
// on the critical path.
func (t *Timeline) PrintOperations(w io.Writer) {
	fmt.Fprintf(w, "\nAll %d operations, %d at the same time at most:\n", len(t.Operations), t.Widest)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "  \tSTARTS\tENDS\tSLACK\tWHAT\tRESOURCE")
	for _, o := range t.Operations {
		mark := ""
		if o.Critical {
			mark = "*"
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\t%s\t%s\n", mark, o.Start.clock(), o.End.clock(), o.Slack.clock(), o.Verb, shortType(o.Type)+" "+o.Name)
	}
	_ = table.Flush()
}
