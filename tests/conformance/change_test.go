package conformance

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/tests/conformance/terraform"
)

// changed is a variant of a resource, in a file of its own.
type changed struct {
	*configured
	variant
	address, file string
}

// changes compares variants of resources.
type changes struct {
	t       *testing.T
	report  *report
	account *cloud.Account
	c       *configuration
	all     []changed
	// refused says why the provider refuses a file.
	refused map[string]string
	// misplanned says what the provider plans wrongly by its own account.
	misplanned map[string]string
}

// misplans are the kinds of which provider 5.100.0 plans some variants in a way
// that Terraform calls a bug in the provider.
var misplans = []string{cloud.BucketLifecycle}

// misplan is how Terraform says so. It names the resource, but no file.
var misplan = regexp.MustCompile(`planned an invalid value for (\w+\.v\d+)\.`)

// compareChanges changes the resources one property at a time, and holds the
// sandbox to the provider: which changes are mistakes, and which do nothing,
// update the resource or replace it. The state is made up of what the sandbox
// says of the resources, so no AWS is asked.
func compareChanges(t *testing.T, r *report, newFolder func() *terraform.Folder, account *cloud.Account, c *configuration, chosen []*configured) {
	t.Helper()
	x := &changes{t: t, report: r, account: account, c: c, refused: map[string]string{}, misplanned: map[string]string{}}
	for _, resource := range chosen {
		for _, v := range variants(resource.token(), resource.kind.Fields, resource.inputs) {
			if _, known := resource.shape.Find(topOf(v.path)); known == nil && v.doing != unchanged {
				continue // An explained difference of the schemas.
			}
			n := len(x.all)
			x.all = append(x.all, changed{resource, v, fmt.Sprintf("%s.v%d", resource.typ, n), fmt.Sprintf("v%d.tf.json", n)})
		}
	}
	main, suspects := newFolder(), newFolder()
	x.write(main, x.all)
	x.validate(main)
	// What only the sandbox refuses so far, the provider may refuse when it plans.
	var taken, suspected []changed
	for _, v := range x.all {
		switch {
		case x.refused[v.file] != "":
		case len(x.problems(v)) > 0:
			suspected = append(suspected, v)
			x.remove(main, v.file)
		default:
			taken = append(taken, v)
		}
	}
	x.write(suspects, suspected)
	x.plan(suspects, suspected)
	plan := x.plan(main, taken)
	for _, v := range x.all {
		x.compare(v, plan)
	}
	x.reportNeverPlanned(taken)
}

// reportNeverPlanned lists the properties that all variants give values that are
// refused: of them only the validation is compared.
func (x *changes) reportNeverPlanned(taken []changed) {
	planned := map[string]bool{}
	for _, v := range taken {
		planned[v.token()+" "+v.path] = true
	}
	x.report.count("properties whose change was planned", len(planned))
	for _, v := range x.all {
		if key := v.token() + " " + v.path; !planned[key] {
			planned[key] = true
			x.report.count("properties whose change is always refused; for more, see samples and exchanged", 1)
			x.t.Logf("never planned: %s: %s", key, x.refused[v.file])
		}
	}
}

// write writes variants.
func (x *changes) write(f *terraform.Folder, all []changed) {
	x.t.Helper()
	for _, v := range all {
		arguments, err := v.shape.Arguments(withDefaults(v.kind.Fields, v.inputs))
		if err != nil {
			x.t.Fatalf("%s: %v", v.urn, err)
		}
		arguments["provider"] = "aws." + v.alias
		block := map[string]any{v.typ: map[string]any{strings.TrimPrefix(v.address, v.typ+"."): arguments}}
		if err := f.Write(v.file, map[string]any{"resource": block}); err != nil {
			x.t.Fatal(err)
		}
	}
	if err := f.Write("providers.tf.json", map[string]any{"provider": map[string]any{"aws": x.c.providerBlocks()}}); err != nil {
		x.t.Fatal(err)
	}
}

// writeState writes a state in which each is its resource unchanged.
func (x *changes) writeState(f *terraform.Folder, all []changed) {
	x.t.Helper()
	state := terraform.NewState()
	for _, v := range all {
		attributes, _, err := v.shape.Attributes(v.state)
		if err != nil {
			x.t.Fatalf("%s: %v", v.urn, err)
		}
		attributes["id"] = v.id
		state.Add(v.typ, v.address, v.alias, x.c.schema[v.typ].Version, attributes)
	}
	if err := f.Write("terraform.tfstate", state); err != nil {
		x.t.Fatal(err)
	}
}

