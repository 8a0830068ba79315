package reach

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// namespace is a network stack of the kernel's, with nothing in it but what a
// test puts there. It goes with the thread that holds it.
type namespace struct {
	name string
	// number makes the address by which its neighbours send it packets.
	number int
	fd     int
	work   chan func()
	// batch and rules configure it: lines for ip and a script for nft.
	batch, rules []string
}

func newNamespace(name string, number int) (*namespace, error) {
	n := &namespace{name: name, number: number, work: make(chan func())}
	made := make(chan error)
	go func() {
		// Never unlocked: the thread ends with the goroutine, and the namespace
		// with it.
		runtime.LockOSThread()
		made <- n.make()
		for do := range n.work {
			do()
		}
	}()
	return n, <-made
}

func (n *namespace) make() error {
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("making a network namespace: %w", err)
	}
	for _, setting := range []string{"ipv4/ip_forward=1", "ipv4/conf/all/rp_filter=0", "ipv4/conf/default/rp_filter=0", "ipv6/conf/default/disable_ipv6=1"} {
		path, value, _ := strings.Cut(setting, "=")
		if err := os.WriteFile("/proc/sys/net/"+path, []byte(value), 0); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	var err error
	n.fd, err = unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	n.ip("link set lo up")
	n.ip("addr add %s/32 dev lo", n.hop())
	return err
}

// hop is the address by which neighbours send packets on.
func (n *namespace) hop() string { return fmt.Sprintf("192.0.2.%d", n.number) }

// path is how other processes find it.
func (n *namespace) path() string { return fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), n.fd) }

func (n *namespace) ip(format string, args ...any) {
	n.batch = append(n.batch, fmt.Sprintf(format, args...))
}

func (n *namespace) nft(format string, args ...any) {
	n.rules = append(n.rules, fmt.Sprintf(format, args...))
}

// do runs something inside.
func (n *namespace) do(what func() error) error {
	done := make(chan error)
	n.work <- func() { done <- what() }
	return <-done
}

func (n *namespace) configure() error {
	return n.do(func() error {
		if err := feed(n.batch, "ip", "-batch", "-"); err != nil {
			return fmt.Errorf("%s: %w", n.name, err)
		}
		if len(n.rules) == 0 {
			return nil
		}
		if err := feed(n.rules, "nft", "-f", "-"); err != nil {
			return fmt.Errorf("%s: %w", n.name, err)
		}
		return nil
	})
}

func (n *namespace) close() {
	close(n.work)
	_ = unix.Close(n.fd)
}

// feed runs a command with lines as its input.
func feed(lines []string, command string, args ...string) error {
	c := exec.Command(command, args...)
	text := strings.Join(lines, "\n") + "\n"
	c.Stdin = strings.NewReader(text)
	if said, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s\n%s", command, err, said, text)
	}
	return nil
}
