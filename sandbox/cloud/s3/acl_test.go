package s3_test

import (
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func TestACLIsRequired(t *testing.T) {
	t.Parallel()
	problems, err := open(t).account.Check(cloud.BucketACL, cloud.Props{"bucket": "own-a"})
	if err != nil || len(problems) != 1 || problems[0].Property != "acl" {
		t.Errorf("got %v, %v, want one problem of acl", problems, err)
	}
}
