//! The tables that `build.rs` compiles from the rows in this folder.

use super::{Answer, Benchmark, Condition, Expect, Files, Item, KubeadmFile, Look, Mapping, On, Target, Test, Topic, Wanted};
use crate::base::Minor;

include!(concat!(env!("OUT_DIR"), "/benchmarks.rs"));