func (x *changes) remove(f *terraform.Folder, file string) {
	if err := f.Remove(file); err != nil {
		x.t.Fatal(err)
	}
}

// refuse takes what the provider refuses out of a folder, and keeps the reasons.
func (x *changes) refuse(f *terraform.Folder, diagnostics []terraform.Diagnostic) {
	for _, d := range diagnostics {
		if d.Severity != "error" {
			continue
		}
		file, reasons := d.Range.Filename, x.refused
		if file == "" {
			file, reasons = x.misplannedIn(d), x.misplanned
		}
		if reasons[file] == "" {
			reasons[file] = strings.Join(strings.Fields(d.Summary+": "+d.Detail), " ")
			x.remove(f, file)
		}
	}
}

// misplannedIn is the file of the variant that the provider plans wrongly.
func (x *changes) misplannedIn(d terraform.Diagnostic) string {
	x.t.Helper()
	if found := misplan.FindStringSubmatch(d.Detail); found != nil {
		for _, v := range x.all {
			if v.address == found[1] && slices.Contains(misplans, v.token()) {
				return v.file
			}
		}
	}
	x.t.Fatalf("the provider refuses something without saying where: %s: %s", d.Summary, d.Detail)
	return ""
}

func (x *changes) validate(f *terraform.Folder) {
	diagnostics, err := f.Validate(x.t.Context())
	if err != nil {
		x.t.Fatal(err)
	}
	x.refuse(f, diagnostics)
}

// plan plans what the provider does not refuse.
func (x *changes) plan(f *terraform.Folder, all []changed) map[string]terraform.Planned {
	x.writeState(f, all)
	plan, err := f.Plan(x.t.Context(), false)
	var refused *terraform.Refused
	if errors.As(err, &refused) {
		x.refuse(f, refused.Diagnostics)
		plan, err = f.Plan(x.t.Context(), false)
	}
	if err != nil {
		x.t.Fatal(err)
	}
	return plan
}

func (x *changes) problems(v changed) []cloud.Problem {
	problems, err := x.account.Check(v.token(), v.inputs)
	if err != nil {
		x.t.Fatal(err)
	}
	return problems
}

func (x *changes) compare(v changed, plan map[string]terraform.Planned) {
	reason, problems := x.refused[v.file], x.problems(v)
	if bug := x.misplanned[v.file]; bug != "" {
		x.report.count("inputs with one property changed that the provider plans wrongly by its own account", 1)
		x.t.Logf("not compared: %s %s: %s", v.doing, v.path, bug)
		return
	}
	x.report.count("inputs with one property changed, checked by both", 1)
	switch {
	case reason != "" && len(problems) > 0:
		x.report.count("of them refused by both", 1)
		return
	case reason != "":
		x.differ(v, "validation", reason, "nothing")
		return
	case len(problems) > 0:
		x.differ(v, "validation", "nothing", problems)
		return
	}
	planned, ok := plan[v.address]
	if !ok {
		x.t.Errorf("%s is not in the plan", v.address)
		return
	}
	changes, err := x.account.Diff(v.session, v.token(), v.made.inputs, v.state, v.inputs)
	if err != nil {
		x.t.Fatal(err)
	}
	x.report.count("of them planned by both", 1)
	p, s := byProvider(planned), bySandbox(changes)
	if p == "replace" && s == p {
		x.report.count("of them replaced by both", 1)
	}
	if p != s && v.doing == unchanged {
		p = fmt.Sprintf("%s of %v, for %v", p, planned.Differences(), planned.Change.ReplacePaths)
	}
	if p != s {
		x.differ(v, "change", p, s)
	}
}

func (x *changes) differ(v changed, aspect string, provider, sandbox any) {
	where := fmt.Sprintf("%s in %s: %s", v.doing, v.urn.Name(), show(v.inputs[topOf(v.path)]))
	x.report.differ(difference{v.token(), v.path, aspect, provider, sandbox, where})
}

func byProvider(p terraform.Planned) string {
	switch a := p.Change.Actions; {
	case slices.Contains(a, "delete"):
		return "replace"
	// Terraform also calls it an update when a value only becomes a secret, which
	// the state that is made up does not say of any.
	case slices.Contains(a, "update") && len(p.Differences()) > 0:
		return "update"
	}
	return "nothing"
}

func bySandbox(changes []cloud.Change) string {
	out := "nothing"
	for _, c := range changes {
		if c.Replace {
			return "replace"
		}
		out = "update"
	}
	return out
}

func topOf(path string) string {
	top, _, _ := strings.Cut(path, ".")
	return top
}
