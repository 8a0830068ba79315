package nodes

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/instances"
	"github.com/slipway-iac/slipway/components/tags"
)

func soundArgs() Args {
	return Args{
		Cluster:   Cluster{Name: pulumi.String("prod"), Version: "1.35"},
		Group:     sound(),
		SubnetIDs: pulumi.ToStringArray([]string{"subnet-a", "subnet-b"}),
		Tags:      tags.Set{"owner": "platform"},
	}
}

// exactArgs are of a group whose nodes EKS tells nothing.
func exactArgs(os OS) Args {
	args := soundArgs()
	args.Group.OS, args.Group.ExactMaxPods = os, true
	args.Group.Labels = map[string]string{"workload": "batch"}
	args.Group.Taints = []Taint{{Key: "dedicated", Value: "batch", Effect: NoSchedule}}
	args.Networking = instances.Networking{CustomNetworking: true}
	args.AMIID = pulumi.String("ami-0123456789abcdef0")
	args.Cluster.Endpoint = pulumi.String("https://example.eks.amazonaws.com")
	args.Cluster.CertificateAuthority = pulumi.String("Y2VydGlmaWNhdGU=")
	args.Cluster.ServiceCIDR = pulumi.String("172.20.0.0/16")
	return args
}

func TestArgsValidation(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		name   string
		change func(*Args)
		want   []string
	}{
		"sound": {"system", func(*Args) {}, nil},
		"exact": {"system", func(a *Args) { *a = exactArgs(AL2023) }, nil},
		"nothing at all": {"", func(a *Args) { *a = Args{} }, []string{
			`^name is ""`, `^Cluster.Name is required`, `^Cluster.Version is ""`, `^SubnetIDs is required`,
			`^Group.InstanceTypes is required`, `^Group.Size.Max is 0`,
		}},
		"a name too long":    {strings.Repeat("x", 56), func(*Args) {}, []string{`^name is "x+": want at most 55`}},
		"the longest name":   {strings.Repeat("x", 55), func(*Args) {}, nil},
		"a name with a dot":  {"a.b", func(*Args) {}, []string{`^name is "a.b"`}},
		"a patch version":    {"system", func(a *Args) { a.Cluster.Version = "1.35.1" }, []string{`^Cluster.Version is "1.35.1"`}},
		"an AMI for nothing": {"system", func(a *Args) { a.AMIID = pulumi.String("ami-1") }, []string{`^AMIID is set without Group.ExactMaxPods`}},
		"exact, but untold": {"system", func(a *Args) { a.Group.ExactMaxPods = true }, []string{
			`^AMIID is required`, `^Cluster.Endpoint is required`, `^Cluster.CertificateAuthority is required`, `^Cluster.ServiceCIDR is required`,
		}},
		"a tag of AWS": {"system", func(a *Args) { a.Tags = tags.Set{"AWS:x": "y"} }, []string{`^Tags is "AWS:x"`}},
	}
	for title, tt := range tests {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			args := soundArgs()
			tt.change(&args)
			matchProblems(t, args.Validate(tt.name), tt.want)
		})
	}
}
