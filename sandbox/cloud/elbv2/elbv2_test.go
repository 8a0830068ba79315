package elbv2_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/acm"
	"github.com/slipway-iac/slipway/sandbox/cloud/cloudtest"
	"github.com/slipway-iac/slipway/sandbox/cloud/ec2"
	"github.com/slipway-iac/slipway/sandbox/cloud/elbv2"
	"github.com/slipway-iac/slipway/sandbox/cloud/kms"
	"github.com/slipway-iac/slipway/sandbox/cloud/route53"
	"github.com/slipway-iac/slipway/sandbox/cloud/s3"
)

var west = cloud.Session{Region: "us-west-2"}

// world is an account with a VPC that has subnets in two zones and a security
// group.
type world struct {
	t               *testing.T
	acct            *cloud.Account
	made            int
	vpc, igw, group string
	subnets         []string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	acct, err := cloud.Open(cloud.Options{Services: []cloud.Service{ec2.Service(), elbv2.Service(), s3.Service(), kms.Service()}})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, acct: acct}
	w.vpc = w.make(cloud.VPC, cloud.Props{"cidrBlock": "10.0.0.0/16"})
	w.igw = w.make(cloud.InternetGateway, cloud.Props{"vpcId": w.vpc})
	w.group = w.make(cloud.SecurityGroup, cloud.Props{"vpcId": w.vpc, "name": "front"})
	w.subnets = []string{w.subnet("10.0.0.0/24", "a"), w.subnet("10.0.1.0/24", "b")}
	return w
}

func (w *world) make(kind string, p cloud.Props) string {
	w.t.Helper()
	w.made++
	r, err := w.acct.Create(west, kind, fmt.Sprint("urn:", w.made), p)
	if err != nil {
		w.t.Fatal(err)
	}
	return r.ID
}

func (w *world) subnet(cidr, zone string) string {
	w.t.Helper()
	return w.make(cloud.Subnet, cloud.Props{"vpcId": w.vpc, "cidrBlock": cidr, "availabilityZone": "us-west-2" + zone})
}

func (w *world) in(edit func(tx *cloud.Tx) error) error {
	w.made++
	return w.acct.Change(west, fmt.Sprint("edit:", w.made), edit)
}

func (w *world) balancer() elbv2.LoadBalancer {
	return elbv2.LoadBalancer{Name: "web", Type: elbv2.Application, SubnetIDs: w.subnets, SecurityGroups: []string{w.group}, Owner: "test"}
}

func (w *world) with(change func(b *elbv2.LoadBalancer)) error {
	b := w.balancer()
	change(&b)
	return w.in(func(tx *cloud.Tx) error { _, err := elbv2.Make(tx, b); return err })
}

// serving makes a load balancer with a listener and a target group.
func (w *world) serving(tx *cloud.Tx) (balancer, group *cloud.Resource, err error) {
	if balancer, err = elbv2.Make(tx, w.balancer()); err != nil {
		return nil, nil, err
	}
	group, err = elbv2.MakeTargetGroup(tx, elbv2.TargetGroup{Name: "web", VPCID: w.vpc, TargetType: "ip", Protocol: "HTTP", Port: 80})
	if err != nil {
		return nil, nil, err
	}
	_, err = elbv2.MakeListener(tx, elbv2.Listener{LoadBalancerARN: balancer.ID, Protocol: "HTTP", Port: 80, TargetGroupARNs: []string{group.ID}})
	return balancer, group, err
}

