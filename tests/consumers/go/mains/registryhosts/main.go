// Registryhosts prints where containerd asks for images: of every registry the hosts in their order, as its own code reads them from
// FOLDER (its `config_path`).
//
//	registryhosts FOLDER REGISTRY...
//
// It prints `REGISTRY SCHEME://HOST/PATH CAPABILITIES` for every host, and exits with 1 when a file is refused.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/containerd/containerd/v2/core/remotes/docker"
	"github.com/containerd/containerd/v2/core/remotes/docker/config"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: registryhosts FOLDER REGISTRY...")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "registryhosts:", err)
		os.Exit(1)
	}
}

func run(folder string, registries []string) error {
	hosts := config.ConfigureHosts(context.Background(), config.HostOptions{HostDir: config.HostDirFromRoot(folder)})
	for _, registry := range registries {
		found, err := hosts(registry)
		if err != nil {
			return fmt.Errorf("%s: %w", registry, err)
		}
		for _, host := range found {
			capabilities := "pull"
			if host.Capabilities.Has(docker.HostCapabilityResolve) {
				capabilities += ",resolve"
			}
			if host.Capabilities.Has(docker.HostCapabilityPush) {
				capabilities += ",push"
			}
			fmt.Printf("%s %s://%s%s %s\n", registry, host.Scheme, host.Host, host.Path, capabilities)
		}
	}
	return nil
}
