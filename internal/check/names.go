package check

import (
	"regexp"
	"strings"
)

var (
	accountPattern = regexp.MustCompile(`^[0-9]{12}$`)
	regionPattern  = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]$`)
	labelPattern   = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)
	domainPattern  = regexp.MustCompile(`^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]([-a-z0-9]{0,61}[a-z0-9])?$`)
)

// IsAccount tells whether a text is the number of an AWS account.
func IsAccount(text string) bool { return accountPattern.MatchString(text) }

// IsRegion tells whether a text has the form of an AWS region.
func IsRegion(text string) bool { return regionPattern.MatchString(text) }

// IsLabel tells whether a text is a label of DNS, as Kubernetes wants the names of
// most objects: see RFC 1123.
func IsLabel(text string) bool { return labelPattern.MatchString(text) }

// IsDomain tells whether a text is a domain of two labels or more, in lower case
// and without a dot at its end.
func IsDomain(text string) bool { return len(text) <= 253 && domainPattern.MatchString(text) }

// IsHost tells whether a text is a domain, or a wildcard of one such as
// *.example.com.
func IsHost(text string) bool { return len(text) <= 253 && IsDomain(strings.TrimPrefix(text, "*.")) }
