//! What can be wrong with YAML text.

use crate::diag::{Entry, Label, Place, Problem, Severity};

/// Every kind of diagnostic of reading YAML.
pub const ALL: &[Entry] = &[
    Entry::of::<NotText>(),
    Entry::of::<LimitReached>(),
    Entry::of::<NotYaml>(),
    Entry::of::<ForbiddenCharacter>(),
    Entry::of::<UnusableSeparator>(),
    Entry::of::<DuplicateKey>(),
    Entry::of::<UnusableKey>(),
    Entry::of::<ResolvedKey>(),
    Entry::of::<UnusableValue>(),
    Entry::of::<UnusableAlias>(),
    Entry::of::<UnusableMerge>(),
];

/// The bytes are no text.
#[derive(Debug, Clone)]
pub(super) struct NotText {
    /// What was met.
    pub(super) what: String,
    /// Where.
    pub(super) place: Place,
}

impl Problem for NotText {
    const CODE: &'static str = "yaml-encoding";
    const MEANING: &'static str = "A file that should be YAML is not text in UTF-8 (with or without byte order mark) or in UTF-16 with a byte order mark. \
         Save it as UTF-8.";

    fn message(&self) -> String {
        format!("the file cannot be read as text: {}", self.what)
    }
    fn help(&self) -> String {
        "save the file as UTF-8".to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "the first byte that is no text")]
    }
}

/// The file is larger or deeper than anything sensible.
#[derive(Debug, Clone)]
pub(super) struct LimitReached {
    /// Which bound was reached.
    pub(super) what: String,
    /// What to do.
    pub(super) help: &'static str,
    /// Where it was reached.
    pub(super) place: Place,
}

impl Problem for LimitReached {
    const CODE: &'static str = "yaml-limit";
    const MEANING: &'static str = "A YAML file is larger, deeper or expands to more values than files written in earnest do. \
         The bounds keep a hostile file from using up time and memory; split the file or write the values out.";

    fn message(&self) -> String {
        self.what.clone()
    }
    fn help(&self) -> String {
        self.help.to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "the bound is reached here")]
    }
}

/// The text is no YAML.
#[derive(Debug, Clone)]
pub(super) struct NotYaml {
    /// What was met.
    pub(super) what: String,
    /// What to do.
    pub(super) help: &'static str,
    /// Where.
    pub(super) place: Place,
}

impl Problem for NotYaml {
    const CODE: &'static str = "yaml-syntax";
    const MEANING: &'static str = "The text is not YAML. Nothing of its document is read; the other documents of the file are. \
         Correct the text at the place shown or a little before it.";

    fn message(&self) -> String {
        format!("the document is not YAML: {}", self.what)
    }
    fn help(&self) -> String {
        self.help.to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "here or a little before")]
    }
}

/// A character that kubectl refuses, or takes for the end of a line where other parsers do not.
#[derive(Debug, Clone)]
pub(super) struct ForbiddenCharacter {
    /// The character.
    pub(super) character: char,
    /// Where.
    pub(super) place: Place,
}

impl Problem for ForbiddenCharacter {
    const CODE: &'static str = "yaml-character";
    const MEANING: &'static str = "A raw control character, which kubectl refuses, or one of U+0085, U+2028, U+2029, which kubectl takes for the end of a \
         line and other parsers for text: what is a comment for one is a setting for the other. Write it as an escape in double quotes.";

    fn message(&self) -> String {
        match self.character {
            '\u{85}' | '\u{2028}' | '\u{2029}' => {
                format!("U+{:04X} ends a line for kubectl and does not for other programs", self.character as u32)
            }
            other => format!("the control character U+{:04X} cannot stand in YAML", other as u32),
        }
    }
    fn help(&self) -> String {
        let code = self.character as u32;
        match code {
            0..=0xff => format!("remove it, or write `\\x{code:02x}` in double quotes"),
            _ => format!("remove it, or write `\\u{code:04x}` in double quotes"),
        }
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "an invisible character")]
    }
}

/// A line that begins with `---` holds more than a comment.
#[derive(Debug, Clone)]
pub(super) struct UnusableSeparator {
    /// The text after the dashes.
    pub(super) place: Place,
}

impl Problem for UnusableSeparator {
    const CODE: &'static str = "yaml-separator";
    const MEANING: &'static str = "Kubectl splits a file at every line that begins with `---`, before it reads YAML, and refuses the file when more than a \
         comment follows the dashes; other programs read the text. Put the text on the next line, or indent or quote text that begins with dashes.";

    fn message(&self) -> String {
        "kubectl takes nothing but a comment after `---`".to_owned()
    }
    fn help(&self) -> String {
        "move the text to the next line".to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "refused by kubectl")]
    }
}

/// A key stands twice in one map.
#[derive(Debug, Clone)]
pub(super) struct DuplicateKey {
    /// The key, as kubectl reads it.
    pub(super) key: String,
    /// Where it stands first.
    pub(super) first: Place,
    /// Where it stands again.
    pub(super) second: Place,
}

