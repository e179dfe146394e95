//! The bounds that keep hostile files harmless.

/// Bytes of one file.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;
/// Collections inside each other; small enough that recursion over a tree is safe.
pub const MAX_DEPTH: usize = 128;
/// Values and keys of one file.
pub const MAX_NODES: usize = 2_000_000;
/// Values that aliases (`*name`) may copy in one file.
pub const MAX_COPIES: usize = 200_000;
/// Diagnostics of one document; the rest would only repeat.
pub const MAX_PROBLEMS: usize = 100;
