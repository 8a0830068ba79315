package example

import (
	"strings"
	"testing"
)

const sample = `
resources:
  net: {type: "aws:ec2/vpc:Vpc", properties: {cidrBlock: 10.0.0.0/16}}
  group:
    type: aws:ec2/securityGroup:SecurityGroup
    properties: {vpcId: "${net.id}", description: "$${net}", tags: {fn::toJSON: {vpc: "${net.id}"}}, revokeRulesOnDelete: true}
    options: {protect: true, dependsOn: ["${net}"]}
`

func TestReferences(t *testing.T) {
	t.Parallel()
	for stage, known := range map[Stage]bool{Updated: true, Previewed: false} {
		resources, err := Load(sample, "", stage)
		if err != nil {
			t.Fatal(err)
		}
		group := resources[0]
		if group.Name != "group" || !group.Options.Protect || group.Dependencies[0] != URN("aws:ec2/vpc:Vpc", "net") {
			t.Errorf("%+v", group)
		}
		if deps := group.PropertyDependencies["vpcId"]; len(deps) != 1 || deps[0] != URN("aws:ec2/vpc:Vpc", "net") {
			t.Errorf("vpcId is made of %v", deps)
		}
		for _, key := range []string{"vpcId", "tags"} {
			if got := !group.Properties.Get(key).IsComputed(); got != known {
				t.Errorf("%s is known: %v", key, got)
			}
		}
		if got := group.Properties.Get("description").AsString(); got != "${net}" {
			t.Errorf("an escaped reference is %q", got)
		}
	}
}

func TestOneResource(t *testing.T) {
	t.Parallel()
	resources, err := Load("password: {fn::secret: x}\nsize: 3", "a:b/c:D", Updated)
	if err != nil || len(resources) != 1 || resources[0].Type != "a:b/c:D" {
		t.Fatal(resources, err)
	}
	if p := resources[0].Properties.Get("password"); !p.Secret() || p.AsString() != "x" {
		t.Errorf("password is %v", p)
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"vpcId: ${net.id}": "no resource of the example",
		"a: [":             "reading the example",
	} {
		if _, err := Load(text, "a:b/c:D", Updated); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
