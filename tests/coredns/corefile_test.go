package coredns

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// golden is the Corefile of package nodelocaldns, held to it by a test there.
const golden = "../../components/addons/nodelocaldns/testdata/Corefile.golden"

func read(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var (
	listens = regexp.MustCompile(`(?m)^(\s+bind) .*$`)
	port    = regexp.MustCompile(`(?m)^(\S+):53 \{$`)
	metrics = regexp.MustCompile(`(?m)^(\s+prometheus) .*$`)
	health  = regexp.MustCompile(`(?m)^(\s+health) .*$`)
)

// moved is the Corefile with its placeholders filled in, as the program in the
// image does, and on free ports of this machine in place of those of a node.
func moved(t *testing.T, cluster, outside string) string {
	t.Helper()
	text := read(t)
	for _, x := range []struct {
		what *regexp.Regexp
		by   string
		n    int
	}{{listens, "$1 127.0.0.1", 4}, {port, "$1:0 {", 4}, {metrics, "$1 127.0.0.1:0", 4}, {health, "$1 127.0.0.1:0", 1}} {
		if n := len(x.what.FindAllString(text, -1)); n != x.n {
			t.Fatalf("%s is there %d times, want %d:\n%s", x.what, n, x.n, text)
		}
		text = x.what.ReplaceAllString(text, x.by)
	}
	text = strings.ReplaceAll(text, "__PILLAR__CLUSTER__DNS__", cluster)
	return strings.ReplaceAll(text, "__PILLAR__UPSTREAM__SERVERS__", outside)
}

// block is the cache of the server of a zone, with its braces.
func block(t *testing.T, zone string) string {
	t.Helper()
	_, server, ok := strings.Cut(read(t), zone+":53 {\n")
	if !ok {
		t.Fatalf("there is no server for %s", zone)
	}
	start := strings.Index(server, "cache {")
	end := strings.Index(server[start:], "}")
	return server[start : start+end+1]
}
