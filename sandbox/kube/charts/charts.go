// Package charts is what the sandbox knows of Helm charts: which versions there
// are and where, what they bring into a cluster, and which values they take.
//
// A chart is data with a source and a date, and a function that lists its
// objects, because names and numbers follow from the values. Of objects it has
// what others look at: workloads with what decides where their pods run,
// service accounts, services, classes, webhooks and custom resource
// definitions. Roles, policies and configuration are left out.
package charts

import (
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// Chart is one version of a chart.
type Chart struct {
	// Name, Version and AppVersion are those of its Chart.yaml.
	Name, Version, AppVersion string
	// Repositories are where it is found: https:// for a repository's address,
	// oci:// for the chart's own.
	Repositories []string
	// Definitions are those in its folder crds/: Helm installs them where they are
	// missing, and never changes or removes them.
	Definitions []CRD
	// Required are the values without which its templates fail.
	Required []string
	// Calls are actions of AWS without which its pods end as they start; none for
	// charts that do not call AWS.
	Calls []string
	// Objects lists what its templates make.
	Objects func(Install) []cloud.Props
}

// all lists the charts that the sandbox knows.
var all = []*Chart{&loadBalancerController, &certManager, &externalDNS, &karpenter, &karpenterDefinitions, &metricsServer}

// All lists the charts that the sandbox knows.
func All() []*Chart { return slices.Clone(all) }

// Find finds a chart as a release names it: by its name and the address of a
// repository, or by its own address (oci://…) without one. An empty version is
// the newest.
func Find(chart, repository, version string) (*Chart, error) {
	var versions []string
	for _, c := range all {
		if !c.at(chart, repository) {
			continue
		}
		if version == "" || strings.TrimPrefix(version, "v") == strings.TrimPrefix(c.Version, "v") {
			return c, nil
		}
		versions = append(versions, c.Version)
	}
	if versions != nil {
		return nil, fmt.Errorf("chart %q version %q not found: the sandbox knows %s", chart, version, strings.Join(versions, ", "))
	}
	if strings.HasPrefix(repository, "oci://") {
		return nil, fmt.Errorf("%s is a registry, and those have no index: write the chart as %s/%s and leave the repository out",
			repository, strings.TrimSuffix(repository, "/"), chart)
	}
	return nil, fmt.Errorf("chart %q not found in repository %q: the sandbox knows %s", chart, repository, strings.Join(addresses(), ", "))
}

func (c *Chart) at(chart, repository string) bool {
	return slices.ContainsFunc(c.Repositories, func(known string) bool {
		if strings.HasPrefix(known, "oci://") {
			return repository == "" && strings.TrimSuffix(chart, "/") == known
		}
		return chart == c.Name && strings.TrimSuffix(repository, "/") == known
	})
}

func addresses() []string {
	var out []string
	for _, c := range all {
		for _, r := range c.Repositories {
			if !strings.HasPrefix(r, "oci://") {
				r += " " + c.Name
			}
			out = append(out, r)
		}
	}
	return out
}

//go:embed values
var valueFiles embed.FS

// ErrNoValues is returned for a chart without a list of its values.
var ErrNoValues = errors.New("the sandbox has no list of the chart's values")

// paths are where values can be set. Below a path everything is free.
func (c *Chart) paths() ([]string, error) {
	text, err := valueFiles.ReadFile("values/" + c.Name + "-" + c.Version + ".txt")
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", c.Name, c.Version, ErrNoValues)
	}
	return slices.DeleteFunc(strings.Split(string(text), "\n"), func(line string) bool {
		return line == "" || strings.HasPrefix(line, "#")
	}), nil
}

// UnknownValue is the first value that the chart does not have; "" when it has
// all of them.
func (c *Chart) UnknownValue(values cloud.Props) (string, error) {
	paths, err := c.paths()
	if err != nil {
		return "", err
	}
	return unknown(paths, "", values), nil
}

// MissingValue is the first value that the chart needs and is not given; ""
// when there is none.
func (c *Chart) MissingValue(values cloud.Props) string {
	for _, path := range c.Required {
		if v := lookup(values, path); v == nil || v == "" {
			return path
		}
	}
	return ""
}

// unknown is the first path below prefix at which there is a value and the chart
// has none.
func unknown(paths []string, prefix string, values cloud.Props) string {
	for _, name := range values.Names() {
		path := prefix + name
		leaf := slices.Contains(paths, path)
		inner := slices.ContainsFunc(paths, func(p string) bool { return strings.HasPrefix(p, path+".") })
		switch {
		case leaf || values[name] == cloud.Unknown || inner && values[name] == nil:
		case !inner:
			return path
		default:
			if below, ok := values[name].(map[string]any); !ok {
				return path + " as anything but a map"
			} else if at := unknown(paths, path+".", below); at != "" {
				return at
			}
		}
	}
	return ""
}

func lookup(values cloud.Props, path string) any {
	for {
		name, rest, more := strings.Cut(path, ".")
		if !more {
			return values[name]
		}
		values, path = values.Obj(name), rest
	}
}
