package terraform

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// ProviderVersion is the release of hashicorp/aws that pulumi-aws 6.83.4 is
// built on.
const ProviderVersion = "5.100.0"

// MirrorVariable names the folder with the provider, in the layout that
// `terraform providers mirror` writes.
const MirrorVariable = "SLIPWAY_TERRAFORM_MIRROR"

const providerSource = "registry.terraform.io/hashicorp/aws"

// Tools are the programs that the comparison needs.
type Tools struct {
	// Terraform is the path of the program.
	Terraform string
	// Mirror is the folder that holds the provider.
	Mirror string
	// Moto is the path of moto_server, "" when there is none.
	Moto string
}

// Find finds the tools on this machine. The error says what is missing, where it
// was looked for and how to give it.
func Find() (Tools, error) {
	var tools Tools
	var problems []error
	path, err := exec.LookPath("terraform")
	if err != nil {
		problems = append(problems, errors.New("no terraform on PATH: install Terraform 1.5 or newer"))
	}
	tools.Terraform = path
	if tools.Mirror, err = findMirror(candidates()); err != nil {
		problems = append(problems, err)
	}
	if path, err := exec.LookPath("moto_server"); err == nil {
		tools.Moto = path
	}
	return tools, errors.Join(problems...)
}

func findMirror(folders []string) (string, error) {
	for _, folder := range folders {
		if holdsProvider(folder) {
			return folder, nil
		}
	}
	return "", fmt.Errorf("no mirror with %s %s for %s_%s in any of %s: fill one with `terraform providers mirror <folder>` and set %s=<folder>",
		providerSource, ProviderVersion, runtime.GOOS, runtime.GOARCH, strings.Join(folders, ", "), MirrorVariable)
}

// holdsProvider knows the two layouts of a mirror: unpacked and packed.
func holdsProvider(folder string) bool {
	platform := runtime.GOOS + "_" + runtime.GOARCH
	for _, path := range []string{
		filepath.Join(ProviderVersion, platform),
		"terraform-provider-aws_" + ProviderVersion + "_" + platform + ".zip",
	} {
		if _, err := os.Stat(filepath.Join(folder, filepath.FromSlash(providerSource), path)); err == nil {
			return true
		}
	}
	return false
}

// candidates are the folders that may be a mirror, the one that was asked for
// first: see
// https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories
func candidates() []string {
	var folders []string
	if given := os.Getenv(MirrorVariable); given != "" {
		return []string{given}
	}
	home, err := os.UserHomeDir()
	config := os.Getenv("TF_CLI_CONFIG_FILE")
	if config == "" && err == nil {
		config = filepath.Join(home, ".terraformrc")
	}
	if text, err := os.ReadFile(config); err == nil {
		folders = append(folders, mirrorsIn(string(text))...)
	}
	folders = append(folders, "terraform.d/plugins")
	if err == nil {
		folders = append(folders, filepath.Join(home, ".terraform.d", "plugins"), filepath.Join(home, ".local", "share", "terraform", "plugins"))
	}
	return append(folders, "/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins")
}

var mirrorBlock = regexp.MustCompile(`filesystem_mirror\s*\{[^}]*?\bpath\s*=\s*"([^"]+)"`)

// mirrorsIn are the mirrors that a configuration file of terraform names.
func mirrorsIn(config string) []string {
	var out []string
	for _, match := range mirrorBlock.FindAllStringSubmatch(config, -1) {
		out = append(out, match[1])
	}
	return out
}
