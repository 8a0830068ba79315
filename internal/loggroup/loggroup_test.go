package loggroup

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestKeyPolicyAdmitsOneGroup(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ region, want string }{
		"commercial": {"eu-central-1", `{"Version":"2012-10-17","Statement":[` +
			`{"Sid":"Administration","Effect":"Allow","Principal":{"AWS":["arn:aws:iam::123456789012:root"]},"Action":["kms:*"],"Resource":["*"]},` +
			`{"Sid":"Logs","Effect":"Allow","Principal":{"Service":["logs.eu-central-1.amazonaws.com"]},` +
			`"Action":["kms:Encrypt*","kms:Decrypt*","kms:ReEncrypt*","kms:GenerateDataKey*","kms:Describe*"],"Resource":["*"],` +
			`"Condition":{"ArnEquals":{"kms:EncryptionContext:aws:logs:arn":["arn:aws:logs:eu-central-1:123456789012:log-group:/aws/eks/demo/cluster"]}}}]}`},
		"China has its own names": {"cn-north-1", `{"Version":"2012-10-17","Statement":[` +
			`{"Sid":"Administration","Effect":"Allow","Principal":{"AWS":["arn:aws-cn:iam::123456789012:root"]},"Action":["kms:*"],"Resource":["*"]},` +
			`{"Sid":"Logs","Effect":"Allow","Principal":{"Service":["logs.cn-north-1.amazonaws.com.cn"]},` +
			`"Action":["kms:Encrypt*","kms:Decrypt*","kms:ReEncrypt*","kms:GenerateDataKey*","kms:Describe*"],"Resource":["*"],` +
			`"Condition":{"ArnEquals":{"kms:EncryptionContext:aws:logs:arn":["arn:aws-cn:logs:cn-north-1:123456789012:log-group:/aws/eks/demo/cluster"]}}}]}`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := keyPolicy(tc.region, "123456789012", "/aws/eks/demo/cluster").JSON()
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestRetains(t *testing.T) {
	t.Parallel()
	for days, want := range map[int]bool{0: false, 1: true, 2: false, 90: true, 91: false, 3653: true} {
		if got := Retains(days); got != want {
			t.Errorf("Retains(%d) = %t, want %t", days, got, want)
		}
	}
}
