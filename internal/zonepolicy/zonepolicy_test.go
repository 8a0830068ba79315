package zonepolicy_test

import (
	"testing"

	"github.com/slipway-iac/slipway/internal/zonepolicy"
)

func TestRecords(t *testing.T) {
	t.Parallel()
	got, err := zonepolicy.Records([]string{"arn:aws-cn:eks:cn-north-1:123456789012:cluster/demo", "Z1", "Z2"}, "TXT").JSON()
	if err != nil {
		t.Fatal(err)
	}
	const zones = `"Resource":["arn:aws-cn:route53:::hostedzone/Z1","arn:aws-cn:route53:::hostedzone/Z2"]`
	want := `{"Version":"2012-10-17","Statement":[{"Sid":"ChangeRecords","Effect":"Allow","Action":["route53:ChangeResourceRecordSets"],` + zones +
		`,"Condition":{"ForAllValues:StringEquals":{"route53:ChangeResourceRecordSetsRecordTypes":["TXT"]},` +
		`"Null":{"route53:ChangeResourceRecordSetsRecordTypes":["false"]}}},` +
		`{"Sid":"ReadRecords","Effect":"Allow","Action":["route53:ListResourceRecordSets"],` + zones + `}]}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
