package rds

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// major is a major version of PostgreSQL on RDS.
type major struct {
	number int
	// newest is its newest minor version; the oldest that can still be made is not
	// known here, and all below are taken to be.
	newest int
	// supported is the last day of standard support.
	supported string
}

// majors are those of August 2026; see
// https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html
var majors = []major{
	{13, 23, "2026-02-28"}, {14, 23, "2027-02-28"}, {15, 18, "2028-02-29"}, {16, 14, "2029-02-28"}, {17, 10, "2030-02-28"}, {18, 4, "2031-02-28"},
}

// newestMajor is the version of an instance that asks for none.
const newestMajor = "17"

func (m major) family() string { return "postgres" + strconv.Itoa(m.number) }

// ended tells whether standard support has ended.
func (m major) ended(now time.Time) bool { return now.UTC().Format(time.DateOnly) > m.supported }

// majorOf finds a major version by its parameter group family; nil when there is
// none.
func majorOf(family string) *major {
	i := slices.IndexFunc(majors, func(m major) bool { return m.family() == family })
	if i < 0 {
		return nil
	}
	return &majors[i]
}

// resolve is the version that RDS makes of what is asked for, such as 17.10 of
// 17, and its major version; nil when there is none.
func resolve(version string) (string, *major) {
	number, minor, given := strings.Cut(version, ".")
	m := majorOf("postgres" + number)
	if m == nil {
		return "", nil
	}
	if !given {
		return number + "." + strconv.Itoa(m.newest), m
	}
	if n, err := strconv.Atoi(minor); err != nil || n < 1 || n > m.newest {
		return "", nil
	}
	return version, m
}

// less compares two versions such as 17.9 and 17.10.
func less(a, b string) bool {
	numbers := func(v string) []int {
		var out []int
		for _, part := range strings.Split(v, ".") {
			n, _ := strconv.Atoi(part)
			out = append(out, n)
		}
		return out
	}
	return slices.Compare(numbers(a), numbers(b)) < 0
}
