package cloud

import "fmt"

// Warning is something that AWS may refuse, where the rule is not certain
// enough to refuse it here.
type Warning struct {
	Rule    *Rule
	Message string
}

// Code is AWS's error code.
func (w Warning) Code() string { return w.Rule.Code }

// String is the warning as users read it.
func (w Warning) String() string {
	return fmt.Sprintf("AWS may refuse this (%s): %s", w.Rule.Code, w.Message)
}

// Warn tells the caller that AWS may refuse what it asks for. The session's
// Warn hears it when the call has ended well.
func (tx *Tx) Warn(r *Rule, format string, args ...any) {
	if r.off() {
		return
	}
	r.must(Warns)
	tx.warnings = append(tx.warnings, Warning{Rule: r, Message: fmt.Sprintf(format, args...)})
}
