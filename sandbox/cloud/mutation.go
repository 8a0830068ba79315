package cloud

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
)

// WithoutRule is the environment variable by which a mutation run switches a
// rule off, to see whether a test notices. It holds the name of the rule, or one
// place where a rule is applied, such as ec2/subnet.go:93. Inside of tests only
// it counts.
const WithoutRule = "SLIPWAY_WITHOUT_RULE"

var mutant = switchedOff(testing.Testing())

func switchedOff(inTest bool) string {
	if !inTest {
		return ""
	}
	return os.Getenv(WithoutRule)
}

// off tells whether a mutation run has switched the rule off, or the place where
// it is applied: the caller of the method that calls off.
func (r *Rule) off() bool {
	if mutant == "" {
		return false
	}
	_, file, line, _ := runtime.Caller(2)
	place := filepath.Base(filepath.Dir(file)) + "/" + filepath.Base(file) + ":" + strconv.Itoa(line)
	return r.Name == mutant || place == mutant
}
