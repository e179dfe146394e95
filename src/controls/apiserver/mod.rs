//! Controls of the API server.

mod profiling;

pub(super) use profiling::CONTROL as PROFILING;
