//! The minors that the product supports.

use super::{Compiled, Error, emit, read::File};

pub(super) fn compile(mut file: File) -> Compiled {
    let [build, check, newest] = file.numbers("support", ["build", "check", "newest"])?;
    file.done()?;
    if check > build || build > newest {
        return Err(Error("versions.toml: `check`, `build` and `newest` must rise".to_owned()));
    }
    let one = |name: &str, doc: &str, minor| format!("/// {doc}\npub const {name}: Minor = {};\n", emit::minor(minor));
    Ok(one("OLDEST", "The oldest minor that any table covers.", check)
        + &one("OLDEST_BUILD", "The oldest minor that `build` writes for.", build)
        + &one("NEWEST", "The newest minor that the tables cover.", newest))
}
