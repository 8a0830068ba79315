package control

import (
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/policyx"
)

// look evaluates a check of one resource.
func look(properties map[string]property.Value, check func(*Resource)) Result {
	c := Control{ID: "test", On: []string{"a:b/c:D"}, Check: check}
	return c.OnResource(policyx.AnalyzerResource{Type: "a:b/c:D", URN: "urn", Properties: property.NewMap(properties)}, Conditions{})
}

var sample = map[string]property.Value{
	"text":    property.New("x"),
	"number":  property.New(3.0),
	"half":    property.New(0.5),
	"yes":     property.New(true),
	"written": property.New("true"),
	"no":      property.New(false),
	"null":    {},
	"empty":   property.New(""),
	"secret":  property.New("s").WithSecret(true),
	"unknown": property.New(property.Computed),
	"hidden":  property.New("[secret]"),
	"one":     property.New([]property.Value{property.New(map[string]property.Value{"key": property.New("v")})}),
	"labels":  property.New(map[string]property.Value{"a.b/c": property.New("v")}),
	"inner":   property.New(map[string]property.Value{"key": property.New("v")}).WithSecret(true),
}

func TestReading(t *testing.T) {
	t.Parallel()
	r := look(sample, func(r *Resource) {
		for name, ok := range map[string]bool{
			"text":        r.Get("text").Text() == "x" && r.Get("number").Text() == "3" && r.Get("yes").Text() == "true" && r.Get("null").Text() == "" && r.Get("labels").Text() == "",
			"int":         r.Get("number").Int(0) == 3 && r.Get("half").Int(7) == 7 && r.Get("none").Int(7) == 7 && r.Get("text").Int(7) == 7,
			"true":        r.Get("yes").True() && r.Get("written").True() && !r.Get("no").True() && !r.Get("none").True() && r.Get("no").False() && !r.Get("none").False(),
			"set":         r.Get("text").IsSet() && r.Get("no").IsSet() && r.Get("unknown").IsSet() && !r.Get("null").IsSet() && !r.Get("empty").IsSet() && !r.Get("none").IsSet(),
			"list of one": r.Get("one.key").Text() == "v",
			"dots":        r.Get("labels").Key("a.b/c").Text() == "v",
			"secret":      r.Get("secret").IsSecret() && r.Get("inner.key").IsSecret() && r.Get("hidden").IsSecret() && !r.Get("text").IsSecret() && r.Get("secret").Describe() == "[secret]",
			"items":       slices.Equal(r.Get("text").Texts(), []string{"x"}) && r.Get("null").Items() == nil,
			"deep":        !r.Get("text.a.b").IsSet(),
		} {
			if !ok {
				t.Errorf("%s: not as expected", name)
			}
		}
	})
	if len(r.Unknown) != 0 {
		t.Errorf("not known: %v", r.Unknown)
	}
}

func TestUnknownEndsTheCheck(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(*Resource){
		"text":     func(r *Resource) { r.Get("unknown").Text() },
		"true":     func(r *Resource) { r.Get("unknown").True() },
		"int":      func(r *Resource) { r.Get("unknown").Int(0) },
		"items":    func(r *Resource) { r.Get("unknown").Items() },
		"keys":     func(r *Resource) { r.Get("unknown").Keys() },
		"present":  func(r *Resource) { r.Get("unknown").Present() },
		"property": func(r *Resource) { r.Get("unknown").Property() },
		"inside":   func(r *Resource) { r.Get("unknown.deep").Text() },
		"redacted": func(r *Resource) { r.Get("hidden").Text() },
	} {
		after := false
		got := look(sample, func(r *Resource) {
			r.Violate("before")
			r.Guard(func() {
				read(r)
				r.Violate("after")
			})
			after = true
		})
		if len(got.Violations) != 1 || len(got.Unknown) != 1 || !after {
			t.Errorf("%s: %v, not known %v", name, got.Violations, got.Unknown)
		}
	}
}

func TestCanonical(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]string{
		"aws:s3/bucketV2:BucketV2":              "aws:s3/bucket:Bucket",
		"aws:s3/bucket:Bucket":                  "aws:s3/bucket:Bucket",
		"aws:ec2/vpc:Vpc":                       "aws:ec2/vpc:Vpc",
		"kubernetes:apps/v1beta2:Deployment":    "kubernetes:apps:Deployment",
		"kubernetes:extensions/v1beta1:Ingress": "kubernetes:networking.k8s.io:Ingress",
		"kubernetes:core/v1:Namespace":          "kubernetes:core:Namespace",
		"kubernetes:karpenter.sh/v1:NodePool":   "kubernetes:karpenter.sh:NodePool",
	} {
		if got := Canonical(token); got != want {
			t.Errorf("%s is %s, want %s", token, got, want)
		}
	}
	if got := Aliases("aws:s3/bucketV2:BucketV2"); !slices.Equal(got, []string{"aws:s3/bucket:Bucket"}) {
		t.Errorf("other names of a bucket: %v", got)
	}
}

// A property refers to a resource by Pulumi's record, or by its ID.
func TestRefers(t *testing.T) {
	t.Parallel()
	const net = "urn:net"
	resource := func(urn string, properties map[string]property.Value, deps map[string][]string) policyx.AnalyzerResource {
		return policyx.AnalyzerResource{Type: "a:b/c:D", URN: urn, Properties: property.NewMap(properties), PropertyDependencies: deps}
	}
	for name, c := range map[string]struct {
		from policyx.AnalyzerResource
		want bool
	}{
		"recorded":        {resource("x", map[string]property.Value{"vpcId": property.New(property.Computed)}, map[string][]string{"vpcId": {net}}), true},
		"recorded inside": {resource("x", nil, map[string][]string{"vpcConfig": {net}}), false},
		"by ID":           {resource("x", map[string]property.Value{"vpcId": property.New("vpc-1")}, nil), true},
		"in a list":       {resource("x", map[string]property.Value{"vpcId": property.New([]property.Value{property.New("vpc-0"), property.New("vpc-1")})}, nil), true},
		"another":         {resource("x", map[string]property.Value{"vpcId": property.New("vpc-2")}, nil), false},
		"unknown":         {resource("x", map[string]property.Value{"vpcId": property.New(property.Computed)}, nil), false},
		"absent":          {resource("x", nil, nil), false},
	} {
		got := false
		ctl := Control{ID: "test", On: []string{"a:b/c:D"}, CheckStack: func(s *Stack) {
			got = s.Refers(s.All()[0], "vpcId", s.All()[1])
		}}
		ctl.OnStack([]policyx.AnalyzerResource{c.from, resource(net, map[string]property.Value{"id": property.New("vpc-1")}, nil)}, Conditions{})
		if got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
