package coredns

import (
	"net"
	"sync"
	"testing"
	"time"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"
	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/forward"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/loop"
	_ "github.com/coredns/coredns/plugin/metrics"
	_ "github.com/coredns/coredns/plugin/reload"
	"github.com/miekg/dns"
)

// upstream is a DNS server that counts who asks what, and how.
type upstream struct {
	address string
	mu      sync.Mutex
	asked   map[string]int // By protocol and name.
}

// newUpstream starts one on UDP and TCP. It knows every name but those that
// begin with "absent", and lets its answers be kept for longer than any cache
// here does.
func newUpstream(t *testing.T) *upstream {
	t.Helper()
	u := &upstream{asked: map[string]int{}}
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	u.address = udp.LocalAddr().String()
	tcp, err := net.Listen("tcp", u.address)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*dns.Server{
		{PacketConn: udp, Handler: dns.HandlerFunc(u.answer)}, {Listener: tcp, Handler: dns.HandlerFunc(u.answer)},
	} {
		up := make(chan struct{})
		s.NotifyStartedFunc = func() { close(up) }
		go func() { _ = s.ActivateAndServe() }()
		<-up
		t.Cleanup(func() { _ = s.Shutdown() })
	}
	return u
}

func (u *upstream) answer(w dns.ResponseWriter, question *dns.Msg) {
	u.mu.Lock()
	u.asked[w.RemoteAddr().Network()+" "+question.Question[0].Name]++
	u.mu.Unlock()
	_ = w.WriteMsg(reply(question))
}

func reply(question *dns.Msg) *dns.Msg {
	m, name := new(dns.Msg).SetReply(question), question.Question[0].Name
	if len(name) > 6 && name[:6] == "absent" {
		m.Rcode = dns.RcodeNameError
		m.Ns = []dns.RR{&dns.SOA{
			Hdr: dns.RR_Header{Name: "local.", Rrtype: dns.TypeSOA, Class: dns.ClassINET, Ttl: 300},
			Ns:  "ns.local.", Mbox: "admin.local.", Serial: 1, Refresh: 1, Retry: 1, Expire: 1, Minttl: 300,
		}}
		return m
	}
	m.Answer = []dns.RR{&dns.A{
		Hdr: dns.RR_Header{Name: name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 300}, A: net.IPv4(10, 0, 0, 1),
	}}
	return m
}

func (u *upstream) count(key string) int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.asked[key]
}

// serve runs CoreDNS with the file, and returns its address.
func serve(t *testing.T, file string) string {
	t.Helper()
	dnsserver.Quiet = true
	caddy.Quiet = true
	instance, err := caddy.Start(caddy.CaddyfileInput{Filepath: "Corefile", Contents: []byte(file), ServerTypeName: "dns"})
	if err != nil {
		t.Fatalf("CoreDNS refuses the file: %v\n%s", err, file)
	}
	t.Cleanup(func() { _ = instance.Stop() })
	servers := instance.Servers()
	if len(servers) != 1 {
		t.Fatalf("CoreDNS listens %d times, want once for all zones", len(servers))
	}
	return servers[0].LocalAddr().String()
}

func ask(t *testing.T, address, name string) *dns.Msg {
	t.Helper()
	client := &dns.Client{Timeout: 10 * time.Second}
	answer, _, err := client.Exchange(new(dns.Msg).SetQuestion(name, dns.TypeA), address)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestCoreDNSServesTheFile(t *testing.T) {
	cluster, outside := newUpstream(t), newUpstream(t)
	address := serve(t, moved(t, cluster.address, outside.address))
	for _, c := range []struct {
		name       string
		asked, not *upstream
		by         string
		code       int
		ttl        uint32
	}{
		{"web.shop.svc.cluster.local.", cluster, outside, "tcp", dns.RcodeSuccess, 30},
		{"absent.shop.svc.cluster.local.", cluster, outside, "tcp", dns.RcodeNameError, 5},
		{"10.0.20.172.in-addr.arpa.", cluster, outside, "tcp", dns.RcodeSuccess, 30},
		{"1.0.0.0.ip6.arpa.", cluster, outside, "tcp", dns.RcodeSuccess, 30},
		{"example.com.", outside, cluster, "udp", dns.RcodeSuccess, 30},
		{"absent.example.com.", outside, cluster, "udp", dns.RcodeNameError, 30},
	} {
		for range 3 {
			answer := ask(t, address, c.name)
			if answer.Rcode != c.code {
				t.Fatalf("%s: answer is %s, want %s", c.name, dns.RcodeToString[answer.Rcode], dns.RcodeToString[c.code])
			}
			for _, rr := range append(answer.Answer, answer.Ns...) {
				if rr.Header().Ttl > c.ttl {
					t.Errorf("%s may be kept for %d seconds, want at most %d", c.name, rr.Header().Ttl, c.ttl)
				}
			}
		}
		if n := c.asked.count(c.by + " " + c.name); n != 1 {
			t.Errorf("%s was asked for %d times by %s, want once: %v", c.name, n, c.by, c.asked.asked)
		}
		for _, by := range []string{"udp", "tcp"} {
			if n := c.not.count(by + " " + c.name); n != 0 {
				t.Errorf("%s was asked for in the wrong place", c.name)
			}
		}
	}
}
