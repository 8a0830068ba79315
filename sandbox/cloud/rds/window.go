package rds

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var windowOverlap = rule("db-windows-overlap", "InvalidParameterValue", api+"API_CreateDBInstance.html", cloud.Verified)

var (
	backupForm      = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$`)
	maintenanceForm = regexp.MustCompile(`^(?i)(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d-(mon|tue|wed|thu|fri|sat|sun):([01]\d|2[0-3]):[0-5]\d$`)
)

const (
	day  = 24 * 60
	week = 7 * day
)

// checkWindows refuses a backup window that meets the maintenance window on any
// day.
func checkWindows(backup, maintenance string) error {
	if backup == "" || maintenance == "" {
		return nil
	}
	from, to, _ := strings.Cut(strings.ToLower(maintenance), "-")
	begin, end := minuteOfWeek(from), minuteOfWeek(to)
	if end <= begin {
		end += week
	}
	from, to, _ = strings.Cut(backup, "-")
	for d := -1; d < 14; d++ {
		b, e := minuteOfDay(from)+d*day, minuteOfDay(to)+d*day
		if e <= b {
			e += day
		}
		if b < end && begin < e {
			return windowOverlap.Refuse("The backup window and maintenance window must not overlap: %s, %s", backup, maintenance)
		}
	}
	return nil
}

func minuteOfDay(clock string) int {
	var h, m int
	_, _ = fmt.Sscanf(clock, "%d:%d", &h, &m)
	return h*60 + m
}

func minuteOfWeek(text string) int {
	name, clock, _ := strings.Cut(text, ":")
	return slices.Index([]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}, name)*day + minuteOfDay(clock)
}
