package elbv2

import (
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// TargetGroup says what a target group is to be.
type TargetGroup struct {
	// Name has 1 to 32 letters, digits and hyphens.
	Name string
	// VPCID is where its targets are.
	VPCID string
	// TargetType is instance or ip.
	TargetType string
	// Protocol and Port are how targets are reached.
	Protocol string
	Port     int
	// Owner is who makes it.
	Owner string
	// Tags are its tags.
	Tags map[string]string
}

// Listener says what a listener is to be.
type Listener struct {
	// LoadBalancerARN is whose it is.
	LoadBalancerARN string
	// Protocol and Port are what it listens to.
	Protocol string
	Port     int
	// TargetGroupARNs are where it sends what it gets; none for one that answers
	// by itself.
	TargetGroupARNs []string
	// CertificateARNs are what it shows.
	CertificateARNs []string
	// Owner is who makes it.
	Owner string
}

func targetGroupKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.TargetGroup, Noun: "ELBv2 Target Group", Service: serviceName, Hidden: true, Tagged: true,
		CreateCall: "CreateTargetGroup", DeleteCall: "DeleteTargetGroup",
		Fields: cloud.Fields{
			"arn": cloud.String.Output(), "name": cloud.String.Output(), "vpcId": cloud.String.Output(), "targetType": cloud.String.Output(),
			"protocol": cloud.String.Output(), "port": cloud.Number.Output(),
		},
		Delete: func(tx *cloud.Tx, r *cloud.Resource) error {
			if l := tx.One(cloud.Listener, cloud.Contains("targetGroupArns", r.ID)); l != nil {
				return targetInUse.Refuse("Target group '%s' is currently in use by a listener or a rule (%s)", r.ID, l.ID)
			}
			return nil
		},
	}
}

func listenerKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.Listener, Noun: "ELBv2 Listener", Service: serviceName, Hidden: true,
		CreateCall: "CreateListener", DeleteCall: "DeleteListener",
		Fields: cloud.Fields{
			"arn": cloud.String.Output(), "loadBalancerArn": cloud.String.Output(), "protocol": cloud.String.Output(), "port": cloud.Number.Output(),
			"targetGroupArns": cloud.ListOf(cloud.String).Output(), "certificateArns": cloud.ListOf(cloud.String).Output(),
		},
	}
}

// MakeTargetGroup makes a target group. It refuses what CreateTargetGroup
// refuses.
func MakeTargetGroup(tx *cloud.Tx, g TargetGroup) (*cloud.Resource, error) {
	if !balancerNames.MatchString(g.Name) {
		return nil, targetName.Refuse("The target group name '%s' must have 1 to 32 letters, digits and hyphens, and must not begin or end with a hyphen", g.Name)
	}
	if tx.One(cloud.TargetGroup, cloud.Prop("name", g.Name)) != nil {
		return nil, targetExists.Refuse("A target group with the same name '%s' exists, but with different settings", g.Name)
	}
	arn := tx.ARN("elasticloadbalancing", "targetgroup/"+g.Name+"/"+tx.Hex(16))
	return tx.Make(g.Owner, cloud.TargetGroup, arn, cloud.AllTags(g.Tags).With(cloud.Props{
		"arn": arn, "name": g.Name, "vpcId": g.VPCID, "targetType": g.TargetType, "protocol": g.Protocol, "port": float64(g.Port),
	}), nil), nil
}

// MakeListener makes a listener. It refuses what CreateListener refuses.
func MakeListener(tx *cloud.Tx, l Listener) (*cloud.Resource, error) {
	if tx.Get(cloud.LoadBalancer, l.LoadBalancerARN) == nil {
		return nil, balancerMissing.Refuse("One or more load balancers not found: '%s'", l.LoadBalancerARN)
	}
	if tx.One(cloud.Listener, cloud.Prop("loadBalancerArn", l.LoadBalancerARN), cloud.Prop("port", float64(l.Port))) != nil {
		return nil, listenerExists.Refuse("A listener already exists on port %d for the load balancer '%s'", l.Port, l.LoadBalancerARN)
	}
	for _, arn := range l.TargetGroupARNs {
		if tx.Get(cloud.TargetGroup, arn) == nil {
			return nil, targetMissing.Refuse("One or more target groups not found: '%s'", arn)
		}
	}
	for _, arn := range l.CertificateARNs {
		if !isCertificate(tx, arn) {
			return nil, certificateMissing.Refuse("Certificate '%s' not found", arn)
		}
		if c := known(tx, arn); c != nil && c.Props.Str("status") != "ISSUED" {
			return nil, certificatePending.Refuse("The certificate '%s' must have a fully-qualified domain name, a supported signature, and a supported key size: it is not issued yet", arn)
		}
	}
	if secure := slices.Contains([]string{"HTTPS", "TLS"}, l.Protocol); secure && len(l.CertificateARNs) == 0 {
		return nil, certificateMissing.Refuse("A certificate must be specified for %s listeners", l.Protocol)
	}
	arn := strings.Replace(l.LoadBalancerARN, ":loadbalancer/", ":listener/", 1) + "/" + tx.Hex(16)
	return tx.Make(l.Owner, cloud.Listener, arn, cloud.Props{
		"arn": arn, "loadBalancerArn": l.LoadBalancerARN, "protocol": l.Protocol, "port": float64(l.Port),
		"targetGroupArns": cloud.Strings(l.TargetGroupARNs...), "certificateArns": cloud.Strings(l.CertificateARNs...),
	}, nil), nil
}

// known is a certificate of the account; nil also where the account does not know
// certificates.
func known(tx *cloud.Tx, arn string) *cloud.Resource {
	if !tx.Knows(cloud.Certificate) {
		return nil
	}
	return tx.Get(cloud.Certificate, arn)
}

// isCertificate tells whether a certificate may be the region's. Where the
// account does not know certificates, one of its own that is named is taken to
// be there.
func isCertificate(tx *cloud.Tx, arn string) bool {
	if tx.Knows(cloud.Certificate) {
		return known(tx, arn) != nil
	}
	id, own := strings.CutPrefix(arn, tx.ARN("acm", "certificate/"))
	return own && id != ""
}
