//! The files of container runtimes, read by the runtimes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::programs;

use super::{CNIS, Tree, made, run};

/// Each containerd with the file for its version: Debian's packages, unpacked, and those built from their modules.
fn containerds() -> Vec<(&'static str, PathBuf)> {
    let packages = [("1.6", "containerd-bookworm"), ("1.7", "containerd-trixie"), ("2.1", "containerd-testing")];
    let packages = packages.into_iter().filter_map(|(version, name)| Some((version, made(name)?.join("usr/bin/containerd"))));
    let modules = [("2.3", "containerd23"), ("2.4", "containerd24")];
    let modules =
        modules.into_iter().filter_map(|(version, set)| Some((version, programs::find(set, "containerd")?.path().to_owned())));
    packages.chain(modules).collect()
}

#[test]
fn containerd_reads_its_file() {
    for (version, containerd) in containerds() {
        let tree = Tree::new("debian-12", CNIS[0], &format!("containerd: \"{version}\""));
        let file = tree.pool("workers").join("files/etc/containerd/config.toml");
        let dump = |file: &Path| run(Command::new(&containerd).arg("-c").arg(file).args(["config", "dump"]));
        let (code, said) = dump(&file);
        assert!(code == 0 && !said.to_lowercase().contains("unknown key"), "{version}: {said}");
        let migrated = version.starts_with("1.") || !said.contains("Configuration migrated");
        assert!(migrated, "{version}: the file is not of the newest form: {said}");
        for line in
            ["SystemdCgroup = true", "/etc/containerd/certs.d", "enable_unprivileged_ports = false", "disable_apparmor = false"]
        {
            assert!(said.contains(line), "{version}: no {line} in {said}");
        }
        let spoilt = tree.folder.path().join("spoilt.toml");
        let text = fs::read_to_string(&file).unwrap();
        // 2.4 does not know them any more; the mirrors go in 2.7.
        for gone in ["enable_cdi", "bin_dir", "registry.mirrors", "registry.configs"] {
            assert!(!text.contains(gone), "{gone} in {text}");
        }
        fs::write(&spoilt, text.replace("SystemdCgroup = true", "SystemdCgroup = yes")).unwrap();
        assert_ne!(dump(&spoilt).0, 0, "{version} took a broken file");
        fs::write(&spoilt, text.replace("disable_apparmor", "disable_app_armor")).unwrap();
        let (_, said) = dump(&spoilt);
        assert!(
            version.starts_with("1.") || said.to_lowercase().contains("unknown key"),
            "{version} says nothing of a misspelt key: {said}"
        );
        if version.starts_with("2.") {
            let cdi = text.replace("  disable_apparmor = false", "  disable_apparmor = false\n  enable_cdi = true");
            fs::write(&spoilt, cdi).unwrap();
            let refused = dump(&spoilt).1.to_lowercase().contains("unknown key");
            assert_eq!(refused, version == "2.4", "enable_cdi and containerd {version}");
        }
        eprintln!("containerd: {}", run(Command::new(&containerd).arg("--version")).1.trim());
    }
}

/// Where containerd asks for images, by its own reader of hosts.toml.
#[test]
fn containerd_asks_the_mirrors_first() {
    let Some(hosts) = programs::find("containerd23", "registryhosts") else { return };
    let tree = Tree::new("debian-12", CNIS[0], "containerd: \"2.3\"");
    let folder = tree.pool("workers").join("files/etc/containerd/certs.d");
    let folder = folder.to_str().unwrap();
    let said = hosts.must(&[folder, "docker.io", "registry.k8s.io", "registry.example.net:5000", "quay.io"]);
    let expected = "\
        docker.io https://mirror.example.net/v2/hub pull,resolve\n\
        docker.io https://registry-1.docker.io/v2 pull,resolve,push\n\
        registry.k8s.io https://cache.example.net/v2 pull,resolve\n\
        registry.k8s.io https://registry.k8s.io/v2 pull,resolve,push\n\
        registry.example.net:5000 https://cache.example.net/v2 pull,resolve\n\
        registry.example.net:5000 https://registry.example.net:5000/v2 pull,resolve,push\n\
        quay.io https://quay.io/v2 pull,resolve,push\n";
    assert_eq!(said, expected);
    let spoilt = tree.folder.path().join("docker.io/hosts.toml");
    fs::create_dir(spoilt.parent().unwrap()).unwrap();
    let text = fs::read_to_string(format!("{folder}/docker.io/hosts.toml")).unwrap();
    fs::write(&spoilt, text.replace("\"resolve\"", "\"resolv\"")).unwrap();
    let said = hosts.says(&[tree.folder.path().to_str().unwrap(), "docker.io"]);
    assert!(said.contains("unknown capability"), "a misspelt capability was taken: {said}");
}

#[test]
fn dockerd_reads_its_file() {
    let Some(folder) = made("docker.io-trixie") else { return };
    let tree = Tree::new("debian-12", CNIS[0], "docker: \"26.1\", criDockerd: \"0.3\"");
    let file = tree.pool("workers").join("files/etc/docker/daemon.json");
    let dockerd = folder.join("usr/sbin/dockerd");
    let validate = |file: &Path| run(Command::new(&dockerd).args(["--validate", "--config-file"]).arg(file));
    let (code, said) = validate(&file);
    assert_eq!(code, 0, "{said}");
    let spoilt = tree.folder.path().join("spoilt.json");
    fs::write(&spoilt, fs::read_to_string(&file).unwrap().replace("live-restore", "live-restored")).unwrap();
    assert_ne!(validate(&spoilt).0, 0, "a misspelt key was taken");
    eprintln!("{}", run(Command::new(&dockerd).arg("--version")).1.trim());
}