func (w *world) listener(change func(l *elbv2.Listener)) error {
	return w.in(func(tx *cloud.Tx) error {
		b, _, err := w.serving(tx)
		if err != nil {
			return err
		}
		l := elbv2.Listener{LoadBalancerARN: b.ID, Protocol: "HTTP", Port: 8080}
		change(&l)
		_, err = elbv2.MakeListener(tx, l)
		return err
	})
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	tests := map[string]func(w *world) error{
		"load-balancer-name": func(w *world) error { return w.with(func(b *elbv2.LoadBalancer) { b.Name = "internal-web" }) },
		"load-balancer-exists": func(w *world) error {
			_ = w.with(func(*elbv2.LoadBalancer) {})
			return w.with(func(*elbv2.LoadBalancer) {})
		},
		"too-many-load-balancers": func(w *world) error {
			for i := range 50 {
				if err := w.with(func(b *elbv2.LoadBalancer) { b.Name = fmt.Sprint("web-", i) }); err != nil {
					return err
				}
			}
			return w.with(func(*elbv2.LoadBalancer) {})
		},
		"load-balancer-subnet-missing": func(w *world) error {
			return w.with(func(b *elbv2.LoadBalancer) { b.SubnetIDs = []string{"subnet-0"} })
		},
		"load-balancer-in-one-zone": func(w *world) error { return w.with(func(b *elbv2.LoadBalancer) { b.SubnetIDs = w.subnets[:1] }) },
		"load-balancer-twice-in-zone": func(w *world) error {
			third := w.subnet("10.0.2.0/24", "a")
			return w.with(func(b *elbv2.LoadBalancer) { b.SubnetIDs = append(b.SubnetIDs, third) })
		},
		"load-balancer-subnet-networks": func(w *world) error {
			other := w.make(cloud.VPC, cloud.Props{"cidrBlock": "10.1.0.0/16"})
			there := w.make(cloud.Subnet, cloud.Props{"vpcId": other, "cidrBlock": "10.1.0.0/24", "availabilityZone": "us-west-2c"})
			return w.with(func(b *elbv2.LoadBalancer) { b.SubnetIDs = append(b.SubnetIDs, there) })
		},
		"load-balancer-subnet-addresses": func(w *world) error {
			small := w.subnet("10.0.3.0/28", "c")
			if err := w.in(func(tx *cloud.Tx) error {
				_, err := ec2.AttachInterface(tx, ec2.Interface{SubnetID: small, Addresses: 4})
				return err
			}); err != nil {
				return err
			}
			return w.with(func(b *elbv2.LoadBalancer) { b.SubnetIDs = append(b.SubnetIDs, small) })
		},
		"load-balancer-without-internet-gateway": func(w *world) error {
			if err := w.acct.Delete(west, cloud.InternetGateway, w.igw); err != nil {
				return err
			}
			return w.with(func(*elbv2.LoadBalancer) {})
		},
		"load-balancer-security-group": func(w *world) error {
			return w.with(func(b *elbv2.LoadBalancer) { b.SecurityGroups = []string{"sg-0"} })
		},
		"load-balancer-protected": func(w *world) error {
			return w.in(func(tx *cloud.Tx) error {
				b := w.balancer()
				b.Protected = true
				r, err := elbv2.Make(tx, b)
				if err != nil {
					return err
				}
				return tx.Delete(r)
			})
		},
		"target-group-name": func(w *world) error {
			return w.in(func(tx *cloud.Tx) error {
				_, err := elbv2.MakeTargetGroup(tx, elbv2.TargetGroup{Name: "-"})
				return err
			})
		},
		"target-group-exists": func(w *world) error {
			return w.in(func(tx *cloud.Tx) error {
				if _, _, err := w.serving(tx); err != nil {
					return err
				}
				_, err := elbv2.MakeTargetGroup(tx, elbv2.TargetGroup{Name: "web"})
				return err
			})
		},
		"target-group-in-use": func(w *world) error {
			return w.in(func(tx *cloud.Tx) error {
				_, group, err := w.serving(tx)
				if err != nil {
					return err
				}
				return tx.Delete(group)
			})
		},
		"load-balancer-missing": func(w *world) error { return w.listener(func(l *elbv2.Listener) { l.LoadBalancerARN = "arn:none" }) },
		"target-group-missing": func(w *world) error {
			return w.listener(func(l *elbv2.Listener) { l.TargetGroupARNs = []string{"arn:none"} })
		},
		"listener-exists":      func(w *world) error { return w.listener(func(l *elbv2.Listener) { l.Port = 80 }) },
		"listener-certificate": func(w *world) error { return w.listener(func(l *elbv2.Listener) { l.Protocol = "HTTPS" }) },
	}
	for rule, do := range tests {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			err := do(newWorld(t))
			cloudtest.WantRule(t, err, rule)
		})
	}
}

func TestCertificates(t *testing.T) {
	t.Parallel()
	own, other := "arn:aws:acm:us-west-2:123456789012:certificate/1", "arn:aws:acm:us-east-1:123456789012:certificate/1"
	secure := func(arn string) error {
		return newWorld(t).listener(func(l *elbv2.Listener) { l.Protocol, l.Port, l.CertificateARNs = "HTTPS", 443, []string{arn} })
	}
	if err := secure(own); err != nil {
		t.Error(err)
	}
	if err := secure(other); err == nil || !strings.Contains(err.Error(), "CertificateNotFound") {
		t.Errorf("got %v, want the certificate of another region refused", err)
	}
}

