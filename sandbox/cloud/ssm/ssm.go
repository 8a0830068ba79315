// Package ssm answers for the public parameters of AWS Systems Manager that
// name the machine images for EKS nodes: Amazon Linux 2023 and Bottlerocket.
//
// The images have made-up IDs that are the same in every account; [AMI] tells
// what such an ID stands for. There are no other parameters, and none can be
// made.
package ssm

import (
	"github.com/slipway-iac/slipway/sandbox/cloud"
)

var parameterNotFound = cloud.Declare(cloud.Rule{
	Name: "ssm-parameter-missing", Code: "ParameterNotFound",
	Source: "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html",
})

// Service lists what Systems Manager adds to an account.
func Service() cloud.Service {
	return cloud.Service{Functions: []cloud.Function{{Token: "aws:ssm/getParameter:getParameter", Call: getParameter}}}
}

func getParameter(tx *cloud.Tx, args cloud.Props) (cloud.Props, error) {
	name := args.Str("name")
	value, ok := parameters(tx.Session.Region)[name]
	if !ok {
		return nil, parameterNotFound.Refuse("%s: the sandbox knows the image_id and release parameters of Amazon Linux 2023 "+
			"and Bottlerocket for the Kubernetes versions that EKS offers", name)
	}
	return cloud.Props{
		"name": name, "id": name, "type": "String", "value": value, "insecureValue": value, "version": float64(1),
		"arn":            cloud.ARN(tx.Session.Region, "ssm", "", "parameter"+name),
		"withDecryption": args["withDecryption"],
	}, nil
}
