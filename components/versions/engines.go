package versions

import (
	"fmt"
	"strings"
	"time"
)

// Postgres is the major version of new databases: the newest.
const Postgres = "18"

// Engine is one major version of PostgreSQL on RDS.
type Engine struct {
	// Major is the version, such as "18". RDS chooses the minor, and raises it in
	// the maintenance window.
	Major string

	// StandardUntil is the last day of standard support. From the next day on AWS
	// bills extended support, or refuses to make an instance that opts out of it.
	StandardUntil time.Time
}

// Family is the parameter group family of the major version.
func (e Engine) Family() string { return "postgres" + e.Major }

// Engines are the supported major versions, oldest first, as published in August
// 2026. See
// https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html
var Engines = []Engine{
	{"15", day(2028, time.February, 29)},
	{"16", day(2029, time.February, 28)},
	{"17", day(2030, time.February, 28)},
	{"18", day(2031, time.February, 28)},
}

// FindEngine finds a major version.
func FindEngine(major string) (Engine, error) {
	var known []string
	for _, e := range Engines {
		if e.Major == major {
			return e, nil
		}
		known = append(known, e.Major)
	}
	return Engine{}, fmt.Errorf("version %s of PostgreSQL is not known: want one of %s", major, strings.Join(known, ", "))
}

// Check judges the version at a time. The error says that standard support is
// over; the warning that it soon is.
func (e Engine) Check(now time.Time) (warning string, err error) {
	until := e.StandardUntil.Format(time.DateOnly)
	switch {
	case over(e.StandardUntil, now):
		return "", fmt.Errorf("standard support of PostgreSQL %s ended on %s: want a newer major version", e.Major, until)
	case over(e.StandardUntil, now.Add(soon)):
		return fmt.Sprintf("standard support of PostgreSQL %s ends on %s: plan the upgrade", e.Major, until), nil
	}
	return "", nil
}
