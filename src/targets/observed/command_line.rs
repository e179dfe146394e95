//! Command lines as Go programs read them: `--a=b`, `--a b`, switches alone, repeated flags, wrappers and shells in front.

use crate::{
    diag::{Place, Source, Span},
    facts::{self, Lookup, ValueKind},
    plan::Program,
    yaml::Node,
};

use super::Written;

/// One word of a command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// What it says.
    pub text: String,
    /// Where.
    pub place: Place,
    /// Whether it is one word of the program as it stands; else something else decides what it becomes.
    pub exact: bool,
}

/// The program that a command runs, and the words behind its name: past a shell (`sh -c "exec kube-apiserver ..."`) and past
/// wrappers that are given it as arguments.
#[must_use]
pub fn program_of(words: &[Word]) -> Option<(Program, Vec<Word>)> {
    let mut words = words.to_vec();
    if words.first().is_some_and(|word| is_shell(base_name(&word.text)))
        && let Some(script) = words.iter().position(|word| word.text.starts_with('-') && word.text.ends_with('c'))
        && let Some(script) = words.get(script + 1)
    {
        words = words_of_shell(&script.text, |_| script.place.clone());
    }
    let named = |word: &Word| Program::from_name(base_name(&word.text));
    let (at, program) = words.iter().enumerate().find_map(|(at, word)| Some((at, named(word)?)))?;
    Some((program, words.split_off(at + 1)))
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn is_shell(name: &str) -> bool {
    matches!(name, "sh" | "bash" | "ash" | "dash" | "busybox")
}

/// The flags among the words of a program: name, without dashes, and value. Words that are no flags are left out.
#[must_use]
pub fn flags(program: Program, words: &[Word]) -> Vec<(String, Written)> {
    let mut found = Vec::new();
    let mut rest = words.iter().peekable();
    while let Some(word) = rest.next() {
        if word.text == "--" {
            break;
        }
        let Some(flag) = name_of(program, &word.text) else { continue };
        let (name, value) = match flag.split_once('=') {
            Some((name, value)) => (name, Some((value.to_owned(), word))),
            None if stands_alone(program, flag) => (flag, Some(("true".to_owned(), word))),
            None => (flag, rest.next_if(|next| name_of(program, &next.text).is_none()).map(|next| (next.text.clone(), next))),
        };
        let (text, at) = value.unwrap_or_else(|| (String::new(), word));
        found.push((normal(program, name), Written { text, place: at.place.clone(), exact: word.exact && at.exact }));
    }
    found
}

/// The text behind the dashes of a flag. etcd's flag reader takes one dash as well as two; the others have `-v` alone.
fn name_of(program: Program, word: &str) -> Option<&str> {
    let long = word.strip_prefix("--").filter(|rest| !rest.is_empty());
    let short = || word.strip_prefix('-').filter(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
    match program {
        Program::Etcd => long.or_else(short),
        Program::KubeApiserver
        | Program::KubeControllerManager
        | Program::KubeScheduler
        | Program::Kubelet
        | Program::KubeProxy => long.or_else(|| short().filter(|rest| *rest == "v" || rest.starts_with("v="))),
    }
}

/// Kubernetes programs take `_` for `-` in names.
fn normal(program: Program, name: &str) -> String {
    match program {
        Program::Etcd => name.to_owned(),
        Program::KubeApiserver
        | Program::KubeControllerManager
        | Program::KubeScheduler
        | Program::Kubelet
        | Program::KubeProxy => name.replace('_', "-"),
    }
}

/// Whether a flag without `=` takes no value from the next word: in every version that has it, switches do not.
fn stands_alone(program: Program, name: &str) -> bool {
    matches!(kind(program, &normal(program, name)), Some(ValueKind::Bool | ValueKind::Version))
}

/// What a flag takes, in the newest version that knows it.
#[must_use]
pub fn kind(program: Program, name: &str) -> Option<ValueKind> {
    let minors = || (facts::OLDEST.0..=facts::NEWEST.0).rev().map(crate::base::Minor);
    match program {
        Program::Etcd => {
            minors().filter_map(facts::etcd_for).find_map(|etcd| facts::etcd_flag(name, etcd).known()).map(|f| f.kind)
        }
        Program::KubeApiserver
        | Program::KubeControllerManager
        | Program::KubeScheduler
        | Program::Kubelet
        | Program::KubeProxy => minors().find_map(|minor| Lookup::known(facts::flag(program, name, minor))).map(|f| f.kind),
    }
}

/// The words of a text as a POSIX shell splits them, up to the end of the first command; `place` gives the place of a span.
pub(in crate::targets) fn words_of_shell(text: &str, place: impl Fn(Span) -> Place) -> Vec<Word> {
    let mut words = Vec::new();
    let mut word: Option<(usize, String, bool)> = None;
    let mut chars = text.char_indices().peekable();
    let mut quote = None;
    let mut finish = |word: &mut Option<(usize, String, bool)>, end: usize| {
        if let Some((start, text, exact)) = word.take() {
            words.push(Word { text, place: place(Span::new(start, end)), exact });
        }
    };
    while let Some((at, c)) = chars.next() {
        let open = |word: &mut Option<(usize, String, bool)>| {
            if word.is_none() {
                *word = Some((at, String::new(), true));
            }
        };
        match (quote, c) {
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (None, '\'' | '"') => {
                open(&mut word);
                quote = Some(c);
            }
            (None | Some('"'), '\\') => match chars.next() {
                Some((_, '\n')) | None => {}
                Some((_, escaped)) => {
                    open(&mut word);
                    if let Some((_, text, _)) = &mut word {
                        text.push(escaped);
                    }
                }
            },
            (None, ' ' | '\t' | '\n' | '\r') => finish(&mut word, at),
            (None, ';' | '|' | '&' | '<' | '>') => {
                // `2>&1` and what follows belong to the shell.
                if word.as_ref().is_some_and(|(_, text, _)| text.bytes().all(|b| b.is_ascii_digit())) {
                    word = None;
                }
                finish(&mut word, at);
                return words;
            }
            (None, '#') if word.is_none() => while chars.next_if(|(_, c)| *c != '\n').is_some() {},
            (_, c) => {
                open(&mut word);
                if let Some((_, text, exact)) = &mut word {
                    text.push(c);
                    *exact &= quote == Some('\'') || !matches!(c, '$' | '`');
                }
            }
        }
    }
    finish(&mut word, text.len());
    words
}

/// The words of a flag set: a text that a shell takes word by word.
pub(in crate::targets) fn words_of_file(source: &Source) -> Vec<Word> {
    words_of_shell(source.text(), |span| source.place(span))
}

/// The words of a list of texts in YAML; `$(NAME)` is filled in by the kubelet from the variables of the container.
pub(in crate::targets) fn words_of_list(list: Option<&Node>, variable: impl Fn(&str) -> Option<String>) -> Vec<Word> {
    let items = list.and_then(Node::as_seq).unwrap_or(&[]);
    let word = |node: &Node| {
        let (text, exact) = filled_in(node.as_str().unwrap_or_default(), &variable);
        Word { text, place: node.used_at().clone(), exact }
    };
    items.iter().map(word).collect()
}

/// Replaces `$(NAME)`; `$$(NAME)` stays a text. Not exact when a variable is not known.
fn filled_in(text: &str, variable: &impl Fn(&str) -> Option<String>) -> (String, bool) {
    let (mut out, mut exact, mut rest) = (String::new(), true, text);
    while let Some(at) = rest.find("$(") {
        let escaped = rest[..at].ends_with('$');
        let Some(end) = rest[at..].find(')') else { break };
        let name = &rest[at + 2..at + end];
        out.push_str(&rest[..at]);
        match variable(name) {
            _ if escaped => out.push_str(&rest[at + 1..=at + end]),
            Some(value) => out.push_str(&value),
            None => {
                out.push_str(&rest[at..=at + end]);
                exact = false;
            }
        }
        rest = &rest[at + end + 1..];
    }
    out.push_str(rest);
    (out, exact)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String, bool)> {
        let source = Source::new("x", text);
        let (program, words) = program_of(&words_of_file(&source)).unwrap();
        flags(program, &words).into_iter().map(|(name, written)| (name, written.text, written.exact)).collect()
    }

    fn pairs(text: &str) -> Vec<(String, String)> {
        read(text).into_iter().map(|(name, value, _)| (name, value)).collect()
    }

    fn owned(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    }

    #[test]
    fn both_forms_switches_and_repeated_flags() {
        let found = pairs("kube-apiserver --profiling=false --secure-port 6443 --allow-privileged --v 2 -v=4 --profiling=true");
        let expected = [
            ("profiling", "false"),
            ("secure-port", "6443"),
            ("allow-privileged", "true"),
            ("v", "2"),
            ("v", "4"),
            ("profiling", "true"),
        ];
        assert_eq!(found, owned(&expected));
    }

    #[test]
    fn a_switch_takes_no_word_and_a_value_may_be_missing() {
        let found = pairs("kube-apiserver --profiling false --audit-log-path --anonymous-auth=false");
        assert_eq!(found, owned(&[("profiling", "true"), ("audit-log-path", ""), ("anonymous-auth", "false")]));
    }

    #[test]
    fn etcd_takes_one_dash_and_kubernetes_takes_underlines() {
        assert_eq!(pairs("etcd -name=a --data-dir /var/lib/etcd"), owned(&[("name", "a"), ("data-dir", "/var/lib/etcd")]));
        assert_eq!(pairs("kube-apiserver --audit_log_path=-"), owned(&[("audit-log-path", "-")]));
    }

    #[test]
    fn shells_and_wrappers_stand_in_front() {
        let script = "sh -c \"exec /usr/local/bin/kube-apiserver --audit-log-path='/var/log/a b' \\\n --profiling=false 1>>/var/log/x 2>&1\"";
        assert_eq!(pairs(script), owned(&[("audit-log-path", "/var/log/a b"), ("profiling", "false")]));
        let wrapped = "/go-runner --log-file=/var/log/x /usr/local/bin/kube-scheduler --profiling=false -- --profiling=true";
        assert_eq!(pairs(wrapped), owned(&[("profiling", "false")]));
    }

    #[test]
    fn what_a_variable_becomes_is_not_known() {
        let found = read("kube-apiserver --bind-address=$ADDRESS --etcd-prefix='$x'");
        let expected = [("bind-address", "$ADDRESS", false), ("etcd-prefix", "$x", true)];
        assert_eq!(found, expected.map(|(a, b, exact)| (a.to_owned(), b.to_owned(), exact)));
        let known = |name: &str| (name == "IP").then(|| "192.0.2.1".to_owned());
        assert_eq!(filled_in("--a=$(IP):$(PORT)", &known), ("--a=192.0.2.1:$(PORT)".to_owned(), false));
        assert_eq!(filled_in("--a=$$(IP)", &known), ("--a=$$(IP)".replace("$$", "$"), true));
    }
}
