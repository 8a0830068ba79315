package versions_test

import (
	"regexp"
	"testing"

	"github.com/slipway-iac/slipway/components/versions"
)

func TestImagesAreExact(t *testing.T) {
	t.Parallel()
	if got, want := versions.NodeLocalDNSImage.Reference(), "registry.k8s.io/dns/k8s-dns-node-cache:1.26.7"; got != want {
		t.Errorf("image is %s, want %s", got, want)
	}
	for _, i := range []versions.Image{
		versions.NodeLocalDNSImage, versions.WebServerImage, versions.AWSCLIImage, versions.PostgresClientImage,
	} {
		if !regexp.MustCompile(`^[0-9]+(\.[0-9]+)+(-[a-z]+)?$`).MatchString(i.Tag) || !regexp.MustCompile(`^[a-z0-9.]+\.(io|aws)/[a-z0-9/-]+$`).MatchString(i.Repository) {
			t.Errorf("%s is no version of an image in a public registry", i.Reference())
		}
	}
	if !regexp.MustCompile(`^al2023@v20[0-9]{6}$`).MatchString(versions.NodeImage) {
		t.Errorf("%s is no release: nodes would be replaced whenever AWS publishes one", versions.NodeImage)
	}
}
