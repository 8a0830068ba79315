package ec2

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

const (
	// maxUserData is how many bytes of user data EC2 takes, before encoding.
	maxUserData = 16384
	// maxHops is how far an answer of the metadata service may travel.
	maxHops = 64
)

var (
	templateName = cloud.Declare(cloud.Rule{
		Name: "launch-template-name-malformed", Code: "InvalidLaunchTemplateName.MalformedException", Source: ec2API, Tag: cloud.Memory,
	})
	templateExists = cloud.Declare(cloud.Rule{
		Name: "launch-template-name-taken", Code: "InvalidLaunchTemplateName.AlreadyExistsException", Source: moto,
	})
	templateVersion = cloud.Declare(cloud.Rule{
		Name: "launch-template-version-does-not-exist", Code: "InvalidLaunchTemplateId.VersionNotFound", Source: ec2API, Tag: cloud.Memory,
	})
	templateNameMissing = missing("launch-template-name", "InvalidLaunchTemplateName.NotFoundException", cloud.Memory)
	userDataMalformed   = cloud.Declare(cloud.Rule{
		Name: "user-data-not-base64", Code: "InvalidUserData.Malformed", Source: ec2API, Tag: cloud.Memory,
	})

	templateNamePattern = regexp.MustCompile(`^[a-zA-Z0-9().\-/_]{3,128}$`)
	// The provider looks at the characters and leaves the length to EC2.
	templateNameText = cloud.Text{
		Want: "letters, digits and ().-/_ only", Example: "example", Good: regexp.MustCompile(`^[a-zA-Z0-9().\-/_]+$`).MatchString,
	}
)

func launchTemplateKind() cloud.Kind {
	return cloud.Kind{
		Token: cloud.LaunchTemplate, Noun: "EC2 Launch Template", Service: "EC2", Tagged: true,
		CreateCall: "CreateLaunchTemplate", UpdateCall: "CreateLaunchTemplateVersion", DeleteCall: "DeleteLaunchTemplate",
		Fields: launchTemplateFields(),
		Check: func(p cloud.Props) []cloud.Problem {
			problems := atMostOne(p, "name", "namePrefix")
			problems = append(problems, atMostOne(p, "defaultVersion", "updateDefaultVersion")...)
			problems = append(problems, atMostOne(p, "instanceType", "instanceRequirements")...)
			problems = append(problems, atMostOne(p, "securityGroupNames", "vpcSecurityGroupIds")...)
			problems = append(problems, oneOf(p, "instanceInitiatedShutdownBehavior", "stop", "terminate")...)
			return append(problems, checkTemplateOptions(p)...)
		},
		Create: createTemplate, Update: updateTemplate, Stale: staleVersions,
	}
}

func checkTemplateOptions(p cloud.Props) []cloud.Problem {
	options := p.Obj("metadataOptions")
	found := oneOf(options, "httpTokens", "optional", "required")
	found = append(found, oneOf(options, "httpEndpoint", "enabled", "disabled")...)
	found = append(found, oneOf(options, "instanceMetadataTags", "enabled", "disabled")...)
	if hops, ok := options["httpPutResponseHopLimit"].(float64); ok && (hops < 1 || hops > maxHops) {
		found = append(found, cloud.Problem{Property: "httpPutResponseHopLimit", Reason: fmt.Sprintf("is %v, want 1 to %d", hops, maxHops)})
	}
	problems := under("metadataOptions", found)
	if n := p.Obj("instanceMarketOptions").Obj("spotOptions").Int("blockDurationMinutes"); n%60 != 0 {
		problems = append(problems, cloud.Problem{
			Property: "instanceMarketOptions.spotOptions.blockDurationMinutes", Reason: fmt.Sprintf("is %d, want a multiple of 60", n),
		})
	}
	for i, m := range p.Objs("blockDeviceMappings") {
		found := oneOf(m.Obj("ebs"), "volumeType", "standard", "io1", "io2", "gp2", "sc1", "st1", "gp3")
		problems = append(problems, under(fmt.Sprintf("blockDeviceMappings[%d].ebs", i), found)...)
	}
	return problems
}

