package cloud_test

import (
	"regexp"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func TestZoneID(t *testing.T) {
	t.Parallel()
	for zone, want := range map[string]string{
		"us-west-2a": "usw2-az1", "us-west-2d": "usw2-az4", "us-east-1c": "use1-az3", "us-east-1f": "use1-az6",
		"eu-central-1b": "euc1-az2", "eu-north-1a": "eun1-az1", "ap-southeast-2c": "apse2-az3", "ap-northeast-1a": "apne1-az1",
		"us-gov-west-1a": "usgw1-az1", "us-gov-east-1c": "usge1-az3", "cn-northwest-1a": "cnnw1-az1", "me-central-1a": "mec1-az1",
		"us-west-2": "", "us-west-2e": "", "us-west-9a": "", "": "", "a": "",
	} {
		if got := cloud.ZoneID(zone); got != want {
			t.Errorf("%s: %q, want %q", zone, got, want)
		}
	}
}

func TestZonesOfAllRegions(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[a-z]{2}(g)?[a-z]{1,2}[1-9]-az[1-9]$`)
	seen := map[string]string{}
	for _, region := range cloud.Regions() {
		zones := cloud.Zones(region)
		if len(zones) < 2 {
			t.Errorf("%s has zones %v", region, zones)
		}
		for _, zone := range zones {
			id := cloud.ZoneID(zone)
			if !form.MatchString(id) || seen[id] != "" {
				t.Errorf("%s is %q, and so is %q", zone, id, seen[id])
			}
			seen[id] = zone
		}
	}
	if zones := cloud.Zones("mars-north-1"); zones != nil {
		t.Errorf("an unknown region has zones %v", zones)
	}
}

func TestPartitions(t *testing.T) {
	t.Parallel()
	tests := map[string][3]string{
		"us-west-2":     {"aws", "amazonaws.com", "arn:aws:ec2:us-west-2:1:vpc/v"},
		"cn-north-1":    {"aws-cn", "amazonaws.com.cn", "arn:aws-cn:ec2:cn-north-1:1:vpc/v"},
		"us-gov-east-1": {"aws-us-gov", "amazonaws.com", "arn:aws-us-gov:ec2:us-gov-east-1:1:vpc/v"},
		"":              {"aws", "amazonaws.com", "arn:aws:ec2::1:vpc/v"},
	}
	for region, want := range tests {
		if got := [3]string{cloud.Partition(region), cloud.DNSSuffix(region), cloud.ARN(region, "ec2", "1", "vpc/v")}; got != want {
			t.Errorf("%s: %v, want %v", region, got, want)
		}
	}
	if got := cloud.ARN("cn-north-1", "iam", "1", "role/r"); got != "arn:aws-cn:iam::1:role/r" {
		t.Errorf("a role in China is %s", got)
	}
}
