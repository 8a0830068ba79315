package eks

import (
	"encoding/base64"
	"mime"
	"mime/multipart"
	"net/mail"
	"regexp"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/ec2"
)

// readTemplate takes over what the group's launch template says, and refuses
// what must not be in one, or not beside one.
func (s *nodeSpec) readTemplate(tx *cloud.Tx, p cloud.Props) error {
	s.groups = []string{s.cluster.Props.Obj("vpcConfig").Str("clusterSecurityGroupId")}
	ref := p.Obj("launchTemplate")
	if ref == nil {
		return nil
	}
	lt, template, err := ec2.TemplateVersion(tx, ref.Str("id"), ref.Str("name"), ref.Str("version"))
	if err != nil {
		return groupTemplate.Refuse("Launch template details are not valid: %s", err)
	}
	if err := checkTemplate(p, lt); err != nil {
		return err
	}
	p["launchTemplate"] = map[string]any{"id": template.ID, "name": template.Props.Str("name"), "version": resolvedVersion(template, ref.Str("version"))}
	if groups := lt.Strs("vpcSecurityGroupIds"); len(groups) > 0 {
		s.groups = groups
	}
	for _, nic := range lt.Objs("networkInterfaces") {
		if groups := nic.Strs("securityGroups"); len(groups) > 0 {
			s.groups = groups
		}
		if public, err := strconv.ParseBool(nic.Str("associatePublicIpAddress")); err == nil {
			s.publicAddress = &public
		}
	}
	if name := lt.Str("instanceType"); name != "" {
		if err := s.addType(name); err != nil {
			return err
		}
	}
	if hops := lt.Obj("metadataOptions").Int("httpPutResponseHopLimit"); hops > 0 {
		s.hops = hops
	}
	s.image.id = lt.Str("imageId")
	s.image.custom = s.image.id != ""
	data, err := base64.StdEncoding.DecodeString(lt.Str("userData"))
	s.image.userData = string(data)
	return err
}

func resolvedVersion(template *cloud.Resource, version string) string {
	switch version {
	case "$Latest":
		return strconv.Itoa(template.Props.Int("latestVersion"))
	case "", "$Default":
		return strconv.Itoa(template.Props.Int("defaultVersion"))
	}
	return version
}

// checkTemplate refuses what a launch template for a node group must not hold.
// https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html
func checkTemplate(p, lt cloud.Props) error {
	for _, nic := range lt.Objs("networkInterfaces") {
		if nic.Has("subnetId") {
			return groupTemplate.Refuse("Launch template network interface should not include Subnet Id")
		}
	}
	profile, hibernation := lt.Obj("iamInstanceProfile"), lt.Obj("hibernationOptions")
	switch {
	case profile.Has("arn") || profile.Has("name"):
		return groupTemplate.Refuse("Launch template should not specify an instance profile. The noderole in your request will be used to construct an instance profile.")
	case lt.Has("instanceInitiatedShutdownBehavior"):
		return groupTemplate.Refuse("Launch template should not specify an instance initiated shutdown behavior")
	case hibernation.Bool("configured"):
		return groupTemplate.Refuse("Launch template should not specify hibernation configuration")
	case lt.Obj("instanceMarketOptions").Has("marketType"):
		return groupTemplate.Refuse("Launch template should not specify market options: use the node group's capacity type")
	case p.Has("diskSize") && p.Int("diskSize") > 0:
		return groupTemplate.Refuse("Disk size must be specified within the launch template.")
	case p.Has("remoteAccess"):
		return groupTemplate.Refuse("Remote access configuration cannot be specified with a launch template.")
	}
	return nil
}

// checkUserDataForm refuses user data that EKS cannot merge with its own.
func checkUserDataForm(amiType, data string) error {
	switch {
	case data == "" || strings.HasPrefix(amiType, "WINDOWS"):
		return nil
	case strings.HasPrefix(amiType, "BOTTLEROCKET"):
		// To TOML, a script may be a comment.
		var settings map[string]any
		if _, err := toml.Decode(data, &settings); err != nil || len(settings) == 0 {
			return groupTemplate.Refuse("Ec2LaunchTemplateInvalidConfiguration: User data was not in the TOML format.")
		}
	case !isMultipart(data):
		return groupTemplate.Refuse("Ec2LaunchTemplateInvalidConfiguration: User data was not in the MIME multipart format.")
	}
	return nil
}

// isMultipart tells whether user data is a MIME document with at least one part.
func isMultipart(data string) bool {
	message, err := mail.ReadMessage(strings.NewReader(data))
	if err != nil {
		return false
	}
	kind, parameters, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(kind, "multipart/") {
		return false
	}
	_, err = multipart.NewReader(message.Body, parameters["boundary"]).NextPart()
	return err == nil
}

var maxPodsForm = regexp.MustCompile(`max-?[pP]ods"?\s*[:=]\s*(\d+)`)

// bootstraps tells whether the user data of a custom image tells the node which
// cluster it belongs to: EKS adds nothing to it.
func (i image) bootstraps(cluster string) bool { return strings.Contains(i.userData, cluster) }

// toldMaxPods is the number of pods that the user data gives; 0 when it gives
// none.
func (i image) toldMaxPods() int {
	m := maxPodsForm.FindStringSubmatch(i.userData)
	if m == nil {
		return 0
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return 0
	}
	return n
}
