//go:build tools

// Package tools names the programs of this set, so that go.mod keeps what they need.
package tools

import (
	_ "go.opentelemetry.io/collector/otelcol"
	_ "harden.test/consumers/mains/collector"
)
