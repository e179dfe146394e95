//! Who reaches whom under emitted network policies, as the declared plug-in holds to them.

mod declared;
mod evaluate;
mod subject;
mod worlds;

pub use declared::declared;
pub use evaluate::World;
pub use subject::{Side, Subject};
pub use worlds::{differences, ports, subjects};
