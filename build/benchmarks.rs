//! The benchmark tables: topics (what is looked at), one file a benchmark (numbers), the map from controls, the files of kubeadm.

use std::{fs, path::Path};

use toml::{Table, Value};

use super::Error;

/// A compiled table, or why a row is wrong.
type Compiled = Result<String, Error>;

/// The sections of a benchmark file, in the order of the benchmark.
const TARGETS: [(&str, &str); 6] = [
    ("master", "Master"),
    ("etcd", "Etcd"),
    ("controlplane", "ControlPlane"),
    ("node", "Node"),
    ("policies", "Policies"),
    ("managedservices", "ManagedServices"),
];

/// Compiles the folder into `benchmarks.rs`.
pub(super) fn compile(folder: &Path, out: &Path) -> Result<(), Error> {
    let topics = rows(folder, "topics.toml", "topics")?;
    let keys: Vec<&str> = topics.iter().map(|(key, _)| key.as_str()).collect();
    let mut code = static_of("TOPICS", "Topic", topics.iter().map(|(key, row)| topic(key, row)))?;
    let controls = rows(folder, "controls.toml", "controls")?;
    code += &static_of("CONTROLS", "Mapping", controls.iter().map(|(control, row)| mapping(control, row, &keys)))?;
    let files = rows(folder, "kubeadm-files.toml", "files")?;
    code += &static_of("KUBEADM_FILES", "KubeadmFile", files.iter().map(|(path, row)| kubeadm_file(path, row)))?;
    let mut benchmarks: Vec<(String, Table)> = Vec::new();
    for name in names(folder)? {
        let table = read(folder, &format!("{name}.toml"))?;
        benchmarks.push((name, table));
    }
    code += &static_of("BENCHMARKS", "Benchmark", benchmarks.iter().map(|(name, table)| benchmark(name, table, &topics)))?;
    fs::write(out.join("benchmarks.rs"), code).map_err(|error| Error(format!("{}: {error}", out.display())))
}

