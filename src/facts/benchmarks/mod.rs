//! The CIS benchmarks as kube-bench tests them: numbers by version, what each item looks at, and which controls of ours answer to it.

mod item;
mod map;
mod tables;

pub use item::{Benchmark, Expect, Files, Item, KubeadmFile, Look, On, Target, Test, Topic};
pub use map::{
    Answer, BenchmarkId, Chosen, Condition, Mapping, SELECTABLE, Wanted, asks, benchmark, benchmarks, conditional_ids,
    controls_of, for_minor, ids, ids_in, ids_with, kubeadm_files, mapped_controls, nsa,
};
