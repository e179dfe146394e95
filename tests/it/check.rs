//! `harden check`: cases with what is said about them, bad input, git hooks, and that every setting of a plan is looked at.

mod cases;
mod evasions;
mod hostile;
mod kustomizations;
mod maps;
mod mutations;
mod names;
mod nodes;
mod older;
mod plugins;
mod reading;
mod servers;
mod staged;
