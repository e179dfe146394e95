// Ciliumpolicy reads the CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy objects of files as the agent of Cilium
// does: an unknown field, and what its own code refuses, is an error. Without files it prints the CRDs of both kinds.
//
//	ciliumpolicy [FILE...]
//
// It prints `ok KIND NAMESPACE/NAME` for every object, and exits with 1 when it refuses any.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	crds "github.com/cilium/cilium/pkg/k8s/apis/cilium.io/client/crds/v2"
	v2 "github.com/cilium/cilium/pkg/k8s/apis/cilium.io/v2"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "ciliumpolicy:", err)
		os.Exit(1)
	}
}

func run(files []string) error {
	if len(files) == 0 {
		for _, name := range []string{"ciliumnetworkpolicies", "ciliumclusterwidenetworkpolicies"} {
			text, err := crds.EmbedFS.ReadFile(name + ".yaml")
			if err != nil {
				return err
			}
			fmt.Printf("---\n%s", text)
		}
		return nil
	}
	for _, file := range files {
		if err := read(file); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}

func read(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	documents := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var head struct {
			APIVersion string `json:"apiVersion"`
			Kind       string `json:"kind"`
		}
		if err := yaml.Unmarshal(document, &head); err != nil {
			return err
		}
		switch head.APIVersion + " " + head.Kind {
		case "cilium.io/v2 CiliumNetworkPolicy":
			var policy v2.CiliumNetworkPolicy
			if err := yaml.UnmarshalStrict(document, &policy); err != nil {
				return err
			}
			if _, err := policy.Parse(log, "default"); err != nil {
				return err
			}
			fmt.Printf("ok %s %s/%s\n", head.Kind, policy.Namespace, policy.Name)
		case "cilium.io/v2 CiliumClusterwideNetworkPolicy":
			var policy v2.CiliumClusterwideNetworkPolicy
			if err := yaml.UnmarshalStrict(document, &policy); err != nil {
				return err
			}
			if _, err := policy.Parse(log, "default"); err != nil {
				return err
			}
			fmt.Printf("ok %s /%s\n", head.Kind, policy.Name)
		}
	}
}
