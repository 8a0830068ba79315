package provider

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

const autonameDigits = 7

var autonamed = regexp.MustCompile(`-[0-9a-f]{7}$`)

// autoname fills in the physical names that Pulumi makes: the logical name, a
// hyphen and seven random digits. A name made before is kept.
func autoname(k *cloud.Kind, urn resource.URN, seed []byte, olds, news cloud.Props) {
	for field, f := range k.Fields {
		limit := f.AutoName()
		if limit == 0 || news[field] != nil || news[field+"Prefix"] != nil {
			continue
		}
		if old := olds.Str(field); old != "" {
			news[field] = old
			continue
		}
		name := f.AutoNamePrefix() + urn.Name()
		if most := limit - autonameDigits - 1; len(name) > most {
			name = name[:most]
		}
		sum := sha256.Sum256(append([]byte(urn), seed...))
		news[field] = name + "-" + hex.EncodeToString(sum[:])[:autonameDigits]
	}
}

// Autoname fills in the physical names of a new resource as Pulumi does, the
// same ones for the same URN.
func Autoname(k *cloud.Kind, urn resource.URN, inputs cloud.Props) {
	autoname(k, urn, nil, nil, inputs)
}

// nameIsFixed tells whether a replacement would want the physical name of what
// it replaces, so that the old resource must go before the new one comes. The
// engine asks for a new name when Pulumi made the old one.
func nameIsFixed(k *cloud.Kind, olds, news cloud.Props) bool {
	for field, f := range k.Fields {
		name := news.Str(field)
		if f.AutoName() > 0 && name != "" && name == olds.Str(field) && !autonamed.MatchString(name) {
			return true
		}
	}
	return false
}
