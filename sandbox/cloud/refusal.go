package cloud

import "fmt"

// Refuse is the error with which AWS refuses a call.
func (r *Rule) Refuse(format string, args ...any) error {
	if r.off() {
		return nil
	}
	r.must(Refuses)
	return &Refusal{Rule: r, Message: fmt.Sprintf(format, args...)}
}

// Refusal is a call that AWS refused.
type Refusal struct {
	Rule    *Rule
	Message string

	service, operation string
	doing              string
}

// Code is AWS's error code.
func (r *Refusal) Code() string { return r.Rule.Code }

// Error has the form in which the AWS provider reports a refused call.
func (r *Refusal) Error() string {
	if r.operation == "" {
		return fmt.Sprintf("api error %s: %s", r.Rule.Code, r.Message)
	}
	return fmt.Sprintf("%s: operation error %s: %s, https response error StatusCode: %d, api error %s: %s",
		r.doing, r.service, r.operation, r.Rule.Status, r.Rule.Code, r.Message)
}

// Late is the error of a call that succeeded and whose resource did not become
// what was asked for.
func (r *Rule) Late(format string, args ...any) error {
	if r.off() {
		return nil
	}
	r.must(FailsLate)
	return &Late{Rule: r, Message: fmt.Sprintf(format, args...)}
}

// Late is a failure after a resource came into being: it exists, but did not
// become what was asked for. AWS charges for it and Pulumi keeps it in its
// state.
type Late struct {
	Rule *Rule
	// Message says what is at fault and what would mend it.
	Message string
}

// Code is the status or health issue that AWS reports, such as
// NodeCreationFailure.
func (l *Late) Code() string { return l.Rule.Code }

func (l *Late) Error() string { return l.Rule.Code + ": " + l.Message }
