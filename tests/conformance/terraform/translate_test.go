package terraform

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

type (
	object = map[string]any
	list   = []any
)

var roleFields = cloud.Fields{
	"name": cloud.String, "size": cloud.Number, "policyArns": cloud.SetOf(cloud.String), "tags": cloud.MapOf(cloud.String),
	"config": cloud.Object(cloud.Fields{"on": cloud.Bool}), "taints": cloud.SetOf(cloud.Object(cloud.Fields{"key": cloud.String})),
	"rules": cloud.SetOf(cloud.Object(cloud.Fields{"port": cloud.Number, "range": cloud.String})),
}

func TestArguments(t *testing.T) {
	t.Parallel()
	role := small(t)["aws_iam_role"].Object
	got, err := role.Arguments(cloud.Props{
		"name": "${a} and %{b}", "size": 3.0, "policyArns": list{Expression("${aws_iam_policy.x.arn}")}, "tags": object{"a": "b"},
		"config": object{"on": true}, "taints": list{object{"key": "k"}}, "rules": list{object{"port": 1.0}}, "notes": nil,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := object{
		"name": "$${a} and %%{b}", "size": 3.0, "policy_arns": list{"${aws_iam_policy.x.arn}"}, "tags": object{"a": "b"},
		"config": list{object{"on": true}}, "taint": list{object{"key": "k"}}, "rule": list{object{"port": 1.0, "range": nil}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := role.Arguments(cloud.Props{"config": object{"off": true}}); err == nil || err.Error() != "config: [0]: the provider has no property off" {
		t.Errorf("an unknown property: %v", err)
	}
}

func TestAttributes(t *testing.T) {
	t.Parallel()
	role := small(t)["aws_iam_role"].Object
	got, unknown, err := role.Attributes(cloud.Props{
		"name": "n", "config": object{"on": true, "more": 1.0}, "rules": list{object{"port": 1.0}}, "other": true,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := object{
		"name": "n", "size": nil, "policy_arns": nil, "notes": list{}, "tags": nil, "taint": list{}, "policy": list{}, "timeouts": nil,
		"config": list{object{"on": "true"}}, "rule": list{object{"port": 1.0, "range": ""}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"config.more", "other"}, unknown); diff != "" {
		t.Error(diff)
	}
	if _, _, err := role.Attributes(cloud.Props{"size": "many"}); err == nil {
		t.Error("a number that is none was translated")
	}
}

func TestProps(t *testing.T) {
	t.Parallel()
	role := small(t)["aws_iam_role"].Object
	got := role.Props(roleFields, object{
		"name": "n", "size": 3.0, "policy_arns": list{"a"}, "config": list{object{"on": "true"}}, "taint": list{},
		"tags": object{"a": cloud.Unknown}, "rule": cloud.Unknown, "notes": list{"x"},
	})
	want := cloud.Props{
		"name": "n", "size": 3.0, "policyArns": list{"a"}, "config": object{"on": true}, "taints": list{},
		"tags": object{"a": cloud.Unknown}, "rules": cloud.Unknown,
	}
	if !cloud.Equal(map[string]any(want), map[string]any(got)) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestWithUnknown(t *testing.T) {
	t.Parallel()
	got := WithUnknown(
		object{"a": 1.0, "b": list{object{"c": nil}}, "d": list{"x"}},
		object{"e": true, "b": list{object{"c": true}}, "d": list{false}, "f": false},
	)
	want := object{"a": 1.0, "b": list{object{"c": cloud.Unknown}}, "d": list{"x"}, "e": cloud.Unknown}
	if !cloud.Equal(want, got) {
		t.Errorf("got %v, want %v", got, want)
	}
}
