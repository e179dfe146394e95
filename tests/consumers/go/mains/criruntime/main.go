// Criruntime answers on a socket what a kubelet asks of a container runtime, with upstream's own fake: it is ready, its network
// is ready, and it runs nothing. With it a kubelet gets past its runtime and serves.
//
//	criruntime SOCKET CGROUP-DRIVER
//
// It prints `ready` when it listens, and ends when its input ends.
package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
	"k8s.io/cri-client/pkg/fake"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: criruntime SOCKET CGROUP-DRIVER")
		os.Exit(2)
	}
	driver, known := runtimeapi.CgroupDriver_value[strings.ToUpper(os.Args[2])]
	if !known {
		fmt.Fprintln(os.Stderr, "unknown cgroup driver", os.Args[2])
		os.Exit(2)
	}
	runtime := fake.NewFakeRemoteRuntime()
	runtime.RuntimeService.FakeLinuxConfiguration = &runtimeapi.LinuxRuntimeConfiguration{
		CgroupDriver: runtimeapi.CgroupDriver(driver),
	}
	if err := runtime.Start("unix://" + os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
	runtime.Stop()
}
