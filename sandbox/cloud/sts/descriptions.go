package sts

// descriptions are the names of the regions.
// https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
var descriptions = map[string]string{
	"us-east-1": "US East (N. Virginia)", "us-east-2": "US East (Ohio)",
	"us-west-1": "US West (N. California)", "us-west-2": "US West (Oregon)",
	"ca-central-1": "Canada (Central)", "ca-west-1": "Canada West (Calgary)",
	"sa-east-1": "South America (Sao Paulo)", "mx-central-1": "Mexico (Central)",
	"eu-west-1": "Europe (Ireland)", "eu-west-2": "Europe (London)", "eu-west-3": "Europe (Paris)",
	"eu-central-1": "Europe (Frankfurt)", "eu-central-2": "Europe (Zurich)", "eu-north-1": "Europe (Stockholm)",
	"eu-south-1": "Europe (Milan)", "eu-south-2": "Europe (Spain)",
	"ap-northeast-1": "Asia Pacific (Tokyo)", "ap-northeast-2": "Asia Pacific (Seoul)", "ap-northeast-3": "Asia Pacific (Osaka)",
	"ap-south-1": "Asia Pacific (Mumbai)", "ap-south-2": "Asia Pacific (Hyderabad)",
	"ap-southeast-1": "Asia Pacific (Singapore)", "ap-southeast-2": "Asia Pacific (Sydney)",
	"ap-southeast-3": "Asia Pacific (Jakarta)", "ap-southeast-4": "Asia Pacific (Melbourne)", "ap-east-1": "Asia Pacific (Hong Kong)",
	"af-south-1": "Africa (Cape Town)", "me-south-1": "Middle East (Bahrain)", "me-central-1": "Middle East (UAE)",
	"il-central-1": "Israel (Tel Aviv)", "us-gov-west-1": "AWS GovCloud (US-West)", "us-gov-east-1": "AWS GovCloud (US-East)",
	"cn-north-1": "China (Beijing)", "cn-northwest-1": "China (Ningxia)",
}
