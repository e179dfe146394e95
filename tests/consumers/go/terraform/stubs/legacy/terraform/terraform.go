// Package terraform stands in for a package that tests of the program use alone.
package terraform
