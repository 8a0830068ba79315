package iam_test

import (
	"fmt"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func TestProvidersOfAnAccount(t *testing.T) {
	t.Parallel()
	a := open(t)
	for i := range 101 {
		_, err := a.Create(session, cloud.IAMOpenIDConnectProvider, fmt.Sprint(i), cloud.Props{"url": fmt.Sprintf("https://oidc.example/id/%d", i), "clientIdLists": cloud.Strings("a")})
		if i < 100 && err != nil {
			t.Fatal(err)
		}
		if i == 100 {
			wantCode(t, err, "LimitExceeded")
		}
	}
}

func TestEleventhPolicyIsRefused(t *testing.T) {
	t.Parallel()
	a := open(t)
	create(t, a, cloud.IAMRole, role("node", nil))
	for i := range 11 {
		p := create(t, a, cloud.IAMPolicy, cloud.Props{"name": fmt.Sprintf("p%d", i), "policy": readS3})
		_, err := a.Create(session, cloud.IAMRolePolicyAttachment, p.ID, cloud.Props{"role": "node", "policyArn": p.ID})
		if i < 10 && err != nil {
			t.Fatal(err)
		}
		if i == 10 {
			wantCode(t, err, "LimitExceeded")
		}
	}
}
