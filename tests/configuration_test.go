package tests

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/slipway-iac/slipway/internal/golden"
	_ "github.com/slipway-iac/slipway/sandbox" // Links every rule.
	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/stacks/platform"
)

// example has every key there is. What excludes one another is in different
// node groups.
const example = `config:
  slipway:environment:
    tier: staging
    region: us-west-2
    accountId: "123456789012"
    deployerRoleArn: arn:aws:iam::123456789012:role/slipway-deployer
    engine:
      location: proxy
      address: 203.0.113.10
      proxyUrl: http://localhost:8888
      assumeDeployerRole: true
    protect: true
    tags:
      cost-centre: "4711"
    network:
      cidr: 10.1.0.0/16
      podCidr: 100.68.0.0/14
      zones: [us-west-2a, us-west-2b, us-west-2c]
      maxZones: 4
      nat: per-zone
      interfaceEndpoints: [ecr.api, ecr.dkr]
      flowLogs: cloudwatch
      flowLogRetentionDays: 30
      avoidCidrs: [10.0.0.0/16, 192.168.0.0/16]
      mirroredRegistries: [quay.io]
    cluster:
      name: payments-staging
      version: "1.35"
      serviceCidr: 172.20.0.0/16
      publicCidrs: [203.0.113.0/24]
      allowWorld: false
      admins:
        on-call: arn:aws:iam::123456789012:role/on-call
      viewers:
        developers: arn:aws:iam::123456789012:role/developers
      support: EXTENDED
      logRetentionDays: 30
      keyDeletionDays: 14
    nodeGroups:
      batch:
        os: Bottlerocket
        instanceTypes: [m6i.large, m6a.large, m5.large]
        capacity: SPOT
        size: {min: 0, desired: 0, max: 20}
        surge: {maxUnavailablePercentage: 33}
        labels:
          example.com/work: batch
        taints:
          - {key: example.com/work, value: batch, effect: NoSchedule}
        diskGiB: 100
        metadataHops: 1
        detailedMonitoring: true
        sessionManager: true
        releaseVersion: 1.50.0-a1b2c3d4
      system:
        instanceTypes: [m7g.large]
        surge: {maxUnavailable: 1}
        exactMaxPods: true
        amiId: ami-0123456789abcdef0
    nodePools:
      batch:
        instanceTypes: [m6i.large, m6a.large, m5.large]
        capacity: [spot, on-demand]
        cpu: 128
        memoryGiB: 512
        budgets:
          - {nodes: "0", schedule: 0 8 * * mon-fri, duration: 8h, reasons: [Drifted]}
        expireAfter: 336h
        volumeGiB: 100
        labels:
          example.com/work: batch
        taints:
          - {key: example.com/work, value: batch, effect: NoSchedule}
        weight: 10
    dns:
      domain: staging.example.com
      parentZoneId: Z0123456789ABCDEFGHIJ
      delegated: true
      email: platform@example.com
    omitAddons: [metrics-server]
    database:
      enabled: true
      identifier: payments
      version: "17"
      upgrade: in-place
      instanceClass: db.r6gd.xlarge
      multiAz: true
      shape: cluster
      storageType: io2
      storageGiB: 400
      iops: 20000
      maxStorageGiB: 2000
      connections: 1000
      backupDays: 14
      advancedInsights: true
      alarms: true
      subscribers:
        on-call: on-call@example.com
        pager: https://events.example.com/v1/slipway
      finalSnapshot: true
    buckets:
      logDays: 180
      keepDays: 60
      forceDestroy: false
    backup:
      enabled: true
      keepDays: 30
      monthlyKeepDays: 365
      lock: false
      forceDestroy: true
    namespaces:
      payments: restricted
    sample: true
`

