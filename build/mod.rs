//! The compiler of the fact tables. In: the folder of rows. Out: one file of Rust with a const table for each subject.
//! A malformed row ends the build with the file, the row and what was expected.

mod benchmarks;
mod ciphers;
mod components;
mod digest;
mod emit;
mod etcd;
mod fields;
mod flag_limits;
mod flags;
mod gates;
mod kinds;
mod kubeadm;
mod lifecycles;
mod limits;
mod objects;
mod plugins;
mod read;
mod replacements;
mod risks;
mod sentences;
mod versions;

use std::{collections::BTreeMap, fmt, fs, path::Path};

pub(super) use digest::digest;
use read::File;
use replacements::Replacements;

/// Why the tables cannot be compiled.
pub(super) struct Error(pub(super) String);

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a compiler of one table gets and gives.
type Compiled = Result<String, Error>;

/// Compiles every table of the folder into `facts.rs`, and the ids of the sentences into `fact_ids.rs`.
pub(super) fn compile(folder: &Path, out: &Path) -> Result<(), Error> {
    benchmarks::compile(&folder.join("benchmarks"), out)?;
    components::compile(&folder.join("components"), out)?;
    let mut files = read_all(folder)?;
    let mut take = |name: &str| files.remove(name).ok_or_else(|| Error(format!("{}: missing", folder.join(name).display())));
    let mut texts = Replacements::read(take("replacements.toml")?)?;
    let mut code = String::new();
    for program in ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy"] {
        code += &flags::compile(program, take(&format!("{program}.toml"))?, &mut texts)?;
    }
    code += &flag_limits::compile(take("flag-limits.toml")?)?;
    code += &gates::compile("GATES", take("gates.toml")?, &mut texts)?;
    code += &gates::compile("KUBEADM_GATES", take("kubeadm-gates.toml")?, &mut texts)?;
    code += &plugins::compile(take("plugins.toml")?, &mut texts)?;
    code += &kinds::compile(take("config-apis.toml")?)?;
    code += &objects::compile(take("object-apis.toml")?)?;
    code += &fields::compile("KUBELET_FIELDS", take("kubelet-fields.toml")?)?;
    code += &limits::compile(take("kubelet-limits.toml")?)?;
    code += &fields::compile("KUBE_PROXY_FIELDS", take("kube-proxy-fields.toml")?)?;
    code += &fields::compile_kubeadm(take("kubeadm-fields.toml")?)?;
    code += &kubeadm::compile(take("kubeadm.toml")?)?;
    code += &etcd::compile(take("etcd.toml")?)?;
    code += &ciphers::compile(take("ciphers.toml")?)?;
    code += &lifecycles::compile(take("lifecycles.toml")?)?;
    code += &risks::compile(take("carried-risks.toml")?)?;
    code += &versions::compile(take("versions.toml")?)?;
    let (facts, ids) = sentences::compile(take("sentences.toml")?)?;
    code += &facts;
    texts.all_used()?;
    if let Some(name) = files.keys().next() {
        return Err(Error(format!("{name}: no compiler for this table")));
    }
    let write = |name, text| fs::write(out.join(name), text).map_err(|error| Error(format!("{}: {error}", out.display())));
    write("fact_ids.rs", ids)?;
    write("facts.rs", code)
}

/// Every table of the folder, by file name.
fn read_all(folder: &Path) -> Result<BTreeMap<String, File>, Error> {
    let failed = |error: std::io::Error| Error(format!("{}: {error}", folder.display()));
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if name.ends_with(".toml") {
            let text = fs::read_to_string(&path).map_err(failed)?;
            files.insert(name.to_owned(), File::parse(name, &text)?);
        }
    }
    Ok(files)
}
