//! The tables, compiled from the rows by `build.rs`.

use super::{
    config_api::ConfigApiRow,
    flag::{FlagRow, ValueKind},
    gate::{GateRow, GateState, Stage},
    plugin::PluginRow,
    program::Program,
    row::{Period, Table},
};
use crate::base::Minor;

include!(concat!(env!("OUT_DIR"), "/facts.rs"));
