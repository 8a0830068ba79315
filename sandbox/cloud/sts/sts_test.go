package sts_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
	"github.com/slipway-iac/slipway/sandbox/cloud/sts"
)

func TestAnswers(t *testing.T) {
	t.Parallel()
	const caller, partition, region = "aws:index/getCallerIdentity:getCallerIdentity", "aws:index/getPartition:getPartition", "aws:index/getRegion:getRegion"
	tests := map[string]struct {
		session  cloud.Session
		function string
		args     cloud.Props
		want     cloud.Props
	}{
		"administrator": {cloud.Session{Region: "us-west-2"}, caller, nil, cloud.Props{
			"accountId": "123456789012", "id": "123456789012", "userId": "AROASANDBOX0000000000:sandbox",
			"arn": "arn:aws:sts::123456789012:assumed-role/administrator/sandbox",
		}},
		"user": {cloud.Session{Region: "us-west-2", Caller: "arn:aws:iam::123456789012:user/ann"}, caller, nil, cloud.Props{
			"accountId": "123456789012", "id": "123456789012", "userId": "AIDASANDBOX0000000000", "arn": "arn:aws:iam::123456789012:user/ann",
		}},
		"China": {cloud.Session{Region: "cn-north-1"}, partition, nil, cloud.Props{
			"partition": "aws-cn", "id": "aws-cn", "dnsSuffix": "amazonaws.com.cn", "reverseDnsPrefix": "cn.com.amazonaws",
		}},
		"own region": {cloud.Session{Region: "us-west-2"}, region, nil, cloud.Props{
			"name": "us-west-2", "id": "us-west-2", "description": "US West (Oregon)", "endpoint": "ec2.us-west-2.amazonaws.com",
		}},
		"region by endpoint": {cloud.Session{Region: "us-west-2"}, region, cloud.Props{"endpoint": "ec2.eu-west-1.amazonaws.com"}, cloud.Props{
			"name": "eu-west-1", "id": "eu-west-1", "description": "Europe (Ireland)", "endpoint": "ec2.eu-west-1.amazonaws.com",
		}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := cloud.Open(cloud.Options{Services: []cloud.Service{iam.Service(), sts.Service()}})
			if err != nil {
				t.Fatal(err)
			}
			got, err := a.Invoke(tc.session, tc.function, tc.args)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEveryRegionHasADescription(t *testing.T) {
	t.Parallel()
	a, err := cloud.Open(cloud.Options{Services: []cloud.Service{sts.Service()}})
	if err != nil {
		t.Fatal(err)
	}
	for _, region := range cloud.Regions() {
		got, err := a.Invoke(cloud.Session{Region: region}, "aws:index/getRegion:getRegion", nil)
		if err != nil || got.Str("description") == "" {
			t.Errorf("%s: got %v, %v", region, got, err)
		}
	}
	if _, err := a.Invoke(cloud.Session{Region: "us-west-2"}, "aws:index/getRegion:getRegion", cloud.Props{"name": "mars-1"}); err == nil {
		t.Error("a region that does not exist was described")
	}
}
