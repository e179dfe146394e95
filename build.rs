//! Compiles the fact tables: rows in `src/facts/*.toml` become sorted const tables, so that nothing is parsed at start.
#![expect(clippy::disallowed_methods, reason = "a build script reads files and its environment")]

#[path = "build/mod.rs"]
mod tables;

fn main() -> Result<(), tables::Error> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=src/facts");
    let out = std::env::var("OUT_DIR").map_err(|error| tables::Error(format!("OUT_DIR: {error}")))?;
    tables::compile(std::path::Path::new("src/facts"), std::path::Path::new(&out))
}
