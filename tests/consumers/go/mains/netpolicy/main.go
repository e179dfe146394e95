// Netpolicy judges connections under the NetworkPolicy objects of files, with the matcher of cyclonus: the rules of
// networking.k8s.io/v1 and nothing of any network plug-in.
//
//	netpolicy FILE... < connections
//
// A connection is a line of JSON; for each the answer is a line, `allowed` or `denied`.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/mattfenwick/cyclonus/pkg/matcher"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// An end of a connection: a pod where it has a namespace, else an address.
type end struct {
	Namespace string            `json:"namespace"`
	Labels    map[string]string `json:"labels"`
	IP        string            `json:"ip"`
}

type connection struct {
	From     end           `json:"from"`
	To       end           `json:"to"`
	Port     int           `json:"port"`
	Protocol core.Protocol `json:"protocol"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "netpolicy:", err)
		os.Exit(1)
	}
}

func run() error {
	var policies []*networking.NetworkPolicy
	for _, file := range os.Args[1:] {
		found, err := read(file)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		policies = append(policies, found...)
	}
	if len(policies) == 0 {
		return errors.New("no NetworkPolicy")
	}
	policy := matcher.BuildNetworkPolicies(false, policies)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var c connection
		decoder := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&c); err != nil {
			return err
		}
		traffic := &matcher.Traffic{Source: peer(c.From), Destination: peer(c.To), ResolvedPort: c.Port, Protocol: c.Protocol}
		if policy.IsTrafficAllowed(traffic).IsAllowed() {
			fmt.Println("allowed")
		} else {
			fmt.Println("denied")
		}
	}
	return lines.Err()
}

func peer(e end) *matcher.TrafficPeer {
	if e.Namespace == "" {
		return &matcher.TrafficPeer{IP: e.IP}
	}
	labels := map[string]string{"kubernetes.io/metadata.name": e.Namespace}
	pod := &matcher.InternalPeer{PodLabels: e.Labels, NamespaceLabels: labels, Namespace: e.Namespace}
	return &matcher.TrafficPeer{Internal: pod, IP: e.IP}
}

// The NetworkPolicy objects of a file, read strictly; other kinds are left out.
func read(file string) ([]*networking.NetworkPolicy, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var found []*networking.NetworkPolicy
	documents := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		var head struct {
			APIVersion string `json:"apiVersion"`
			Kind       string `json:"kind"`
		}
		if err := yaml.Unmarshal(document, &head); err != nil {
			return nil, err
		}
		if head.APIVersion != "networking.k8s.io/v1" || head.Kind != "NetworkPolicy" {
			continue
		}
		var policy networking.NetworkPolicy
		if err := yaml.UnmarshalStrict(document, &policy); err != nil {
			return nil, err
		}
		found = append(found, &policy)
	}
}
