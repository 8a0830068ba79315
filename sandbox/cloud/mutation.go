package cloud

import (
	"os"
	"testing"
)

// withoutRule is the variable by which a mutation run switches one rule off, to
// see whether a test notices. It counts inside of tests only.
const withoutRule = "SLIPWAY_WITHOUT_RULE"

var offRule = switchedOff(testing.Testing())

func switchedOff(inTest bool) string {
	if !inTest {
		return ""
	}
	return os.Getenv(withoutRule)
}

// off tells whether a mutation run has switched the rule off.
func (r *Rule) off() bool { return r.Name == offRule }
