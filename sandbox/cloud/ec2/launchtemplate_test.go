package ec2

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func template(more cloud.Props) func(w *world) error {
	return func(w *world) error { return w.refused(cloud.LaunchTemplate, cloud.Props{"name": "nodes"}.With(more)) }
}

func findTemplate(id, name, version string) func(w *world) error {
	return func(w *world) error {
		t := w.make(cloud.LaunchTemplate, cloud.Props{"name": "nodes"})
		if id == "" && name == "" {
			id = t.ID
		}
		return w.in(func(tx *cloud.Tx) error { _, _, err := TemplateVersion(tx, id, name, version); return err })
	}
}

var templateRefusals = refusals{
	"name too short": {templateName, template(cloud.Props{"name": "lt"})},
	"name taken": {templateExists, func(w *world) error {
		w.make(cloud.LaunchTemplate, cloud.Props{"name": "nodes"})
		return template(nil)(w)
	}},
	"user data not encoded":   {userDataMalformed, template(cloud.Props{"userData": "#!/bin/sh"})},
	"user data too long":      {invalidValue, template(cloud.Props{"userData": base64.StdEncoding.EncodeToString(make([]byte, 16385))})},
	"default version missing": {templateVersion, template(cloud.Props{"defaultVersion": 2.0})},
	"missing version":         {templateVersion, findTemplate("", "", "2")},
	"missing template":        {templates.rule, findTemplate("lt-0", "", "")},
	"missing template name":   {templateNameMissing, findTemplate("", "node", "")},
	"updated to a missing default": {templateVersion, func(w *world) error {
		_, err := w.update(w.make(cloud.LaunchTemplate, cloud.Props{"name": "nodes"}), cloud.Props{"name": "nodes", "defaultVersion": 7.0})
		return err
	}},
}

func TestLaunchTemplateRefusals(t *testing.T) { t.Parallel(); templateRefusals.run(t) }

func TestLaunchTemplateVersions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := cloud.Props{
		"name": "nodes", "instanceType": "m7g.large", "tags": object(cloud.Props{"a": "1"}),
		"metadataOptions": object(cloud.Props{"httpTokens": "required", "httpPutResponseHopLimit": 2.0}),
	}
	lt := w.make(cloud.LaunchTemplate, first)
	steps := []struct {
		name            string
		props           cloud.Props
		latest, initial int
	}{
		{"nothing", cloud.Props{}, 1, 1},
		{"tags", cloud.Props{"tags": object(cloud.Props{"a": "2"})}, 1, 1},
		{"a metadata option no longer mentioned", cloud.Props{"metadataOptions": object(cloud.Props{"httpTokens": "required"})}, 1, 1},
		{"instance type", cloud.Props{"instanceType": "m7g.xlarge"}, 2, 1},
		{"default to the latest", cloud.Props{"instanceType": "m7g.2xlarge", "updateDefaultVersion": true}, 3, 3},
		{"default back", cloud.Props{"instanceType": "m7g.2xlarge", "defaultVersion": 2.0}, 3, 2},
	}
	for _, s := range steps {
		lt = w.mustUpdate(lt, first.With(s.props))
		if latest, initial := lt.Props.Int("latestVersion"), lt.Props.Int("defaultVersion"); latest != s.latest || initial != s.initial {
			t.Errorf("after changing %s: latest %d and default %d, want %d and %d", s.name, latest, initial, s.latest, s.initial)
		}
	}
	w.must(func(tx *cloud.Tx) error {
		for version, want := range map[string]string{"1": "m7g.large", "": "m7g.xlarge", "$Default": "m7g.xlarge", "$Latest": "m7g.2xlarge"} {
			held, r, err := TemplateVersion(tx, "", "nodes", version)
			if err != nil || r.ID != lt.ID || held.Str("instanceType") != want {
				t.Errorf("version %q holds %v of %v (%v), want %s", version, held["instanceType"], r, err, want)
			}
		}
		return nil
	})
	w.mustDelete(lt)
}

func TestLaunchTemplateSchema(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	props := cloud.Props{
		"name": strings.Repeat("n", 125), "vpcSecurityGroupIds": list("sg-0"), "userData": base64.StdEncoding.EncodeToString([]byte("MIME-Version: 1.0")),
		"blockDeviceMappings": []any{object(cloud.Props{
			"deviceName": "/dev/xvda",
			"ebs":        object(cloud.Props{"volumeSize": 50.0, "volumeType": "gp3", "encrypted": "true", "deleteOnTermination": "true"}),
		})},
		"tagSpecifications": []any{object(cloud.Props{"resourceType": "instance", "tags": object(cloud.Props{"Name": "node"})})},
		"networkInterfaces": []any{object(cloud.Props{"associatePublicIpAddress": "false", "securityGroups": list("sg-0")})},
	}
	w.make(cloud.LaunchTemplate, props)
	for name, wrong := range map[string]cloud.Props{
		"metadataOptions.httpTokens":              {"metadataOptions": object(cloud.Props{"httpTokens": "yes"})},
		"metadataOptions.httpPutResponseHopLimit": {"metadataOptions": object(cloud.Props{"httpPutResponseHopLimit": 65.0})},
		"blockDeviceMappings[0].ebs.volumeType":   {"blockDeviceMappings": []any{object(cloud.Props{"ebs": object(cloud.Props{"volumeType": "gp4"})})}},
		"defaultVersion":                          {"defaultVersion": 1.0, "updateDefaultVersion": true},
	} {
		if got := w.problem(cloud.LaunchTemplate, wrong); got != name {
			t.Errorf("problem with %q, want %q", got, name)
		}
	}
}