func createTemplate(tx *cloud.Tx, r *cloud.Resource) error {
	name := r.Props.Str("name")
	if prefix := r.Props.Str("namePrefix"); name == "" && prefix != "" {
		name = prefix + tx.Hex(26)
	}
	if !templateNamePattern.MatchString(name) {
		return templateName.Refuse("The specified launch template name '%s' is malformed: want 3 to 128 characters of a-z, A-Z, 0-9 and ().-/_", name)
	}
	if tx.One(cloud.LaunchTemplate, cloud.Prop("name", name)) != nil {
		return templateExists.Refuse("Launch template name already in use.")
	}
	if err := checkUserData(r.Props.Str("userData")); err != nil {
		return err
	}
	r.ID = tx.ID("lt-")
	r.Props["name"] = name
	r.Props["arn"] = tx.ARN("ec2", "launch-template/"+r.ID)
	if r.Props.Int("defaultVersion") > 1 {
		return templateVersion.Refuse("Could not find launch template version %d of %s", r.Props.Int("defaultVersion"), r.ID)
	}
	r.Props["latestVersion"], r.Props["defaultVersion"] = 1.0, 1.0
	r.Facts["versions"] = map[string]any{"1": contents(r.Props)}
	return nil
}

// updateTemplate makes a new version when something in it changes. Name, tags
// and the choice of the default version are not in it.
func updateTemplate(_ *cloud.Tx, r *cloud.Resource, news cloud.Props) error {
	if err := checkUserData(news.Str("userData")); err != nil {
		return err
	}
	latest := r.Props.Int("latestVersion")
	if wanted := next(r.Props, news); !cloud.Equal(wanted, contents(r.Props)) {
		latest++
		r.Props["latestVersion"] = float64(latest)
		r.Facts["versions"] = map[string]any(r.Facts.Obj("versions").With(cloud.Props{strconv.Itoa(latest): wanted}))
	}
	switch want := news.Int("defaultVersion"); {
	case want > latest:
		return templateVersion.Refuse("Could not find launch template version %d of %s", want, r.ID)
	case news.Bool("updateDefaultVersion"):
		r.Props["defaultVersion"] = float64(latest)
	}
	return nil
}

// staleVersions are the numbers that the provider does not tell before an
// update: with few exceptions it takes any change for a new version.
func staleVersions(changed []string, news cloud.Props) []string {
	besides := func(names ...string) bool {
		return slices.ContainsFunc(changed, func(c string) bool { return !slices.Contains(names, c) })
	}
	var stale []string
	if besides("name", "namePrefix", "description", "defaultVersion", "updateDefaultVersion") {
		stale = append(stale, "latestVersion")
	}
	if news.Bool("updateDefaultVersion") && besides("name", "namePrefix", "description") {
		stale = append(stale, "defaultVersion")
	}
	return stale
}

// outside are the properties that belong to the template and not to a version.
var outside = map[string]bool{
	"name": true, "namePrefix": true, "tags": true, "tagsAll": true, "arn": true,
	"latestVersion": true, "defaultVersion": true, "updateDefaultVersion": true,
}

// contents are the properties of a version.
func contents(p cloud.Props) map[string]any {
	c := map[string]any{}
	for name, v := range p {
		if !outside[name] {
			c[name] = v
		}
	}
	return c
}

// next is what a new version holds: what the program says, and of the metadata
// options also those that it no longer mentions, which the provider keeps.
func next(have, news cloud.Props) map[string]any {
	c := contents(news)
	if old := have.Obj("metadataOptions"); old != nil {
		c["metadataOptions"] = map[string]any(old.With(news.Obj("metadataOptions")))
	}
	return c
}

// TemplateVersion finds what a version of a launch template holds, by the
// template's ID or, when that is empty, its name. version is a number, $Latest,
// $Default, or empty for the default one. It also returns the template.
func TemplateVersion(tx *cloud.Tx, id, name, version string) (cloud.Props, *cloud.Resource, error) {
	var r *cloud.Resource
	if id != "" {
		found, err := templates.find(tx, id)
		if err != nil {
			return nil, nil, err
		}
		r = found
	} else if r = tx.One(cloud.LaunchTemplate, cloud.Prop("name", name)); r == nil {
		return nil, nil, templateNameMissing.Refuse("The specified launch template, with template name %s, does not exist.", name)
	}
	switch version {
	case "", "$Default":
		version = strconv.Itoa(r.Props.Int("defaultVersion"))
	case "$Latest":
		version = strconv.Itoa(r.Props.Int("latestVersion"))
	}
	held := r.Facts.Obj("versions").Obj(version)
	if held == nil {
		return nil, nil, templateVersion.Refuse("Could not find launch template version %s of %s", version, r.ID)
	}
	return held, r, nil
}

func checkUserData(s string) error {
	raw, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return userDataMalformed.Refuse("Invalid BASE64 encoding of user data.")
	}
	if len(raw) > maxUserData {
		return invalidValue.Refuse("User data is limited to %d bytes, this has %d", maxUserData, len(raw))
	}
	return nil
}
