//go:build !linux

package reach

import "testing"

func TestSameAsKernel(t *testing.T) {
	t.Skip("NOT COMPARED with the kernel: network namespaces are Linux's")
}
