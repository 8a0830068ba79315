package terraform

import "testing"

// small is a schema with what the names and translations are tested on.
func small(t *testing.T) Schema {
	t.Helper()
	s, err := ParseSchema([]byte(`{"provider_schemas": {"registry.terraform.io/hashicorp/aws": {"resource_schemas": {
		"aws_vpc": {"version": 1, "block": {"attributes": {"cidr_block": {"type": "string", "optional": true, "computed": true}}}},
		"aws_iam_role": {"version": 0, "block": {"attributes": {
			"name": {"type": "string", "required": true},
			"size": {"type": "number", "optional": true},
			"policy_arns": {"type": ["set", "string"], "optional": true},
			"notes": {"type": ["list", "string"], "computed": true},
			"tags": {"type": ["map", "string"], "optional": true},
			"rule": {"type": ["set", ["object", {"port": "number", "range": "string"}]], "optional": true, "computed": true}
		}, "block_types": {
			"config": {"nesting_mode": "list", "max_items": 1, "min_items": 1, "block": {"attributes": {"on": {"type": "string", "required": true}}}},
			"taint": {"nesting_mode": "set", "block": {"attributes": {"key": {"type": "string", "required": true}}}},
			"policy": {"nesting_mode": "list", "block": {"attributes": {"text": {"type": "string", "required": true}}}},
			"timeouts": {"nesting_mode": "single", "block": {"attributes": {"create": {"type": "string", "optional": true}}}}
		}}}
	}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTypeOf(t *testing.T) {
	t.Parallel()
	s := small(t)
	s["aws_iam_openid_connect_provider"] = s["aws_vpc"]
	for token, want := range map[string]string{
		"aws:ec2/vpc:Vpc":   "aws_vpc",
		"aws:iam/role:Role": "aws_iam_role",
		"aws:iam/openIdConnectProvider:OpenIdConnectProvider": "aws_iam_openid_connect_provider",
	} {
		if got, err := s.TypeOf(token); err != nil || got != want {
			t.Errorf("%s is %s (%v), want %s", token, got, err, want)
		}
	}
	for _, token := range []string{"aws:ec2/unknown:Unknown", "kubernetes:core/v1:Namespace", "eks:index:Cluster"} {
		if got, err := s.TypeOf(token); err == nil {
			t.Errorf("%s is %s, want an error", token, got)
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	role := small(t)["aws_iam_role"].Object
	for name, want := range map[string]string{
		"name": "name", "policyArns": "policy_arns", "config": "config", "taints": "taint", "policies": "policy",
		"timeouts": "timeouts", "tags": "tags", "names": "", "configs": "config", "unknown": "",
	} {
		if got, _ := role.Find(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}
