// Etcdctl as upstream builds it; its own module cannot be installed because of replace directives.
package main

import "go.etcd.io/etcd/etcdctl/v3/ctlv3"

func main() { ctlv3.MustStart() }
