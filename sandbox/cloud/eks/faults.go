package eks

import (
	"errors"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// The health issues of node groups.
// https://docs.aws.amazon.com/eks/latest/APIReference/API_Issue.html
const (
	notJoined     = "NodeCreationFailure"
	notLaunched   = "AsgInstanceLaunchFailures"
	subnetInvalid = "Ec2SubnetInvalidConfiguration"
)

// Why nodes do not start, or do not join.
var (
	nodeSubnetPublic = failure("node-without-public-address", subnetInvalid, guide+"troubleshooting.html")
	nodeSubnetFull   = failure("node-without-free-address", notLaunched, guide+"troubleshooting.html")
	nodeLost         = failure("node-interface-gone", notLaunched, guide+"troubleshooting.html")
	nodeImageArch    = failure("node-image-architecture", notLaunched, guide+"launch-templates.html")
	nodeImageVersion = failure("node-image-newer-than-cluster", notJoined, guide+"update-cluster.html")
	nodeNotTold      = failure("node-image-without-cluster", notJoined, guide+"launch-templates.html")
	nodeMayNot       = failure("node-role-permissions", notJoined, guide+"create-node-role.html")
	nodeNoEntry      = failure("node-access-entry-missing", notJoined, guide+"access-entries.html")
	nodeEntryType    = failure("node-access-entry-type", notJoined, api+"API_CreateAccessEntry.html")
	nodeShutOff      = failure("node-reaches-no-service", notJoined, guide+"private-clusters.html")
	nodeRefused      = failure("node-groups-not-admitted", notJoined, guide+"sec-group-reqs.html")
	nodeNoEndpoint   = failure("node-reaches-no-endpoint", notJoined, guide+"cluster-endpoint.html")
	nodeNotAdmitted  = failure("node-address-not-admitted", notJoined, guide+"cluster-endpoint.html")
)

// faults are the reasons why a node does not become ready.
type faults []*cloud.Late

// add puts down that a rule is broken: what is at fault and what would mend it.
func (f *faults) add(r *cloud.Rule, format string, args ...any) { f.found(r.Late(format, args...)) }

// found puts down a late failure; nil is none.
func (f *faults) found(err error) {
	var late *cloud.Late
	if errors.As(err, &late) {
		*f = append(*f, late)
	}
}

// err is how EKS reports faults: by the first one's health issue, and the
// reasons of all.
func (f faults) err() error {
	if len(f) == 0 {
		return nil
	}
	var texts []string
	for _, late := range f {
		if !slices.Contains(texts, late.Message) {
			texts = append(texts, late.Message)
		}
	}
	message := strings.Join(texts, "; ")
	if f[0].Code() == notJoined {
		message = "Instances failed to join the kubernetes cluster: " + message
	}
	return &cloud.Late{Rule: f[0].Rule, Message: message}
}
