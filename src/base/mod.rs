//! Words that every layer shares: versions, addresses, ids, causes and documents. Imports nothing of the project.

mod artifact;
mod cause;
mod cidr;
mod date;
mod digest;
mod go;
mod internet;
mod path;
mod unseen;
mod version;
mod visible;
mod words;
mod wrapped;

pub use artifact::{Artifact, Lines, Mode, OutPath, OutPathError, Run};
pub use cause::{Cause, ControlId, FactId, Origin, Reason};
pub use cidr::{Cidr, CidrError};
pub use date::{Date, DateError};
pub use digest::sha256_hex;
pub use go::{go_bool, go_nanoseconds};
pub use internet::{cover_the_internet, not_internet};
pub use path::SpecPath;
pub use unseen::unseen;
pub use version::{KubeVersion, Minor, VersionError};
pub use visible::{acts, same_length, shortened, visible, visible_json};
pub use words::{Area, Level, Platform};
pub use wrapped::wrapped;