const configurationIntro = `# Configuration

<!-- Generated from stacks/platform: go test ./tests -run Golden -update -->

An environment is one object, ` + "`slipway:environment`" + `, in ` + "`stacks/Pulumi.<environment>.yaml`" + `.
It is read strictly: an unknown key or a value that cannot work is refused with
its name before the first resource.

` + "`tier`" + ` chooses the default of every other key. What depends on your account has no
default and is marked *required*. One value in the column Default is that of all
three tiers; a dash is nothing. The examples are those of the complete file at
the end.
`

// section is a struct of the configuration: its path, and what reads like one.
type section struct {
	path  []string
	title string
	typ   reflect.Type
}

// sections are a struct and every struct below it, in the order of the fields.
func sections(s section) []section {
	out := []section{s}
	for i := range s.typ.NumField() {
		key, t := s.typ.Field(i).Tag.Get("json"), s.typ.Field(i).Type
		below := section{append(slices.Clone(s.path), key), strings.TrimPrefix(s.title+"."+key, "."), t}
		if t.Kind() == reflect.Map || t.Kind() == reflect.Slice {
			below = section{append(below.path, "*"), below.title + map[reflect.Kind]string{reflect.Map: ".<name>", reflect.Slice: "[]"}[t.Kind()], t.Elem()}
		}
		if below.typ.Kind() == reflect.Struct {
			out = append(out, sections(below)...)
		}
	}
	return out
}

// keyDoc is what the reference says of one key.
type keyDoc struct {
	path                    []string
	name, kind, text, given string
	required, section       bool
}

func (s section) keys(comments map[string]string, given any) []keyDoc {
	var out []keyDoc
	for i := range s.typ.NumField() {
		f := s.typ.Field(i)
		k := keyDoc{name: f.Tag.Get("json"), kind: plainKind(f.Type)}
		k.path = append(slices.Clone(s.path), k.name)
		k.section = strings.HasPrefix(k.kind, "object")
		k.text, k.required = strings.CutSuffix(comments[s.typ.Name()+"."+f.Name], " Required.")
		k.text = withoutName(k.text, f.Name)
		k.given = flow(valueAt(given, k.path))
		out = append(out, k)
	}
	return out
}

// withoutName turns a comment, which begins with the name of its field, into
// the meaning of the key beside it: "CIDR is the range" into "The range".
func withoutName(comment, name string) string {
	text := strings.TrimPrefix(comment, name+" ")
	text = strings.TrimPrefix(strings.TrimPrefix(text, "is "), "are ")
	return strings.ToUpper(text[:min(1, len(text))]) + text[min(1, len(text)):]
}

func plainKind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Int:
		return "whole number"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return map[bool]string{true: "objects, a list", false: "list of text"}[t.Elem().Kind() == reflect.Struct]
	case reflect.Map:
		return map[bool]string{true: "objects by name", false: "text by name"}[t.Elem().Kind() == reflect.Struct]
	default:
		return "object"
	}
}

// fieldComments are the comments of the configuration's types ("Network") and
// of their fields ("Network.CIDR").
func fieldComments(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	oneLine := func(doc *ast.CommentGroup) string { return strings.Join(strings.Fields(doc.Text()), " ") }
	visit := func(n ast.Node) bool {
		d, ok := n.(*ast.GenDecl)
		if !ok || len(d.Specs) != 1 {
			return true
		}
		spec, ok := d.Specs[0].(*ast.TypeSpec)
		if !ok {
			return true
		}
		out[spec.Name.Name] = oneLine(d.Doc)
		if structure, ok := spec.Type.(*ast.StructType); ok {
			for _, f := range structure.Fields.List {
				out[spec.Name.Name+"."+f.Names[0].Name] = oneLine(f.Doc)
			}
		}
		return true
	}
	files, err := filepath.Glob(filepath.Join(root, "stacks", "platform", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !strings.HasSuffix(file, "_test.go") {
			ast.Inspect(parse(t, file, parser.ParseComments), visit)
		}
	}
	return out
}

// valueAt is what a value has at a path, where * is the first entry of a map or
// a list that has the rest of the path.
func valueAt(value any, path []string) any {
	if len(path) == 0 {
		return value
	}
	switch v := value.(type) {
	case map[string]any:
		if path[0] != "*" {
			return valueAt(v[path[0]], path[1:])
		}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if found := valueAt(v[key], path[1:]); found != nil {
				return found
			}
		}
	case []any:
		if len(v) > 0 {
			return valueAt(v[0], path[1:])
		}
	}
	return nil
}

