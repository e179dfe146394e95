//go:build tools

// Package tools names the programs of this set, so that go.mod keeps what they need.
package tools

import (
	_ "go.etcd.io/etcd/etcdctl/v3/ctlv3"
	_ "go.etcd.io/etcd/server/v3/etcdmain"
	_ "harden.test/consumers/mains/etcd"
	_ "harden.test/consumers/mains/etcdctl"
)
