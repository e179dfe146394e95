//! The page, walked for a new cluster and a running one.

use crate::terraform::{must, program, tree};

use super::{Page, Place, Root, STEPS, Way, back::moved, cases, owned, without_imports};

#[test]
fn a_new_cluster_takes_every_step_at_once() {
    let Some(program) = program() else { return };
    let scratch = tempfile::tempdir().expect("a folder");
    for (platform, spec, way) in cases() {
        let tree = tree(scratch.path(), spec, &[]);
        let page = Page::of(&tree);
        let mut root = owned(platform, way);
        for step in STEPS {
            root.take(without_imports(page.blocks(step, way)));
        }
        let place = Place::new(&program, &tree);
        place.write(&root, way);
        let log = place.apply(&format!("{spec}, {way:?}"));
        let made = |name: &str| log.find(&format!("{name}: Creation complete"));
        let begun = |name: &str| log.find(&format!("{name}: Creating..."));
        if let Some(group) = made("module.harden_attach.terraform_data.aws_cloudwatch_log_group__control_plane") {
            let cluster = match way {
                Way::Raw => begun("terraform_data.aws_eks_cluster__this"),
                Way::Module => begun("module.eks.terraform_data.cluster"),
            };
            assert!(cluster.is_some_and(|cluster| group < cluster), "the group comes before the cluster: {log}");
        }
        let again = place.plan().expect("a plan");
        assert!(again.contains("No changes."), "{spec}, {way:?}: {again}");
    }
}

/// A running cluster goes through the steps: nothing is destroyed in any of them, and the log group stays the same one.
#[test]
fn a_running_cluster_loses_nothing() {
    let Some(program) = program() else { return };
    let scratch = tempfile::tempdir().expect("a folder");
    for (platform, spec, way) in cases() {
        let tree = tree(scratch.path(), spec, &[]);
        let page = Page::of(&tree);
        let place = Place::new(&program, &tree);
        let mut root = owned(platform, way);
        place.write(&root, way);
        place.apply("what is there");
        if way == Way::Module {
            for command in page.commands("Take over what exists").iter().filter(|c| c.contains("log_group")) {
                let arguments: Vec<String> = command.split(' ').skip(1).map(moved).collect();
                let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
                must(&program, place.path(), &arguments);
            }
        }
        for step in STEPS {
            // The page says so: a cluster of the module has a key already.
            if step == "Apply E" && way == Way::Module {
                continue;
            }
            root.take(without_imports(page.blocks(step, way)));
            place.write(&root, way);
            if step != "Call both modules" {
                place.apply(&format!("{spec}, {way:?}, {step}"));
            }
        }
    }
}

/// Entries of the owner's module come over with their policies: moved or forgotten, nothing is destroyed; without the policies it would be.
#[test]
fn entries_are_taken_over_with_their_policies() {
    let Some(program) = program() else { return };
    let scratch = tempfile::tempdir().expect("a folder");
    let tree = tree(scratch.path(), "examples/eks", &[]);
    let page = Page::of(&tree);
    let arn = "arn:aws:iam::111122223333:role/break-glass";
    let theirs = format!(
        "module \"eks\" {{\n  source = \"./eks\"\n  access_entries = {{\n    admin = {{ principal_arn = \"{arn}\", policies = {{ all = \"x\", \
         view = \"y\" }} }}\n  }}\n}}\n"
    );
    let start = || {
        let place = Place::new(&program, &tree);
        let mut root = Root::default();
        root.code(&theirs);
        place.write(&root, Way::Module);
        place.apply("what is there");
        let mut root = owned("eks", Way::Module);
        root.take(without_imports(page.blocks("Call both modules", Way::Module)));
        root.take(without_imports(page.blocks("Apply A", Way::Module)));
        (place, root)
    };
    let commands = page.commands("Take over what exists");
    let of = |kind: &str, what: &str| {
        let found = commands.iter().find(|c| c.contains(kind) && c.contains(what));
        found.unwrap_or_else(|| panic!("no `{kind} {what}` in {commands:?}")).clone()
    };
    let execute = |place: &Place, command: &str, policy: &str| {
        let command = command.replace("KEY_POLICYKEY", &format!("admin_{policy}")).replace("KEY", "admin").replace("ARN", arn);
        let arguments: Vec<String> = command.split(' ').skip(1).map(moved).collect();
        must(&program, place.path(), &arguments.iter().map(String::as_str).collect::<Vec<_>>());
    };
    let (place, root) = start();
    execute(&place, &of("state mv", "access_entry"), "");
    execute(&place, &of("state mv", "policy_association"), "all");
    execute(&place, &of("state rm", "policy_association"), "view");
    place.write(&root, Way::Module);
    place.apply("with their policies");
    let (place, root) = start();
    execute(&place, &of("state mv", "access_entry"), "");
    place.write(&root, Way::Module);
    let plan = place.plan().expect("a plan");
    assert!(plan.contains(" 2 to destroy."), "{plan}");
}
