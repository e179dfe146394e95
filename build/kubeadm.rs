//! What kubeadm reads, writes and deploys, by its minor.

use super::{
    Compiled, Error, emit,
    read::{Cover, File, Period},
};

/// Words as the rows write them and as the code names them.
type Words = &'static [(&'static str, &'static str)];

/// Every row of the section `shape`: its type in the code, and its words.
const SHAPE: [(&str, &str, Words); 5] = [
    ("creation-timestamp", "bool", &[("no", "false"), ("yes", "true")]),
    ("flexvolume-mount", "bool", &[("no", "false"), ("yes", "true")]),
    ("pod-seccomp", "PodSeccomp", &[("none", "None"), ("runtime-default", "RuntimeDefault")]),
    ("probe-port", "ProbePort", &[("named", "Named"), ("number", "Number")]),
    ("scheduler-probes", "SchedulerProbes", &[("healthz", "Healthz"), ("livez-readyz", "LivezReadyz")]),
];

pub(super) fn compile(mut file: File) -> Compiled {
    let cover = file.cover()?;
    let code = apis(&mut file, cover)?
        + &targets(&mut file, cover)?
        + &shape(&mut file, cover)?
        + &etcd(&mut file, cover)?
        + &arguments(&mut file)?
        + &folders(&mut file)?;
    file.done()?;
    Ok(code)
}

fn apis(file: &mut File, cover: Cover) -> Compiled {
    let mut rows = Vec::new();
    for mut row in file.rows("apis")? {
        let life = cover.whole();
        let read: Period = row.period("read", life)?.ok_or_else(|| row.error("`read` is missing"))?;
        let write = row.period("write", life)?;
        let number = row.name.strip_prefix("v1beta").and_then(|digits| digits.parse::<u16>().ok());
        let number = number.ok_or_else(|| row.error("a version is `v1betaN`"))?;
        rows.push(format!(
            "KubeadmApiRow {{ name: {}, number: {number}, read: {}, write: {} }},",
            emit::text(&format!("kubeadm.k8s.io/{}", row.name)),
            emit::period(read),
            emit::maybe_period(write),
        ));
        row.done()?;
    }
    Ok(emit::table("KUBEADM_APIS", "KubeadmApiRow", cover, &rows))
}

fn targets(file: &mut File, cover: Cover) -> Compiled {
    let mut rows = Vec::new();
    for mut row in file.rows("patch-targets")? {
        let life = row.life(cover)?;
        let period = emit::period((life.since, life.until));
        rows.push(format!("({}, {period}),", emit::text(&row.name)));
        row.done()?;
    }
    Ok(emit::table("KUBEADM_PATCH_TARGETS", "(&'static str, Period)", cover, &rows))
}

fn shape(file: &mut File, cover: Cover) -> Compiled {
    let mut code = String::new();
    let mut rows = file.rows("shape")?.into_iter();
    for (name, ty, words) in SHAPE {
        let mut row =
            rows.next().filter(|row| row.name == name).ok_or_else(|| Error(format!("kubeadm.toml: [shape] needs `{name}`")))?;
        let mut values = Vec::new();
        for (first, word) in row.texts_by_minor("at", cover.whole())? {
            let found = words.iter().find(|(known, _)| *known == word);
            let (_, value) = found.ok_or_else(|| row.error(&format!("unknown word `{word}`")))?;
            values.push((first, if ty == "bool" { (*value).to_owned() } else { format!("{ty}::{value}") }));
        }
        if values.first().is_none_or(|(first, _)| *first != cover.oldest) {
            return Err(row.error("`at` must begin with `oldest`"));
        }
        let constant = format!("SHAPE_{}", name.to_uppercase().replace('-', "_"));
        code += &format!("pub(super) static {constant}: ByMinor<{ty}> = {};\n", emit::by_minor(&values));
        row.done()?;
    }
    match rows.next() {
        None => Ok(code),
        Some(row) => Err(row.error("no such shape")),
    }
}

/// The etcd images: for each minor the patch releases that were read, with the tag that each deploys.
fn etcd(file: &mut File, cover: Cover) -> Compiled {
    let mut rows = Vec::new();
    for mut row in file.rows("etcd")? {
        let minor = row.name.parse::<u16>().ok().filter(|minor| (cover.oldest..=cover.newest).contains(minor));
        let minor = minor.ok_or_else(|| row.error("not a minor of this table"))?;
        let mut images = Vec::new();
        for (patch, tag) in row.texts_by_number("at")? {
            let version = tag_version(&tag).ok_or_else(|| row.error(&format!("`{tag}` is no tag `3.MINOR.PATCH-N`")))?;
            images.push(format!("({patch}, EtcdVersion {{ minor: {}, patch: {} }}, {tag:?})", version.0, version.1));
        }
        rows.push(format!("(Minor({minor}), &[{}]),", images.join(", ")));
        row.done()?;
    }
    Ok(emit::table("KUBEADM_ETCD", "EtcdReads", cover, &rows))
}

fn tag_version(tag: &str) -> Option<(u16, u16)> {
    let (minor, patch) = tag.strip_prefix("3.")?.rsplit_once('-')?.0.split_once('.')?;
    Some((minor.parse().ok()?, patch.parse().ok()?))
}

/// What kubeadm adds to etcd's arguments, by first minor of etcd.
fn arguments(file: &mut File) -> Compiled {
    let wrong = |text: &str| Error(format!("kubeadm.toml: [etcd-arguments] `{text}` must be minor = \"name=value ...\""));
    let mut rows = Vec::new();
    for (minor, text) in file.texts("etcd-arguments")? {
        let first: u16 = minor.parse().map_err(|_| wrong(&minor))?;
        let pairs: Option<Vec<String>> = text.split(' ').map(|word| Some(format!("{:?}", word.split_once('=')?))).collect();
        rows.push((first, format!("&[{}]", pairs.ok_or_else(|| wrong(&text))?.join(", "))));
    }
    let rows = emit::by_minor(&rows);
    Ok(format!("pub(super) static KUBEADM_ETCD_ARGUMENTS: ByMinor<&[(&str, &str)]> = {rows};\n"))
}

/// Folders of certificates by operating system.
fn folders(file: &mut File) -> Compiled {
    let mut rows = Vec::new();
    for (os, text) in file.texts("ca-folders")? {
        rows.push(format!("({os:?}, &{:?})", text.split(' ').collect::<Vec<&str>>()));
    }
    Ok(format!("pub(super) static KUBEADM_CA_FOLDERS: &[(&str, &[&str])] = &[{}];\n", rows.join(", ")))
}
