package controls

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// source is the SDK of pulumi-aws as text: nothing of it is compiled.
type source struct {
	dir string

	mu    sync.Mutex
	files map[string]string
}

func awsSource(t *testing.T) *source {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/pulumi/pulumi-aws/sdk/v6").Output()
	if err != nil {
		t.Fatalf("finding the source of pulumi-aws: %v", err)
	}
	return &source{dir: filepath.Join(strings.TrimSpace(string(out)), "go", "aws"), files: map[string]string{}}
}

func (s *source) text(pattern string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if text, ok := s.files[pattern]; ok {
		return text
	}
	var b strings.Builder
	paths, _ := filepath.Glob(filepath.Join(s.dir, pattern))
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err == nil {
			b.Write(text)
		}
	}
	s.files[pattern] = b.String()
	return b.String()
}

var field = regexp.MustCompile("(?m)^\t\\w+ +(\\S+) +`pulumi:\"([^\"]+)\"`")

// fields are the properties of a struct and their Go types.
func (s *source) fields(pattern, name string) map[string]string {
	_, body, ok := strings.Cut(s.text(pattern), "\ntype "+name+" struct {\n")
	if !ok {
		return nil
	}
	body, _, _ = strings.Cut(body, "\n}")
	found := map[string]string{}
	for _, m := range field.FindAllStringSubmatch(body, -1) {
		found[strings.TrimSuffix(m[2], ",optional")] = strings.TrimLeft(m[1], "*[]")
	}
	return found
}

// resolve looks up a property of a type.
func (s *source) resolve(token, path string) error {
	parts := strings.Split(token, ":")
	service, file, _ := strings.Cut(parts[1], "/")
	name := strings.ToLower(parts[2][:1]) + parts[2][1:] + "Args"
	fields := s.fields(service+"/"+file+".go", name)
	if fields == nil {
		return fmt.Errorf("pulumi-aws has no type %s", token)
	}
	for key := range strings.SplitSeq(path, ".") {
		kind, ok := fields[key]
		if !ok {
			return fmt.Errorf("%s has no property %s (at %s)", token, path, key)
		}
		if fields = s.fields(service+"/pulumiTypes*.go", kind); fields == nil {
			return nil // A plain type or a map: whatever comes below is data.
		}
	}
	return nil
}

// A property name in a control is a text; here each is looked up in the SDK, so
// that a misspelt one, or one that a new version of the provider has renamed,
// does not make a control that never fires.
func TestPropertiesExist(t *testing.T) {
	t.Parallel()
	s := awsSource(t)
	if s.resolve(cluster, "vpcConfig.endpointPublicAcces") == nil || s.resolve("aws:eks/cluster:Clusters", "x") == nil {
		t.Fatal("this test finds what does not exist")
	}
	n := 0
	for _, c := range All() {
		for _, on := range c.On {
			if strings.HasPrefix(on, "aws:") {
				if err := s.resolve(on, ""); err != nil && strings.Contains(err.Error(), "no type") {
					t.Errorf("%s: %v", c.ID, err)
				}
			}
		}
		eachRead(&c, func(token, path string) {
			if !strings.HasPrefix(token, "aws:") {
				return
			}
			n++
			if err := s.resolve(token, path); err != nil {
				t.Errorf("%s: %v", c.ID, err)
			}
		})
	}
	t.Logf("%d properties looked up", n)
}
