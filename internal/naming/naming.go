// Package naming makes the few physical names that an outside contract fixes,
// within the limits of the service that reads them. Everything else is left to
// Pulumi's autonaming.
package naming

import (
	"crypto/sha256"
	"encoding/hex"
)

const hashLength = 8

// Fit returns name unchanged when it has at most limit characters, and
// otherwise its beginning and a hash of the whole, so that two long names that
// begin alike stay different. A limit without room for both leaves the hash, or
// what fits of it. Names are ASCII, as AWS wants them.
func Fit(name string, limit int) string {
	if len(name) <= limit {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	hash := hex.EncodeToString(sum[:])[:hashLength]
	if keep := limit - hashLength - 1; keep > 0 {
		return name[:keep] + "-" + hash
	}
	return hash[:min(max(limit, 0), hashLength)]
}

// ClusterLogGroup is the name of the log group that EKS writes the control
// plane's logs of a cluster to.
func ClusterLogGroup(cluster string) string {
	return "/aws/eks/" + cluster + "/cluster"
}

// FlowLogGroup is the name of the log group that receives the flow logs of a
// network. It is fixed, not left to autonaming, because the key that encrypts
// the group names it in its policy before the group exists.
func FlowLogGroup(network string) string {
	return "/vpc/" + network + "/flow-logs"
}

// QueryLogGroup is the name of the log group that Route 53 writes a zone's queries
// to; the prefix is the one that AWS's own policies admit.
func QueryLogGroup(domain string) string {
	return "/aws/route53/" + domain
}

// DatabaseClusterLogGroup is the name of the log group that RDS exports a log of a
// Multi-AZ DB cluster to.
func DatabaseClusterLogGroup(cluster, log string) string {
	return "/aws/rds/cluster/" + cluster + "/" + log
}

// DatabaseLogGroup is the name of the log group that RDS exports a log of an
// instance to.
func DatabaseLogGroup(instance, log string) string {
	return "/aws/rds/instance/" + instance + "/" + log
}