// flow is a value as YAML on one line, in backquotes.
func flow(value any) string {
	if value == nil {
		return "—"
	}
	var n yaml.Node
	if err := n.Encode(value); err != nil {
		return err.Error()
	}
	n.Style = yaml.FlowStyle
	if n.Kind == yaml.ScalarNode {
		n.Style = 0
	}
	text, err := yaml.Marshal(&n)
	if err != nil {
		return err.Error()
	}
	return "`" + strings.TrimSpace(string(text)) + "`"
}

// asValue is an environment as plain maps, lists and scalars.
func asValue(t *testing.T, e platform.Environment) any {
	t.Helper()
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// byDefault says what each tier chooses for a key, once where all choose the
// same. Nothing and zero are a dash; no means no.
func byDefault(tiers map[platform.Tier]any, path []string) string {
	var shown, named []string
	for _, tier := range []platform.Tier{platform.Dev, platform.Staging, platform.Prod} {
		v := valueAt(tiers[tier], path)
		text := flow(v)
		if r := reflect.ValueOf(v); r.IsValid() && r.IsZero() && v != false {
			text = "—"
		}
		shown, named = append(shown, text), append(named, fmt.Sprintf("%s: %s", tier, text))
	}
	if len(slices.Compact(shown)) == 1 {
		return shown[0]
	}
	return strings.Join(named, "<br>")
}

func exampleValue(t *testing.T) map[string]any {
	t.Helper()
	var file struct {
		Config map[string]map[string]any `yaml:"config"`
	}
	if err := yaml.Unmarshal([]byte(example), &file); err != nil {
		t.Fatal(err)
	}
	return file.Config["slipway:environment"]
}

func parseValue(t *testing.T, value any) error {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	_, err = platform.Parse("example", text)
	return err
}

func configuration(t *testing.T) []keyDoc {
	t.Helper()
	var all []keyDoc
	comments, given := fieldComments(t), exampleValue(t)
	for _, s := range sections(section{typ: reflect.TypeFor[platform.Environment]()}) {
		all = append(all, s.keys(comments, given)...)
	}
	return all
}

func TestConfigurationReferenceGolden(t *testing.T) {
	t.Parallel()
	tiers := map[platform.Tier]any{}
	for _, tier := range []platform.Tier{platform.Dev, platform.Staging, platform.Prod} {
		e, err := platform.Defaults(tier, "<environment>")
		if err != nil {
			t.Fatal(err)
		}
		tiers[tier] = asValue(t, e)
	}
	var out strings.Builder
	out.WriteString(configurationIntro)
	comments, given := fieldComments(t), exampleValue(t)
	for _, s := range sections(section{typ: reflect.TypeFor[platform.Environment]()}) {
		if s.title != "" {
			fmt.Fprintf(&out, "\n## `%s`\n\n%s\n", s.title, comments[s.typ.Name()])
		} else {
			out.WriteString("\n## The environment\n")
		}
		out.WriteString("\n| Key | Type | Default | Meaning | Example |\n|---|---|---|---|---|\n")
		for _, k := range s.keys(comments, given) {
			fallback, value := byDefault(tiers, k.path), k.given
			switch {
			case k.required:
				fallback = "*required*"
			case k.section:
				fallback = "see below"
			}
			if k.section {
				value = "see below"
			}
			fmt.Fprintf(&out, "| `%s` | %s | %s | %s | %s |\n", k.name, k.kind, fallback, k.text, value)
		}
	}
	fmt.Fprintf(&out, "\n## Everything at once\n\nEvery key, for the form of it; few environments need more than those of\n`stacks/Pulumi.dev.yaml`.\n\n```yaml\n%s```\n", example)
	golden.Equal(t, filepath.Join(root, "docs", "configuration.md"), out.String())
}

// The example has every key, each of them has a comment, and the platform takes
// all of it.
func TestConfigurationExampleHasEveryKey(t *testing.T) {
	t.Parallel()
	if err := parseValue(t, exampleValue(t)); err != nil {
		t.Error(err)
	}
	all := configuration(t)
	if len(all) < 50 {
		t.Errorf("the configuration has %d keys: want more than 50", len(all))
	}
	for _, k := range all {
		if k.text == "" {
			t.Errorf("%v has no comment", k.path)
		}
		if k.given == "—" {
			t.Errorf("%v is not in the example", k.path)
		}
	}
}

// What the reference calls required is refused when it is missing, and with it
// alone the platform is content.
func TestConfigurationRequiredIsAllThatIsNeeded(t *testing.T) {
	t.Parallel()
	least, found := map[string]any{}, 0
	for _, k := range configuration(t) {
		if !k.required {
			continue
		}
		found++
		without := exampleValue(t)
		last := len(k.path) - 1
		parent := valueAt(without, k.path[:last]).(map[string]any)
		if !slices.Contains(k.path, "*") {
			here := least
			for _, step := range k.path[:last] {
				here[step] = map[string]any{}
				here = here[step].(map[string]any)
			}
			here[k.name] = parent[k.name]
		}
		delete(parent, k.name)
		if err := parseValue(t, without); err == nil || !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(k.name)) {
			t.Errorf("without %v: %v", k.path, err)
		}
	}
	if found != 10 {
		t.Errorf("%d keys are required: want 10", found)
	}
	if err := parseValue(t, least); err != nil {
		t.Errorf("with all that is required and no more: %v", err)
	}
}

