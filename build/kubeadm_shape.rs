//! What kubeadm writes by itself: steps of its source, etcd's image and arguments, folders of certificates.

use super::{
    Compiled, Error, emit,
    read::{Cover, File},
};

pub(super) fn compile(mut file: File) -> Compiled {
    let cover = file.cover()?;
    let code = steps(&mut file, cover)? + &etcd(&mut file, cover)? + &arguments(&mut file)? + &folders(&mut file)?;
    file.done()?;
    Ok(code)
}

fn steps(file: &mut File, cover: Cover) -> Compiled {
    let mut rows = Vec::new();
    for mut row in file.rows("steps")? {
        let since = row.patches("since", cover)?;
        let until = row.minor("until")?;
        rows.push(format!(
            "StepRow {{ name: {}, since: &{since:?}, until: {} }},",
            emit::text(&row.name),
            emit::maybe_minor(until)
        ));
        row.done()?;
    }
    Ok(emit::table("KUBEADM_STEPS", "StepRow", cover, &rows))
}

/// One row for every minor of the table, rising.
fn etcd(file: &mut File, cover: Cover) -> Compiled {
    let mut rows = Vec::new();
    let mut next = cover.oldest;
    for mut row in file.rows("etcd")? {
        if row.name != next.to_string() {
            return Err(row.error(&format!("the row of minor {next} stands here")));
        }
        next += 1;
        let images = row.texts_by_patch("image")?;
        rows.push(format!("EtcdRow {{ images: &{images:?} }},"));
        row.done()?;
    }
    if next != cover.newest + 1 {
        return Err(Error(format!("kubeadm-shape.toml: [etcd] minor {next} is missing")));
    }
    Ok(emit::table("KUBEADM_SHAPE_ETCD", "EtcdRow", cover, &rows))
}

fn arguments(file: &mut File) -> Compiled {
    let mut rows = Vec::new();
    for (minor, text) in file.texts("etcd-arguments")? {
        let first: u16 = minor.parse().map_err(|_| Error(format!("kubeadm-shape.toml: [etcd-arguments] `{minor}`")))?;
        let mut pairs = Vec::new();
        for word in text.split(' ') {
            let pair = word.split_once('=').ok_or_else(|| Error(format!("kubeadm-shape.toml: `{word}` is no name=value")))?;
            pairs.push(format!("{pair:?}"));
        }
        rows.push((first, format!("&[{}]", pairs.join(", "))));
    }
    let rows = emit::by_minor(&rows);
    Ok(format!("pub(super) static KUBEADM_ETCD_ARGUMENTS: ByMinor<&[(&str, &str)]> = {rows};\n"))
}

fn folders(file: &mut File) -> Compiled {
    let mut rows = Vec::new();
    for (os, text) in file.texts("ca-folders")? {
        let folders: Vec<&str> = text.split(' ').collect();
        rows.push(format!("({os:?}, &{folders:?})"));
    }
    Ok(format!("pub(super) static CA_FOLDERS: &[(&str, &[&str])] = &[{}];\n", rows.join(", ")))
}
