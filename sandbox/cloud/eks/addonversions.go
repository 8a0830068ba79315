package eks

import (
	"maps"
	"regexp"
	"slices"
	"strconv"

	"github.com/slipway-iac/slipway/sandbox/cloud/eks/versions"
)

// The table of add-ons, as of 2026-08. Names, service accounts and which of
// them take Pod Identity follow AWS's documentation; which upstream lines EKS
// offers for which Kubernetes minor follows release notes and what users
// report. The exact builds, and which of them is the default, are assumptions.
// https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html
var addons = map[string]addonType{
	"vpc-cni": {
		Namespace: "kube-system", Accounts: []string{"aws-node"}, oldest: "v1.19", standard: "v1.21.1-eksbuild.8", latest: "v1.22.3-eksbuild.1",
	},
	"coredns": {
		Namespace: "kube-system", needsNodes: true, oldest: "v1.11", standard: "v1.12.4-eksbuild.6", latest: "v1.13.2-eksbuild.4",
	},
	// kube-proxy's version is the cluster's.
	"kube-proxy":             {Namespace: "kube-system", followsCluster: true},
	"eks-pod-identity-agent": {Namespace: "kube-system", oldest: "v1.3", standard: "v1.3.10-eksbuild.2", latest: "v1.3.10-eksbuild.3"},
	"aws-ebs-csi-driver": {
		Namespace: "kube-system", Accounts: []string{"ebs-csi-controller-sa"}, needsNodes: true,
		oldest: "v1.40", standard: "v1.56.0-eksbuild.1", latest: "v1.60.0-eksbuild.1",
	},
	"aws-efs-csi-driver": {
		Namespace: "kube-system", Accounts: []string{"efs-csi-controller-sa", "efs-csi-node-sa"}, needsNodes: true,
		oldest: "v2.1", standard: "v2.1.15-eksbuild.1", latest: "v2.3.0-eksbuild.1",
	},
	"aws-mountpoint-s3-csi-driver": {
		Namespace: "kube-system", Accounts: []string{"s3-csi-driver-sa"}, needsNodes: true,
		oldest: "v1.13", standard: "v2.2.2-eksbuild.1", latest: "v2.4.0-eksbuild.1",
	},
	"aws-secrets-store-csi-driver-provider": {Namespace: "aws-secrets-manager", oldest: "v2.1", standard: "v3.1.1-eksbuild.1", latest: "v3.1.1-eksbuild.1"},
	"snapshot-controller":                   {Namespace: "kube-system", needsNodes: true, oldest: "v8.1", standard: "v8.3.0-eksbuild.1", latest: "v8.4.0-eksbuild.1"},
	"eks-node-monitoring-agent":             {Namespace: "kube-system", oldest: "v1.0", standard: "v1.5.1-eksbuild.1", latest: "v1.6.0-eksbuild.1"},
	"aws-guardduty-agent":                   {Namespace: "amazon-guardduty", oldest: "v1.7", standard: "v1.12.1-eksbuild.2", latest: "v1.12.1-eksbuild.2"},
	"amazon-cloudwatch-observability": {
		Namespace: "amazon-cloudwatch", Accounts: []string{"cloudwatch-agent"}, needsNodes: true,
		oldest: "v3.0", standard: "v4.8.0-eksbuild.1", latest: "v5.2.0-eksbuild.1",
	},
	"adot":                     {Namespace: "opentelemetry-operator-system", Accounts: []string{"adot-col-prom-metrics", "adot-col-otlp-ingest", "adot-col-container-logs"}, needsNodes: true, oldest: "v0.109", standard: "v0.131.0-eksbuild.1", latest: "v0.141.0-eksbuild.1"},
	"metrics-server":           {Namespace: "kube-system", needsNodes: true, oldest: "v0.7", standard: "v0.8.0-eksbuild.6", latest: "v0.8.1-eksbuild.1"},
	"kube-state-metrics":       {Namespace: "kube-state-metrics", needsNodes: true, oldest: "v2.15", standard: "v2.17.0-eksbuild.4", latest: "v2.18.0-eksbuild.1"},
	"prometheus-node-exporter": {Namespace: "prometheus-node-exporter", oldest: "v1.9", standard: "v1.10.2-eksbuild.4", latest: "v1.11.0-eksbuild.1"},
	"cert-manager":             {Namespace: "cert-manager", needsNodes: true, oldest: "v1.17", standard: "v1.19.1-eksbuild.1", latest: "v1.20.0-eksbuild.1"},
	"external-dns":             {Namespace: "external-dns", Accounts: []string{"external-dns"}, needsNodes: true, oldest: "v0.16", standard: "v0.20.0-eksbuild.1", latest: "v0.21.0-eksbuild.1"},
	"fluent-bit":               {Namespace: "fluent-bit", oldest: "v3.0", standard: "v4.2.0-eksbuild.1", latest: "v4.2.0-eksbuild.1"},
}

// addonType is what EKS knows of an add-on.
type addonType struct {
	// Namespace is where it runs.
	Namespace string
	// Accounts are the service accounts that take a Pod Identity association;
	// none when the add-on takes none.
	Accounts []string
	// needsNodes is whether it has a Deployment, which is never ready without
	// nodes. The others run a DaemonSet, which is.
	needsNodes bool
	// oldest is the oldest line that is still offered.
	oldest string
	// standard and latest are the default version and the newest one.
	standard, latest string
	// followsCluster is whether its version is that of Kubernetes.
	followsCluster bool
}

// AddonNames lists the add-ons, sorted.
func AddonNames() []string { return slices.Sorted(maps.Keys(addons)) }

// offerOf is an add-on as it is offered for a Kubernetes minor.
func offerOf(name, minor string) (addonType, bool) {
	a, ok := addons[name]
	if _, known := versions.Find(minor); !ok || !known && !versions.ToCome(minor) {
		return addonType{}, false
	}
	if a.followsCluster {
		a.oldest, a.standard, a.latest = "v"+minor, "v"+minor+".0-eksbuild.2", "v"+minor+".2-eksbuild.1"
	}
	return a, true
}

var addonVersionForm = regexp.MustCompile(`^v(\d+)\.(\d+)\.\d+-eksbuild\.\d+$`)

// offers tells whether EKS may have a version: any build of a line from the
// oldest to the newest, since the table does not know every build.
func (a addonType) offers(version string) bool {
	if !addonVersionForm.MatchString(version) {
		return false
	}
	n := line(version)
	return line(a.oldest+".0-eksbuild.1") <= n && n <= line(a.latest)
}

// toCome tells whether a version is of a line that is newer than the table: EKS
// may offer it by now.
func (a addonType) toCome(version string) bool {
	return !a.followsCluster && addonVersionForm.MatchString(version) && line(version) > line(a.latest)
}

// line orders the lines of versions: v1.21.1-eksbuild.8 is of line 1.21.
func line(version string) int {
	m := addonVersionForm.FindStringSubmatch(version)
	if m == nil {
		return -1
	}
	major, err1 := strconv.Atoi(m[1])
	minor, err2 := strconv.Atoi(m[2])
	if err1 != nil || err2 != nil {
		return -1
	}
	return major*10000 + minor
}
