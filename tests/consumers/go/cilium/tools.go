//go:build tools

// Package tools names the programs of this set, so that go.mod keeps what they need.
package tools

import (
	_ "github.com/cilium/cilium/pkg/k8s/apis/cilium.io/v2"
	_ "harden.test/consumers/mains/ciliumpolicy"
)
