//! Compiles the fact tables.
fn main() {}
