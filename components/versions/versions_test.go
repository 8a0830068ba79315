package versions

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func at(t *testing.T, s string) time.Time {
	t.Helper()
	now, err := time.Parse(time.DateTime, s)
	if err != nil {
		t.Fatal(err)
	}
	return now
}

func TestCheck(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		version, now  string
		warning, fail string // a part of each; empty when there must be none
	}{
		"the default is quiet":               {Kubernetes, "2026-11-21 00:00:00", "", ""},
		"not a version":                      {"latest", "2026-11-21 00:00:00", "", `"latest" is not a version of Kubernetes`},
		"a patch is not a minor":             {"1.35.2", "2026-11-21 00:00:00", "", "without a patch"},
		"a leading zero":                     {"1.035", "2026-11-21 00:00:00", "", "is not a version"},
		"older than the table":               {"1.33", "2026-11-21 00:00:00", "", "want one of 1.34, 1.35, 1.36"},
		"much older, with fewer digits":      {"1.9", "2026-11-21 00:00:00", "", "too old"},
		"newer than the table":               {"1.37", "2026-11-21 00:00:00", "newer than this library knows", ""},
		"61 days before the end of standard": {"1.34", "2026-10-03 23:59:59", "", ""},
		"60 days before":                     {"1.34", "2026-10-04 00:00:00", "ends on 2026-12-02", ""},
		"the last moment of the last day":    {"1.34", "2026-12-02 23:59:59", "ends on 2026-12-02", ""},
		"the day after":                      {"1.34", "2026-12-03 00:00:00", "ended on 2026-12-02; extended support lasts until 2027-12-02", ""},
		"the last moment of extended":        {"1.34", "2027-12-02 23:59:59", "ended on 2026-12-02", ""},
		"out of support":                     {"1.34", "2027-12-03 00:00:00", "", "out of support since 2027-12-02"},
		"the dates of 1.35":                  {"1.35", "2027-03-28 00:00:00", "ended on 2027-03-27; extended support lasts until 2028-03-27", ""},
		"the dates of 1.36":                  {"1.36", "2027-08-03 00:00:00", "ended on 2027-08-02; extended support lasts until 2028-08-02", ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			warning, err := Check(tc.version, at(t, tc.now))
			if (tc.warning == "") != (warning == "") || !strings.Contains(warning, tc.warning) {
				t.Errorf("warning is %q, want %q", warning, tc.warning)
			}
			if (tc.fail == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), tc.fail) {
				t.Errorf("error is %v, want %q", err, tc.fail)
			}
		})
	}
}

// Time makes a version worse, never better.
func TestCheckOnlyGetsWorse(t *testing.T) {
	t.Parallel()
	grade := func(version string, now time.Time) int {
		warning, err := Check(version, now)
		switch {
		case err != nil:
			return 2
		case warning != "":
			return 1
		}
		return 0
	}
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.SampledFrom(Minors).Draw(t, "minor")
		start := day(2026, time.January, 1)
		a, b := rapid.IntRange(0, 1500).Draw(t, "a"), rapid.IntRange(0, 1500).Draw(t, "b")
		if a > b {
			a, b = b, a
		}
		if x, y := grade(m.Version, start.AddDate(0, 0, a)), grade(m.Version, start.AddDate(0, 0, b)); x > y {
			t.Fatalf("%s is %d on day %d and %d on day %d", m.Version, x, a, y, b)
		}
	})
}

func TestMinorsAreInOrderAndHoldTheDefault(t *testing.T) {
	t.Parallel()
	if _, ok := find(Kubernetes); !ok {
		t.Errorf("the default %s is not in the table", Kubernetes)
	}
	for i, m := range Minors {
		if err := Supported(m.Version); err != nil {
			t.Error(err)
		}
		if !m.StandardUntil.Before(m.ExtendedUntil) {
			t.Errorf("%s: extended support ends before standard support", m.Version)
		}
		if i == 0 {
			continue
		}
		last, _ := number(Minors[i-1].Version)
		if n, _ := number(m.Version); n != last+1 {
			t.Errorf("%s does not follow %s: a cluster rises by one minor at a time", m.Version, Minors[i-1].Version)
		}
	}
}
