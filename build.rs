//! Compiles the fact tables: rows in `src/facts/*.toml` become sorted const tables, so that nothing is parsed at start. Takes the digest
//! of the sources.
#![expect(clippy::disallowed_methods, reason = "a build script reads files and its environment")]

#[path = "build/mod.rs"]
mod tables;

/// Everything that decides what the program writes. A change of any of it makes it another program to `build`, which remembers results.
const SOURCES: [&str; 7] = ["Cargo.lock", "Cargo.toml", "build", "build.rs", "profiles", "rust-toolchain.toml", "src"];

fn main() -> Result<(), tables::Error> {
    for path in SOURCES {
        println!("cargo::rerun-if-changed={path}");
    }
    println!("cargo::rustc-env=HARDEN_SOURCES={}", tables::digest(&SOURCES)?);
    let out = std::env::var("OUT_DIR").map_err(|error| tables::Error(format!("OUT_DIR: {error}")))?;
    tables::compile(std::path::Path::new("src/facts"), std::path::Path::new(&out))
}
