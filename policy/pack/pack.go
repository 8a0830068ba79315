package pack

import (
	"fmt"
	"time"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"

	"github.com/slipway-iac/slipway/policy/control"
)

// Two names that are no controls' stand for what the pack itself has to say.
const (
	// SettingsID is the policy whose configuration is that of the pack. It
	// reports what is wrong with the exemptions.
	SettingsID = "pack-settings"
	// UnknownID is the policy that reports what could not be evaluated yet.
	UnknownID = "not-known-yet"
)

// Pack is a policy pack.
type Pack struct {
	// Name and Version are what Pulumi shows.
	Name    string
	Version semver.Version
	// Description says what the pack is for.
	Description string
	// Controls in the order of the catalogue.
	Controls []control.Control
	// Profiles by name.
	Profiles map[string]Profile
	// Standard is the profile of a stack that chooses none.
	Standard string
	// Clock tells the time; time.Now when nil.
	Clock func() time.Time
}

func (p *Pack) now() time.Time {
	if p.Clock == nil {
		return time.Now()
	}
	return p.Clock()
}

// Profile is how strict the pack is.
type Profile struct {
	// Levels by severity.
	Levels map[control.Severity]apitype.EnforcementLevel
	// Choices are what the profile decides about single controls.
	Choices map[string]Choice
}

// Choice is what a profile decides about a control.
type Choice struct {
	// Level, unless it is empty.
	Level apitype.EnforcementLevel
	// Settings of the control.
	Settings map[string]any
	// Because is the reason, for the catalogue.
	Because string
}

// Level is the enforcement level of a control.
func (p Profile) Level(c *control.Control) apitype.EnforcementLevel {
	if level := p.Choices[c.ID].Level; level != "" {
		return level
	}
	return p.Levels[c.Severity]
}

// Exemption lets a resource violate a control for a while. It is written where
// everybody sees it: in the stack's configuration or in the pack's.
type Exemption struct {
	// Control is the id of the control.
	Control string `json:"control"`
	// Resource is the resource's logical name, type::name or URN.
	Resource string `json:"resource"`
	// Reason says why.
	Reason string `json:"reason"`
	// Expires is the last day on which it holds, such as 2027-03-31.
	Expires string `json:"expires"`
}

const day = "2006-01-02"

// problem says what is wrong with an exemption at a time.
func (e Exemption) problem(known func(string) bool, now time.Time) error {
	until, err := time.Parse(day, e.Expires)
	switch {
	case !known(e.Control):
		return fmt.Errorf("the exemption of %q from %q: there is no such control; the catalogue lists them", e.Resource, e.Control)
	case e.Resource == "":
		return fmt.Errorf("an exemption from %s names no resource: write its name, its type::name or its URN", e.Control)
	case e.Reason == "":
		return fmt.Errorf("the exemption of %q from %s has no reason: say why", e.Resource, e.Control)
	case err != nil:
		return fmt.Errorf("the exemption of %q from %s expires %q: want a day such as 2027-03-31", e.Resource, e.Control, e.Expires)
	case now.After(until.AddDate(0, 0, 1)):
		return fmt.Errorf("the exemption of %q from %s expired on %s (%s): fix the resource, or decide again", e.Resource, e.Control, e.Expires, e.Reason)
	}
	return nil
}

// holds tells whether the exemption is of this resource.
func (e Exemption) holds(id, token, name, urn string) bool {
	return e.Control == id && (e.Resource == name || e.Resource == token+"::"+name || e.Resource == urn)
}
