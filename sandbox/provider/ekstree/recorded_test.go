package ekstree

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

type recording struct {
	Invokes   []string
	Resources []recorded
}

// recorded is a resource as the genuine plugin registered it; URNs come without stack and project.
type recorded struct {
	Type, Name, Parent   string
	Custom               bool
	Inputs               map[string]any
	Dependencies         []string
	PropertyDependencies map[string][]string
	IgnoreChanges        []string
}

// TestGenuinePlugin constructs what was recorded from the genuine plugin and compares resource by resource. The order is not
// compared: Node registers independent resources in whatever order they get ready, so recordings of one configuration differ
// in it. Ours must only never put a resource before one that it depends on.
func TestGenuinePlugin(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) != 5 {
		t.Fatalf("found recordings %v: want five (%v)", files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			t.Parallel()
			want := read(t, file)
			f := newFake()
			if strings.HasPrefix(filepath.Base(file), "slipway-") {
				f.transform = slipwayShape
			}
			for _, r := range want.Resources {
				if _, isComponent := kinds[r.Type]; isComponent && (r.Type == "eks:index:Addon" || strings.HasPrefix(r.Parent, "pulumi:pulumi:Stack")) {
					construct(t, f, r.Type, r.Name, request(t, r))
				}
			}
			if diff := cmp.Diff(byURN(want.Resources), byURN(each(f.registered, shorten))); diff != "" {
				t.Errorf("the tree differs from the recorded one (-recorded +ours):\n%s", diff)
			}
			// The list of calls in bare.json lacks the one that its kube-proxy has its version from.
			for _, call := range calls(want.Invokes) {
				if !slices.Contains(f.invoked, call) {
					t.Errorf("%s was recorded, but not called: only %v", call, f.invoked)
				}
			}
			ordered(t, f)
		})
	}
}

func read(t *testing.T, file string) recording {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var rec recording
	if err := json.Unmarshal(data, &rec); err != nil {
		t.Fatal(err)
	}
	return rec
}

// slipwayShape is the transform under which the recordings called slipway-… were made.
func slipwayShape(r *Registration) {
	if r.Type != awsCluster {
		return
	}
	r.Inputs["accessConfig"].ObjectValue()["bootstrapClusterCreatorAdminPermissions"] = yes(false)
	r.Inputs["bootstrapSelfManagedAddons"] = yes(false)
	r.Inputs["upgradePolicy"] = object(props{"supportType": str("STANDARD")})
}

// request are the inputs that the program gave: what was recorded, without what the plugin added.
func request(t *testing.T, r recorded) props {
	t.Helper()
	in := resource.NewPropertyMapFromMap(r.Inputs)
	for added := range r.PropertyDependencies {
		delete(in, resource.PropertyKey(added))
	}
	for k, v := range in {
		if ref := field(v, "resourceRef"); !ref.IsNull() {
			in[k] = resource.MakeComponentResourceReference(resource.URN(urnPrefix+ref.StringValue()), "")
		}
	}
	return in
}

func shorten(r Registration) recorded {
	short := func(urns []string) []string {
		return sorted(each(urns, func(u string) string { return strings.TrimPrefix(u, urnPrefix) }))
	}
	out := recorded{
		Type: r.Type, Name: r.Name, Parent: strings.TrimPrefix(r.Parent, urnPrefix), Custom: r.Custom,
		Inputs: mappable(object(r.Inputs)).(map[string]any), Dependencies: short(r.Dependencies), IgnoreChanges: r.IgnoreChanges,
		PropertyDependencies: map[string][]string{},
	}
	for k, urns := range r.PropertyDependencies {
		out.PropertyDependencies[k] = short(urns)
	}
	if r.Type == "pulumi:providers:kubernetes" { // Recorded is only that there is one.
		for _, k := range []string{"kubeconfig", "version"} {
			if s, ok := out.Inputs[k].(string); ok && s != "" {
				out.Inputs[k] = "…"
			}
		}
	}
	return out
}

func byURN(resources []recorded) map[string]recorded {
	out := map[string]recorded{}
	for _, r := range resources {
		r.Dependencies = sorted(r.Dependencies)
		if len(r.PropertyDependencies) == 0 {
			r.PropertyDependencies = nil
		}
		for k, urns := range r.PropertyDependencies {
			r.PropertyDependencies[k] = sorted(urns)
		}
		out[r.Parent+" > "+r.Type+"::"+r.Name] = r
	}
	return out
}

func sorted(in []string) []string {
	if len(in) == 0 {
		return nil
	}
	out := slices.Clone(in)
	slices.Sort(out)
	return out
}

var (
	calledToken = regexp.MustCompile(`^\S+`)
	calledText  = regexp.MustCompile(`string_value:"([^"]*)"`)
)

// calls are recorded calls of functions in the fake's notation: the token and the texts among the arguments.
func calls(invokes []string) []string {
	return sorted(each(invokes, func(s string) string {
		out := calledToken.FindString(s)
		for _, m := range calledText.FindAllStringSubmatch(s, -1) {
			out += m[1]
		}
		return out
	}))
}

// ordered fails if something was registered before its parent or before what it depends on.
func ordered(t *testing.T, f *fake) {
	t.Helper()
	seen := map[string]bool{stackURN: true}
	for i, r := range f.registered {
		for _, urn := range append([]string{r.Parent}, r.Dependencies...) {
			if !seen[urn] {
				t.Errorf("%s was registered before %s", f.urns[i], urn)
			}
		}
		seen[f.urns[i]] = true
	}
}
