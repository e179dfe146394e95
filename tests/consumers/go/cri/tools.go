//go:build tools

// Package tools names the programs of this set, so that go.mod keeps what they need.
package tools

import (
	_ "harden.test/consumers/mains/criruntime"
	_ "k8s.io/cri-client/pkg/fake"
)
