//! Agreement: settings that contradict each other are errors which show both places. What may not stand together is a table of rules.

mod access;
mod audit;
mod characters;
mod gates;
mod hosts;
mod mounts;
mod nodes;
mod proxy;
mod settings;
#[cfg(test)]
mod tests;
mod tls;

pub use settings::{ALL, Clash, RULES, Rule, Side, agree};
