//! The tables, compiled from the rows by `build.rs`.

use super::{
    cipher::{Cipher, CipherClass},
    config_api::ConfigApiRow,
    etcd::{EtcdFlagRow, EtcdReads, EtcdVersion},
    field::{FieldKind, FieldRow},
    flag::{FlagRow, ValueKind},
    flag_limit::{FlagLimit, FlagLimitRow},
    gate::{GateRow, GateState, Stage},
    kubeadm::{FieldForm, KubeadmApiRow, KubeadmFieldRow, PodSeccomp, ProbePort, SchedulerProbes},
    lifecycle::{Lifecycle, Until},
    limit::{Limit, LimitRow},
    object_api::ObjectRow,
    plugin::PluginRow,
    program::Program,
    risk::{Risk, RiskWhen},
    row::{ByMinor, Period, Table},
    sentence::FactRow,
};
use crate::base::{FactId, Minor};

include!(concat!(env!("OUT_DIR"), "/facts.rs"));
