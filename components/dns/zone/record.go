package zone

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/internal/check"
)

const defaultTTL = 300

// Record is a set of records of one name and type.
type Record struct {
	// Name is the name within the zone, such as "www"; empty for the zone's own.
	Name string

	// Type is A, AAAA, CAA, CNAME, MX, SRV or TXT. Required.
	Type string

	// TTL is how many seconds resolvers remember it. Defaults to 300.
	TTL int

	// Values are what it says. Required, unless it is an alias.
	Values []pulumi.StringInput

	// Alias has the name lead to one of AWS's own, such as a load balancer's, also
	// where a CNAME must not be: at the zone's own name.
	Alias Alias
}

// Alias is where an alias leads to.
type Alias struct {
	// DNSName is the target's name, and ZoneID the zone of the service that it is
	// in. Both or neither.
	DNSName, ZoneID pulumi.StringInput
}

func (r Record) alias() bool { return r.Alias.DNSName != nil || r.Alias.ZoneID != nil }

// key tells the records of a zone apart.
func (r Record) key() string {
	return strings.ToLower(r.Type) + "-" + strings.ReplaceAll(cmp.Or(r.Name, "apex"), "*", "any")
}

func (r Record) args(domain string) *route53.RecordArgs {
	args := &route53.RecordArgs{Name: pulumi.String(full(r.Name, domain)), Type: pulumi.String(r.Type)}
	if r.alias() {
		args.Aliases = route53.RecordAliasArray{route53.RecordAliasArgs{
			Name: r.Alias.DNSName, ZoneId: r.Alias.ZoneID, EvaluateTargetHealth: pulumi.Bool(true),
		}}
		return args
	}
	values := make(pulumi.StringArray, len(r.Values))
	copy(values, r.Values)
	args.Records, args.Ttl = values, pulumi.Int(cmp.Or(r.TTL, defaultTTL))
	return args
}

var (
	namePattern = regexp.MustCompile(`^(\*|[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?)*$`)
	types       = []string{"A", "AAAA", "CAA", "CNAME", "MX", "SRV", "TXT"}
)

func (r Record) validate() error {
	var e check.Errors
	e.That(r.Name == "" || namePattern.MatchString(r.Name), "Name", r.Name, "a name within the zone in lower case, such as www")
	e.That(slices.Contains(types, r.Type), "Type", r.Type, "one of "+strings.Join(types, ", "))
	e.That(r.Name != "" || r.Type != "CNAME", "Type", r.Type, "an alias: the zone's own name has other records, which no CNAME stands beside")
	e.That(r.TTL >= 0, "TTL", r.TTL, "seconds, or 0 for 300")
	if r.alias() {
		e.Require(r.Alias.DNSName != nil && r.Alias.ZoneID != nil, "Alias", "pass DNSName and ZoneID")
		e.That(len(r.Values) == 0, "Values", len(r.Values), "none beside an alias")
	} else {
		e.Require(len(r.Values) > 0 && !slices.Contains(r.Values, nil), "Values", "write what the record says, or an alias")
	}
	return e.Err()
}
