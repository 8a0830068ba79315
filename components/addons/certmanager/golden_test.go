package certmanager_test

import (
	"path/filepath"
	"testing"

	"github.com/slipway-iac/slipway/internal/golden"
	"github.com/slipway-iac/slipway/sandbox/sandboxtest"
)

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
		golden.EqualJSON(t, filepath.Join("testdata", file), x.Inputs)
	}
}
