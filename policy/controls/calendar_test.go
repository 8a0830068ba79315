package controls

import (
	"testing"
	"time"
)

// A table of dates goes stale: read the sources again, and date it anew.
func TestCalendarIsFresh(t *testing.T) {
	t.Parallel()
	read, err := time.Parse("2006-01-02", calendarDate)
	if err != nil {
		t.Fatal(err)
	}
	if age := time.Since(read); age > 180*24*time.Hour {
		t.Errorf("the dates of Kubernetes and PostgreSQL were read on %s: read them again", calendarDate)
	}
}

func TestSupportLeft(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		version string
		days    int
		known   bool
	}{
		{"1.34", 8, true},    // until the end of 2026-12-02
		{"1.33", -118, true}, // since the end of 2026-07-29
		{"1.20", 0, true},
		{"1.99", 0, false},
	} {
		left, known := supportLeft(eksStandardSupport, c.version, time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC))
		if known != c.known || int(left.Hours()/24) != c.days || c.version == "1.20" && left >= 0 {
			t.Errorf("%s has %v left, known %v; want %d days, %v", c.version, left, known, c.days, c.known)
		}
	}
	for _, table := range []map[string]string{eksStandardSupport, postgresStandardSupport} {
		for version := range table {
			supportLeft(table, version, time.Now()) // It panics on what is no date.
		}
	}
}
