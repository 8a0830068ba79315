// Package versions is the one table of versions: the Kubernetes minors that the
// library supports, with the dates of their support, and the EKS add-ons and
// Helm charts that it installs.
//
// It knows what was published when the table was last read, no more. A newer
// Kubernetes minor is let through with a warning, and no date is ever compared
// with the machine's own clock: the caller passes the time.
package versions

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Kubernetes is the minor version of new clusters: the newest on which
// everything that the library installs is supported.
const Kubernetes = "1.35"

// soon is how long before the end of standard support a warning begins: time
// enough to plan an upgrade and rehearse it in a smaller environment.
const soon = 60 * 24 * time.Hour

// Minor is one minor version of Kubernetes on EKS.
type Minor struct {
	// Version is the minor, such as "1.35".
	Version string

	// StandardUntil is the last day of standard support. From the next day on
	// AWS either bills extended support or, where the cluster's upgrade policy
	// is STANDARD, upgrades the control plane.
	StandardUntil time.Time

	// ExtendedUntil is the last day of extended support. After it AWS upgrades
	// the control plane.
	ExtendedUntil time.Time
}

// Minors are the supported minors, oldest first, as published on 2026-11-21. See
// https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
var Minors = []Minor{
	{"1.34", day(2026, time.December, 2), day(2027, time.December, 2)},
	{"1.35", day(2027, time.March, 27), day(2028, time.March, 27)},
	{"1.36", day(2027, time.August, 2), day(2028, time.August, 2)},
}

func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 0, 0, 0, 0, time.UTC)
}

var minorPattern = regexp.MustCompile(`^1\.([1-9][0-9]*)$`)

// Supported is nil unless the library cannot work with that minor of
// Kubernetes: it is no version, or older than the table. A newer one is
// supported until the contrary is known.
func Supported(version string) error {
	n, err := number(version)
	if err != nil {
		return err
	}
	if oldest, err := number(Minors[0].Version); err != nil || n < oldest {
		return fmt.Errorf("version %s of Kubernetes is too old: want one of %s", version, names())
	}
	return nil
}

// Check judges a minor at a time. The error says that it cannot be used; the
// warning, when there is one, that it should not be for much longer, and until
// when.
func Check(version string, now time.Time) (warning string, err error) {
	if err := Supported(version); err != nil {
		return "", err
	}
	m, ok := find(version)
	if !ok {
		return fmt.Sprintf("Kubernetes %s is newer than this library knows: add-ons and charts were tested with %s", version, names()), nil
	}
	standard, extended := m.StandardUntil.Format(time.DateOnly), m.ExtendedUntil.Format(time.DateOnly)
	switch {
	case over(m.ExtendedUntil, now):
		return "", fmt.Errorf("version %s of Kubernetes is out of support since %s: want a newer one", version, extended)
	case over(m.StandardUntil, now):
		return fmt.Sprintf("standard support of Kubernetes %s ended on %s; extended support lasts until %s, costs more and needs the upgrade policy EXTENDED", version, standard, extended), nil
	case over(m.StandardUntil, now.Add(soon)):
		return fmt.Sprintf("standard support of Kubernetes %s ends on %s: plan the upgrade", version, standard), nil
	}
	return "", nil
}

// over tells whether the last day of something is past.
func over(last, now time.Time) bool { return !now.Before(last.AddDate(0, 0, 1)) }

func find(version string) (Minor, bool) {
	for _, m := range Minors {
		if m.Version == version {
			return m, true
		}
	}
	return Minor{}, false
}

func number(version string) (int, error) {
	parts := minorPattern.FindStringSubmatch(version)
	if parts == nil {
		return 0, fmt.Errorf("%q is not a version of Kubernetes: want a minor such as %q, without a patch", version, Kubernetes)
	}
	return strconv.Atoi(parts[1])
}

func names() string {
	all := make([]string, len(Minors))
	for i, m := range Minors {
		all[i] = m.Version
	}
	return strings.Join(all, ", ")
}
