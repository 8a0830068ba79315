package coredns

import (
	"context"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/plugin"
	"github.com/miekg/dns"
)

// source is what stands behind a cache.
type source struct{ asked int }

func (s *source) Name() string { return "source" }

func (s *source) ServeDNS(_ context.Context, w dns.ResponseWriter, question *dns.Msg) (int, error) {
	s.asked++
	answer := reply(question)
	return answer.Rcode, w.WriteMsg(answer)
}

// client takes answers.
type client struct {
	dns.ResponseWriter
	last *dns.Msg
}

func (c *client) RemoteAddr() net.Addr      { return &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 40000} }
func (c *client) LocalAddr() net.Addr       { return &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 53} }
func (c *client) WriteMsg(m *dns.Msg) error { c.last = m; return nil }

// newCache is the real plugin with the settings of the file.
func newCache(t *testing.T, zone string, behind plugin.Handler) plugin.Handler {
	t.Helper()
	setup, err := caddy.DirectiveAction("dns", "cache")
	if err != nil {
		t.Fatal(err)
	}
	c := caddy.NewTestController("dns", block(t, zone))
	c.ServerBlockKeys = []string{zone}
	if err := setup(c); err != nil {
		t.Fatal(err)
	}
	return dnsserver.GetConfig(c).Plugin[0](behind)
}

// Answers are kept for as long as the file says, to the second: in a bubble in
// which time passes without waiting.
func TestAnswersAreKeptFor(t *testing.T) {
	for name, c := range map[string]struct {
		zone, question string
		seconds        int
	}{
		"names of the cluster":             {"cluster.local", "web.shop.svc.cluster.local.", 30},
		"names that the cluster has not":   {"cluster.local", "absent.shop.svc.cluster.local.", 5},
		"names outside":                    {".", "example.com.", 30},
		"names that nobody has":            {".", "absent.example.com.", 30},
		"addresses of the cluster":         {"in-addr.arpa", "10.0.20.172.in-addr.arpa.", 30},
		"addresses of the next generation": {"ip6.arpa", "1.0.0.0.ip6.arpa.", 30},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				behind := &source{}
				cache := newCache(t, c.zone, behind)
				ask := func() {
					question := new(dns.Msg).SetQuestion(c.question, dns.TypeA)
					if _, err := cache.ServeDNS(t.Context(), &client{}, question); err != nil {
						t.Fatal(err)
					}
				}
				ask()
				time.Sleep(time.Duration(c.seconds)*time.Second - time.Second)
				if ask(); behind.asked != 1 {
					t.Errorf("asked again %d s after the first time", c.seconds-1)
				}
				time.Sleep(2 * time.Second)
				if ask(); behind.asked != 2 {
					t.Errorf("kept for more than %d s: asked %d times", c.seconds, behind.asked)
				}
			})
		})
	}
}
