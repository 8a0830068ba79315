package ssm_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/ssm"
)

func open(t *testing.T) *cloud.Account {
	t.Helper()
	a, err := cloud.Open(cloud.Options{Services: []cloud.Service{ssm.Service()}})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

var session = cloud.Session{Region: "us-west-2"}

const function = "aws:ssm/getParameter:getParameter"

func TestImages(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ os, arch, minor string }{
		"/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/arm64/standard/recommended/image_id": {ssm.AL2023, "arm64", "1.35"},
		"/aws/service/eks/optimized-ami/1.31/amazon-linux-2023/x86_64/nvidia/recommended/image_id":  {ssm.AL2023, "x86_64", "1.31"},
		"/aws/service/eks/optimized-ami/1.36/amazon-linux-2023/x86_64/standard/" +
			"amazon-eks-node-al2023-x86_64-standard-1.36-v20260724/image_id": {ssm.AL2023, "x86_64", "1.36"},
		"/aws/service/bottlerocket/aws-k8s-1.35/x86_64/latest/image_id":       {ssm.Bottlerocket, "x86_64", "1.35"},
		"/aws/service/bottlerocket/aws-k8s-1.35-nvidia/arm64/latest/image_id": {ssm.Bottlerocket, "arm64", "1.35"},
	}
	a := open(t)
	seen := map[string]string{}
	for name, want := range tests {
		got, err := a.Invoke(session, function, cloud.Props{"name": name})
		if err != nil {
			t.Fatal(err)
		}
		id := got.Str("value")
		if other, taken := seen[id]; taken {
			t.Errorf("%s and %s are the same image", name, other)
		}
		seen[id] = name
		err = a.Change(session, "look", func(tx *cloud.Tx) error {
			os, arch, minor, ok := ssm.AMI(tx, id)
			if !ok || os != want.os || arch != want.arch || minor != want.minor {
				t.Errorf("%s: got %s %s %s %t, want %v", name, os, arch, minor, ok, want)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestImagesBelongToARegion(t *testing.T) {
	t.Parallel()
	a := open(t)
	name := cloud.Props{"name": "/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/arm64/standard/recommended/image_id"}
	west, err := a.Invoke(session, function, name)
	if err != nil {
		t.Fatal(err)
	}
	err = a.Change(cloud.Session{Region: "eu-west-1"}, "look", func(tx *cloud.Tx) error {
		if _, _, _, ok := ssm.AMI(tx, west.Str("value")); ok {
			t.Error("an image of one region exists in another")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestUnknownParameters(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{
		"a version out of support": "/aws/service/eks/optimized-ami/1.30/amazon-linux-2023/arm64/standard/recommended/image_id",
		"a version to come":        "/aws/service/eks/optimized-ami/1.99/amazon-linux-2023/arm64/standard/recommended/image_id",
		"Amazon Linux 2":           "/aws/service/eks/optimized-ami/1.32/amazon-linux-2/recommended/image_id",
		"neuron on Graviton":       "/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/arm64/neuron/recommended/image_id",
		"one's own":                "/mine",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := open(t).Invoke(session, function, cloud.Props{"name": path})
			var refusal *cloud.Refusal
			if !errors.As(err, &refusal) || refusal.Code() != "ParameterNotFound" || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want ParameterNotFound naming the parameter", err)
			}
		})
	}
}
