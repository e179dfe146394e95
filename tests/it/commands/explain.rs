//! `harden explain`: a line in each kind of file, a control, a code, and what it says when it is asked wrongly.

use std::fs;

use crate::support::{harden, root};

use super::{Example, mistake, said};

/// The number of the first line of a file that holds a text.
fn line(example: &Example, file: &str, holds: &str) -> String {
    let text = fs::read_to_string(example.file(file)).unwrap();
    let at = text.lines().position(|line| line.contains(holds)).unwrap_or_else(|| panic!("no `{holds}` in {file}"));
    format!("{file}:{}", at + 1)
}

#[test]
fn a_line_of_each_kind_of_file() {
    let example = Example::built();
    let out = "out/shop-prod";
    let etc = format!("{out}/control-plane/etc/kubernetes");
    for (file, holds, says) in [
        (
            format!("{out}/kubeadm/init.yaml"),
            "name: audit-log-maxage",
            &["setting    apiserver/flag/audit-log-maxage", "control    apiserver/audit-log: ", "benchmark  ", "(cluster.yaml:"]
                [..],
        ),
        (format!("{out}/kubeadm/init.yaml"), "# kubeadm 1.36.3 init", &["shape kubeadm-document", "fact "]),
        (format!("{out}/kubeadm/init.yaml"), "certSANs", &["owner live/kubeadm.yaml#/ClusterConfiguration/apiServer"]),
        (format!("{out}/kubeadm/init.yaml"), "podPidsLimit", &["control    kubelet/pod-pids-limit", "(cluster.yaml:"]),
        (format!("{out}/kubeadm/join-worker.yaml"), "criSocket", &["spec /platform/runtime", "(cluster.yaml:"]),
        (
            format!("{out}/control-plane/flags/kube-apiserver.flags"),
            "--tls-min-version",
            &["profile baseline /with/apiserver~1tls-minimum", "(builtin:baseline:"],
        ),
        (
            format!("{out}/control-plane/cp-2/manifests/kube-apiserver.yaml"),
            "--advertise-address",
            &["spec /platform/nodePools/control-plane/nodes/cp-2/address"],
        ),
        (format!("{out}/control-plane/cp-1/manifests/etcd.yaml"), "hostNetwork: true", &["shape kubeadm-static-pod"]),
        (
            format!("{etc}/audit/policy.yaml"),
            "- level: ",
            &["setting    audit-policy/rules", "control    apiserver/audit-policy"],
        ),
        (format!("{etc}/admission/pod-security.yaml"), "- monitoring", &["waiver     W-7"]),
        (format!("{etc}/authentication/authentication.yaml"), "id.shop.example", &["spec /identity/issuers/corp"]),
        (format!("{etc}/encryption/make-key.sh"), "#!/usr/bin/env bash", &["shape encryption-template"]),
        (format!("{out}/REPORT.md"), "# Hardening report", &["shape report-of-the-plan"]),
        (format!("{out}/coverage.json"), "controls", &["shape report-of-the-plan"]),
        (format!("{out}/manifest.json"), "specDigest", &["shape report-of-the-plan"]),
        (format!("{out}/provenance.json"), "origins", &["shape report-of-the-plan"]),
    ] {
        let at = line(&example, &file, holds);
        let (code, stdout, stderr) = example.said(&["explain", &at]);
        assert_eq!((code, stderr.as_str()), (0, ""), "{at}");
        for text in says {
            assert!(stdout.contains(text), "{at}: no `{text}` in\n{stdout}");
        }
        assert!(stdout.lines().next().unwrap().contains(holds), "{at}:\n{stdout}");
    }
}

#[test]
fn the_line_of_the_spec_is_found_from_anywhere() {
    let example = Example::built();
    let at = line(&example, "out/shop-prod/kubeadm/init.yaml", "podPidsLimit");
    let spec = fs::read_to_string(example.file("cluster.yaml")).unwrap();
    let wanted = spec.lines().position(|line| line.contains("kubelet/pod-pids-limit")).unwrap() + 1;
    let place = format!("cluster.yaml:{wanted}:");
    fs::create_dir(example.file("elsewhere")).unwrap();
    let from_elsewhere = crate::support::harden(&example.file("elsewhere"), &["explain", &format!("../{at}")]);
    let with_spec = example.run(&["explain", &at, "--spec", "cluster.yaml"]);
    for output in [from_elsewhere, with_spec] {
        let (code, stdout, _) = said(&output);
        assert_eq!(code, 0);
        assert!(stdout.contains(&place), "no {place} in\n{stdout}");
    }
}

