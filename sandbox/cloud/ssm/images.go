package ssm

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks/versions"
)

// The releases of the images that the sandbox knows, as of 2026-08. Bottlerocket's
// number is an assumption.
const (
	al2023Release       = "v20260724"
	bottlerocketRelease = "1.52.0"
)

// The operating systems of the images.
const (
	AL2023       = "al2023"
	Bottlerocket = "bottlerocket"
)

type image struct {
	os, variant, arch, minor string
}

// images are all images that EKS publishes for the versions it offers.
func images() []image {
	var all []image
	for _, minor := range versions.Minors() {
		for _, arch := range []string{"x86_64", "arm64"} {
			for _, variant := range []string{"standard", "nvidia", "neuron"} {
				if variant == "neuron" && arch == "arm64" {
					continue
				}
				all = append(all, image{AL2023, variant, arch, minor})
			}
			for _, variant := range []string{"", "-nvidia"} {
				all = append(all, image{Bottlerocket, variant, arch, minor})
			}
		}
	}
	return all
}

// id is the made-up ID of an image in a region.
func (i image) id(region string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{region, i.os, i.variant, i.arch, i.minor}, "|")))
	return "ami-" + hex.EncodeToString(sum[:])[:17]
}

// parameters are the values of an image's parameters by their names.
func (i image) parameters(region string) map[string]string {
	if i.os == Bottlerocket {
		base := "/aws/service/bottlerocket/aws-k8s-" + i.minor + i.variant + "/" + i.arch + "/"
		return map[string]string{
			base + "latest/image_id":                      i.id(region),
			base + bottlerocketRelease + "/image_id":      i.id(region),
			base + "latest/image_version":                 bottlerocketRelease,
			base + bottlerocketRelease + "/image_version": bottlerocketRelease,
		}
	}
	base := "/aws/service/eks/optimized-ami/" + i.minor + "/amazon-linux-2023/" + i.arch + "/" + i.variant + "/"
	name := "amazon-eks-node-al2023-" + i.arch + "-" + i.variant + "-" + i.minor + "-" + al2023Release
	return map[string]string{
		base + "recommended/image_id":        i.id(region),
		base + "recommended/image_name":      name,
		base + "recommended/release_version": ReleaseVersion(i.minor),
		base + name + "/image_id":            i.id(region),
		base + name + "/release_version":     ReleaseVersion(i.minor),
	}
}

func parameters(region string) map[string]string {
	all := map[string]string{}
	for _, i := range images() {
		for name, value := range i.parameters(region) {
			all[name] = value
		}
	}
	return all
}

// ReleaseVersion is the release of the AL2023 image for a Kubernetes minor,
// such as 1.35.0-20260724. The patch version is an assumption.
func ReleaseVersion(minor string) string {
	return minor + ".0-" + strings.TrimPrefix(al2023Release, "v")
}

// AMI tells what an image of the session's region is: its operating system
// ([AL2023] or [Bottlerocket]), its architecture (x86_64 or arm64) and the
// Kubernetes minor it is made for. ok is false when EKS publishes no such image.
func AMI(tx *cloud.Tx, id string) (os, arch, minor string, ok bool) {
	for _, i := range images() {
		if i.id(tx.Session.Region) == id {
			return i.os, i.arch, i.minor, true
		}
	}
	return "", "", "", false
}

// ImageID is the ID of the standard image of an operating system, an architecture
// (x86_64 or arm64) and a Kubernetes minor in a region.
func ImageID(region, os, arch, minor string) string {
	variant := ""
	if os == AL2023 {
		variant = "standard"
	}
	return image{os, variant, arch, minor}.id(region)
}