const rulesIntro = `# What the sandbox refuses

<!-- Generated from the rules themselves: go test ./tests -run Golden -update -->

Each line is a rule of the simulated account: what is refused, the error code
with which AWS refuses it, where the rule was read, and how well that proves it.

- **verified** (%d): read in the source named. For moto, an emulator of AWS, that is what the emulator does.
- **derived** (%d): follows from verified rules.
- **memory** (%d): general knowledge; likely, but nowhere read. Where AWS refuses
  with another code or not at all, please say so.

What comes of breaking it:

- **refuses** (%d): the call fails and nothing has changed.
- **fails late** (%d): what was made exists, and does not work: nodes that do not
  join, add-ons that stay degraded. The code is the health issue that AWS shows.
- **warns** (%d): the rule itself is uncertain, so Pulumi only shows a warning.

Not in the table: whatever is not modelled, which is refused by its name.

| Rule | Code | Effect | Source | Tag |
|---|---|---|---|---|
`

func TestRulesReferenceGolden(t *testing.T) {
	t.Parallel()
	tags, effects := map[cloud.Tag]int{}, map[cloud.Effect]int{}
	var table strings.Builder
	for _, r := range cloud.Rules() {
		tags[r.Tag]++
		effects[r.Effect]++
		fmt.Fprintf(&table, "| %s | `%s` | %s | %s | %s |\n", r.Name, r.Code, r.Effect, strings.ReplaceAll(r.Source, "|", "\\|"), r.Tag)
	}
	intro := fmt.Sprintf(rulesIntro, tags[cloud.Verified], tags[cloud.Derived], tags[cloud.Memory],
		effects[cloud.Refuses], effects[cloud.FailsLate], effects[cloud.Warns])
	golden.Equal(t, filepath.Join(root, "docs", "rules.md"), intro+table.String())
}
