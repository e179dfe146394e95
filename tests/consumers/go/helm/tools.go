//go:build tools

// Package tools names the programs of this set, so that go.mod keeps what they need.
package tools

import (
	_ "harden.test/consumers/mains/helmtemplate"
	_ "helm.sh/helm/v4/pkg/engine"
)
