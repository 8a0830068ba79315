package conformance

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/tests/conformance/terraform"
)

// The real AWS provider and the sandbox say the same of every resource of every
// environment: of its form, of what is a mistake, of what a preview shows, and of
// what a change does.
func TestTheProviderAgrees(t *testing.T) {
	t.Parallel()
	tools := find(t)
	schema, err := folder(t, tools, "").Schema(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r := newReport()
	dev := withExamples(t, up(t, root, "dev"))
	environments := []stack{dev, up(t, root, "staging"), up(t, root, "prod")}
	newFolder := func() *terraform.Folder { return folder(t, tools, "") }

	t.Run("schemas", func(t *testing.T) { compareSchemas(t, r, dev.account, schema); r.fail(t) })
	t.Run("plans", func(t *testing.T) {
		c := newConfiguration(schema)
		for _, s := range environments {
			c.add(t, s)
		}
		comparePlans(t, r, newFolder(), dev.account, c)
		r.fail(t)
	})
	if os.Getenv(everything) == "" {
		r.print(t)
		t.Logf("The rest takes minutes: make conformance")
		return
	}
	t.Run("changes", func(t *testing.T) {
		c := newConfiguration(schema)
		c.add(t, dev)
		chosen := representatives(c)
		everyKind(t, dev.account, chosen)
		chosen = slices.DeleteFunc(chosen, func(x *configured) bool { return !wanted(x.token()) })
		compareChanges(t, r, newFolder, dev.account, c, chosen)
		r.fail(t)
	})
	t.Run("variations", func(t *testing.T) { compareVariations(t, r, tools, schema); r.fail(t) })
	t.Run("moto", func(t *testing.T) { compareWithMoto(t, r, tools, schema, environments...); r.fail(t) })
	if os.Getenv(everything) != "all" {
		r.print(t)
		return
	}
	r.finish(t)
}

// everything is the variable that has all of it compared: "all", or what the
// tokens of the kinds begin with whose changes are, such as aws:rds/.
const everything = "SLIPWAY_CONFORMANCE"

// wanted tells whether the changes of a kind are compared.
func wanted(token string) bool {
	kinds := os.Getenv(everything)
	return kinds == "all" || strings.HasPrefix(token, kinds)
}

// find finds the tools, or skips the test and says what is missing.
func find(t *testing.T) terraform.Tools {
	t.Helper()
	tools, err := terraform.Find()
	if err != nil {
		t.Skipf("NOT COMPARED with the real AWS provider, because of missing tools:\n%v", err)
	}
	return tools
}

func folder(t *testing.T, tools terraform.Tools, endpoint string) *terraform.Folder {
	t.Helper()
	f, err := tools.NewFolder(t.Context(), t.TempDir(), endpoint)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// comparePlans lets the provider validate and plan a configuration.
func comparePlans(t *testing.T, r *report, f *terraform.Folder, account *cloud.Account, c *configuration) {
	t.Helper()
	c.write(t, f, "resources.tf.json")
	diagnostics, err := f.Validate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range diagnostics {
		if d.Severity == "error" {
			t.Error(d)
		}
	}
	plan, err := f.Plan(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	comparePreviews(t, r, account, c, plan)
}

// representatives are one resource of every kind, all examples, and all
// endpoints, of which there are two types.
func representatives(c *configuration) []*configured {
	var out []*configured
	seen := map[string]bool{}
	for _, address := range c.addresses() {
		x := c.resources[address]
		if !seen[x.token()] || x.token() == cloud.VPCEndpoint || strings.HasPrefix(x.urn.Name(), exampleName) {
			out = append(out, x)
		}
		seen[x.token()] = true
	}
	return out
}

// everyKind fails for a kind that the account models but that is not compared.
func everyKind(t *testing.T, account *cloud.Account, chosen []*configured) {
	t.Helper()
	for _, token := range account.Kinds() {
		if !slices.ContainsFunc(chosen, func(x *configured) bool { return x.token() == token }) {
			t.Errorf("%s is in no environment: add one to withExamples", token)
		}
	}
}
