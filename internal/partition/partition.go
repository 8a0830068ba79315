// Package partition says to which part of AWS a region belongs. Components
// derive it from the region that they are given rather than ask AWS, so that
// policy documents and service names are known in every preview.
//
// It knows the commercial, China and GovCloud partitions; the isolated ones
// would be taken for commercial.
package partition

import "strings"

// Of returns the partition of a region as it stands in ARNs: aws, aws-cn or
// aws-us-gov.
func Of(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	default:
		return "aws"
	}
}

// DNSSuffix returns the domain below which a region's services are.
func DNSSuffix(region string) string {
	if Of(region) == "aws-cn" {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}
