//! The tables, compiled from the rows by `build.rs`.

use super::{
    config_api::ConfigApiRow,
    flag::{FlagRow, ValueKind},
    gate::{GateRow, GateState, Stage},
    kubeadm_shape::{EtcdRow, StepRow},
    plugin::PluginRow,
    program::Program,
    row::{ByMinor, Period, Table},
};
use crate::base::Minor;

include!(concat!(env!("OUT_DIR"), "/facts.rs"));