/// What a shared profile says stands in its file, and what a file of waivers says in that one; no line that says something else
/// is named.
#[test]
fn the_line_of_a_shared_profile_is_named() {
    let example = Example { folder: tempfile::tempdir().unwrap() };
    let golden = fs::read_to_string(crate::support::root().join("golden/build/auto-mode-1.36/harden.yaml")).unwrap();
    let (head, spec) = golden.split_once("  profiles: [ten-ways]\n").unwrap();
    // The cluster keeps its platform, the rest is the organisation's.
    let (platform, rest) = spec.split_once("  api: ").unwrap();
    let profile = "apiVersion: harden.dev/v1alpha1\nkind: Profile\nmetadata: { name: org }\nextends: [ten-ways]\nspec:\n";
    let workspace = "apiVersion: harden.dev/v1alpha1\nkind: Workspace\nmetadata: { name: fleet }\n\
                     spec: { clusters: [\"clusters/*.yaml\"], profiles: [\"profiles/*.yaml\"] }\n";
    for (file, text) in [
        ("harden.yaml", workspace.to_owned()),
        ("profiles/org.yaml", format!("{profile}  api: {rest}")),
        ("clusters/auto.yaml", format!("{head}  profiles: [org]\n{platform}")),
    ] {
        fs::create_dir_all(example.file(file).parent().unwrap()).unwrap();
        fs::write(example.file(file), text).unwrap();
    }
    let (code, _, stderr) = example.said(&["build", "harden.yaml", "--as-of", crate::support::DAY]);
    assert_eq!(code, 0, "{stderr}");
    let in_file = |file: &str, holds: &str| line(&example, file, holds);
    let flow = in_file("profiles/org.yaml", "flows: [{ name: web-api");
    let break_glass = in_file("profiles/org.yaml", "breakGlass: ");
    let declared = in_file("profiles/org.yaml", "namespaces: [{ name: shop }]");
    let region = in_file("clusters/auto.yaml", "region: eu-west-1");
    for (file, holds, cause, place) in [
        ("k8s/network/namespace-shop.yaml", "port: 9090", "spec /network/flows/web-api", &flow),
        ("k8s/rbac/bindings.yaml", "name: cluster-admin", "spec /identity/breakGlass", &break_glass),
        ("k8s/namespaces/namespaces.yaml", "name: shop", "spec /namespaces/shop", &declared),
        ("terraform/settings/outputs.tf", "endpoint_private_access", "spec /platform/eks/endpoint", &region),
    ] {
        let at = line(&example, &format!("out/auto/{file}"), holds);
        for arguments in [&["explain", at.as_str()][..], &["explain", &at, "--spec", "."]] {
            let (code, stdout, stderr) = example.said(arguments);
            assert_eq!((code, stderr.as_str()), (0, ""), "{at}");
            assert!(stdout.contains(&format!("{cause} ({place}:")), "{at}: no `{cause} ({place}:` in\n{stdout}");
        }
    }
    // What nobody wrote has no line.
    let at = line(&example, "out/auto/k8s/admission/always-pull.yaml", "failurePolicy: Ignore");
    assert!(example.said(&["explain", &at]).1.contains("spec /policies/failure (profiles/org.yaml:"));
    example.edit("profiles/org.yaml", |text| text.replace(", failure: open", ""));
    let stdout = example.said(&["explain", &at]).1;
    assert!(stdout.contains("spec /policies/failure\n"), "{stdout}");
}

#[test]
fn an_edited_file_is_told() {
    let example = Example::built();
    example.edit("out/shop-prod/kubeadm/init.yaml", |text| format!("# mine\n{text}"));
    let (code, stdout, _) = example.said(&["explain", "out/shop-prod/kubeadm/init.yaml:3"]);
    assert_eq!(code, 0);
    assert!(stdout.contains("the file was changed after it was written"), "{stdout}");
}

