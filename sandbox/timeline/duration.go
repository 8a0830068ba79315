package timeline

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Duration is a time that AWS takes. In JSON it is a number of seconds.
type Duration time.Duration

// String is "16 min 40 s".
func (d Duration) String() string {
	s := time.Duration(d)
	if s < time.Minute {
		return strings.TrimSuffix(fmt.Sprintf("%.1f", s.Seconds()), ".0") + " s"
	}
	s = s.Round(time.Second)
	var parts []string
	if h := int(s / time.Hour); h > 0 {
		parts = append(parts, fmt.Sprintf("%d h", h))
	}
	if m := int(s % time.Hour / time.Minute); m > 0 {
		parts = append(parts, fmt.Sprintf("%d min", m))
	}
	if r := int(s % time.Minute / time.Second); r > 0 {
		parts = append(parts, fmt.Sprintf("%d s", r))
	}
	return strings.Join(parts, " ")
}

// clock is "16:40", minutes and seconds.
func (d Duration) clock() string {
	s := int(time.Duration(d).Round(time.Second) / time.Second)
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// MarshalJSON writes seconds.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(d).Seconds()) }

// UnmarshalJSON reads seconds.
func (d *Duration) UnmarshalJSON(text []byte) error {
	var seconds float64
	if err := json.Unmarshal(text, &seconds); err != nil {
		return err
	}
	*d = Duration(time.Duration(seconds * float64(time.Second)).Round(time.Millisecond))
	return nil
}
