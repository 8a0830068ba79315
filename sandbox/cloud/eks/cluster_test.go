package eks_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
)

func TestClusterOutputs(t *testing.T) {
	t.Parallel()
	w := bare(t)
	c := w.make("cluster", cloud.EKSCluster, w.clusterProps(cloud.Props{"enabledClusterLogTypes": cloud.Strings("api")}))
	for property, form := range map[string]string{
		"arn":             `^arn:aws:eks:us-west-2:123456789012:cluster/demo$`,
		"endpoint":        `^https://[0-9A-F]{32}\.[0-9a-f]{3}\.us-west-2\.eks\.amazonaws\.com$`,
		"status":          `^ACTIVE$`,
		"platformVersion": `^eks\.\d+$`,
		"createdAt":       `^2026-11-21T12:00:00Z$`,
	} {
		if got := c.Props.Str(property); !regexp.MustCompile(form).MatchString(got) {
			t.Errorf("%s is %q", property, got)
		}
	}
	issuer := c.Props.Objs("identities")[0].Objs("oidcs")[0].Str("issuer")
	if id := issuer[strings.LastIndex(issuer, "/")+1:]; !strings.Contains(c.Props.Str("endpoint"), id) {
		t.Errorf("issuer %s and endpoint %s have different keys", issuer, c.Props.Str("endpoint"))
	}
	config := c.Props.Obj("vpcConfig")
	if config.Str("vpcId") != w.ids["vpc"] || c.Props.Obj("kubernetesNetworkConfig").Str("serviceIpv4Cidr") != "172.20.0.0/16" {
		t.Errorf("got %v", c.Props)
	}
	group, err := w.acct.Read(w.session, cloud.SecurityGroup, config.Str("clusterSecurityGroupId"))
	if err != nil || group.Owner != "eks" || !strings.HasPrefix(group.Props.Str("name"), "eks-cluster-sg-demo-") ||
		group.Props.StrMap("tags")["kubernetes.io/cluster/demo"] != "owned" {
		t.Errorf("cluster security group is %v, %v", group, err)
	}
	zones := map[string]bool{}
	for _, nic := range w.all(cloud.NetworkInterface) {
		if nic.Props.Str("description") == "Amazon EKS demo" {
			zones[nic.Props.Str("availabilityZone")] = true
		}
	}
	if len(zones) != 2 {
		t.Errorf("the control plane's interfaces are in %v", zones)
	}
	if g, err := w.acct.Read(w.session, cloud.LogGroup, "/aws/eks/demo/cluster"); err != nil || g == nil || g.Owner != "eks" || g.Props.Int("retentionInDays") != 0 {
		t.Errorf("log group is %v, %v", g, err)
	}
}

func TestOptionsSetTheEndpoint(t *testing.T) {
	t.Parallel()
	w := openWith(t, eks.Options{
		Endpoint:             func(name string) string { return "https://127.0.0.1:6443/" + name },
		CertificateAuthority: func(string) string { return "Q0E=" },
	})
	w.network()
	w.roles()
	c := w.make("cluster", cloud.EKSCluster, w.clusterProps(nil))
	if c.Props.Str("endpoint") != "https://127.0.0.1:6443/demo" || c.Props.Obj("certificateAuthority").Str("data") != "Q0E=" {
		t.Errorf("got %v", c.Props)
	}
	w.look(func(tx *cloud.Tx) {
		if found := eks.ClusterByEndpoint(tx, "https://127.0.0.1:6443/demo/"); found == nil || found.ID != "demo" {
			t.Errorf("the cluster is not found by its endpoint: %v", found)
		}
		if eks.ClusterByEndpoint(tx, "https://127.0.0.1:6443/other") != nil {
			t.Error("a cluster was found at an endpoint that is nobody's")
		}
	})
}

// What EKS may offer by now is not refused.
func TestVersionToCome(t *testing.T) {
	t.Parallel()
	w := bare(t)
	w.make("cluster", cloud.EKSCluster, w.clusterProps(cloud.Props{"version": "1.37"}))
	wantWarned(t, w, "cluster-version-to-come")
	w.make("agent", cloud.EKSAddon, cloud.Props{"clusterName": "demo", "addonName": "eks-pod-identity-agent"})
	w.make("cni", cloud.EKSAddon, w.cniProps())
	if g := w.make("group", cloud.EKSNodeGroup, w.groupProps(nil)); g.Props.Str("version") != "1.37" {
		t.Errorf("the nodes are of version %s", g.Props.Str("version"))
	}
}