// A listener shows certificates that are issued, and no others.
func TestListenerWantsIssuedCertificate(t *testing.T) {
	t.Parallel()
	acct, err := cloud.Open(cloud.Options{Services: []cloud.Service{ec2.Service(), elbv2.Service(), route53.Service(), acm.Service()}})
	if err != nil {
		t.Fatal(err)
	}
	listen := func(port int, status string) error {
		return acct.Change(west, "listener", func(tx *cloud.Tx) error {
			tx.Make("test", cloud.LoadBalancer, "arn:loadbalancer/lb", nil, nil)
			tx.Make("test", cloud.Certificate, "arn:certificate", cloud.Props{"status": status}, nil)
			_, err := elbv2.MakeListener(tx, elbv2.Listener{LoadBalancerARN: "arn:loadbalancer/lb", Protocol: "HTTPS", Port: port, CertificateARNs: []string{"arn:certificate"}})
			return err
		})
	}
	var refusal *cloud.Refusal
	if err := listen(443, "PENDING_VALIDATION"); !errors.As(err, &refusal) || refusal.Rule.Name != "listener-certificate-not-issued" {
		t.Errorf("got %v", err)
	}
	if err := listen(443, "ISSUED"); err != nil {
		t.Error(err)
	}
}

// A load balancer holds its subnets, its group and the gateway until it goes.
func TestLoadBalancerHoldsItsPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var arn string
	if err := w.in(func(tx *cloud.Tx) error {
		b, _, err := w.serving(tx)
		if err == nil {
			arn = b.ID
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for kind, id := range map[string]string{cloud.Subnet: w.subnets[0], cloud.SecurityGroup: w.group, cloud.InternetGateway: w.igw} {
		err := w.acct.Delete(west, kind, id)
		if err == nil || !strings.Contains(err.Error(), "DependencyViolation") || !strings.Contains(err.Error(), "ELB app/web/") {
			t.Errorf("deleting %s: got %v, want it held by the load balancer", id, err)
		}
	}
	if err := w.in(func(tx *cloud.Tx) error { return tx.Delete(tx.Get(cloud.LoadBalancer, arn)) }); err != nil {
		t.Fatal(err)
	}
	for _, r := range w.acct.Resources() {
		if r.Kind == cloud.NetworkInterface || r.Kind == cloud.Listener {
			t.Errorf("left: %s %s", r.Kind, r.ID)
		}
	}
	if err := w.acct.Delete(west, cloud.Subnet, w.subnets[0]); err != nil {
		t.Error(err)
	}
}

func TestChangeMovesInterfaces(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	third := w.subnet("10.0.2.0/24", "c")
	if err := w.in(func(tx *cloud.Tx) error {
		r, err := elbv2.Make(tx, w.balancer())
		if err != nil {
			return err
		}
		b := w.balancer()
		b.SubnetIDs, b.SecurityGroups = []string{w.subnets[0], third}, nil
		return elbv2.Change(tx, r, b)
	}); err != nil {
		t.Fatal(err)
	}
	if err := w.acct.Delete(west, cloud.Subnet, w.subnets[1]); err != nil {
		t.Error(err)
	}
	if err := w.acct.Delete(west, cloud.Subnet, third); err == nil {
		t.Error("the load balancer does not hold the subnet that it moved to")
	}
	if err := w.acct.Delete(west, cloud.SecurityGroup, w.group); err != nil {
		t.Error(err)
	}
}

func TestInternalBalancerHasNoPublicAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.with(func(b *elbv2.LoadBalancer) { b.Internal, b.Type, b.SecurityGroups = true, elbv2.Network, nil }); err != nil {
		t.Fatal(err)
	}
	if err := w.acct.Delete(west, cloud.InternetGateway, w.igw); err != nil {
		t.Error(err)
	}
	for _, r := range w.acct.Resources() {
		if r.Kind == cloud.LoadBalancer && !strings.HasPrefix(r.Props.Str("dnsName"), "internal-web-") {
			t.Errorf("got %v", r.Props)
		}
	}
}
