//! The way back.

use std::{fs, path::Path};

use crate::terraform::{program, tree};

use super::{Page, Place, STEPS, Way, keeps, owned, renamed, without_imports};

/// An address of the state, as it is called here.
pub(super) fn moved(word: &str) -> String {
    let bare = word.trim_matches('\'');
    match bare.strip_prefix("module.eks.") {
        Some(rest) => format!("module.eks.terraform_data.{}", rest.replacen('.', "__", 1)),
        None => renamed(bare),
    }
}

/// What another owner takes is forgotten, and not destroyed; without the `removed` blocks it would be.
#[test]
fn what_is_given_back_stays() {
    let Some(program) = program() else { return };
    let scratch = tempfile::tempdir().expect("a folder");
    let ours = [("kmsKey: harden, vpcCni: module", "kmsKey: harden, vpcCni: harden")];
    let theirs = [(
        "logGroup: harden, kmsKey: harden, vpcCni: module, accessEntries: harden, subscriptionFilter: harden",
        "logGroup: existing, kmsKey: existing, vpcCni: existing, accessEntries: existing, subscriptionFilter: module",
    )];
    let before = tree(scratch.path(), "golden/build/eks-1.36", &ours);
    let after = tree(scratch.path(), "golden/build/eks-1.36", &theirs);
    let configuration = |tree: &Path| {
        let page = Page::of(tree);
        let mut root = owned("eks", Way::Raw);
        for step in STEPS {
            root.take(without_imports(page.blocks(step, Way::Raw)));
        }
        root
    };
    let place = Place::new(&program, &before);
    place.write(&configuration(&before), Way::Raw);
    place.apply("ours");
    place.emitted(&after);
    let mut root = configuration(&after);
    root.code("resource \"aws_eks_addon\" \"vpc_cni\" {\n  addon_name = \"vpc-cni\"\n}\n");
    place.write(&root, Way::Raw);
    let plan = place.plan().expect("a plan");
    assert!(keeps(&plan), "{plan}");
    assert_eq!(plan.matches("but will not be destroyed").count(), 8, "{plan}");
    fs::remove_file(place.path().join("terraform/attach/kept.tf")).expect("the file goes");
    let plan = place.plan().unwrap_or_else(|error| error);
    assert!(!keeps(&plan), "{plan}");
}

/// The diagnostic setting goes to another owner: Terraform forgets it, and the module takes what `settings` says of it.
#[test]
fn the_diagnostic_setting_is_given_back() {
    let Some(program) = program() else { return };
    let scratch = tempfile::tempdir().expect("a folder");
    let before = tree(scratch.path(), "golden/build/aks-1.36", &[]);
    for (owner, way) in [("module", Way::Module), ("existing", Way::Raw)] {
        let theirs = format!("diagnosticSetting: {owner}");
        let after = tree(scratch.path(), "golden/build/aks-1.36", &[("diagnosticSetting: harden", &theirs)]);
        let configuration = |tree: &Path| {
            let page = Page::of(tree);
            let mut root = owned("aks", way);
            for step in STEPS {
                root.take(without_imports(page.blocks(step, way)));
            }
            root
        };
        let place = Place::new(&program, &before);
        place.write(&configuration(&before), way);
        place.apply("ours");
        place.emitted(&after);
        place.write(&configuration(&after), way);
        let plan = place.plan().expect("a plan");
        assert!(keeps(&plan), "{plan}");
        assert_eq!(plan.matches("but will not be destroyed").count(), 1, "{plan}");
        assert_eq!(plan.contains("kube-audit-admin"), owner == "module", "{plan}");
        fs::remove_file(place.path().join("terraform/attach/kept.tf")).expect("the file goes");
        let plan = place.plan().unwrap_or_else(|error| error);
        assert!(!keeps(&plan), "{plan}");
    }
}
