package platform

import (
	"regexp"

	"github.com/slipway-iac/slipway/internal/check"
)

var roleARN = regexp.MustCompile(`^arn:aws[a-z-]*:iam::(\d{12}):role/.+$`)

// validate reports everything that is wrong with an environment, before the
// first resource: what belongs to it as a whole, and what each component says
// of its part.
func (e Environment) validate(stack string) error {
	var p check.Errors
	p.Require(e.Region != "", "region", "write a region, such as us-west-2")
	p.That(e.Region == "" || check.IsRegion(e.Region), "region", e.Region, "a region, such as us-west-2")
	p.Require(e.AccountID != "", "accountId", "write the number of the AWS account, in quotes")
	p.That(e.AccountID == "" || check.IsAccount(e.AccountID), "accountId", e.AccountID, "twelve digits, in quotes")
	e.validateDeployer(&p)
	e.validateEngine(&p)
	p.Require(len(e.NodeGroups) > 0, "nodeGroups", "the cluster's own pods need one; leave it out to get the tier's")
	e.checkBlocks(stack, &p)
	return inConfiguration(p.Err())
}

func (e Environment) validateDeployer(p *check.Errors) {
	p.Require(e.DeployerRoleARN != "", "deployerRoleArn", "write the ARN of the IAM role that runs Pulumi; it becomes an administrator of the cluster")
	if e.DeployerRoleARN == "" {
		return
	}
	match := roleARN.FindStringSubmatch(e.DeployerRoleARN)
	if match == nil {
		p.That(false, "deployerRoleArn", e.DeployerRoleARN, "the ARN of an IAM role, arn:aws:iam::<account>:role/<name>")
		return
	}
	p.That(match[1] == e.AccountID, "deployerRoleArn", e.DeployerRoleARN, "a role of account "+e.AccountID)
}

// validateEngine refuses what the engine could not install in the cluster.
func (e Environment) validateEngine(p *check.Errors) {
	engine := e.engine()
	if err := engine.Validate(); err != nil {
		p.Join(renamed("engine", Engine{}, err))
		return
	}
	if !e.inside() {
		return
	}
	if err := engine.Reaches(e.Cluster.PublicCIDRs); err != nil {
		p.Add("engine.location is %q and what runs in the cluster could not be installed: %w (cluster.publicCidrs)", e.Engine.Location, err)
	}
}

// inConfiguration names the configuration in front of each problem.
func inConfiguration(err error) error {
	if err == nil {
		return nil
	}
	var named check.Errors
	named.In(configKey, err)
	return named.Err()
}