func TestClusterRefusals(t *testing.T) {
	t.Parallel()
	many := make([]string, 41)
	for i := range many {
		many[i] = "198.51.100." + string(rune('0'+i%10)) + "/32"
	}
	tests := map[string]struct {
		change func(w *world) cloud.Props
		want   string
	}{
		"taken name": {func(w *world) cloud.Props { w.make("first", cloud.EKSCluster, w.clusterProps(nil)); return nil }, "ResourceInUseException"},
		"a hundred clusters": {func(w *world) cloud.Props {
			w.look(func(tx *cloud.Tx) {
				for i := range 100 {
					tx.Make("test", cloud.EKSCluster, fmt.Sprint("c", i), nil, nil)
				}
			})
			return nil
		}, "ResourceLimitExceededException"},
		"subnets without their network": {func(w *world) cloud.Props {
			w.look(func(tx *cloud.Tx) { tx.Remove(tx.Get(cloud.VPC, w.ids["vpc"])) })
			return nil
		}, "InvalidParameterException"},
		"version out of support":      {func(*world) cloud.Props { return cloud.Props{"version": "1.30"} }, "InvalidParameterException"},
		"version whose support ended": {func(w *world) cloud.Props { w.now = today.AddDate(0, 1, 0); return cloud.Props{"version": "1.31"} }, "InvalidParameterException"},
		"extended version, no extended": {func(*world) cloud.Props {
			return cloud.Props{"version": "1.33", "upgradePolicy": map[string]any{"supportType": "STANDARD"}}
		}, "InvalidRequestException"},
		"role that does not exist": {func(*world) cloud.Props { return cloud.Props{"roleArn": roleARN + "no"} }, "InvalidParameterException"},
		"role for another service": {func(*world) cloud.Props { return cloud.Props{"roleArn": roleARN + "node"} }, "InvalidParameterException"},
		"role without its policy": {func(w *world) cloud.Props {
			w.make("weak", cloud.IAMRole, role("weak", trust("eks.amazonaws.com", "sts:AssumeRole")))
			return cloud.Props{"roleArn": roleARN + "weak"}
		}, "InvalidParameterException"},
		"one zone": {func(w *world) cloud.Props {
			return w.vpcConfig(cloud.Props{"subnetIds": w.subnets("control-a", "private-a")})
		}, "InvalidParameterException"},
		"no subnet": {func(w *world) cloud.Props { return w.vpcConfig(cloud.Props{"subnetIds": []any{}}) }, "InvalidParameterException"},
		"absent subnet": {func(w *world) cloud.Props {
			return w.vpcConfig(cloud.Props{"subnetIds": cloud.Strings("subnet-0", w.ids["control-a"])})
		}, "InvalidParameterException"},
		"two networks": {func(w *world) cloud.Props {
			w.make("other", cloud.VPC, cloud.Props{"cidrBlock": "10.1.0.0/16", "enableDnsHostnames": true})
			w.make("other-b", cloud.Subnet, cloud.Props{"vpcId": w.ids["other"], "cidrBlock": "10.1.0.0/24", "availabilityZone": region + "b"})
			return w.vpcConfig(cloud.Props{"subnetIds": w.subnets("control-a", "other-b")})
		}, "InvalidParameterException"},
		"names off": {func(w *world) cloud.Props {
			if _, err := w.update("vpc", cloud.Props{"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": false, "enableDnsSupport": true}); err != nil {
				w.t.Fatal(err)
			}
			return nil
		}, "InvalidParameterException"},
		"full subnet": {func(w *world) cloud.Props {
			w.look(func(tx *cloud.Tx) {
				tx.Make("test", cloud.NetworkInterface, "eni-1", cloud.Props{"subnetId": w.ids["control-a"], "privateIp": "10.0.2.9"}, cloud.Props{"addresses": 6})
			})
			return nil
		}, "InvalidParameterException"},
		"security group of nobody": {func(w *world) cloud.Props { return w.vpcConfig(cloud.Props{"securityGroupIds": cloud.Strings("sg-0")}) }, "InvalidParameterException"},
		"five security groups": {func(w *world) cloud.Props {
			var ids []string
			for _, name := range []string{"a", "b", "c", "d", "e"} {
				ids = append(ids, w.make("group-"+name, cloud.SecurityGroup, cloud.Props{"vpcId": w.ids["vpc"], "name": name}).ID)
			}
			return w.vpcConfig(cloud.Props{"securityGroupIds": cloud.Strings(ids...)})
		}, "InvalidParameterException"},
		"no endpoint": {func(w *world) cloud.Props {
			return w.vpcConfig(cloud.Props{"endpointPrivateAccess": false, "endpointPublicAccess": false})
		}, "InvalidParameterException"},
		"ranges without an opening": {func(w *world) cloud.Props {
			return w.vpcConfig(cloud.Props{"endpointPublicAccess": false, "publicAccessCidrs": cloud.Strings("198.51.100.0/24")})
		}, "InvalidParameterException"},
		"41 ranges": {func(w *world) cloud.Props {
			return w.vpcConfig(cloud.Props{"publicAccessCidrs": cloud.Strings(many...)})
		}, "InvalidParameterException"},
		"private range": {func(w *world) cloud.Props {
			return w.vpcConfig(cloud.Props{"publicAccessCidrs": cloud.Strings("10.0.0.0/8")})
		}, "InvalidParameterException"},
		"service in VPC": {func(*world) cloud.Props {
			return cloud.Props{"kubernetesNetworkConfig": map[string]any{"serviceIpv4Cidr": "10.0.0.0/16"}}
		}, "InvalidParameterException"},
		"absent key": {func(*world) cloud.Props {
			return cloud.Props{"encryptionConfig": map[string]any{"resources": cloud.Strings("secrets"), "provider": map[string]any{"keyArn": "arn:aws:kms:us-west-2:123456789012:key/0"}}}
		}, "InvalidParameterException"},
		"asymmetric key": {func(w *world) cloud.Props {
			k := w.make("key", cloud.KMSKey, cloud.Props{"customerMasterKeySpec": "RSA_2048"})
			return cloud.Props{"encryptionConfig": map[string]any{"resources": cloud.Strings("secrets"), "provider": map[string]any{"keyArn": k.Props.Str("arn")}}}
		}, "InvalidParameterException"},
		"security group of another network": {func(w *world) cloud.Props {
			w.make("other", cloud.VPC, cloud.Props{"cidrBlock": "10.1.0.0/16"})
			g := w.make("group", cloud.SecurityGroup, cloud.Props{"vpcId": w.ids["other"], "name": "x"})
			return w.vpcConfig(cloud.Props{"securityGroupIds": cloud.Strings(g.ID)})
		}, "InvalidParameterException"},
		"deleted key": {func(w *world) cloud.Props {
			k := w.make("key", cloud.KMSKey, cloud.Props{})
			w.delete("key")
			return cloud.Props{"encryptionConfig": map[string]any{"resources": cloud.Strings("secrets"), "provider": map[string]any{"keyArn": k.Props.Str("arn")}}}
		}, "InvalidParameterException"},
		"nobody may enter": {func(*world) cloud.Props {
			return cloud.Props{"accessConfig": map[string]any{"authenticationMode": "CONFIG_MAP", "bootstrapClusterCreatorAdminPermissions": false}}
		}, "InvalidParameterException"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := bare(t)
			change := tc.change(w)
			before := len(w.acct.Resources())
			_, err := w.try("second", cloud.EKSCluster, w.clusterProps(change))
			wantCode(t, err, tc.want)
			if after := len(w.acct.Resources()); after != before {
				t.Errorf("a refused cluster left %d resources behind", after-before)
			}
		})
	}
}

