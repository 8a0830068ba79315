package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/slipway-iac/slipway/internal/golden"
)

// The picture has every part of the environment where it belongs, and what looks
// like d2's own language in a name stays a name.
func TestPictureGolden(t *testing.T) {
	s, err := parse(exported(t))
	if err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, filepath.Join("testdata", "picture.golden"), s.source())
}

// elements are all elements of a page.
func elements(t *testing.T, page []byte) []*html.Node {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var out []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			out = append(out, n)
		}
	}
	return out
}

func attribute(n *html.Node, name string) string {
	i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
	if i < 0 {
		return ""
	}
	return n.Attr[i].Val
}

// Every identifier is there once, and what refers to one finds it.
func TestPageLinksLead(t *testing.T) {
	_, page := smallPage(t)
	count, links := map[string]int{}, map[string]bool{}
	all := elements(t, page)
	for _, n := range all {
		if id := attribute(n, "id"); id != "" {
			count[id]++
		}
		for _, key := range []string{"href", "aria-labelledby"} {
			if target := strings.TrimPrefix(attribute(n, key), "#"); target != "" && !strings.HasPrefix(target, "data:") {
				links[target] = true
			}
		}
	}
	for id, n := range count {
		if n != 1 {
			t.Errorf("identifier %s is there %d times", id, n)
		}
	}
	for target := range links {
		if count[target] != 1 {
			t.Errorf("a link leads to %s, which is not there", target)
		}
	}
	for _, want := range []string{"picture", "reach", "capacity", "timeline", "policies", "path--internet--nodes"} {
		if !links[want] {
			t.Errorf("nothing leads to %s", want)
		}
	}
}

// The page asks nobody for anything, and one name that wants to be HTML is text.
func TestPageIsOneFile(t *testing.T) {
	_, page := smallPage(t)
	for _, n := range elements(t, page) {
		for _, key := range []string{"src", "href", "srcset", "action", "poster"} {
			if v := attribute(n, key); v != "" && !strings.HasPrefix(v, "#") && !strings.HasPrefix(v, "data:") {
				t.Errorf("%s of %s refers to %q", key, n.Data, v)
			}
		}
		if n.Data == "b" && n.FirstChild != nil && n.FirstChild.Data == "net" {
			t.Error("a name has become HTML")
		}
	}
	for _, m := range regexp.MustCompile(`url\(([^)]{0,40})|@import.{0,40}`).FindAllSubmatch(page, -1) {
		if inner := strings.Trim(string(m[1]), `"'`); !strings.HasPrefix(inner, "data:") && !strings.HasPrefix(inner, "#") {
			t.Errorf("a style refers to %q", m[0])
		}
	}
}

// Whoever does not see the page finds the way: landmarks, one heading of the
// first rank, tables with headers, names for what can be focused.
func TestPageIsAccessible(t *testing.T) {
	_, page := smallPage(t)
	count := map[string]int{}
	for _, n := range elements(t, page) {
		count[n.Data]++
		if n.Data == "th" && attribute(n, "scope") == "" {
			t.Error("a table's header does not say what it heads")
		}
		if attribute(n, "tabindex") != "" && attribute(n, "aria-label") == "" {
			t.Errorf("a %s can be focused and has no name", n.Data)
		}
		if n.Data == "html" && attribute(n, "lang") != "en" {
			t.Error("the page has no language")
		}
	}
	for name, want := range map[string]int{"main": 1, "header": 1, "nav": 1, "footer": 1, "h1": 1, "h2": 5, "title": 1} {
		if name != "title" && count[name] != want || count[name] == 0 {
			t.Errorf("there are %d %s, want %d", count[name], name, want)
		}
	}
}

// The chart is in percent of the whole, the critical path apart from the rest.
func TestTimelineOfThePage(t *testing.T) {
	r, _ := smallPage(t)
	critical, others := r.Critical(), r.Others()
	if len(critical) != 2 || critical[1].Left != 10 || critical[1].Width != 90 || critical[1].Because != "vpcConfig" {
		t.Errorf("the critical path is %+v", critical)
	}
	if len(others) != 1 || others[0].Name != "way-out" || others[0].Width != 10 {
		t.Errorf("the others are %+v", others)
	}
}

// The pack is run with the profile of the configuration; a public endpoint open
// to everybody is a finding in prod.
func TestPoliciesOfThePage(t *testing.T) {
	r, _ := smallPage(t)
	found := slices.ContainsFunc(r.Policies.Findings, func(f finding) bool {
		return f.Resource == "main" && f.Level == "mandatory" && strings.Contains(strings.Join(f.Lines, " "), "Fix: ")
	})
	if !found || r.Policies.Controls < 60 {
		t.Errorf("%d controls find %d things, none mandatory in the cluster", r.Policies.Controls, len(r.Policies.Findings))
	}
}

// What cannot be read is said.
func TestRunSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	for want, text := range map[string]string{
		"reading the exported state": "{",
		"the state has no resources": `{"deployment": {"resources": []}}`,
	} {
		err := run(t.Context(), []string{"--out", filepath.Join(dir, "x.html")}, strings.NewReader(text), os.Stdout)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error that says %q, got %v", want, err)
		}
	}
	target := filepath.Join(dir, "deep", "index.html")
	var said bytes.Buffer
	if err := run(t.Context(), []string{"--out", target, "--timeline", filepath.Join(dir, "none")}, bytes.NewReader(exported(t)), &said); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(target)
	if err != nil || !strings.Contains(said.String(), target) || !bytes.Contains(page, []byte("Environment small")) || bytes.Contains(page, []byte(`id="timeline"`)) {
		t.Errorf("the page of a stack without a timeline: %v %q", err, said.String())
	}
}

// What the engine was told in the last up stands in the place of the pack's own
// judgement, what blocks first; without it there is that judgement.
func TestPoliciesOfTheLastUp(t *testing.T) {
	r, _ := smallPage(t)
	own := len(r.Policies.Findings)
	file := filepath.Join(t.TempDir(), "policy.json")
	if err := r.said(file); err != nil || r.Policies.LastUp || len(r.Policies.Findings) != own {
		t.Errorf("without a file: %v, %d findings of %d", err, len(r.Policies.Findings), own)
	}
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"packs": ["mine"], "findings": [
		{"policy": "a", "level": "advisory", "resource": "x", "message": "one"},
		{"policy": "b", "level": "mandatory", "resource": "y", "message": "two\nFix: three"}]}`)
	if err := r.said(file); err != nil {
		t.Fatal(err)
	}
	got := r.Policies.Findings
	if len(got) != 2 || got[0].Control != "b" || !slices.Equal(got[0].Lines, []string{"two", "Fix: three"}) || got[1].Level != "advisory" {
		t.Errorf("the findings are %+v", got)
	}
	page, err := r.page()
	if err != nil || !bytes.Contains(page, []byte("2 findings in the last update")) {
		t.Errorf("the page does not say where they are from: %v", err)
	}
	write("{")
	if err := r.said(file); err == nil || !strings.Contains(err.Error(), "run up, which writes it anew") {
		t.Errorf("a broken file: %v", err)
	}
}
