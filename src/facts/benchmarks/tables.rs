//! The tables that `build.rs` compiles from the rows in this folder.

use super::{Benchmark, Expect, Files, Item, KubeadmFile, Look, Mapping, On, Target, Test, Topic};
use crate::base::Minor;

include!(concat!(env!("OUT_DIR"), "/benchmarks.rs"));
