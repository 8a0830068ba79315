package all_test

import (
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/all"
)

func TestKindsAreWhole(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range all.Services() {
		for _, k := range s.Kinds {
			if seen[k.Token] {
				t.Errorf("%s is modelled twice", k.Token)
			}
			seen[k.Token] = true
			if k.Noun == "" || k.Service == "" || k.CreateCall == "" || k.DeleteCall == "" {
				t.Errorf("%s has no words for its messages: %+v", k.Token, k)
			}
			if k.Create == nil && !k.Hidden {
				t.Errorf("%s cannot be made", k.Token)
			}
		}
		for _, f := range s.Functions {
			if seen[f.Token] || f.Call == nil {
				t.Errorf("function %s is modelled twice, or not at all", f.Token)
			}
			seen[f.Token] = true
		}
	}
}

func TestRulesAreWhole(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range cloud.Rules() {
		if r.Name == "" || r.Code == "" || r.Source == "" || r.Status < 400 {
			t.Errorf("rule %+v is not complete", r)
		}
		if strings.ContainsAny(r.Name, " _") || r.Name != strings.ToLower(r.Name) {
			t.Errorf("rule %q: want words with hyphens", r.Name)
		}
		if seen[r.Name] {
			t.Errorf("two rules are called %s", r.Name)
		}
		seen[r.Name] = true
	}
}

func TestAccountOpens(t *testing.T) {
	t.Parallel()
	a, err := cloud.Open(cloud.Options{Services: all.Services()})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{cloud.VPC, cloud.IAMRole, cloud.KMSKey, cloud.LogGroup, cloud.EKSCluster} {
		if _, err := a.Kind(kind); err != nil {
			t.Error(err)
		}
	}
}
