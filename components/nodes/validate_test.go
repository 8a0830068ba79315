package nodes

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/slipway-iac/slipway/components/tags"
)

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

func TestNewReportsProblemsBeforeAnyResource(t *testing.T) {
	t.Parallel()
	r, err := record(func(ctx *pulumi.Context) error {
		_, err := New(ctx, "system", Args{})
		return err
	})
	if err == nil || !strings.Contains(err.Error(), `node group "system": `) || !strings.Contains(err.Error(), "Group.Size.Max") {
		t.Errorf("error is %v", err)
	}
	if len(r.resources) > 0 {
		t.Errorf("resources were registered: %v", r.counts())
	}
}