impl Problem for DuplicateKey {
    const CODE: &'static str = "yaml-duplicate-key";
    const MEANING: &'static str = "A key stands twice in one map. Some programs take the first value, kubectl the last: what was checked would not be what is \
         used. Keys that kubectl reads alike (`1` and `\"1\"`, `on` and `yes`) are the same key. Remove one of them.";

    fn message(&self) -> String {
        format!("the key `{}` stands twice", self.key)
    }
    fn help(&self) -> String {
        "remove one of the two".to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.second.clone(), "again here"), Label::new(self.first.clone(), "first here")]
    }
}

/// A key that cannot be one in JSON.
#[derive(Debug, Clone)]
pub(super) struct UnusableKey {
    /// What the key is.
    pub(super) kind: &'static str,
    /// Where.
    pub(super) place: Place,
}

impl Problem for UnusableKey {
    const CODE: &'static str = "yaml-key";
    const MEANING: &'static str = "A key is null, a list, a map or a number that no key can be; kubectl refuses the document. Quote the key; render a \
         template (`{{ name }}`) before it is read as YAML.";

    fn message(&self) -> String {
        format!("a key has to be a text, and this one is {}", self.kind)
    }
    fn help(&self) -> String {
        "quote the key, or render the template it comes from first".to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), format!("{}, not a text", self.kind))]
    }
}

/// A key that kubectl reads as something else than its text.
#[derive(Debug, Clone)]
pub(super) struct ResolvedKey {
    /// The key as written.
    pub(super) raw: String,
    /// The key as kubectl reads it.
    pub(super) key: String,
    /// Where.
    pub(super) place: Place,
}

impl Problem for ResolvedKey {
    const CODE: &'static str = "yaml-resolved-key";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "Kubectl reads an unquoted key as a boolean or number and writes it back differently: `on:` and `y:` become `true`, \
         `0x10:` becomes `16`. Quote the key if its text is meant.";

    fn message(&self) -> String {
        format!("kubectl reads the key `{}` as `{}`", self.raw, self.key)
    }
    fn help(&self) -> String {
        format!("write `\"{}\"` if the text is meant, else `\"{}\"`", self.raw, self.key)
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), format!("read as `{}`", self.key))]
    }
}

/// A scalar that has no value in JSON, or not the one its tag promises.
#[derive(Debug, Clone)]
pub(super) struct UnusableValue {
    /// What is wrong.
    pub(super) what: String,
    /// What to do.
    pub(super) help: &'static str,
    /// Where.
    pub(super) place: Place,
}

impl Problem for UnusableValue {
    const CODE: &'static str = "yaml-value";
    const MEANING: &'static str = "A value that kubectl refuses: infinity and not-a-number do not exist in JSON, and text behind a tag such as `!!int` or \
         `!!binary` has to be what the tag says.";

    fn message(&self) -> String {
        self.what.clone()
    }
    fn help(&self) -> String {
        self.help.to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "this value")]
    }
}

/// An alias that leads nowhere or into itself.
#[derive(Debug, Clone)]
pub(super) struct UnusableAlias {
    /// What is wrong.
    pub(super) what: &'static str,
    /// What to do.
    pub(super) help: &'static str,
    /// Where.
    pub(super) place: Place,
}

impl Problem for UnusableAlias {
    const CODE: &'static str = "yaml-alias";
    const MEANING: &'static str = "An alias (`*name`) has no anchor (`&name`) before it in the same document, lies inside the value it stands for, or has a name \
         with other characters than letters, digits, `_` and `-`, which programs end in different places. Define the anchor first, or quote a text \
         that begins with `*` or `&`.";

    fn message(&self) -> String {
        self.what.to_owned()
    }
    fn help(&self) -> String {
        self.help.to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "this one")]
    }
}

/// A merge key that cannot be applied, or whose result depends on the program.
#[derive(Debug, Clone)]
pub(super) struct UnusableMerge {
    /// What is wrong.
    pub(super) what: String,
    /// What to do.
    pub(super) help: &'static str,
    /// The merge key.
    pub(super) place: Place,
    /// The key it collides with, where that is the fault.
    pub(super) other: Option<Place>,
}

impl Problem for UnusableMerge {
    const CODE: &'static str = "yaml-merge";
    const MEANING: &'static str = "A merge key (`<<`) needs a map or a list of maps. kubectl applies it where it stands: it overrides keys before it and is \
         overridden by keys after it, while other programs always prefer the map's own keys. Put `<<` first.";

    fn message(&self) -> String {
        self.what.clone()
    }
    fn help(&self) -> String {
        self.help.to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        let mut labels = vec![Label::new(self.place.clone(), "merged here")];
        labels.extend(self.other.iter().map(|place| Label::new(place.clone(), "the key is already here")));
        labels
    }
}
