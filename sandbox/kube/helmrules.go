package kube

import "github.com/slipway-iac/slipway/sandbox/cloud"

// helm is the code of what Helm itself refuses; it has none of its own.
const helm = "Helm"

const helmSource = "https://github.com/helm/helm/blob/v3.19.0/pkg/"

func helmRule(name, file string, tag cloud.Tag) *cloud.Rule {
	return cloud.Declare(cloud.Rule{Name: "helm-" + name, Code: helm, Source: helmSource + file, Tag: tag})
}

var (
	releaseNameForm = helmRule("release-name", "chartutil/validate_name.go", cloud.Verified)
	releaseExists   = helmRule("release-exists", "action/install.go", cloud.Verified)
	releaseMissing  = helmRule("release-missing", "action/uninstall.go", cloud.Verified)
	releaseForeign  = helmRule("object-of-another", "action/validate.go", cloud.Verified)
	typeOfRelease   = helmRule("type-not-served", "kube/client.go", cloud.Verified)
	valueUnknown    = helmRule("unknown-value", "chartutil/jsonschema.go", cloud.Derived)
	releaseUndone   = helmRule("atomic", "action/install.go", cloud.Verified)
	releaseStopped  = cloud.Declare(cloud.Rule{Name: "helm-object-refused", Code: helm, Source: helmSource + "action/install.go", Effect: cloud.FailsLate})
	valueMissing    = helmRule("required-value", "engine/engine.go", cloud.Verified)
)
