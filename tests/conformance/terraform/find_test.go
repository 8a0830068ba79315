package terraform

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMirrorsInAConfigurationFile(t *testing.T) {
	t.Parallel()
	got := mirrorsIn(`provider_installation {
	  filesystem_mirror {
	    include = ["example.com/*"]
	    path    = "/one"
	  }
	  filesystem_mirror { path = "/two" }
	  direct {}
	}`)
	if diff := cmp.Diff([]string{"/one", "/two"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestFindMirror(t *testing.T) {
	t.Parallel()
	empty, unpacked, packed := t.TempDir(), t.TempDir(), t.TempDir()
	platform := runtime.GOOS + "_" + runtime.GOARCH
	source := filepath.FromSlash(providerSource)
	if err := os.MkdirAll(filepath.Join(unpacked, source, ProviderVersion, platform), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(packed, source), 0o755); err != nil {
		t.Fatal(err)
	}
	zip := filepath.Join(packed, source, "terraform-provider-aws_"+ProviderVersion+"_"+platform+".zip")
	if err := os.WriteFile(zip, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, mirror := range []string{unpacked, packed} {
		if got, err := findMirror([]string{empty, mirror}); err != nil || got != mirror {
			t.Errorf("found %s (%v), want %s", got, err, mirror)
		}
	}
	_, err := findMirror([]string{empty})
	if err == nil || !strings.Contains(err.Error(), empty) || !strings.Contains(err.Error(), MirrorVariable) {
		t.Errorf("the error %v says neither where it looked nor what to set", err)
	}
}