func TestRefusedZone(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.session.Region = "us-west-1"
	w.roles()
	w.make("vpc", cloud.VPC, cloud.Props{"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": true})
	for zone, block := range map[string]string{"a": "10.0.0.0/24", "b": "10.0.1.0/24"} {
		w.make("control-"+zone, cloud.Subnet, cloud.Props{"vpcId": w.ids["vpc"], "cidrBlock": block, "availabilityZone": "us-west-1" + zone})
	}
	_, err := w.try("cluster", cloud.EKSCluster, w.clusterProps(nil))
	wantCode(t, err, "UnsupportedAvailabilityZoneException")
}

func TestClusterProviderChecks(t *testing.T) {
	t.Parallel()
	w := bare(t)
	tests := map[string]struct {
		change   cloud.Props
		property string
	}{
		"name with a dot":  {cloud.Props{"name": "a.b"}, "name"},
		"name of 101":      {cloud.Props{"name": strings.Repeat("a", 101)}, "name"},
		"unknown log":      {cloud.Props{"enabledClusterLogTypes": cloud.Strings("kubelet")}, "enabledClusterLogTypes"},
		"unknown mode":     {cloud.Props{"accessConfig": map[string]any{"authenticationMode": "IAM"}}, "accessConfig.authenticationMode"},
		"more than secret": {cloud.Props{"encryptionConfig": map[string]any{"resources": cloud.Strings("configmaps"), "provider": map[string]any{"keyArn": "x"}}}, "encryptionConfig.resources"},
		"host as network":  {w.vpcConfig(cloud.Props{"publicAccessCidrs": cloud.Strings("198.51.100.7/24")}), "vpcConfig.publicAccessCidrs"},
		"Auto Mode":        {cloud.Props{"computeConfig": map[string]any{"enabled": true}}, "computeConfig"},
		"IPv6":             {cloud.Props{"kubernetesNetworkConfig": map[string]any{"ipFamily": "ipv6"}}, "kubernetesNetworkConfig.ipFamily"},
	}
	for name, tc := range tests {
		problems, err := w.acct.Check(cloud.EKSCluster, w.clusterProps(tc.change))
		if err != nil || len(problems) != 1 || problems[0].Property != tc.property {
			t.Errorf("%s: got %v, %v, want one problem of %s", name, problems, err, tc.property)
		}
	}
	if problems, err := w.acct.Check(cloud.EKSCluster, w.clusterProps(cloud.Props{"vpcConfig": cloud.Unknown, "version": cloud.Unknown})); err != nil || len(problems) != 0 {
		t.Errorf("unknown values are problems: %v, %v", problems, err)
	}
}

func TestExtendedSupportIsTheDefault(t *testing.T) {
	t.Parallel()
	w := bare(t)
	if _, err := w.try("cluster", cloud.EKSCluster, w.clusterProps(cloud.Props{"version": "1.33"})); err != nil {
		t.Errorf("an extended version was refused: %v", err)
	}
}
