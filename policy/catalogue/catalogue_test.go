package catalogue

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"

	"github.com/slipway-iac/slipway/internal/golden"
	"github.com/slipway-iac/slipway/policy/control"
	"github.com/slipway-iac/slipway/policy/pack"
)

// least is how many ids of other catalogues the pack answers to. It may be
// raised when controls are added, and never lowered.
var least = map[string]int{"Security Hub": 195, "CIS": 66, "Checkov": 239, "Trivy": 144}

func TestCoverageDoesNotDrop(t *testing.T) {
	t.Parallel()
	for framework, n := range Coverage() {
		t.Logf("%s: %d", framework, n)
		if n < least[framework] {
			t.Errorf("%d ids of %s are answered to, want %d or more", n, framework, least[framework])
		}
	}
}

func TestPageGolden(t *testing.T) {
	t.Parallel()
	golden.Equal(t, filepath.Join("..", "..", "docs", "policies.md"), Markdown())
}

var (
	idPattern      = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)+$`)
	mappingPattern = map[string]*regexp.Regexp{
		"Security Hub": regexp.MustCompile(`^[A-Za-z0-9]+\.[0-9]+$`),
		"CIS":          regexp.MustCompile(`^(AWS|EKS) (v7 )?[0-9./-]+$`),
		"Checkov":      regexp.MustCompile(`^CKV2?_(AWS|K8S|SECRET)_[0-9]+$`),
		"Trivy":        regexp.MustCompile(`^(AWS|KSV)-[0-9]{4,5}$`),
	}
)

// Every control can be found, understood, fixed and looked up elsewhere.
func TestControlsAreComplete(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{pack.SettingsID: true, pack.UnknownID: true}
	for _, c := range Pack().Controls {
		if !idPattern.MatchString(c.ID) || seen[c.ID] {
			t.Errorf("%s is no id of its own in kebab-case", c.ID)
		}
		seen[c.ID] = true
		if c.Severity < control.Low || c.Severity > control.Critical {
			t.Errorf("%s has no severity", c.ID)
		}
		if (c.Check == nil) == (c.CheckStack == nil) || len(c.On) == 0 {
			t.Errorf("%s has not one check, or is about nothing", c.ID)
		}
		for name, text := range map[string]string{"title": c.Title, "fix": c.Fix} {
			if len(text) < 10 || strings.HasSuffix(text, ".") || strings.Contains(text, "\n") {
				t.Errorf("%s: its %s is not a sentence without its full stop: %q", c.ID, name, text)
			}
		}
		if c.Bad == c.Good {
			t.Errorf("%s has no example", c.ID)
		}
		for _, framework := range control.Frameworks {
			for _, id := range c.Mapping.Of(framework) {
				if !mappingPattern[framework].MatchString(id) {
					t.Errorf("%s: %q is no id of %s", c.ID, id, framework)
				}
			}
		}
		for name := range c.With {
			if !slices.ContainsFunc(c.Settings, func(s control.Setting) bool { return s.Name == name }) {
				t.Errorf("%s: its example sets %s, which is no setting", c.ID, name)
			}
		}
		for _, s := range c.Settings {
			if s.Doc == "" || s.Schema()["type"] == nil || s.Name == "enforcementLevel" {
				t.Errorf("%s: setting %s has no description or no type", c.ID, s.Name)
			}
		}
	}
}

// Pulumi's own kind of pack takes the controls of each profile.
func TestPulumiTakesTheControls(t *testing.T) {
	t.Parallel()
	p := Pack()
	for name := range p.Profiles {
		policies, err := p.Policies(name)
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := policyx.NewPolicyPack(p.Name, p.Version, policyx.EnforcementLevelAdvisory, policies)
		if err != nil || len(theirs.Policies()) != len(p.Controls) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A profile decides about controls and settings that exist, and says why.
func TestProfilesAreComplete(t *testing.T) {
	t.Parallel()
	p := Pack()
	for name, profile := range p.Profiles {
		for s := control.Low; s <= control.Critical; s++ {
			if profile.Levels[s] == "" {
				t.Errorf("%s has no level for %s", name, s)
			}
		}
		for id, choice := range profile.Choices {
			var found *control.Control
			for i := range p.Controls {
				if p.Controls[i].ID == id {
					found = &p.Controls[i]
				}
			}
			if found == nil || choice.Because == "" {
				t.Errorf("%s decides about %s, which does not exist, or does not say why", name, id)
				continue
			}
			for setting := range choice.Settings {
				known := false
				for _, s := range found.Settings {
					known = known || s.Name == setting
				}
				if !known {
					t.Errorf("%s sets %s of %s, which has no such setting", name, setting, id)
				}
			}
		}
	}
}
