package controllers

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// units are the suffixes of Kubernetes' quantities; see
// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
var units = []struct {
	suffix string
	size   float64
}{
	{"Ki", 1 << 10}, {"Mi", 1 << 20}, {"Gi", 1 << 30}, {"Ti", 1 << 40}, {"Pi", 1 << 50},
	{"m", 1e-3}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12}, {"P", 1e15}, {"", 1},
}

// quantity reads a quantity.
func quantity(text string) (float64, error) {
	for _, u := range units {
		number, ok := strings.CutSuffix(text, u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(number, 64)
		if err != nil || n < 0 {
			break
		}
		return n * u.size, nil
	}
	return 0, fmt.Errorf("%q is not a quantity such as 10Gi", text)
}

// gibibytes reads a size and rounds it up.
func gibibytes(text string) (int, error) {
	n, err := quantity(text)
	return int(math.Ceil(n / (1 << 30))), err
}
