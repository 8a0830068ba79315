package cloud

import (
	"maps"
	"slices"
	"strings"
)

// regions maps the regions the sandbox knows to the letters of their zones. In
// a real account the letters stand for other zone IDs in each account; here the
// first letter is always the first zone.
// https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
var regions = map[string]string{
	"us-east-1": "abcdef", "us-east-2": "abc", "us-west-1": "ab", "us-west-2": "abcd",
	"ca-central-1": "abd", "ca-west-1": "abc", "sa-east-1": "abc", "mx-central-1": "abc",
	"eu-west-1": "abc", "eu-west-2": "abc", "eu-west-3": "abc", "eu-central-1": "abc", "eu-central-2": "abc",
	"eu-north-1": "abc", "eu-south-1": "abc", "eu-south-2": "abc",
	"ap-northeast-1": "acd", "ap-northeast-2": "abcd", "ap-northeast-3": "abc", "ap-south-1": "abc", "ap-south-2": "abc",
	"ap-southeast-1": "abc", "ap-southeast-2": "abc", "ap-southeast-3": "abc", "ap-southeast-4": "abc", "ap-east-1": "abc",
	"af-south-1": "abc", "me-south-1": "abc", "me-central-1": "abc", "il-central-1": "abc",
	"us-gov-west-1": "abc", "us-gov-east-1": "abc", "cn-north-1": "abd", "cn-northwest-1": "abc",
}

// Regions lists the regions the sandbox knows.
func Regions() []string { return slices.Sorted(maps.Keys(regions)) }

// Zones lists the availability zones of a region; none when it is unknown.
func Zones(region string) []string {
	var zones []string
	for _, letter := range regions[region] {
		zones = append(zones, region+string(letter))
	}
	return zones
}

// ZoneID is the account-independent name of a zone, such as usw2-az1; "" when
// the zone does not exist.
func ZoneID(zone string) string {
	region := strings.TrimRight(zone, "abcdefgh")
	i := slices.Index(Zones(region), zone)
	if i < 0 {
		return ""
	}
	parts := strings.Split(region, "-")
	area := map[string]string{
		"east": "e", "west": "w", "north": "n", "south": "s", "central": "c",
		"northeast": "ne", "southeast": "se", "northwest": "nw",
	}
	var short strings.Builder
	short.WriteString(parts[0])
	for _, p := range parts[1 : len(parts)-1] {
		if p == "gov" {
			short.WriteString("g")
			continue
		}
		short.WriteString(area[p])
	}
	short.WriteString(parts[len(parts)-1])
	return short.String() + "-az" + string(rune('1'+i))
}

// Partition is the part of AWS a region belongs to: aws, aws-cn or aws-us-gov.
func Partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// DNSSuffix is the domain of a region's services.
func DNSSuffix(region string) string {
	if Partition(region) == "aws-cn" {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}
