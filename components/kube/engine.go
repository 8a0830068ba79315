package kube

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/slipway-iac/slipway/internal/check"
)

// Location is where the Pulumi engine runs, as a cluster's endpoint sees it.
type Location string

// The locations.
const (
	// Outside is anywhere on the internet: a laptop, a hosted CI.
	Outside Location = "outside"
	// InVPC is a machine in the cluster's VPC or in a network joined to it.
	InVPC Location = "vpc"
	// Proxy is anywhere, with a proxy in the VPC for the cluster's API.
	Proxy Location = "proxy"
)

// Engine is the machine that runs Pulumi. The zero value is a machine on the
// internet with the deploying role's own credentials.
//
// It names no profile: profiles are one machine's, and state is everybody's.
// The environment variable AWS_PROFILE reaches both the AWS provider and the
// command that fetches tokens; the setting aws:profile reaches the provider
// alone.
type Engine struct {
	// Location defaults to Outside.
	Location Location

	// Address is the public IPv4 address that its calls come from. Optional;
	// when known, the endpoint's CIDRs are checked against it.
	Address string

	// ProxyURL is the proxy of a Location Proxy, http, https or socks5. Required
	// there, refused elsewhere. It must hold no password: it is kept in state.
	ProxyURL string

	// AssumeRoleARN is the role that the AWS provider assumes. Give it when the
	// machine's own credentials are others': the AWS provider's role does not
	// reach the command that fetches the cluster's tokens. Leave it empty when
	// the machine runs as the deploying role already, because a role may not
	// assume itself unless its trust policy says so.
	AssumeRoleARN string
}

var rolePattern = regexp.MustCompile(`^arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+$`)

// Validate reports everything that is wrong with the engine's description.
func (e Engine) Validate() error {
	var problems check.Errors
	location := e.location()
	problems.That(slices.Contains([]Location{Outside, InVPC, Proxy}, location), "Location", location, "outside, vpc or proxy")
	if e.Address != "" {
		address, err := netip.ParseAddr(e.Address)
		problems.That(err == nil && address.Is4(), "Address", e.Address, "a public IPv4 address")
	}
	switch {
	case location == Proxy:
		problems.Require(e.ProxyURL != "", "ProxyURL", "write the address of the proxy in the VPC, such as http://localhost:8888")
	case e.ProxyURL != "":
		problems.Add("ProxyURL is set, but Location is %q: want Location \"proxy\", or no ProxyURL", location)
	}
	if e.ProxyURL != "" {
		u, err := url.Parse(e.ProxyURL)
		switch {
		case err != nil || u.Host == "" || !slices.Contains([]string{"http", "https", "socks5"}, u.Scheme):
			// The value is not repeated: it may hold a password.
			problems.Add("ProxyURL is no URL of a proxy: want http, https or socks5, and a host")
		case u.User != nil:
			problems.Add("ProxyURL has a user or password: want none, it is kept in state")
		}
	}
	problems.That(e.AssumeRoleARN == "" || rolePattern.MatchString(e.AssumeRoleARN), "AssumeRoleARN", e.AssumeRoleARN,
		"the ARN of an IAM role")
	return problems.Err()
}

// Reaches is nil when the engine gets through to an endpoint that is always
// open to its VPC and besides to the public CIDRs given, if any. The error
// names the ways out.
func (e Engine) Reaches(publicCIDRs []string) error {
	switch {
	case e.location() != Outside:
		return nil
	case len(publicCIDRs) == 0:
		return errors.New("the cluster's endpoint is private and the engine runs outside the VPC: " +
			"run it in the VPC, give it a proxy there, or open the public endpoint to its address")
	case e.Address == "":
		return nil
	}
	address, err := netip.ParseAddr(e.Address)
	if err != nil {
		return fmt.Errorf("the engine's address %q is no IP address", e.Address)
	}
	for _, c := range publicCIDRs {
		if p, err := netip.ParsePrefix(c); err == nil && p.Contains(address) {
			return nil
		}
	}
	return fmt.Errorf("the cluster's endpoint is open to %s, and the engine's address is %s: add %s/32, or run the engine in the VPC",
		strings.Join(publicCIDRs, ", "), e.Address, e.Address)
}

func (e Engine) location() Location { return cmp.Or(e.Location, Outside) }