/// The benchmark files of the folder, by name without ending, sorted.
fn names(folder: &Path) -> Result<Vec<String>, Error> {
    let failed = |error: std::io::Error| Error(format!("{}: {error}", folder.display()));
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let file = entry.map_err(failed)?.file_name();
        let Some(name) = file.to_str().and_then(|name| name.strip_suffix(".toml")) else { continue };
        if !matches!(name, "topics" | "controls" | "kubeadm-files") {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn read(folder: &Path, name: &str) -> Result<Table, Error> {
    let text = fs::read_to_string(folder.join(name)).map_err(|error| Error(format!("{name}: {error}")))?;
    text.parse().map_err(|error| Error(format!("{name}: {error}")))
}

/// The rows of a file with a single section, in sorted order.
fn rows(folder: &Path, name: &str, section: &str) -> Result<Vec<(String, Table)>, Error> {
    let mut file = read(folder, name)?;
    let Some(Value::Table(found)) = file.remove(section) else {
        return Err(Error(format!("{name}: section [{section}] is missing")));
    };
    if let Some(key) = file.keys().next() {
        return Err(Error(format!("{name}: unknown key or section `{key}`")));
    }
    let mut rows: Vec<(String, Table)> = Vec::new();
    for (key, value) in found {
        let Value::Table(row) = value else { return Err(Error(format!("{name}: {key}: a row is an inline table"))) };
        if rows.last().is_some_and(|(before, _)| *before >= key) {
            return Err(Error(format!("{name}: {key} stands too late; rows are sorted")));
        }
        rows.push((key, row));
    }
    Ok(rows)
}

fn static_of(name: &str, row: &str, rows: impl Iterator<Item = Compiled>) -> Compiled {
    let rows = rows.collect::<Result<Vec<String>, Error>>()?;
    Ok(format!("pub(super) static {name}: [{row}; {}] = [\n{},\n];\n", rows.len(), rows.join(",\n")))
}

fn topic(key: &str, row: &Table) -> Compiled {
    known(
        key,
        row,
        &["words", "of", "any", "tests", "all", "first", "flag", "under", "ending", "mode", "owner", "provider", "unseen"],
    )?;
    Ok(format!("Topic {{ key: {key:?}, words: {:?}, look: {} }}", need(key, row, "words")?, look(key, row)?))
}

fn look(key: &str, row: &Table) -> Compiled {
    if row.contains_key("tests") {
        let tests = tables(key, row, "tests")?.into_iter().map(|test| one_test(key, test)).collect::<Result<Vec<_>, _>>()?;
        let (of, any) = (need(key, row, "of")?, row.contains_key("any"));
        return Ok(format!("Look::Command {{ of: {of:?}, any: {any}, tests: &[{}] }}", tests.join(", ")));
    }
    if let Some(mode) = text(key, row, "mode")? {
        return Ok(format!("Look::Mode {{ files: {}, at_most: {} }}", files(key, row)?, octal(key, mode)?));
    }
    if let Some(owner) = text(key, row, "owner")? {
        return Ok(format!("Look::Owner {{ files: {}, owner: {owner:?} }}", files(key, row)?));
    }
    if row.contains_key("provider") {
        return Ok(format!("Look::Provider {{ allowed: {} }}", texts(key, row, "provider")?));
    }
    Ok(text(key, row, "unseen")?.map_or("Look::People".to_owned(), |why| format!("Look::Unseen {{ why: {why:?} }}")))
}

fn files(key: &str, row: &Table) -> Compiled {
    if row.contains_key("all") {
        return Ok(format!("Files::All({})", texts(key, row, "all")?));
    }
    if let Some(folder) = text(key, row, "under")? {
        let ending = text(key, row, "ending")?.unwrap_or("");
        return Ok(format!("Files::Under {{ folder: {folder:?}, ending: {ending:?} }}"));
    }
    let named = match text(key, row, "flag")? {
        Some(flag) => format!("Some(({:?}, {flag:?}))", need(key, row, "of")?),
        None => "None".to_owned(),
    };
    Ok(format!("Files::First {{ named: {named}, paths: {} }}", texts(key, row, "first")?))
}

fn one_test(key: &str, row: &Table) -> Compiled {
    known(key, row, &["flag", "path", "absent", "eq", "not_eq", "has", "has_not", "at_least", "above", "subset_of"])?;
    let mut expects = Vec::new();
    for (name, value) in row.iter().filter(|(name, _)| !matches!(name.as_str(), "flag" | "path")) {
        expects.push(match (name.as_str(), value) {
            ("absent", Value::Boolean(true)) => "Absent".to_owned(),
            ("eq", Value::String(text)) => format!("Eq({text:?})"),
            ("not_eq", Value::String(text)) => format!("NotEq({text:?})"),
            ("has", Value::String(text)) => format!("Has({text:?})"),
            ("has_not", Value::String(text)) => format!("HasNot({text:?})"),
            ("at_least", Value::Integer(number)) => format!("AtLeast({number})"),
            ("above", Value::Integer(number)) => format!("Above({number})"),
            ("subset_of", Value::Array(_)) => format!("SubsetOf({})", texts(key, row, "subset_of")?),
            _ => return Err(Error(format!("topics.toml: {key}: `{name}` has a value of another kind"))),
        });
    }
    let expect = match expects.as_slice() {
        [] => "Present",
        [one] => one,
        _ => return Err(Error(format!("topics.toml: {key}: a test expects one thing"))),
    };
    let path = text(key, row, "path")?.map_or("None".to_owned(), |path| format!("Some({path:?})"));
    Ok(format!("Test {{ flag: {:?}, path: {path}, expect: Expect::{expect} }}", need(key, row, "flag")?))
}

fn mapping(control: &str, row: &Table, keys: &[&str]) -> Compiled {
    known(control, row, &["cis", "nsa", "when"])?;
    let mut answers = answers(control, row, keys, "None")?;
    if row.contains_key("when") {
        for condition in tables(control, row, "when")? {
            known(control, condition, &["settings", "any_of", "at_least", "cis"])?;
            answers.extend(self::answers(control, condition, keys, &format!("Some({})", self::condition(control, condition)?))?);
        }
    }
    let nsa = text(control, row, "nsa")?.map_or("None".to_owned(), |section| format!("Some({section:?})"));
    Ok(format!("Mapping {{ control: {control:?}, answers: &[{}], nsa: {nsa} }}", answers.join(", ")))
}

/// The topics of a row or of a condition in it.
fn answers(control: &str, row: &Table, keys: &[&str], when: &str) -> Result<Vec<String>, Error> {
    let topics = if row.contains_key("cis") { list(control, row, "cis")? } else { Vec::new() };
    if let Some(topic) = topics.iter().find(|topic| !keys.contains(topic)) {
        return Err(Error(format!("controls.toml: {control}: no topic `{topic}`")));
    }
    Ok(topics.iter().map(|topic| format!("Answer {{ topic: {topic:?}, when: {when} }}")).collect())
}

fn condition(control: &str, row: &Table) -> Compiled {
    let wanted = match (row.contains_key("any_of"), row.get("at_least").and_then(Value::as_integer)) {
        (true, None) => format!("Wanted::AnyOf({})", texts(control, row, "any_of")?),
        (false, Some(least)) => format!("Wanted::AtLeast({least})"),
        (true, Some(_)) | (false, None) => {
            return Err(Error(format!("controls.toml: {control}: a condition has `any_of` or `at_least`")));
        }
    };
    Ok(format!("Condition {{ settings: {}, wanted: {wanted} }}", texts(control, row, "settings")?))
}

fn kubeadm_file(path: &str, row: &Table) -> Compiled {
    known(path, row, &["mode", "on"])?;
    let on = match need(path, row, "on")? {
        "control-plane" => "ControlPlane",
        "first" => "First",
        "etcd" => "Etcd",
        "every" => "Every",
        other => return Err(Error(format!("kubeadm-files.toml: {path}: `on` cannot be `{other}`"))),
    };
    let mode = octal(path, need(path, row, "mode")?)?;
    Ok(format!("KubeadmFile {{ path: {path:?}, mode: {mode}, on: On::{on} }}"))
}

fn benchmark(name: &str, table: &Table, topics: &[(String, Table)]) -> Compiled {
    let mut minors = Vec::new();
    let mut items = Vec::new();
    for (key, value) in table {
        match (key.as_str(), value) {
            ("minors", Value::Array(list)) => minors.extend(list.iter().filter_map(Value::as_integer)),
            ("numbers_only", Value::Boolean(true)) => {}
            (section, Value::Table(rows)) => {
                let target = TARGETS.iter().find(|(known, _)| *known == section);
                let Some((_, target)) = target else { return Err(Error(format!("{name}: unknown section `{section}`"))) };
                for (id, row) in rows {
                    items.push(item(name, id, target, row, topics)?);
                }
            }
            _ => return Err(Error(format!("{name}: unknown key `{key}`"))),
        }
    }
    let minors: Vec<String> = minors.iter().map(|minor| format!("Minor({minor})")).collect();
    let evaluated = !table.contains_key("numbers_only");
    Ok(format!(
        "Benchmark {{ name: {name:?}, minors: &[{}], evaluated: {evaluated}, items: &[\n{},\n] }}",
        minors.join(", "),
        items.join(",\n")
    ))
}

fn item(name: &str, id: &str, target: &str, row: &Value, topics: &[(String, Table)]) -> Compiled {
    let place = format!("{name}: {id}");
    let plain = Table::new();
    let (key, row) = match row {
        Value::String(key) => (key.as_str(), &plain),
        Value::Table(row) => (need(&place, row, "topic")?, row),
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) | Value::Array(_) => {
            return Err(Error(format!("{place}: a row is a topic or an inline table")));
        }
    };
    known(&place, row, &["topic", "unscored", "mode", "subset_of"])?;
    let index = topics.binary_search_by(|(topic, _)| topic.as_str().cmp(key));
    let Ok(index) = index else { return Err(Error(format!("{place}: no topic `{key}`"))) };
    let look = match changed(&place, &topics[index].1, row)? {
        Some(changed) => format!("&{}", look(key, &changed)?),
        None => format!("&TOPICS[{index}].look"),
    };
    let scored = !row.contains_key("unscored");
    Ok(format!("Item {{ id: {id:?}, target: Target::{target}, topic: &TOPICS[{index}], scored: {scored}, look: {look} }}"))
}

/// The row of the topic with what this benchmark asks in its place.
fn changed(place: &str, topic: &Table, row: &Table) -> Result<Option<Table>, Error> {
    let mut changed = topic.clone();
    if let Some(mode) = row.get("mode") {
        changed.insert("mode".to_owned(), mode.clone()).ok_or_else(|| Error(format!("{place}: the topic has no mode")))?;
        return Ok(Some(changed));
    }
    let Some(list) = row.get("subset_of") else { return Ok(None) };
    match changed.get_mut("tests").and_then(Value::as_array_mut).map(Vec::as_mut_slice) {
        Some([Value::Table(test)]) if test.contains_key("subset_of") => test.insert("subset_of".to_owned(), list.clone()),
        _ => return Err(Error(format!("{place}: the topic has no single list"))),
    };
    Ok(Some(changed))
}

fn known(place: &str, row: &Table, keys: &[&str]) -> Result<(), Error> {
    match row.keys().find(|key| !keys.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => Err(Error(format!("{place}: unknown key `{key}`"))),
    }
}

fn text<'a>(place: &str, row: &'a Table, key: &str) -> Result<Option<&'a str>, Error> {
    match row.get(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Error(format!("{place}: `{key}` must be a text"))),
    }
}

