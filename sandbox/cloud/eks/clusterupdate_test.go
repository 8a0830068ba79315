package eks_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/slipway-iac/slipway/sandbox/cloud"
)

func TestClusterUpdates(t *testing.T) {
	t.Parallel()
	mode := func(m string) cloud.Props {
		return cloud.Props{"accessConfig": map[string]any{"authenticationMode": m}}
	}
	tests := map[string]struct {
		from func(w *world) cloud.Props
		to   func(w *world) cloud.Props
		want string
	}{
		"one minor up":       {nil, func(*world) cloud.Props { return cloud.Props{"version": "1.36"} }, ""},
		"two minors up":      {func(*world) cloud.Props { return cloud.Props{"version": "1.34"} }, func(*world) cloud.Props { return cloud.Props{"version": "1.36"} }, "InvalidParameterException"},
		"one minor down":     {nil, func(*world) cloud.Props { return cloud.Props{"version": "1.34"} }, "InvalidParameterException"},
		"config map to both": {func(*world) cloud.Props { return mode("CONFIG_MAP") }, func(*world) cloud.Props { return mode("API_AND_CONFIG_MAP") }, ""},
		"both to API":        {func(*world) cloud.Props { return mode("API_AND_CONFIG_MAP") }, func(*world) cloud.Props { return mode("API") }, ""},
		"config map to API":  {func(*world) cloud.Props { return mode("CONFIG_MAP") }, func(*world) cloud.Props { return mode("API") }, "InvalidParameterException"},
		"API back to both":   {nil, func(*world) cloud.Props { return mode("API_AND_CONFIG_MAP") }, "InvalidParameterException"},
		"standard, in extended": {func(*world) cloud.Props { return cloud.Props{"version": "1.33"} }, func(*world) cloud.Props {
			return cloud.Props{"version": "1.33", "upgradePolicy": map[string]any{"supportType": "STANDARD"}}
		}, "InvalidRequestException"},
		"subnets of the zones": {nil, func(w *world) cloud.Props {
			return w.vpcConfig(cloud.Props{"subnetIds": w.subnets("private-a", "private-b")})
		}, ""},
		"subnets of one zone": {nil, func(w *world) cloud.Props { return w.vpcConfig(cloud.Props{"subnetIds": w.subnets("control-a")}) }, "InvalidParameterException"},
		"subnets of another zone": {nil, func(w *world) cloud.Props {
			w.make("control-c", cloud.Subnet, cloud.Props{"vpcId": w.ids["vpc"], "cidrBlock": "10.0.3.0/28", "availabilityZone": region + "c"})
			return w.vpcConfig(cloud.Props{"subnetIds": w.subnets("control-a", "control-c")})
		}, "InvalidParameterException"},
		"subnets of another network": {nil, func(w *world) cloud.Props {
			w.make("other", cloud.VPC, cloud.Props{"cidrBlock": "10.1.0.0/16", "enableDnsHostnames": true})
			for zone, block := range map[string]string{"a": "10.1.0.0/24", "b": "10.1.1.0/24"} {
				w.make("other-"+zone, cloud.Subnet, cloud.Props{"vpcId": w.ids["other"], "cidrBlock": block, "availabilityZone": region + zone})
			}
			return w.vpcConfig(cloud.Props{"subnetIds": w.subnets("other-a", "other-b")})
		}, "InvalidParameterException"},
		"endpoints off": {nil, func(w *world) cloud.Props {
			return w.vpcConfig(cloud.Props{"endpointPrivateAccess": false, "endpointPublicAccess": false})
		}, "InvalidParameterException"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := bare(t)
			var from cloud.Props
			if tc.from != nil {
				from = tc.from(w)
			}
			w.make("cluster", cloud.EKSCluster, w.clusterProps(from))
			_, err := w.update("cluster", w.clusterProps(tc.to(w)))
			if tc.want != "" {
				wantCode(t, err, tc.want)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestInterfacesFollowTheSubnets(t *testing.T) {
	t.Parallel()
	w := ready(t)
	if _, err := w.update("cluster", w.clusterProps(w.vpcConfig(cloud.Props{
		"subnetIds": w.subnets("private-a", "private-b"), "securityGroupIds": cloud.Strings(w.ids["pod-group"]),
	}))); err != nil {
		t.Fatal(err)
	}
	w.delete("control-a", "control-b")
	wantCode(t, w.tryDelete("pod-group"), "DependencyViolation")
	if got := w.read("cluster").Props.Obj("vpcConfig"); got.Str("vpcId") != w.ids["vpc"] || got.Str("clusterSecurityGroupId") == "" {
		t.Errorf("the update lost what EKS had set: %v", got)
	}
}

func TestEncryptionIsForEver(t *testing.T) {
	t.Parallel()
	w := ready(t)
	encrypted := func(name string) cloud.Props {
		k := w.make(name, cloud.KMSKey, cloud.Props{"description": name})
		return w.clusterProps(cloud.Props{"encryptionConfig": map[string]any{"resources": cloud.Strings("secrets"), "provider": map[string]any{"keyArn": k.Props.Str("arn")}}})
	}
	first := encrypted("first")
	if _, err := w.update("cluster", first); err != nil {
		t.Fatal(err)
	}
	_, err := w.update("cluster", encrypted("second"))
	wantCode(t, err, "InvalidParameterException")
	changes, err := w.acct.Diff(w.session, cloud.EKSCluster, first, w.read("cluster").Props, w.clusterProps(nil))
	if err != nil {
		t.Fatal(err)
	}
	want := []cloud.Change{{Path: "encryptionConfig", Replace: true, Removed: true}}
	if diff := cmp.Diff(want, changes); diff != "" {
		t.Error(diff)
	}
}

func TestNothingChangesByItself(t *testing.T) {
	t.Parallel()
	w := platform(t)
	w.make("group", cloud.EKSNodeGroup, w.groupProps(nil))
	for name, inputs := range map[string]cloud.Props{"cluster": w.clusterProps(nil), "group": w.groupProps(nil), "cni": w.cniProps()} {
		changes, err := w.acct.Diff(w.session, w.find(name).kind, inputs, w.read(name).Props, inputs)
		if err != nil || len(changes) != 0 {
			t.Errorf("%s: got %v, %v, want no change", name, changes, err)
		}
	}
}

func TestOldNodesHoldTheClusterBack(t *testing.T) {
	t.Parallel()
	w := bare(t)
	w.now = time.Date(2026, 6, 15, 0, 0, 0, 0, time.UTC)
	w.make("cluster", cloud.EKSCluster, w.clusterProps(cloud.Props{"version": "1.35"}))
	w.make("group", cloud.EKSNodeGroup, w.groupProps(cloud.Props{"version": "1.32", "scalingConfig": map[string]any{"minSize": 0.0, "desiredSize": 0.0, "maxSize": 1.0}}))
	_, err := w.update("cluster", w.clusterProps(cloud.Props{"version": "1.36"}))
	wantCode(t, err, "InvalidRequestException")
}
