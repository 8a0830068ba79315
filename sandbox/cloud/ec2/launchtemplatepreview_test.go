package ec2

import (
	"slices"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// What depends on a template's version must show in a preview that it changes.
func TestLaunchTemplatePreview(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := cloud.Props{"name": "nodes", "instanceType": "m7g.large", "tags": object(cloud.Props{"a": "1"})}
	lt := w.make(cloud.LaunchTemplate, first)
	tests := map[string]struct {
		change cloud.Props
		stale  []string
	}{
		"nothing":              {nil, nil},
		"description":          {cloud.Props{"description": "d"}, nil},
		"tags":                 {cloud.Props{"tags": object(cloud.Props{"a": "2"})}, []string{"latestVersion"}},
		"type":                 {cloud.Props{"instanceType": "m7g.xlarge"}, []string{"latestVersion"}},
		"unknown image":        {cloud.Props{"imageId": cloud.Unknown}, []string{"latestVersion"}},
		"type and default":     {cloud.Props{"instanceType": "m7g.xlarge", "updateDefaultVersion": true}, []string{"latestVersion", "defaultVersion"}},
		"default only":         {cloud.Props{"updateDefaultVersion": true}, []string{"defaultVersion"}},
		"given default":        {cloud.Props{"defaultVersion": 1.0}, nil},
		"type, default given":  {cloud.Props{"instanceType": "m7g.xlarge", "defaultVersion": 1.0}, []string{"latestVersion"}},
		"nested in a property": {cloud.Props{"monitoring": object(cloud.Props{"enabled": true})}, []string{"latestVersion"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := w.acct.PreviewUpdate(w.session, cloud.LaunchTemplate, first, lt.Props, first.With(tc.change))
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"latestVersion", "defaultVersion", "arn"} {
				if unknown := got[name] == cloud.Unknown; unknown != slices.Contains(tc.stale, name) {
					t.Errorf("%s is %v", name, got[name])
				}
			}
		})
	}
}
