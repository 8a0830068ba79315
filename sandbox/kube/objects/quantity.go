package objects

import (
	"math"
	"strconv"
	"strings"
)

// scales are the suffixes of quantities. Longer ones come first.
var scales = []struct {
	suffix string
	factor float64
}{
	{"Ki", 1 << 10}, {"Mi", 1 << 20}, {"Gi", 1 << 30}, {"Ti", 1 << 40}, {"Pi", 1 << 50}, {"Ei", 1 << 60},
	{"n", 1e-9}, {"u", 1e-6}, {"m", 1e-3}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12}, {"P", 1e15}, {"E", 1e18},
}

// Quantity is the number that a quantity means, such as 1.5Gi or 500m; NaN when
// it is none.
func Quantity(v any) float64 {
	if n, ok := v.(float64); ok {
		return n
	}
	s, ok := v.(string)
	if !ok {
		return math.NaN()
	}
	factor := 1.0
	for _, scale := range scales {
		if number, cut := strings.CutSuffix(s, scale.suffix); cut {
			s, factor = number, scale.factor
			break
		}
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return math.NaN()
	}
	return n * factor
}