fn need<'a>(place: &str, row: &'a Table, key: &str) -> Result<&'a str, Error> {
    text(place, row, key)?.ok_or_else(|| Error(format!("{place}: `{key}` is missing")))
}

fn list<'a>(place: &str, row: &'a Table, key: &str) -> Result<Vec<&'a str>, Error> {
    let texts = row.get(key).and_then(Value::as_array).map(|list| list.iter().filter_map(Value::as_str).collect::<Vec<_>>());
    texts.filter(|texts| !texts.is_empty()).ok_or_else(|| Error(format!("{place}: `{key}` must be a list of texts")))
}

fn texts(place: &str, row: &Table, key: &str) -> Compiled {
    Ok(format!("&{:?}", list(place, row, key)?))
}

fn tables<'a>(place: &str, row: &'a Table, key: &str) -> Result<Vec<&'a Table>, Error> {
    let tables = row.get(key).and_then(Value::as_array).map(|list| list.iter().filter_map(Value::as_table).collect::<Vec<_>>());
    tables.filter(|tables| !tables.is_empty()).ok_or_else(|| Error(format!("{place}: `{key}` must be a list of tables")))
}

fn octal(place: &str, digits: &str) -> Compiled {
    let number = u32::from_str_radix(digits, 8).map_err(|_| Error(format!("{place}: `{digits}` is no mode")))?;
    Ok(format!("{number:#o}"))
}
