//go:build tools

// Package tools names the programs of this set, so that go.mod keeps what they need.
package tools

import _ "github.com/containerd/containerd/v2/cmd/containerd"
