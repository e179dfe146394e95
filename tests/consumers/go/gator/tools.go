//go:build tools

// Package tools names the programs of this set, so that go.mod keeps what they need.
package tools

import (
	_ "github.com/open-policy-agent/gatekeeper/v3/cmd/gator"
	_ "harden.test/consumers/mains/constraintkinds"
)
