// Package check collects what is wrong with a component's arguments, so that a
// user sees every mistake at once, each with its field and the way out.
package check

import (
	"errors"
	"fmt"
	"strings"
)

// Errors gathers problems in the order in which they are found. The zero value
// is ready to use.
type Errors struct {
	problems []error
}

// Require records "field is required: hint" unless ok.
func (e *Errors) Require(ok bool, field, hint string) {
	if !ok {
		e.problems = append(e.problems, fmt.Errorf("%s is required: %s", field, hint))
	}
}

// That records "field is value: want want" unless ok.
func (e *Errors) That(ok bool, field string, value any, want string) {
	if !ok {
		e.problems = append(e.problems, fmt.Errorf("%s is %v: want %s", field, quote(value), want))
	}
}

// Add records a problem of any other form. The text begins with the field.
func (e *Errors) Add(format string, args ...any) {
	e.problems = append(e.problems, fmt.Errorf(format, args...))
}

// In records every problem of a nested value below the name of its field.
func (e *Errors) In(field string, err error) {
	if err == nil {
		return
	}
	for _, p := range Problems(err) {
		e.problems = append(e.problems, fmt.Errorf("%s.%w", field, p))
	}
}

// Join records every problem of another check as it is.
func (e *Errors) Join(err error) {
	if err != nil {
		e.problems = append(e.problems, Problems(err)...)
	}
}

// Err returns all problems as one error, a line each, or nil.
func (e *Errors) Err() error {
	return errors.Join(e.problems...)
}

// Problems splits an error made by [Errors.Err] into its lines; any other error
// is its own only problem.
func Problems(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok && err.Error() == errors.Join(joined.Unwrap()...).Error() {
		return joined.Unwrap()
	}
	return []error{err}
}

func quote(value any) any {
	switch v := value.(type) {
	case string:
		return fmt.Sprintf("%q", v)
	case []string:
		return "[" + strings.Join(v, ", ") + "]"
	default:
		return v
	}
}
