package nodelocaldns

import (
	"fmt"
	"strings"
)

// What the program in the image fills in before it starts CoreDNS: the address
// of the Service in front of CoreDNS, and the resolvers of the node. See
// https://github.com/kubernetes/dns/tree/master/cmd/node-cache
const (
	upstreamService = "__PILLAR__CLUSTER__DNS__"
	nodeResolvers   = "__PILLAR__UPSTREAM__SERVERS__"
)

// Seconds that answers are kept.
const (
	positiveTTL = 30
	// negativeTTL is short where names appear: a Service that was asked for too
	// early is found soon after it is there.
	negativeTTL = 5
)

// cacheEntries is how many answers of each sort are kept, as many as CoreDNS
// keeps by default.
const cacheEntries = 9984

// Corefile is the configuration of the cache: a server for each zone.
type Corefile []Server

// Server answers for one zone.
type Server struct {
	// Zone is the zone, such as cluster.local, or "." for all others.
	Zone string

	// Bind are the addresses it listens on.
	Bind []string

	// Upstream is who is asked for what is not in the cache.
	Upstream string

	// TCP asks upstream by TCP, whatever the client used. Connections are kept, so
	// that no entry of the conntrack table is made for each question, and no
	// answer gets lost.
	TCP bool

	// Positive and Negative are how many seconds answers are kept at most; an
	// answer that says so is kept for less.
	Positive, Negative int

	// Health is where it says that it is alive; empty for not at all. One server
	// of a file is enough.
	Health string
}

// String is the file.
func (c Corefile) String() string {
	var b strings.Builder
	for _, s := range c {
		s.write(&b)
	}
	return b.String()
}

func (s Server) write(b *strings.Builder) {
	line := func(format string, args ...any) { fmt.Fprintf(b, format+"\n", args...) }
	line("%s:%d {", s.Zone, dnsPort)
	line("    errors")
	line("    cache {")
	line("        success %d %d", cacheEntries, s.Positive)
	line("        denial %d %d", cacheEntries, s.Negative)
	line("    }")
	line("    reload")
	line("    loop")
	line("    bind %s", strings.Join(s.Bind, " "))
	if s.TCP {
		line("    forward . %s {", s.Upstream)
		line("        force_tcp")
		line("    }")
	} else {
		line("    forward . %s", s.Upstream)
	}
	line("    prometheus :%d", metricsPort)
	if s.Health != "" {
		line("    health %s", s.Health)
	}
	line("}")
}

// corefile is the configuration for a mode of kube-proxy.
func (a Args) corefile() Corefile {
	inCluster := func(zone string, negative int) Server {
		return Server{
			Zone: zone, Bind: a.addresses(), Upstream: a.upstream(), TCP: true, Positive: positiveTTL, Negative: negative,
		}
	}
	first := inCluster(a.Domain, negativeTTL)
	first.Health = fmt.Sprintf("%s:%d", localAddress, healthPort)
	return Corefile{
		first, inCluster("in-addr.arpa", positiveTTL), inCluster("ip6.arpa", positiveTTL),
		{Zone: ".", Bind: a.addresses(), Upstream: nodeResolvers, Positive: positiveTTL, Negative: positiveTTL},
	}
}
