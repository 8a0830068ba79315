package ekstree

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUserData(t *testing.T) {
	t.Parallel()
	boot := func(change func(n *nodeBoot)) nodeBoot {
		n := nodeBoot{cluster: "demo", endpoint: "https://api", ca: "Zm9v", serviceCIDR: "10.100.0.0/16"}
		change(&n)
		return n
	}
	marked := func(n *nodeBoot) {
		n.labels = props{"ondemand": str("true")}
		n.taints = []taint{{"os", "bottlerocket", "NoSchedule"}, {"mine", "", "NoExecute"}}
	}
	tests := map[string]struct {
		os   string
		boot nodeBoot
		want string
		fail string
	}{
		"Amazon Linux 2": {
			os: al2, boot: boot(func(n *nodeBoot) { marked(n); n.bootstrapArgs = "--use-max-pods false" }),
			want: `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="==MYBOUNDARY=="

--==MYBOUNDARY==
Content-Type: text/x-shellscript; charset="us-ascii"

#!/bin/bash

/etc/eks/bootstrap.sh --apiserver-endpoint "https://api" --b64-cluster-ca "Zm9v" "demo" --use-max-pods false` +
				` --kubelet-extra-args '--node-labels=ondemand=true --register-with-taints=os=bottlerocket:NoSchedule,mine:NoExecute'
--==MYBOUNDARY==--`,
		},
		"Amazon Linux 2023 with another part": {
			os: al2023, boot: boot(func(n *nodeBoot) {
				n.extra = list(object(props{"contentType": str("text/x-shellscript"), "content": str("#!/bin/sh")}))
			}),
			want: `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="BOUNDARY"

--BOUNDARY
Content-Type: application/node.eks.aws

---
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  cluster:
    name: demo
    apiServerEndpoint: https://api
    certificateAuthority: Zm9v
    cidr: 10.100.0.0/16

--BOUNDARY
Content-Type: text/x-shellscript

#!/bin/sh
--BOUNDARY--
`,
		},
		"Bottlerocket": {
			os: bottlerocket, boot: boot(marked),
			want: `[settings.kubernetes]
api-server = "https://api"
cluster-certificate = "Zm9v"
cluster-dns-ip = "10.100.0.10"
cluster-name = "demo"

  [settings.kubernetes.node-labels]
  ondemand = "true"

  [settings.kubernetes.node-taints]
  mine = ":NoExecute"
  os = "bottlerocket:NoSchedule"
`,
		},
		"Bottlerocket with settings": {
			os: bottlerocket, boot: boot(func(n *nodeBoot) {
				n.serviceCIDR = "fd00::/108"
				n.rocket = object(props{"settings": object(props{
					"host-containers": object(props{"admin": object(props{"enabled": yes(true)})}),
					"kubernetes":      object(props{"max-pods": num(1500), "cluster-name": str("other")}),
				})})
			}),
			want: `[settings.host-containers.admin]
enabled = true

[settings.kubernetes]
api-server = "https://api"
cluster-certificate = "Zm9v"
cluster-dns-ip = "fd00::a"
cluster-name = "other"
max-pods = 1_500
`,
		},
		"a bootstrap script for AL2023":  {os: al2023, boot: boot(func(n *nodeBoot) { n.bootstrapArgs = "x" }), fail: "bootstrapExtraArgs"},
		"settings for AL2023":            {os: al2023, boot: boot(func(n *nodeBoot) { n.rocket = object(nil) }), fail: "bottlerocketSettings"},
		"kubelet flags for Bottlerocket": {os: bottlerocket, boot: boot(func(n *nodeBoot) { n.kubeletArgs = "x" }), fail: "kubeletExtraArgs"},
		"no service range":               {os: bottlerocket, boot: boot(func(n *nodeBoot) { n.serviceCIDR = "" }), fail: "service range"},
		"another system":                 {os: "Windows", boot: boot(func(*nodeBoot) {}), fail: "Windows"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := tc.boot.userData(tc.os)
			if tc.fail != "" {
				if err == nil || !strings.Contains(err.Error(), tc.fail) {
					t.Errorf("the error is %v: want one about %s", err, tc.fail)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("the user data differs (-want +got):\n%s", diff)
			}
		})
	}
}
