package kube

import (
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
	"github.com/slipway-iac/slipway/sandbox/kube/objects"
)

func TestAuthorisation(t *testing.T) {
	t.Parallel()
	const who = "arn:aws:iam::123456789012:role/who"
	type may struct{ readAnywhere, readSecret, readInShop, writeInShop, writeElsewhere, makeNamespace bool }
	tests := map[string]struct {
		policy     string
		namespaces []string
		want       may
	}{
		"cluster administrator": {eks.AdminPolicy, nil, may{true, true, true, true, true, true}},
		"administrator":         {"AmazonEKSAdminPolicy", nil, may{true, true, true, true, true, false}},
		"editor":                {"AmazonEKSEditPolicy", nil, may{true, true, true, true, true, false}},
		"viewer":                {"AmazonEKSViewPolicy", nil, may{true, false, true, false, false, false}},
		"viewer of secrets too": {"AmazonEKSAdminViewPolicy", nil, may{true, true, true, false, false, false}},
		"reader of secrets":     {"AmazonEKSSecretReaderPolicy", nil, may{false, true, false, false, false, false}},
		"no policy":             {"", nil, may{}},
		"editor of one":         {"AmazonEKSEditPolicy", []string{"shop"}, may{false, false, true, true, false, false}},
		"editor of some":        {"AmazonEKSEditPolicy", []string{"other", "sh*"}, may{false, false, true, true, false, false}},
		"editor of another":     {"AmazonEKSEditPolicy", []string{"other"}, may{}},
		"administrator of one":  {eks.AdminPolicy, []string{"shop"}, may{false, false, true, true, false, false}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			account := world(t)
			admin := client(t, account, deployer)
			if _, err := admin.Create("v1", "Namespace", "shop", named("", "shop", nil), false); err != nil {
				t.Fatal(err)
			}
			for _, at := range []objects.Name{objects.At("shop", "seen"), objects.At("default", "seen")} {
				for _, kind := range []string{"ConfigMap", "Secret"} {
					if _, err := admin.Create("v1", kind, at.ID(), named(at.Namespace, at.Name, nil), false); err != nil {
						t.Fatal(err)
					}
				}
			}
			grant(t, account, who, tc.policy, tc.namespaces...)
			c := client(t, account, who)
			try := func(do func() (cloud.Props, error)) bool {
				_, err := do()
				if err != nil {
					wantError(t, err, "forbidden: "+who+" cannot ")
				}
				return err == nil
			}
			got := may{
				readAnywhere:   try(func() (cloud.Props, error) { return c.Get("v1", "ConfigMap", objects.At("default", "seen")) }),
				readSecret:     try(func() (cloud.Props, error) { return c.Get("v1", "Secret", objects.At("default", "seen")) }),
				readInShop:     try(func() (cloud.Props, error) { return c.Get("v1", "ConfigMap", objects.At("shop", "seen")) }),
				writeInShop:    try(func() (cloud.Props, error) { return c.Create("v1", "Secret", "1", named("shop", "a", nil), false) }),
				writeElsewhere: try(func() (cloud.Props, error) { return c.Create("v1", "Secret", "2", named("default", "a", nil), false) }),
				makeNamespace:  try(func() (cloud.Props, error) { return c.Create("v1", "Namespace", "3", named("", "new", nil), false) }),
			}
			if got != tc.want {
				t.Errorf("it may %+v, want %+v", got, tc.want)
			}
		})
	}
}

func TestWhoCalls(t *testing.T) {
	t.Parallel()
	account := world(t)
	_, err := client(t, account, "arn:aws:iam::123456789012:role/stranger").Get("v1", "Namespace", objects.Name{Name: "default"})
	wantError(t, err, "Unauthorized", "role/stranger", "demo")
	// The session of a role counts as the role.
	_, err = client(t, account, "arn:aws:sts::123456789012:assumed-role/deployer/ci").Get("v1", "Namespace", objects.Name{Name: "default"})
	wantError(t, err)
	// The kubeconfig's role comes before the caller.
	c, err := NewClient(account, Engine{}, "arn:aws:iam::123456789012:role/stranger", config("--role", deployer))
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Get("v1", "Namespace", objects.Name{Name: "default"})
	wantError(t, err)
	// The endpoint must be that of a cluster.
	c.config.Server = "https://DEF.gr7.us-west-2.eks.amazonaws.com"
	_, err = c.Get("v1", "Namespace", objects.Name{Name: "default"})
	wantError(t, err, "unreachable", c.config.Server)
	edit(t, account, func(tx *cloud.Tx) error {
		r := tx.Get(cloud.EKSCluster, "demo")
		r.Props["vpcConfig"] = object{"endpointPrivateAccess": true}
		tx.Put(r)
		return nil
	})
	_, err = client(t, account, deployer).Get("v1", "Namespace", objects.Name{Name: "default"})
	wantError(t, err, "its endpoint is private")
}
