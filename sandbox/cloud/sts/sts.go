// Package sts answers who calls and where: the functions getCallerIdentity,
// getPartition and getRegion. It issues no credentials.
package sts

import (
	"fmt"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/iam"
)

// sessionName is the name of the session under which a role's holder calls.
const sessionName = "sandbox"

// Service lists what STS adds to an account.
func Service() cloud.Service {
	return cloud.Service{Functions: []cloud.Function{
		{Token: "aws:index/getCallerIdentity:getCallerIdentity", Call: callerIdentity},
		{Token: "aws:index/getPartition:getPartition", Call: partition},
		{Token: "aws:index/getRegion:getRegion", Call: region},
	}}
}

// callerIdentity names a role as STS does: by the session that assumed it.
func callerIdentity(tx *cloud.Tx, _ cloud.Props) (cloud.Props, error) {
	arn, user := tx.Session.Caller, "AIDASANDBOX0000000000"
	if _, path, ok := strings.Cut(arn, ":role/"); ok {
		name := path[strings.LastIndex(path, "/")+1:]
		user = "AROASANDBOX0000000000:" + sessionName
		if role := iam.RoleByARN(tx, arn); role != nil {
			user = role.Props.Str("uniqueId") + ":" + sessionName
		}
		arn = strings.Replace(tx.ARN("iam", "assumed-role/"+name+"/"+sessionName), ":iam:", ":sts:", 1)
	}
	return cloud.Props{"accountId": tx.AccountID(), "arn": arn, "id": tx.AccountID(), "userId": user}, nil
}

func partition(tx *cloud.Tx, _ cloud.Props) (cloud.Props, error) {
	p, suffix := cloud.Partition(tx.Session.Region), cloud.DNSSuffix(tx.Session.Region)
	labels := strings.Split(suffix, ".")
	for i, j := 0, len(labels)-1; i < j; i, j = i+1, j-1 {
		labels[i], labels[j] = labels[j], labels[i]
	}
	return cloud.Props{"dnsSuffix": suffix, "id": p, "partition": p, "reverseDnsPrefix": strings.Join(labels, ".")}, nil
}

// region describes the region asked for by name or endpoint, or the session's.
func region(tx *cloud.Tx, args cloud.Props) (cloud.Props, error) {
	name := args.Str("name")
	if e := args.Str("endpoint"); e != "" {
		name = strings.Split(strings.TrimPrefix(e, "ec2."), ".")[0]
	}
	if name == "" {
		name = tx.Session.Region
	}
	if cloud.Zones(name) == nil {
		return nil, fmt.Errorf("no matching regions found for name %q", name)
	}
	return cloud.Props{
		"description": descriptions[name], "endpoint": "ec2." + name + "." + cloud.DNSSuffix(name), "id": name, "name": name,
	}, nil
}
