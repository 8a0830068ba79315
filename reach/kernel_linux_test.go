package reach

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"github.com/slipway-iac/slipway/reach/flow"
)

var kernelNetworks = flag.Int("networks", 200, "how many random networks are built in the kernel")

// The engine says of random networks what Linux does: every network is built from
// namespaces, routes and nftables, and real connections are opened in it.
func TestSameAsKernel(t *testing.T) {
	t.Parallel()
	if err := kernelReady(); err != nil {
		t.Skipf("NOT COMPARED with the kernel: %v", err)
	}
	labs := rapid.Custom(drawLab)
	var compared, through, networks int
	var lock sync.Mutex
	var wait sync.WaitGroup
	next := make(chan int)
	for range 8 { // Most of the time is spent waiting for packets that are dropped.
		wait.Go(func() {
			for seed := range next {
				c, err := compareWithKernel(labs.Example(seed), uint64(seed))
				lock.Lock()
				if networks++; err != nil {
					t.Errorf("network %d: %v", seed, err)
				}
				compared, through = compared+c.compared, through+c.through
				lock.Unlock()
			}
		})
	}
	for seed := range *kernelNetworks {
		next <- seed
	}
	close(next)
	wait.Wait()
	t.Logf("%d networks, %d connections tried in the kernel, %d of them opened", networks, compared, through)
	if through*50 < compared {
		t.Errorf("only %d of %d connections were opened: the networks are too closed to tell", through, compared)
	}
}

// kernelReady tells what is missing for networks in the kernel.
func kernelReady() error {
	if os.Geteuid() != 0 {
		return errors.New("making network namespaces needs root")
	}
	for _, command := range []string{"ip", "nft"} {
		if _, err := exec.LookPath(command); err != nil {
			return fmt.Errorf("%w; install iproute2 and nftables", err)
		}
	}
	n, err := newNamespace("probe", 1)
	if err != nil {
		return err
	}
	defer n.close()
	n.nft("table ip t {\nchain c { type nat hook postrouting priority 100; ct state established accept\n}\n}")
	return n.configure()
}

type tally struct{ compared, through int }

// compareWithKernel tries a connection between every two ends of a lab.
func compareWithKernel(l *lab, seed uint64) (tally, error) {
	var done tally
	k, err := buildKernelNet(l)
	if err != nil {
		return done, err
	}
	defer k.close()
	servers, err := k.serve()
	defer func() {
		for _, s := range servers {
			_ = s.Close()
		}
	}()
	if err != nil {
		return done, err
	}
	n := New(l.resources())
	if gaps := n.Gaps(); len(gaps) > 0 {
		return done, fmt.Errorf("gaps: %v", gaps)
	}
	attempts := k.attempts(rand.New(rand.NewPCG(seed, 0)))
	var wait sync.WaitGroup
	for _, a := range attempts {
		wait.Go(func() { a.run(k) })
	}
	wait.Wait()
	var problems []error
	for _, a := range attempts {
		if done.compared++; a.opened {
			done.through++
		}
		problems = append(problems, a.judge(k, n))
	}
	return done, errors.Join(problems...)
}

// attempt is one connection from a client's port.
type attempt struct {
	try
	from, to *labHost
	opened   bool
}

// ends are the hosts and the addresses on the internet.
func (k *kernelNet) ends() []*labHost {
	ends := slices.Clone(k.lab.hosts)
	for _, ip := range outsiders {
		ends = append(ends, &labHost{name: ip, ip: ip})
	}
	return ends
}

func (k *kernelNet) attempts(random *rand.Rand) []*attempt {
	ends := k.ends()
	// Each has a port of its own, so that a NAT gateway need not change any.
	samples := slices.DeleteFunc(clientSamples(), func(p int) bool { return slices.Contains(labPorts, p) })
	used := map[int]bool{}
	client := func() int {
		for {
			p := samples[random.IntN(len(samples))]
			if random.IntN(2) == 0 || used[p] {
				p = 1025 + random.IntN(64000)
			}
			if !used[p] && !slices.Contains(labPorts, p) {
				used[p] = true
				return p
			}
		}
	}
	var out []*attempt
	for _, from := range ends {
		for _, to := range ends {
			if from == to || from.subnet == nil && to.subnet == nil {
				continue
			}
			port := client()
			out = append(out, &attempt{
				// Linux translates to the same port where that is free.
				try:  try{l: k.lab, protocol: []string{"tcp", "udp"}[random.IntN(2)], port: labPorts[random.IntN(len(labPorts))], client: port, translated: port},
				from: from, to: to,
			})
		}
	}
	return out
}

