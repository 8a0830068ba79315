package validation

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

const (
	labelPart     = `[a-z0-9]([-a-z0-9]*[a-z0-9])?`
	qualifiedPart = `[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?`
)

var (
	dnsLabel      = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)
	dns1035       = regexp.MustCompile(`^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$`)
	dnsSubdomain  = regexp.MustCompile(`^` + labelPart + `(\.` + labelPart + `)*$`)
	qualifiedName = regexp.MustCompile(`^(` + labelPart + `(\.` + labelPart + `)*/)?` + qualifiedPart + `$`)
	labelText     = regexp.MustCompile(`^(` + qualifiedPart + `)?$`)
)

const (
	maxSubdomain = 253
	// maxAnnotations is how many bytes all annotations of an object have.
	maxAnnotations = 256 << 10
)

func isSubdomain(s string) bool { return len(s) <= maxSubdomain && dnsSubdomain.MatchString(s) }

// named are the types whose names are more than DNS subdomains, with what they
// are.
var named = map[string]struct {
	fits func(string) bool
	want string
}{
	"v1/Namespace":                                    {dnsLabel.MatchString, "at most 63 lower case letters, digits and hyphens, a letter or digit at both ends"},
	"apps/v1/StatefulSet":                             {dnsLabel.MatchString, "at most 63 lower case letters, digits and hyphens, a letter or digit at both ends"},
	"v1/Service":                                      {dns1035.MatchString, "at most 63 lower case letters, digits and hyphens, a letter at the beginning"},
	"rbac.authorization.k8s.io/v1/Role":               {isPathSegment, "anything but '.', '..', slashes and percent signs"},
	"rbac.authorization.k8s.io/v1/RoleBinding":        {isPathSegment, "anything but '.', '..', slashes and percent signs"},
	"rbac.authorization.k8s.io/v1/ClusterRole":        {isPathSegment, "anything but '.', '..', slashes and percent signs"},
	"rbac.authorization.k8s.io/v1/ClusterRoleBinding": {isPathSegment, "anything but '.', '..', slashes and percent signs"},
}

func isPathSegment(s string) bool {
	return s != "" && s != "." && s != ".." && !strings.ContainsAny(s, "/%")
}

// metadata holds an object to the rules that every object has; see
// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
func (c *checker) metadata() {
	metadata := c.object.Obj("metadata")
	name := metadata.Str("name")
	rule, special := named[c.t.APIVersion+"/"+c.t.Kind]
	if !special {
		rule.fits, rule.want = isSubdomain, "at most 253 lower case letters, digits, hyphens and dots, a letter or digit at both ends"
	}
	if !rule.fits(name) {
		c.invalid(nameForm, "metadata.name", name, "want %s", rule.want)
	}
	if c.t.Cluster && metadata.Str("namespace") != "" {
		c.add(namespaceUnasked, "metadata.namespace", "Forbidden: not allowed on this type")
	}
	c.labels("metadata.labels", metadata)
	annotations := metadata.StrMap("annotations")
	size := 0
	for _, k := range slices.Sorted(maps.Keys(annotations)) {
		size += len(k) + len(annotations[k])
		if !qualifiedName.MatchString(strings.ToLower(k)) {
			c.invalid(annotationForm, "metadata.annotations", k, "want a name such as example.com/name")
		}
	}
	if size > maxAnnotations {
		c.add(annotationForm, "metadata.annotations", "Too long: may not be more than %d bytes", maxAnnotations)
	}
}

func (c *checker) labels(path string, metadata cloud.Props) {
	labels := metadata.StrMap("labels")
	for _, k := range slices.Sorted(maps.Keys(labels)) {
		if !qualifiedName.MatchString(k) {
			c.invalid(labelForm, path, k, "want a name such as example.com/name")
		}
		if !labelText.MatchString(labels[k]) {
			c.invalid(labelForm, path, labels[k], "want at most 63 letters, digits, hyphens, underscores and dots, a letter or digit at both ends")
		}
	}
}

// selector holds a label selector to its form.
func (c *checker) selector(path string, selector cloud.Props) {
	for _, k := range slices.Sorted(maps.Keys(selector.StrMap("matchLabels"))) {
		if v := selector.StrMap("matchLabels")[k]; !qualifiedName.MatchString(k) || !labelText.MatchString(v) {
			c.invalid(selectorTerms, path+".matchLabels", k+"="+v, "want a label and its value")
		}
	}
	for _, term := range selector.Objs("matchExpressions") {
		at := path + ".matchExpressions"
		has := len(term.List("values")) > 0
		switch term.Str("operator") {
		case "In", "NotIn":
			if !has {
				c.add(selectorTerms, at+".values", "Required value: must be specified when `operator` is 'In' or 'NotIn'")
			}
		case "Exists", "DoesNotExist":
			if has {
				c.add(selectorTerms, at+".values", "Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
			}
		default:
			c.invalid(selectorTerms, at+".operator", term.Str("operator"), "not a valid selector operator")
		}
		if !qualifiedName.MatchString(term.Str("key")) {
			c.invalid(selectorTerms, at+".key", term.Str("key"), "want the name of a label")
		}
	}
}
