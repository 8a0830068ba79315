package kube

import (
	"errors"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// ErrNotFound is returned for objects that do not exist.
var ErrNotFound = errors.New("not found")

// Refusal is a call that the API server refused, in its own words. The rule is
// in the [cloud.Refusal] that it wraps, the code of the rule is the API server's
// reason.
type Refusal struct{ *cloud.Refusal }

func (r *Refusal) Error() string { return r.Message }

// Unwrap is the refusal with its rule.
func (r *Refusal) Unwrap() error { return r.Refusal }

// worded gives a refusal the API server's form.
func worded(err error) error {
	var already *Refusal
	var refusal *cloud.Refusal
	if !errors.As(err, &already) && errors.As(err, &refusal) {
		return &Refusal{refusal}
	}
	return err
}

// isLate tells whether something was done but did not become what was asked
// for.
func isLate(err error) bool {
	var late *cloud.Late
	return errors.As(err, &late)
}
