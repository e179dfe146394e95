//! Tests.

mod audit;
