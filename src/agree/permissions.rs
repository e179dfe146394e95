//! The proof of permissions: the emitted roles, read back from their bytes, give exactly what the spec declares, and every row of the table
//! of questions is answered as it says.

use std::collections::BTreeSet;

use crate::{
    base::Artifact,
    kube::rbac::{Permission, Rule, Subject},
    plan::Plan,
    semantics::rbac::{self, Policy, Request},
    targets::can_i,
};

/// Where the emitted objects and the declared duties differ; nothing where they agree. A difference is a bug of ours.
#[must_use]
pub fn permissions(plan: &Plan, artifacts: &[Artifact]) -> Vec<String> {
    let files = artifacts.iter().filter(|file| file.path.as_str().starts_with("k8s/rbac/"));
    let policy = match rbac::read(files.map(|file| (file.path.as_str(), file.text()))) {
        Ok(policy) => policy,
        Err(error) => return vec![error.to_string()],
    };
    let mut found = differences(plan, &policy);
    if let Some(table) = artifacts.iter().find(|file| file.path.as_str() == can_i::PATH) {
        found.extend(answers(&policy, table.text()));
    }
    found
}

fn differences(plan: &Plan, policy: &Policy) -> Vec<String> {
    let declared = declared(plan);
    let emitted = policy.permissions();
    let say = |what: &str, (subject, permission): &(Subject, Permission)| format!("{subject} {what}: {permission}");
    let dangling =
        policy.dangling().into_iter().map(|binding| format!("a binding names role `{}`, which is not there", binding.role));
    let missing = declared.difference(&emitted).map(|one| say("may not do what is declared", one));
    let more = emitted.difference(&declared).map(|one| say("may do more than is declared", one));
    dangling.chain(missing).chain(more).collect()
}

fn declared(plan: &Plan) -> BTreeSet<(Subject, Permission)> {
    let mut declared = BTreeSet::new();
    for grant in &plan.rbac.grants {
        declared.extend(grant.permissions().into_iter().map(|permission| (grant.subject.clone(), permission)));
    }
    for role in plan.rbac.roles.values().filter(|role| role.built_in.is_some()) {
        let everything = [Rule::on("*", &["*"], &["*"]), Rule::of_paths(&["*"], &["*"])];
        for permission in everything.iter().flat_map(|rule| rule.permissions(None)) {
            declared.extend(role.subjects.iter().map(|held| (held.value.clone(), permission.clone())));
        }
    }
    declared
}

/// Rows that the emitted objects answer differently.
fn answers(policy: &Policy, table: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for line in table.lines().skip(1) {
        match row(line) {
            Some((request, expected)) if policy.allows(&request) == expected => {}
            Some(_) => wrong.push(format!("{}: the emitted objects say otherwise: {line}", can_i::PATH)),
            None => wrong.push(format!("{}: cannot be read: {line}", can_i::PATH)),
        }
    }
    wrong
}

fn row(line: &str) -> Option<(Request, bool)> {
    let cells: [String; 10] = cells(line).try_into().ok()?;
    let [user, group, verb, api_group, resource, subresource, name, namespace, path, expected] = cells;
    let resource = if subresource.is_empty() { resource } else { format!("{resource}/{subresource}") };
    let groups = Some(group).filter(|group| !group.is_empty()).into_iter().collect();
    let what = Permission { namespace, verb, api_group, resource, name, path };
    let expected = match expected.as_str() {
        "allowed" => true,
        "denied" => false,
        _ => return None,
    };
    Some((Request { user, groups, what }, expected))
}

/// The cells of a line of comma-separated values.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(char) = chars.next() {
        let cell = cells.last_mut().expect("internal error: there is always a cell");
        match char {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            _ => cell.push(char),
        }
    }
    cells
}