// run opens the connection, to the private address or else to the public one. What
// should be opened is tried again: a machine may be slow.
func (a *attempt) run(k *kernelNet) {
	tries := 1
	if a.connects(a.from, a.to) {
		tries = 5
	}
	for i := range tries {
		patience := time.Duration(i+1) * 400 * time.Millisecond
		addresses := []string{a.to.public}
		if a.from.subnet != nil { // No private address is known to the internet.
			addresses = append(addresses, a.to.ip)
		}
		for _, ip := range addresses {
			if ip != "" && k.opens(a.from, ip, a.protocol, a.port, a.client, patience) {
				a.opened = true
				return
			}
		}
	}
}

// judge compares what happened with the simulator, which knows the client's port,
// and with the engine, which answers for all of them.
func (a *attempt) judge(k *kernelNet, n *Network) error {
	from, err := ParseEndpoint(a.from.name)
	if err != nil {
		return err
	}
	to, err := ParseEndpoint(a.to.name)
	if err != nil {
		return err
	}
	r, err := n.From(from).To(to)
	if err != nil {
		return err
	}
	number := map[string]int{"tcp": flow.TCP, "udp": flow.UDP}[a.protocol]
	sure, may := r.Some().Has(number, a.port), r.May().Has(number, a.port)
	simulated := a.connects(a.from, a.to)
	if sure && !a.opened || a.opened && !may || simulated != a.opened {
		return fmt.Errorf("%s to %s, %s %d from port %d: opened %v, the engine says sure %v, may %v, the simulator %v\n%s",
			a.from.name, a.to.name, a.protocol, a.port, a.client, a.opened, sure, may, simulated, r.Pairs[0].Text(flow.Port(number, a.port)))
	}
	return nil
}

// home is the namespace of an end.
func (k *kernelNet) home(h *labHost) *namespace {
	if h.subnet == nil {
		return k.byName[beyond]
	}
	return k.byName[h.name]
}

// serve answers on every port of every end.
func (k *kernelNet) serve() ([]io.Closer, error) {
	var open []io.Closer
	for _, h := range k.ends() {
		if err := k.home(h).do(func() error {
			for _, port := range labPorts {
				address := net.JoinHostPort(h.ip, strconv.Itoa(port))
				l, err := net.Listen("tcp4", address)
				if err != nil {
					return err
				}
				u, err := net.ListenPacket("udp4", address)
				if err != nil {
					_ = l.Close()
					return err
				}
				open = append(open, l, u)
				go accept(l)
				go sendBack(u)
			}
			return nil
		}); err != nil {
			return open, err
		}
	}
	return open, nil
}

func accept(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		_ = c.Close()
	}
}

func sendBack(u net.PacketConn) {
	buffer := make([]byte, 16)
	for {
		n, from, err := u.ReadFrom(buffer)
		if err != nil {
			return
		}
		_, _ = u.WriteTo(buffer[:n], from)
	}
}

// opens tells whether a connection is opened before the patience ends.
func (k *kernelNet) opens(from *labHost, ip, protocol string, port, client int, patience time.Duration) bool {
	kind := unix.SOCK_STREAM
	if protocol == "udp" {
		kind = unix.SOCK_DGRAM
	}
	var fd int
	// A socket stays in the namespace in which it was made.
	if err := k.home(from).do(func() (err error) {
		fd, err = unix.Socket(unix.AF_INET, kind|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
		return err
	}); err != nil {
		return false
	}
	defer func() { _ = unix.Close(fd) }()
	at := func(ip string, port int) *unix.SockaddrInet4 {
		return &unix.SockaddrInet4{Port: port, Addr: netip.MustParseAddr(ip).As4()}
	}
	// An attempt that ends leaves no wait for its port.
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	_ = unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	if unix.Bind(fd, at(from.ip, client)) != nil {
		return false
	}
	if err := unix.Connect(fd, at(ip, port)); err != nil && !errors.Is(err, unix.EINPROGRESS) {
		return false
	}
	if protocol == "tcp" {
		return ready(fd, unix.POLLOUT, patience)
	}
	if _, err := unix.Write(fd, []byte("ping")); err != nil {
		return false
	}
	return ready(fd, unix.POLLIN, patience)
}

// ready waits until a socket is ready, and tells whether it is so without an
// error.
func ready(fd int, event int16, patience time.Duration) bool {
	end := time.Now().Add(patience)
	for left := patience; left > 0; left = time.Until(end) {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: event}}, int(left.Milliseconds())+1)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil || n == 0 {
			return false
		}
		code, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
		return err == nil && code == 0
	}
	return false
}
