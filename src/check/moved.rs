//! Files that a kustomization among the files moves into another namespace: judged where they stand and where they go.

use std::collections::BTreeMap;

use crate::yaml::{self, Node};

use super::{
    Against, Content, File, Finding, Findings,
    accounts::Accounts,
    documents,
    kustomization::{NAMES, PARTS, beside, is_called, is_one},
};

/// By the name of a file: the namespaces that what it holds is given, each with the kustomization that gives it.
pub(super) type Moves = BTreeMap<String, BTreeMap<String, String>>;

/// A kustomization among the files.
struct Kustomization<'f> {
    name: &'f str,
    namespace: Option<String>,
    /// The files that it lists, and the kustomizations of the folders that it lists.
    lists: Vec<&'f str>,
}

/// Finds where kustomizations move what other files hold. The outermost counts: it sets its namespace last, over any other.
pub(super) fn moves(files: &[File]) -> Moves {
    let all: Vec<Kustomization<'_>> = files.iter().filter_map(|file| kustomization(file, files)).collect();
    let is_listed = |one: &Kustomization<'_>| all.iter().any(|other| other.lists.contains(&one.name));
    let mut moves = Moves::new();
    for outermost in all.iter().filter(|one| !is_listed(one)) {
        follow(outermost, None, &all, &mut Vec::new(), &mut moves);
    }
    moves
}

/// Follows what a kustomization lists with the namespace that is given so far, and who gives it.
fn follow<'k>(
    one: &'k Kustomization<'k>,
    given: Option<(&'k str, &'k str)>,
    all: &'k [Kustomization<'k>],
    above: &mut Vec<&'k str>,
    moves: &mut Moves,
) {
    if above.contains(&one.name) {
        return;
    }
    above.push(one.name);
    let given = given.or_else(|| Some((one.namespace.as_deref()?, one.name)));
    for name in &one.lists {
        if let Some(inner) = all.iter().find(|other| other.name == *name) {
            follow(inner, given, all, above, moves);
        } else if let Some((namespace, by)) = given {
            moves.entry((*name).to_owned()).or_default().insert(namespace.to_owned(), by.to_owned());
        }
    }
    above.pop();
}

fn kustomization<'f>(file: &'f File, files: &'f [File]) -> Option<Kustomization<'f>> {
    let Content::Text(source) = &file.content else { return None };
    if !is_called(&file.name) {
        return None;
    }
    let documents = yaml::read(source).into_iter().filter(|document| !document.has_errors());
    let root = documents.filter_map(|document| document.root).find(|root| is_one(&file.name, root))?;
    let entries = PARTS.iter().filter_map(|list| root.get(list)?.as_seq()).flatten().filter_map(Node::as_str);
    let there = |entry: &str| {
        let path = beside(&file.name, entry.trim_end_matches('/'))?;
        let inner = NAMES.iter().map(|name| format!("{path}/{name}"));
        std::iter::once(path.clone()).chain(inner).find_map(|name| files.iter().find(|file| file.name == name))
    };
    let lists = entries.filter_map(there).map(|file| file.name.as_str()).collect();
    let namespace = root.get("namespace").and_then(Node::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    Some(Kustomization { name: &file.name, namespace, lists })
}

/// A file judged in one namespace.
struct View<'v> {
    namespace: &'v str,
    found: Findings,
}

/// Judges a file in its own namespace and in those that it is given; what is not said in every one of them cannot be told.
pub(super) fn judge(
    file: &File,
    given: &BTreeMap<String, String>,
    against: &Against<'_>,
    accounts: &Accounts,
    found: &mut Findings,
) {
    let namespaces = std::iter::once(against.namespace).chain(given.keys().map(String::as_str));
    let views: Vec<View<'_>> = namespaces.map(|namespace| within(namespace, file, against, accounts)).collect();
    let Some(first) = views.first() else { return };
    let goes: Vec<String> = given.iter().map(|(namespace, by)| format!("`{by}` puts it into namespace `{namespace}`")).collect();
    let mut told = Findings { unknown: first.found.unknown.clone(), summary: first.found.summary.clone(), ..Findings::default() };
    let mut doubtful = Vec::new();
    told.findings = everywhere(&views, |found| &found.findings, &mut doubtful);
    told.waived = everywhere(&views, |found| &found.waived, &mut doubtful);
    told.notices = everywhere(&views, |found| &found.notices, &mut doubtful);
    told.unknown.extend(doubtful.into_iter().map(|finding| Finding {
        message: format!("{}; whether it is so in the end is not known: {}", finding.message, goes.join(", ")),
        fix: "judge what it renders to: `kubectl kustomize FOLDER | harden check --spec FILE -`".to_owned(),
        ..finding
    }));
    found.merge(told);
}

fn within<'v>(namespace: &'v str, file: &File, against: &Against<'_>, accounts: &Accounts) -> View<'v> {
    let against = Against { namespace, ..*against };
    let mut found = Findings::default();
    documents::judge(file, &against, accounts, &mut found);
    found.settle(&against);
    View { namespace, found }
}

/// What one list says in every namespace; the rest of it is doubtful, and said once.
fn everywhere(views: &[View<'_>], list: impl Fn(&Findings) -> &Vec<Finding>, doubtful: &mut Vec<Finding>) -> Vec<Finding> {
    let mut told = Vec::new();
    for (n, view) in views.iter().enumerate() {
        for finding in list(&view.found) {
            let says = |other: &View<'_>| list(&other.found).iter().any(|one| is_same((other, one), (view, finding)));
            if views.iter().take(n).any(says) {
                continue;
            }
            if views.iter().all(says) { told.push(finding.clone()) } else { doubtful.push(finding.clone()) }
        }
    }
    told
}

/// Whether two findings say the same of the same place, but for the namespace.
fn is_same(a: (&View<'_>, &Finding), b: (&View<'_>, &Finding)) -> bool {
    let message = |(view, finding): (&View<'_>, &Finding)| finding.message.replace(&format!("`{}`", view.namespace), "`here`");
    let at = |finding: &Finding| (finding.control.clone(), finding.path.clone(), finding.container.clone());
    a.1.place == b.1.place && at(a.1) == at(b.1) && message(a) == message(b)
}
