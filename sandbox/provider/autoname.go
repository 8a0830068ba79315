package provider

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

const autonameDigits = 7

var autonamed = regexp.MustCompile(`-[0-9a-f]{7}$`)

// autoname fills in the physical names that Pulumi makes: the logical name, a
// hyphen and seven random digits. A name made before is kept. It fails, as
// pulumi-aws does, when the logical name leaves no room for the digits.
func autoname(k *cloud.Kind, urn resource.URN, seed []byte, olds, news cloud.Props) error {
	for _, field := range slices.Sorted(maps.Keys(k.Fields)) {
		f := k.Fields[field]
		limit := f.AutoName()
		if limit == 0 || news[field] != nil || news[field+"Prefix"] != nil {
			continue
		}
		if old := olds.Str(field); autonamed.MatchString(old) {
			news[field] = old
			continue
		}
		name := f.AutoNamePrefix() + urn.Name() + "-"
		if len(name)+autonameDigits > limit {
			return fmt.Errorf("could not make instance of '%s': name '%s' plus %d random chars is longer than maximum length %d",
				k.Token, name, autonameDigits, limit)
		}
		news[field] = name + digits(urn, seed, autonameDigits)
	}
	return nil
}

// Autoname fills in the physical names of a new resource as Pulumi does, the
// same ones for the same URN. It fails when the logical name is too long.
func Autoname(k *cloud.Kind, urn resource.URN, inputs cloud.Props) error {
	return autoname(k, urn, nil, nil, inputs)
}

// digits are n hexadecimal digits, the same for the same URN and seed.
func digits(urn resource.URN, seed []byte, n int) string {
	sum := sha256.Sum256(append([]byte(urn), seed...))
	return hex.EncodeToString(sum[:])[:n]
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
