//! The real programs judge the facts and the output: one binary, run against programs that `tests/consumers/build.sh` makes.
//! A program that is missing is said; with `HARDEN_CONSUMERS_REQUIRED=1` it fails the run.

mod facts;
mod kubeadm;
mod node;
mod programs;
mod server;
