package provider

import (
	"encoding/json"
	"fmt"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/slipway-iac/slipway/sandbox/cloud"
	"github.com/slipway-iac/slipway/sandbox/cloud/eks"
)

func TestDebugProviders(t *testing.T) {
	t.Parallel()
	_, servers := open(t, Options{})
	if got := servers.DebugProviders(); !regexp.MustCompile(`^aws:\d+,kubernetes:\d+,eks:\d+$`).MatchString(got) {
		t.Error(got)
	}
	_, servers = open(t, Options{RealEKS: true})
	if got := servers.DebugProviders(); !regexp.MustCompile(`^aws:\d+,kubernetes:\d+$`).MatchString(got) {
		t.Error(got)
	}
}

func TestBusyPort(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	account, _ := open(t, Options{})
	_, err = Serve(Options{Account: account, Listen: map[string]string{"kubernetes": listener.Addr().String()}})
	wantError(t, err, "kubernetes", listener.Addr().String(), "--ports kubernetes=")
}

// The engine has a connection for every provider instance; each keeps its own
// region and identity, however the calls come.
func TestConnectionsAreApart(t *testing.T) {
	t.Parallel()
	account, servers := open(t, Options{Caller: "arn:aws:iam::123456789012:role/ci"})
	regions := []string{"us-west-2", "eu-central-1", "ap-northeast-1", "us-east-1"}
	var all sync.WaitGroup
	for i, region := range regions {
		config := cloud.Props{"region": region, "defaultTags": fmt.Sprintf(`{"tags":{"n":"%d"}}`, i)}
		if i > 0 {
			config["assumeRole"] = object{"roleArn": fmt.Sprint("arn:aws:iam::123456789012:role/r", i)}
		}
		e := configured(t, servers, "aws", config)
		want := "role/ci"
		if i > 0 {
			want = fmt.Sprint("assumed-role/r", i, "/")
		}
		all.Go(func() {
			for n := range 5 {
				r, err := e.Create(t.Context(), &pulumirpc.CreateRequest{Urn: urnOf(cloud.VPC, fmt.Sprint(region, n)), Properties: e.wire(network(nil))})
				if err != nil {
					t.Error(err)
					return
				}
				state := e.props(r.GetProperties())
				if !strings.Contains(state.Str("arn"), ":"+region+":") || state.Obj("tagsAll").Str("n") != fmt.Sprint(i) {
					t.Errorf("%s made %v", region, state)
				}
				if got, err := e.invoke("aws:index/getRegion:getRegion"); err != nil || got.Str("name") != region {
					t.Errorf("%s answers %v, %v", region, got, err)
				}
				if got, err := e.invoke("aws:index/getCallerIdentity:getCallerIdentity"); err != nil || !strings.Contains(got.Str("arn"), want) && !strings.HasSuffix(got.Str("arn"), strings.TrimSuffix(strings.TrimPrefix(want, "assumed-"), "/")) {
					t.Errorf("%s is called by %v, %v, want %s", region, got, err, want)
				}
			}
		})
	}
	all.Wait()
	counts := map[string]int{}
	for _, r := range account.Resources() {
		if r.Kind == cloud.VPC {
			counts[r.Region]++
		}
	}
	for _, region := range regions {
		if counts[region] < 5 {
			t.Errorf("%s has %d VPCs", region, counts[region])
		}
	}
}

func TestCallBeforeConfigure(t *testing.T) {
	t.Parallel()
	_, servers := open(t, Options{})
	e := connect(t, servers, "aws")
	_, err := e.Create(t.Context(), &pulumirpc.CreateRequest{Urn: urnOf(cloud.VPC, "v"), Properties: e.wire(network(nil))})
	wantError(t, err, "needs a region")
	k := connect(t, servers, "kubernetes")
	_, err = k.Create(t.Context(), &pulumirpc.CreateRequest{Urn: urnOf(namespaceType, "n"), Properties: k.wire(nil)})
	wantError(t, err, "no kubeconfig")
}

const namespaceType = "kubernetes:core/v1:Namespace"

// clusters puts two clusters that are open to all into an account, and returns
// their kubeconfigs.
func clusters(t *testing.T, account *cloud.Account, caller string) []string {
	t.Helper()
	var configs []string
	for _, name := range []string{"one", "two"} {
		if err := account.Change(cloud.Session{Region: "us-west-2"}, name, func(tx *cloud.Tx) error {
			tx.Make("test", cloud.EKSCluster, name, cloud.Props{
				"name": name, "endpoint": "https://" + name, "accessConfig": object{"authenticationMode": "API"},
				"vpcConfig": object{"endpointPublicAccess": true, "publicAccessCidrs": list{"0.0.0.0/0"}},
			}, nil)
			entry := cloud.Props{"clusterName": name, "principalArn": caller}
			tx.Make("test", cloud.EKSAccessEntry, name+":"+caller, entry, nil)
			tx.Make("test", cloud.EKSAccessPolicyAssociation, name+"#"+caller, entry.With(cloud.Props{"policyArn": "x/" + eks.AdminPolicy}), nil)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(object{
			"current-context": "c", "clusters": list{object{"name": "k", "cluster": object{"server": "https://" + name}}},
			"contexts": list{object{"name": "c", "context": object{"cluster": "k", "user": "u"}}},
			"users":    list{object{"name": "u", "user": object{"exec": object{"args": list{"--region", "us-west-2"}}}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		configs = append(configs, string(text))
	}
	return configs
}

func TestKubeconfigsAreApart(t *testing.T) {
	t.Parallel()
	const caller = "arn:aws:iam::123456789012:role/ci"
	account, servers := open(t, Options{Caller: caller})
	var connections []engine
	for _, config := range clusters(t, account, caller) {
		connections = append(connections, configured(t, servers, "kubernetes", cloud.Props{"kubeconfig": config}))
	}
	one, two := connections[0], connections[1]
	shop := one.create(namespaceType, "shop", cloud.Props{"metadata": object{"name": "shop"}})
	if r := two.read(shop); r.GetId() != "" {
		t.Errorf("the other cluster has it too: %v", r)
	}
	two.create(namespaceType, "shop", cloud.Props{"metadata": object{"name": "shop"}})
	if _, err := two.Delete(t.Context(), &pulumirpc.DeleteRequest{Id: "shop", Urn: urnOf(namespaceType, "shop")}); err != nil {
		t.Fatal(err)
	}
	if r := one.read(shop); r.GetId() != "shop" {
		t.Errorf("it went with the other cluster's: %v", r)
	}
}
