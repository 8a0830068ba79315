// Package versions is the calendar of Kubernetes on Amazon EKS: which minor
// versions exist, and until when they are supported. It is data with a date and
// asks no API.
package versions

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Window is how long EKS supports a minor version. Standard support ends at
// the end of Standard, extended support, which costs more, at the end of
// Extended.
type Window struct {
	// Minor is the version, such as 1.35.
	Minor string
	// Released is when EKS offered it.
	Released, Standard, Extended time.Time
}

// Calendar lists the versions, oldest first, as of 2026-11-21.
// https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
var Calendar = []Window{
	{"1.30", day("2024-05-23"), day("2025-07-23"), day("2026-07-23")},
	{"1.31", day("2024-09-26"), day("2025-11-26"), day("2026-11-26")},
	{"1.32", day("2025-01-25"), day("2026-03-23"), day("2027-03-23")},
	{"1.33", day("2025-05-28"), day("2026-07-29"), day("2027-07-29")},
	{"1.34", day("2025-10-06"), day("2026-12-02"), day("2027-12-02")},
	{"1.35", day("2026-01-28"), day("2027-03-27"), day("2028-03-27")},
	{"1.36", day("2026-06-02"), day("2027-08-02"), day("2028-08-02")},
}

// Default is the version of a cluster whose program names none. Which one EKS
// takes is not documented; this one is an assumption.
const Default = "1.35"

// oldest is the oldest version that EKS still makes and runs. Support for
// those before it had ended on the date of the calendar.
const oldest = "1.31"

// Find returns the window of a version; ok is false when EKS does not know it
// or no longer offers it.
func Find(minor string) (w Window, ok bool) {
	i := slices.IndexFunc(Calendar, func(w Window) bool { return w.Minor == minor })
	if i < 0 || Number(minor) < Number(oldest) {
		return Window{}, false
	}
	return Calendar[i], true
}

// ToCome tells whether a version is newer than the calendar: EKS may offer it by
// now.
func ToCome(minor string) bool {
	return Number(minor) > Number(Calendar[len(Calendar)-1].Minor)
}

// Minors lists the versions that EKS offers, oldest first.
func Minors() []string {
	var out []string
	for _, w := range Calendar {
		if _, ok := Find(w.Minor); ok {
			out = append(out, w.Minor)
		}
	}
	return out
}

// Number is the minor of a version such as 1.35, and -1 when it is not one.
func Number(minor string) int {
	major, rest, ok := strings.Cut(minor, ".")
	n, err := strconv.Atoi(rest)
	if !ok || err != nil || major != "1" {
		return -1
	}
	return n
}

// day reads a date of the calendar; a test holds that every one is well formed.
func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return time.Time{}
	}
	return t
}
