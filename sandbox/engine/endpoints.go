package engine

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/slipway-iac/slipway/sandbox"
	"github.com/slipway-iac/slipway/sandbox/kube"
)

// endpoints answers for the clusters while a genuine eks plugin is in use: it
// waits for a public endpoint to say that it is healthy. The port is chosen
// once for an account and kept in its folder.
func (e Environment) endpoints() (*kube.Endpoints, []sandbox.Option, error) {
	if !e.RealEKS {
		return nil, nil, nil
	}
	file := filepath.Join(e.Dir, "endpoint-port")
	port := 0
	text, err := os.ReadFile(file)
	switch {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return nil, nil, err
	default:
		if port, err = strconv.Atoi(strings.TrimSpace(string(text))); err != nil {
			return nil, nil, fmt.Errorf("%s holds %q: want a port; delete the file if the account has no clusters", file, text)
		}
	}
	endpoints, err := kube.ServeEndpoints(port)
	if err != nil {
		return nil, nil, err
	}
	if err := os.MkdirAll(e.Dir, 0o755); err != nil {
		return nil, nil, errors.Join(err, endpoints.Close())
	}
	if err := os.WriteFile(file, []byte(strconv.Itoa(endpoints.Port())), 0o600); err != nil {
		return nil, nil, errors.Join(err, endpoints.Close())
	}
	return endpoints, []sandbox.Option{sandbox.WithEndpoints(endpoints)}, nil
}
