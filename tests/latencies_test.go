package tests

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/internal/golden"
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/latency"
	"github.com/slipway-iac/slipway/sandbox/timeline"
)

const latenciesIntro = `# How long AWS takes

<!-- Generated from the latencies themselves: go test ./tests -run Golden -update -->

The sandbox waits for nothing. After an ` + "`up`" + ` or a ` + "`destroy`" + ` it adds up what AWS
would have taken, by these durations: the shortest that is usual, the most common
and the longest that is usual. They last until the provider reports the resource
as done. None has been measured by us.

- **verified** (%d): read in the source named.
- **derived** (%d): follows from what the source says.
- **memory** (%d): general knowledge; likely, but nowhere read. Where yours differ,
  please say so.

An update that changes nothing but tags is one request. A replacement is a
creation and a deletion. Objects of types that are not listed take what
` + "`kubernetes:*`" + ` takes.

| Type | Operation | Shortest | Usual | Longest | Source | Tag |
|---|---|---|---|---|---|---|
`

func TestLatenciesReferenceGolden(t *testing.T) {
	t.Parallel()
	counts := map[cloud.Tag]int{}
	var table strings.Builder
	rows := latency.Rows()
	for i := 0; i < len(rows); {
		r := rows[i]
		operation := string(r.Verb)
		for i++; i < len(rows) && rows[i].Token == r.Token && rows[i].When == "" && r.When == "" && rows[i].Estimate == r.Estimate; i++ {
			operation += ", " + string(rows[i].Verb)
		}
		if r.When != "" {
			operation += " with " + r.When
		}
		counts[r.Tag]++
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s | %s | %s | %s |\n", r.Token, operation,
			timeline.Duration(r.Min), timeline.Duration(r.Mode), timeline.Duration(r.Max), r.Source, r.Tag)
	}
	intro := fmt.Sprintf(latenciesIntro, counts[cloud.Verified], counts[cloud.Derived], counts[cloud.Memory])
	golden.Equal(t, filepath.Join(root, "docs", "latencies.md"), intro+table.String())
}
