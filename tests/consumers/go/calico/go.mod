module harden.test/consumers/calico

go 1.26.0

require (
	github.com/projectcalico/calico v1.11.0-cni-plugin.0.20250813170300-a0db560f0520
	harden.test/consumers/mains v0.0.0
)

require (
	github.com/sirupsen/logrus v1.9.3 // indirect
	golang.org/x/sys v0.33.0 // indirect
)

replace harden.test/consumers/mains => ../mains

// A module inside of Calico's repository, which nothing here needs.
replace github.com/projectcalico/api => ./stubs/api
