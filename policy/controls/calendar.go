package controls

import (
	"strconv"
	"strings"
	"time"
)

// calendarDate is the day on which the tables below were read.
const calendarDate = "2026-08-22"

// eksStandardSupport are the days on which Amazon EKS ends the standard support
// of a Kubernetes minor, from "Understand the Kubernetes version lifecycle on
// EKS" in the EKS user guide.
var eksStandardSupport = map[string]string{
	"1.30": "2025-07-23", "1.31": "2025-11-26", "1.32": "2026-03-23", "1.33": "2026-07-29",
	"1.34": "2026-12-02", "1.35": "2027-03-27", "1.36": "2027-08-02",
}

// postgresStandardSupport are the days on which Amazon RDS ends the standard
// support of a PostgreSQL major, from "Release calendars for Amazon RDS for
// PostgreSQL".
var postgresStandardSupport = map[string]string{
	"11": "2024-02-29", "12": "2025-02-28", "13": "2026-02-28", "14": "2027-02-28",
	"15": "2028-02-29", "16": "2029-02-28", "17": "2030-02-28", "18": "2031-02-28",
}

// supportLeft is the time until a version's support ends. A version newer than
// the table is taken to have support.
func supportLeft(table map[string]string, version string, now time.Time) (left time.Duration, known bool) {
	day, ok := table[version]
	if !ok {
		newest, oldest := "", ""
		for v := range table {
			if newest == "" || minor(v) > minor(newest) {
				newest = v
			}
			if oldest == "" || minor(v) < minor(oldest) {
				oldest = v
			}
		}
		if minor(version) < minor(oldest) {
			return -1, true
		}
		return 0, false
	}
	end, err := time.Parse("2006-01-02", day)
	if err != nil {
		panic("bug in the calendar: " + err.Error())
	}
	return end.AddDate(0, 0, 1).Sub(now), true
}

// minor is the number after the last point: 35 of 1.35, 16 of 16.
func minor(version string) int {
	n, err := strconv.Atoi(version[strings.LastIndex(version, ".")+1:])
	if err != nil {
		return 1 << 20
	}
	return n
}
