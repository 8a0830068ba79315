package secret

import (
	"regexp"

	"github.com/slipway-iac/slipway/internal/check"
)

var filePattern = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// validate reports every problem at once, each naming the field to fix.
func (a Args) validate() error {
	var e check.Errors
	e.Require(a.Description != "", "Description", "say what the secret is")
	e.Require(a.Region != "", "Region", "write the region of the secret")
	e.Require(a.KeyARN != nil, "KeyARN", "pass the key that encrypts it")
	e.That(a.RecoveryDays >= 7 && a.RecoveryDays <= 30, "RecoveryDays", a.RecoveryDays, "7 to 30, or set WithoutRecovery")
	e.That(a.Rotation.Days >= 1 && a.Rotation.Days <= 1000, "Rotation.Days", a.Rotation.Days, "1 to 1000")
	if a.Pods.any() {
		e.In("Pods", a.Pods.validate())
	}
	return e.Err()
}

func (p Pods) validate() error {
	var e check.Errors
	e.In("Cluster", p.Cluster.Validate())
	e.Require(p.Namespace != "", "Namespace", "name the namespace of the service account")
	e.Require(p.ServiceAccount != "", "ServiceAccount", "name the service account that the pods run as")
	e.That(filePattern.MatchString(p.File), "File", p.File, "the name of a file: letters, digits, dots, hyphens and underscores")
	return e.Err()
}
