package certmanager_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
)

var update = flag.Bool("update", false, "rewrite golden files")

// The custom resources as cert-manager gets them; the module tests/upstream reads
// them with its own types.
func TestGoldenCustomResources(t *testing.T) {
	t.Parallel()
	r := run(t, true)
	files := map[string]sandboxtest.Resource{"certificate.json": r.One(t, certificate, "cm-private-ca")}
	for _, name := range []string{"private-ca-root", "private-ca", "letsencrypt-staging", "letsencrypt-production"} {
		files["clusterissuer."+name+".json"] = r.One(t, issuer, "cm-"+name)
	}
	for file, x := range files {
		got, err := json.MarshalIndent(x.Inputs, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", file)
		if *update {
			if err := os.WriteFile(path, append(got, '\n'), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), string(got)+"\n"); d != "" {
			t.Errorf("%s (-want +got); run make golden if it is right:\n%s", file, d)
		}
	}
}
