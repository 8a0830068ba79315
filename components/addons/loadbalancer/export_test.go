package loadbalancer

import "github.com/slipway-iac/slipway/components/iampolicy"

// Policies are the role's, for a cluster and a VPC.
func (a Args) Policies(values []string) []iampolicy.Document {
	return []iampolicy.Document{a.surroundings(values), balancers(values)}
}
