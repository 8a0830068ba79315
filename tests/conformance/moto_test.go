package conformance

import (
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/tests/conformance/terraform"
)

// lack is what moto cannot do.
type lack struct {
	kind string
	// reference is a text in the resource's inputs; "" stands for every resource
	// of the kind.
	reference string
	// says is in the error when one tries all the same; "" when none is tried.
	says string
	why  string
}

const clusterGroup = "cluster_security_group_id"

// motoLacks is tried again each time: what moto has learnt fails the test.
var motoLacks = []lack{
	{cloud.EKSAccessEntry, "", "StatusCode: 404", "moto has no access entries"},
	{cloud.EKSAccessPolicyAssociation, "", "StatusCode: 404", "moto has no access entries"},
	{cloud.EKSAddon, "", "StatusCode: 404", "moto has no add-ons"},
	{cloud.EKSPodIdentityAssociation, "", "StatusCode: 404", "moto has no pod identities"},
	{cloud.CertificateValidation, "validationRecordFqdns", "DNS validation record", "moto makes up other records than the sandbox"},
	{cloud.DBInstance, "", "couldn't find resource", "the provider asks for an instance by its resource ID, and moto knows none"},
	{cloud.DBSnapshot, "", "", "its instance is not there"},
	{cloud.BackupSelection, "", "StatusCode: 500", "moto has no selections of a backup plan"},
	{cloud.BackupVaultPolicy, "", "StatusCode: 404", "moto has no policies of backup vaults"},
	{cloud.Route53KeySigningKey, "", "StatusCode: 404", "moto has no DNSSEC"},
	{cloud.Route53HostedZoneDNSSEC, "", "StatusCode: 404", "moto has no DNSSEC"},
	{cloud.Route53QueryLog, "", "NoSuchCloudWatchLogsLogGroup", "moto does not find the log group in us-east-1"},
	{cloud.BucketTiering, "", "StatusCode: 400", "moto has no tiers of archives"},
	{cloud.BucketLogging, "", "InvalidTargetBucketForLogging", "moto does not find what the target's policy allows"},
	{cloud.BucketObject, "", "MissingUploadObjectWithObjectLockHeaders", "moto does not find the checksum that the provider sends"},
	{cloud.SecretRotation, "", "ResourceNotFoundException", "moto looks for the function, and there is none"},
	{cloud.SecurityGroupIngressRule, clusterGroup, "InvalidGroup.NotFound", "moto's clusters have no security group"},
	{cloud.SecurityGroupEgressRule, clusterGroup, "InvalidGroup.NotFound", "moto's clusters have no security group"},
	{cloud.SecurityGroupRule, clusterGroup, "InvalidGroup.NotFound", "moto's clusters have no security group"},
}

