package validation

import (
	"encoding/base64"
	"regexp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

// maxConfig is how much a ConfigMap or a Secret may hold.
const maxConfig = 1 << 20

var keyForm = regexp.MustCompile(`^[-._a-zA-Z0-9]{1,253}$`)

// keys holds the keys of data to their form, and returns how much there is.
func (c *checker) keys(path string, data cloud.Props, encoded bool) int {
	size := 0
	for _, k := range data.Names() {
		if !keyForm.MatchString(k) || k == "." || k == ".." {
			c.invalid(configKey, path+"["+k+"]", k, "a valid config key must consist of alphanumeric characters, '-', '_' or '.'")
		}
		text := data.Str(k)
		if encoded {
			size += base64.StdEncoding.DecodedLen(len(text))
		} else {
			size += len(text)
		}
	}
	return size
}

func (c *checker) tooLong(path string, size int) {
	if size > maxConfig {
		c.add(configSize, path, "Too long: may not be more than %d bytes", maxConfig)
	}
}

func (c *checker) configMap() {
	data, binary := c.object.Obj("data"), c.object.Obj("binaryData")
	c.tooLong("", c.keys("data", data, false)+c.keys("binaryData", binary, true))
	for _, k := range binary.Names() {
		if data.Has(k) {
			c.invalid(configKey, "data["+k+"]", k, "duplicate of key present in binaryData")
		}
	}
}

// secretKeys are what types of Secrets must hold.
var secretKeys = map[string][]string{
	"kubernetes.io/tls":                   {"tls.crt", "tls.key"},
	"kubernetes.io/dockerconfigjson":      {".dockerconfigjson"},
	"kubernetes.io/dockercfg":             {".dockercfg"},
	"kubernetes.io/ssh-auth":              {"ssh-privatekey"},
	"bootstrap.kubernetes.io/token":       nil,
	"kubernetes.io/basic-auth":            nil,
	"Opaque":                              nil,
	"":                                    nil,
	"helm.sh/release.v1":                  nil,
	"kubernetes.io/service-account-token": nil,
}

func (c *checker) secret() {
	data, text := c.object.Obj("data"), c.object.Obj("stringData")
	c.tooLong("data", c.keys("data", data, true)+c.keys("stringData", text, false))
	typ := c.object.Str("type")
	for _, k := range secretKeys[typ] {
		if !data.Has(k) && !text.Has(k) {
			c.add(secretData, "data["+k+"]", "Required value")
		}
	}
	account := c.object.Obj("metadata").Obj("annotations").Str("kubernetes.io/service-account.name")
	if typ == "kubernetes.io/service-account-token" && account == "" {
		c.add(secretData, "metadata.annotations[kubernetes.io/service-account.name]", "Required value")
	}
	if typ == "kubernetes.io/basic-auth" && !data.Has("username") && !text.Has("username") && !data.Has("password") && !text.Has("password") {
		c.add(secretData, "data[username]", "Required value")
	}
}
