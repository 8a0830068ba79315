package controls

import "github.com/slipway-iac/slipway/policy/control"

const (
	latticeService = "aws:vpclattice/service:Service"
	latticeNetwork = "aws:vpclattice/serviceNetwork:ServiceNetwork"
	latticePolicy  = "aws:vpclattice/authPolicy:AuthPolicy"
	latticeLogs    = "aws:vpclattice/accessLogSubscription:AccessLogSubscription"
)

var lattice = []control.Control{
	{
		ID: "lattice-auth-iam", Severity: control.High,
		Title: "VPC Lattice knows who is asking",
		On:    []string{latticeService, latticeNetwork}, Reads: []string{"authType", latticeNetwork + " authType"},
		Check: oneOf("authType", "AWS_IAM"), Fix: "set authType to AWS_IAM", Bad: `authType: NONE`, Good: `authType: AWS_IAM`,
	},
	{
		ID: "lattice-auth-policy-not-open", Severity: control.High,
		Title: "What VPC Lattice asks for a policy has one, for named principals",
		On:    []string{latticeService, latticeNetwork, latticePolicy}, Reads: []string{"authType", latticePolicy + " resourceIdentifier", latticePolicy + " policy"},
		CheckStack: func(s *control.Stack) {
			s.EachOf([]string{latticeService, latticeNetwork}, func(r *control.Resource) {
				if r.Get("authType").Text() == "AWS_IAM" && len(s.Referring(latticePolicy, "resourceIdentifier", r)) == 0 {
					r.Violate("it has authType AWS_IAM and no aws.vpclattice.AuthPolicy: nobody may call it")
				}
			})
			s.Each(latticePolicy, notPublic("policy"))
		},
		Fix: "add an aws.vpclattice.AuthPolicy that names the principals, or their organisation in a condition",
		Bad: `
resources:
  shop: {type: "aws:vpclattice/service:Service", properties: {authType: AWS_IAM}}
  all:
    type: aws:vpclattice/authPolicy:AuthPolicy
    properties: {resourceIdentifier: "${shop.arn}", policy: '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}'}
`,
		Good: `
resources:
  shop: {type: "aws:vpclattice/service:Service", properties: {authType: AWS_IAM}}
  ours:
    type: aws:vpclattice/authPolicy:AuthPolicy
    properties:
      resourceIdentifier: ${shop.arn}
      policy: '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}]}'
`,
	},
	{
		ID: "lattice-listener-https", Severity: control.Medium,
		Title: "VPC Lattice speaks TLS",
		On:    []string{"aws:vpclattice/listener:Listener"}, Reads: []string{"protocol"},
		Check: oneOf("protocol", "HTTPS", "TLS_PASSTHROUGH"), Fix: "set protocol to HTTPS", Bad: `protocol: HTTP`, Good: `protocol: HTTPS`,
	},
	{
		ID: "lattice-association-sg", Severity: control.Medium,
		Title: "A VPC's way into VPC Lattice has a security group",
		On:    []string{"aws:vpclattice/serviceNetworkVpcAssociation:ServiceNetworkVpcAssociation"}, Reads: []string{"securityGroupIds"},
		Check: isSet("securityGroupIds", "a security group; without one the whole VPC may call"), Fix: "set securityGroupIds",
		Bad: `vpcIdentifier: vpc-0123456789abcdef0`, Good: `securityGroupIds: [sg-0123456789abcdef0]`,
	},
	{
		ID: "lattice-access-logs", Severity: control.Medium,
		Title: "VPC Lattice logs who called",
		On:    []string{latticeService, latticeNetwork, latticeLogs}, Reads: []string{latticeLogs + " resourceIdentifier"},
		CheckStack: eachNamed([]string{latticeService, latticeNetwork}, latticeLogs, "resourceIdentifier", "no aws.vpclattice.AccessLogSubscription is about it"),
		Fix:        "add an aws.vpclattice.AccessLogSubscription", Bad: `authType: AWS_IAM`,
		Good: `
resources:
  shop: {type: "aws:vpclattice/service:Service", properties: {authType: AWS_IAM}}
  calls: {type: "aws:vpclattice/accessLogSubscription:AccessLogSubscription", properties: {resourceIdentifier: "${shop.arn}", destinationArn: "arn:aws:logs:us-west-2:123456789012:log-group:calls:*"}}
`,
	},
}