// compareWithMoto has the real provider make the resources in moto, an emulator
// of AWS's API, and holds what it then reads to what the sandbox says.
func compareWithMoto(t *testing.T, r *report, tools terraform.Tools, schema terraform.Schema, stacks ...stack) {
	t.Helper()
	if tools.Moto == "" {
		t.Skip("NOT COMPARED with moto: no moto_server on PATH; pip install 'moto[server]'")
	}
	endpoint := startMoto(t, tools.Moto)
	for _, s := range stacks {
		c := newConfiguration(schema)
		c.inMoto = true
		c.add(t, s)
		f := folder(t, tools, endpoint)
		c.write(t, f, "resources.tf.json")
		refused := f.Apply(t.Context())
		made, err := f.Attributes(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		checkRefused(t, c, made, refused)
		plan, err := f.Plan(t.Context(), true)
		if err != nil {
			t.Fatal(err)
		}
		for _, address := range c.addresses() {
			x := c.resources[address]
			if lacking(x) != nil {
				continue
			}
			r.count("resources made in moto by the provider", 1)
			if p, ok := plan[address]; ok && byProvider(p) != "nothing" {
				r.differ(difference{x.token(), "", madeInMoto, p.Differences(), "no change", address})
			}
		}
		compareMade(t, r, c, made)
	}
}

// startMoto starts moto on a port of its own, until the test ends.
func startMoto(t *testing.T, path string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, "-H", host, "-p", port)
	cmd.Env = append(os.Environ(), "MOTO_IAM_LOAD_MANAGED_POLICIES=true", "MOTO_ACCOUNT_ID="+cloud.DefaultAccountID)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// Its end is ours, and no error.
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for range 600 {
		if answer, err := http.Get("http://" + address + "/moto-api/"); err == nil {
			_ = answer.Body.Close()
			return "http://" + address
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("%s does not answer on %s", path, address)
	return ""
}

// lacking is why moto cannot have a resource, or nil.
func lacking(x *configured) *lack {
	for i, l := range motoLacks {
		if l.kind == x.token() && strings.Contains(show(map[string]any(x.program)), l.reference) {
			return &motoLacks[i]
		}
	}
	return nil
}

// untried tells whether a resource is not even asked for.
func untried(x *configured) bool {
	l := lacking(x)
	return l != nil && l.says == ""
}

// checkRefused holds the errors of an apply to what moto lacks.
func checkRefused(t *testing.T, c *configuration, made map[string]map[string]any, err error) {
	t.Helper()
	var refused *terraform.Refused
	if err != nil && !errors.As(err, &refused) {
		t.Fatal(err)
	}
	said := map[string]string{}
	if refused != nil {
		for _, d := range refused.Diagnostics {
			if c.resources[d.Address] == nil {
				t.Fatal(err)
			}
			said[d.Address] = d.String()
		}
	}
	tried := map[*lack]bool{}
	for _, address := range c.addresses() {
		l := lacking(c.resources[address])
		tried[l] = tried[l] || said[address] != ""
		switch {
		case l == nil && said[address] != "":
			t.Errorf("moto refuses %s: %s", address, said[address])
		case l == nil && made[address] == nil:
			t.Errorf("%s waits for something that moto lacks, and was not made", address)
		case l != nil && made[address] != nil && said[address] == "":
			t.Errorf("moto took %s: take it out of motoLacks (%s)", address, l.why)
		case l != nil && said[address] != "" && !strings.Contains(said[address], l.says):
			t.Errorf("moto refuses %s with %s, want %s", address, said[address], l.says)
		}
	}
	for l, was := range tried {
		if l != nil && !was && l.says != "" {
			t.Errorf("nothing tells any more that %s: each %s waits for something else", l.why, l.kind)
		}
	}
}

// What differs in what moto made: a value, or that it shows a change at once.
const (
	inMoto     = "value in moto"
	madeInMoto = "made in moto"
)

// madeUpByAWS are IDs and times, of which only the form can be compared.
var madeUpByAWS = regexp.MustCompile(`\b([a-z]+-)[0-9a-f]{8,17}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`)

// compareMade compares all that AWS sets, where the names that AWS makes up are
// replaced by the sandbox's.
func compareMade(t *testing.T, r *report, c *configuration, made map[string]map[string]any) {
	t.Helper()
	var ids []string
	for address, attributes := range made {
		id, _ := attributes["id"].(string)
		x := c.resources[address]
		if id != x.id {
			ids = append(ids, id, x.id)
		}
		if unique, _ := attributes["unique_id"].(string); unique != "" {
			ids = append(ids, unique, x.state.Str("uniqueId"))
		}
	}
	renamed := renamer(ids)
	anonymous := func(v any) any {
		return eachText(v, func(s string) string { return madeUpByAWS.ReplaceAllString(s, "$1*") })
	}
	for _, address := range c.addresses() {
		x, attributes := c.resources[address], made[address]
		if attributes == nil || lacking(x) != nil {
			continue
		}
		translated, _ := anonymous(renamed(attributes)).(map[string]any)
		state, _ := anonymous(map[string]any(x.state)).(map[string]any)
		v := valueComparison{r, x.token(), inMoto, address, true}
		v.objects("", x.kind.Fields, x.shape.Props(x.kind.Fields, translated), state)
	}
}

// renamer replaces texts, the longest first.
func renamer(pairs []string) func(any) any {
	var ordered [][2]string
	for pair := range slices.Chunk(pairs, 2) {
		ordered = append(ordered, [2]string{pair[0], pair[1]})
	}
	slices.SortFunc(ordered, func(a, b [2]string) int { return len(b[0]) - len(a[0]) })
	var flat []string
	for _, pair := range ordered {
		flat = append(flat, pair[0], pair[1])
	}
	texts := strings.NewReplacer(flat...)
	return func(v any) any { return eachText(v, texts.Replace) }
}

// eachText does something to every text in a value.
func eachText(v any, do func(string) string) any {
	switch v := v.(type) {
	case string:
		return do(v)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = eachText(e, do)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = eachText(e, do)
		}
		return out
	}
	return v
}
