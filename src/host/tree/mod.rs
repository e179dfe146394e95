//! Output trees: what `build` writes and `build --check` compares. A new tree is made beside the old one (unchanged and
//! foreign files hard-linked), the two are exchanged in one system call, and the old one is taken apart: a kill at any
//! moment leaves the old tree or the new one, whole. What harden did not write is never changed or lost.
//!
//! Nothing is flushed to the disk: the system writes back in its own time, and after a power cut a tree may hold empty
//! files, which `build --check` sees by content. The tree is derived and built again in milliseconds, while flushing costs
//! five to thirty times what writing does (`cargo bench --bench trees` prints both). Folders keep owner and permissions;
//! access control lists and other extended attributes of folders are not carried over, those of files are (by the link).

mod beside;
mod compare;
mod error;
mod journal;
mod manifest;
mod planned;
mod reader;
mod recover;
mod retire;
mod stage;
mod strays;
mod survey;
mod swap;
mod untouched;
mod write;

pub use compare::{Difference, Listed, What, compare, compare_by, listed};
pub use error::{Foreign, TreeError, Why};
pub use manifest::{LastManifest, MANIFEST, MANIFEST_LIMIT, last};
pub use planned::{NewFile, as_git_keeps};
pub use recover::{recover, recover_by};
pub use strays::{goes_to_a_host, strays};
pub use untouched::untouched;
pub use write::{Exchange, Outcome, Transfer, Ways, write, write_by};