#[test]
fn controls_and_codes() {
    let example = Example::new();
    let (code, stdout, _) = example.said(&["explain", "apiserver/anonymous-access"]);
    assert_eq!(code, 0);
    for text in ["apiserver/anonymous-access: ", "area authentication, level baseline", "# Why", "# When to waive", "cis-1.12 "] {
        assert!(stdout.contains(text), "no `{text}` in\n{stdout}");
    }
    let (code, stdout, _) = example.said(&["explain", "waiver-expired"]);
    assert_eq!(code, 0);
    assert!(stdout.starts_with("waiver-expired (error)\n"), "{stdout}");
}

/// The line that the README and the help take as their example names a control, in the tree of the README's own spec, of `harden init` and of
/// the example.
#[test]
fn the_line_of_the_texts_has_a_control() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let line = readme.split("harden explain out/my-cluster/").nth(1).unwrap().split('`').next().unwrap();
    let (_, help, _) = said(&harden(&root(), &["--help"]));
    assert!(help.contains(&format!("out/<cluster>/{line}")), "{help}");
    let (_, help, _) = said(&harden(&root(), &["explain", "--help"]));
    assert!(help.contains(&format!("out/shop-prod/{line}")), "{help}");
    let own = readme.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (_, init, _) = said(&harden(folder.path(), &["init"]));
    for spec in [own, &init] {
        fs::write(folder.path().join("cluster.yaml"), spec).unwrap();
        assert!(harden(folder.path(), &["build", "cluster.yaml"]).status.success());
        let (code, text, stderr) = said(&harden(folder.path(), &["explain", &format!("out/my-cluster/{line}")]));
        assert_eq!(code, 0, "{stderr}");
        for part in ["setting    ", "control    ", "benchmark  ", "cause      ", "(builtin:"] {
            assert!(text.contains(part), "no `{part}` in\n{text}");
        }
    }
    let (_, text, _) = Example::built().said(&["explain", &format!("out/shop-prod/{line}")]);
    assert!(text.contains("control    "), "{text}");
    let tree = readme.split("$ harden build cluster.yaml\n").nth(1).unwrap().split("```").next().unwrap();
    for folder_of_readme in ["terraform", "k8s", "ci/", "helm"] {
        assert!(!tree.contains(folder_of_readme), "the README's spec gives no {folder_of_readme}");
    }
}

#[test]
fn codes_without_a_place_are_explained() {
    let example = Example::built();
    for code in ["usage", "machine", "internal"] {
        let (exit, text, stderr) = example.said(&["explain", code]);
        assert_eq!(exit, 0, "{stderr}");
        assert!(text.starts_with(&format!("{code} (error)\n")), "{text}");
    }
}

#[test]
fn wrong_questions_teach() {
    let example = Example::built();
    let init = "out/shop-prod/kubeadm/init.yaml";
    fs::write(example.file("out/shop-prod/notes.txt"), "mine\n").unwrap();
    for (what, message, help) in [
        ("apiserver/anonymus-access", "is no line, control or code", "`apiserver/anonymous-access`"),
        ("waiver-expird", "is no line, control or code", "did you mean `waiver-expired`?"),
        (init, "which line of it is meant?", "init.yaml:12`"),
        ("out/shop-prod/kubeadm/init.yaml:99999", "lines", "name one of its lines"),
        ("out/shop-prod/kubeadm/init.yaml:0", "lines", "name one of its lines"),
        ("out/shop-prod/kubeadm/nothing.yaml:1", "there is no file", "out/<cluster>/"),
        ("cluster.yaml:1", "lies in no tree of harden", "out/<cluster>/"),
        ("out/shop-prod/notes.txt:1", "was not written by harden", "manifest.json"),
        ("nowhere/x.yaml:1", "there is no file", "out/<cluster>/"),
    ] {
        let output = example.run(&["explain", what]);
        mistake(&output, message);
        let (_, _, stderr) = super::said(&output);
        assert!(stderr.contains(help), "{what}: no `{help}` in\n{stderr}");
    }
}
