//! Reads the rows: a file has a head (`oldest`, `newest`) and sections of rows in sorted order; every key must be asked for.

use toml::{Table, Value};

use super::Error;

/// A file of rows.
pub(super) struct File {
    name: String,
    rest: Table,
}

/// The minors that a table covers, both ends included.
#[derive(Clone, Copy)]
pub(super) struct Cover {
    pub(super) oldest: u16,
    pub(super) newest: u16,
}

/// The minors in which the thing of a row exists.
#[derive(Clone, Copy)]
pub(super) struct Life {
    pub(super) since: u16,
    /// The first minor without it.
    pub(super) until: Option<u16>,
    newest: u16,
}

/// A stretch of minors: the first, and the first that no longer belongs to it.
pub(super) type Period = (u16, Option<u16>);

/// One row; what is taken is gone, what is left at the end is an error.
pub(super) struct Row {
    pub(super) name: String,
    place: String,
    rest: Table,
}

impl Cover {
    /// The life of a thing that is there in every minor of the table.
    pub(super) fn whole(self) -> Life {
        self.to(None)
    }

    /// The life of a thing that is there from the oldest minor on, or before.
    pub(super) fn to(self, until: Option<u16>) -> Life {
        Life { since: self.oldest, until, newest: self.newest }
    }
}

impl Life {
    fn holds(self, minor: u16) -> bool {
        minor >= self.since && minor <= self.newest && self.until.is_none_or(|until| minor < until)
    }
}

impl File {
    pub(super) fn parse(name: &str, text: &str) -> Result<File, Error> {
        let rest = text.parse::<Table>().map_err(|error| Error(format!("{name}: {error}")))?;
        Ok(File { name: name.to_owned(), rest })
    }

    /// The head of the file: the range of minors that its rows cover.
    pub(super) fn cover(&mut self) -> Result<Cover, Error> {
        let mut end = |key: &str| {
            let value = self.rest.remove(key);
            value.as_ref().and_then(minor).ok_or_else(|| Error(format!("{}: `{key}` must be a minor", self.name)))
        };
        let cover = Cover { oldest: end("oldest")?, newest: end("newest")? };
        if cover.oldest > cover.newest {
            return Err(Error(format!("{}: `oldest` is above `newest`", self.name)));
        }
        Ok(cover)
    }

    /// The rows of a section, each an inline table, in sorted order.
    pub(super) fn rows(&mut self, section: &str) -> Result<Vec<Row>, Error> {
        let mut rows = Vec::new();
        for (name, value) in self.section(section)? {
            let place = format!("{}: [{section}] {name}", self.name);
            let Value::Table(rest) = value else { return Err(Error(format!("{place}: a row is an inline table"))) };
            rows.push(Row { name, place, rest });
        }
        Ok(rows)
    }

    /// The rows of a section that may be absent.
    pub(super) fn rows_if_any(&mut self, section: &str) -> Result<Vec<Row>, Error> {
        if self.rest.contains_key(section) { self.rows(section) } else { Ok(Vec::new()) }
    }

    /// What stands above the sections, as a row.
    pub(super) fn head(&mut self, name: &str) -> Row {
        let keys: Vec<String> = self.rest.iter().filter(|(_, value)| !value.is_table()).map(|(key, _)| key.clone()).collect();
        let rest = keys.into_iter().filter_map(|key| self.rest.remove_entry(&key)).collect();
        Row { name: name.to_owned(), place: self.name.clone(), rest }
    }

    /// The rows of a section that is a plain list of texts, in sorted order.
    pub(super) fn texts(&mut self, section: &str) -> Result<Vec<(String, String)>, Error> {
        let mut rows = Vec::new();
        for (name, value) in self.section(section)? {
            let text = value.as_str().filter(|text| !text.is_empty());
            let text = text.ok_or_else(|| Error(format!("{}: [{section}] {name}: a row is a text", self.name)))?;
            rows.push((name, text.to_owned()));
        }
        Ok(rows)
    }

    /// The minors of a section that holds exactly these keys.
    pub(super) fn numbers<const N: usize>(&mut self, section: &str, keys: [&str; N]) -> Result<[u16; N], Error> {
        let table = self.section(section)?;
        if let Some(key) = table.keys().find(|key| !keys.contains(&key.as_str())) {
            return Err(Error(format!("{}: [{section}] unknown key `{key}`", self.name)));
        }
        let mut numbers = [0; N];
        for (number, key) in numbers.iter_mut().zip(keys) {
            let found = table.get(key).and_then(minor);
            *number = found.ok_or_else(|| Error(format!("{}: [{section}] `{key}` must be a minor", self.name)))?;
        }
        Ok(numbers)
    }

    /// Nothing may be left that nobody asked for.
    pub(super) fn done(self) -> Result<(), Error> {
        match self.rest.keys().next() {
            None => Ok(()),
            Some(key) => Err(Error(format!("{}: unknown key or section `{key}`", self.name))),
        }
    }

    fn section(&mut self, section: &str) -> Result<Table, Error> {
        let Some(Value::Table(table)) = self.rest.remove(section) else {
            return Err(Error(format!("{}: section [{section}] is missing", self.name)));
        };
        let names: Vec<&String> = table.keys().collect();
        match names.windows(2).find(|pair| pair[0] >= pair[1]) {
            None => Ok(table),
            Some(pair) => Err(Error(format!("{}: [{section}] {} must stand before {}", self.name, pair[1], pair[0]))),
        }
    }
}

impl Row {
    /// An error at this row.
    pub(super) fn error(&self, text: &str) -> Error {
        Error(format!("{}: {text}", self.place))
    }

    /// A value that may be absent.
    pub(super) fn take(&mut self, key: &str) -> Option<Value> {
        self.rest.remove(key)
    }

    /// A text that may be absent.
    pub(super) fn text(&mut self, key: &str) -> Result<Option<String>, Error> {
        match self.rest.remove(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.error(&format!("`{key}` must be a text"))),
        }
    }

    /// A text that must be there.
    pub(super) fn need_text(&mut self, key: &str) -> Result<String, Error> {
        self.text(key)?.ok_or_else(|| self.error(&format!("`{key}` is missing")))
    }

    /// Whether a key is left.
    pub(super) fn has(&self, key: &str) -> bool {
        self.rest.contains_key(key)
    }

    /// A list of texts that must be there.
    pub(super) fn need_texts(&mut self, key: &str) -> Result<Vec<String>, Error> {
        let list = self.rest.remove(key).and_then(|value| {
            value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<String>>>()
        });
        list.filter(|list| !list.is_empty()).ok_or_else(|| self.error(&format!("`{key}` must be a list of texts")))
    }

    /// `true`, or absent; `false` is not written.
    pub(super) fn mark(&mut self, key: &str) -> Result<bool, Error> {
        match self.rest.remove(key) {
            None => Ok(false),
            Some(Value::Boolean(true)) => Ok(true),
            Some(_) => Err(self.error(&format!("`{key}` is `true` or left out"))),
        }
    }

    /// A minor that may be absent.
    pub(super) fn minor(&mut self, key: &str) -> Result<Option<u16>, Error> {
        match self.rest.remove(key) {
            None => Ok(None),
            Some(value) => minor(&value).map(Some).ok_or_else(|| self.error(&format!("`{key}` must be a minor"))),
        }
    }

    /// `since` and `until`, checked against the range of the table: since left out = the oldest minor.
    pub(super) fn life(&mut self, cover: Cover) -> Result<Life, Error> {
        let given = self.minor("since")?;
        if given.is_some_and(|since| since <= cover.oldest || since > cover.newest) {
            return Err(self.error("`since` must lie above `oldest` and not above `newest`"));
        }
        let since = given.unwrap_or(cover.oldest);
        let until = self.minor("until")?;
        // A thing that went before the oldest minor is a row too: people still write it.
        match until {
            Some(until) if until > cover.newest || (given.is_some() && until <= since) => {
                Err(self.error("`until` must lie above `since` and not above `newest`"))
            }
            _ => Ok(Life { since, until, newest: cover.newest }),
        }
    }

    /// A table of values by first minor, in rising order, within the life of the row.
    pub(super) fn by_minor(&mut self, key: &str, life: Life) -> Result<Vec<(u16, Value)>, Error> {
        match self.rest.remove(key) {
            None => Ok(Vec::new()),
            Some(Value::Table(table)) => self.keyed(key, table, life),
            Some(_) => Err(self.error(&format!("`{key}` must be a table of first minor = value"))),
        }
    }

    fn keyed(&self, key: &str, table: Table, life: Life) -> Result<Vec<(u16, Value)>, Error> {
        let mut list: Vec<(u16, Value)> = Vec::new();
        for (text, value) in table {
            let first = text.parse::<u16>().map_err(|_| self.error(&format!("`{key}`: `{text}` is no minor")))?;
            if !life.holds(first) {
                return Err(self.error(&format!("`{key}`: {first} lies outside the life of the row")));
            }
            match list.last() {
                Some((before, _)) if *before >= first => return Err(self.error(&format!("`{key}`: minors must rise"))),
                Some((_, same)) if *same == value => {
                    return Err(self.error(&format!("`{key}`: {first} repeats the value before")));
                }
                _ => list.push((first, value)),
            }
        }
        if list.is_empty() {
            return Err(self.error(&format!("`{key}` is empty")));
        }
        Ok(list)
    }

    /// Texts by first minor; one plain text stands for "from the beginning".
    pub(super) fn texts_by_minor(&mut self, key: &str, life: Life) -> Result<Vec<(u16, String)>, Error> {
        if let Some(Value::String(text)) = self.rest.get(key) {
            let text = text.clone();
            self.rest.remove(key);
            return Ok(vec![(life.since, text)]);
        }
        let mut texts = Vec::new();
        for (first, value) in self.by_minor(key, life)? {
            let Value::String(text) = value else { return Err(self.error(&format!("`{key}`: {first} must be a text"))) };
            texts.push((first, text));
        }
        Ok(texts)
    }

    /// Texts by rising number; neighbours may be equal.
    pub(super) fn texts_by_number(&mut self, key: &str) -> Result<Vec<(u16, String)>, Error> {
        let Some(Value::Table(table)) = self.rest.remove(key) else {
            return Err(self.error(&format!("`{key}` must be a table of number = text")));
        };
        let mut list: Vec<(u16, String)> = Vec::new();
        for (number, text) in &table {
            let found = number.parse::<u16>().ok().zip(text.as_str());
            let (number, text) = found.ok_or_else(|| self.error(&format!("`{key}`: {number} must be a number with a text")))?;
            if list.last().is_some_and(|(before, _)| *before >= number) {
                return Err(self.error(&format!("`{key}`: numbers must rise")));
            }
            list.push((number, text.to_owned()));
        }
        Ok(list)
    }

    /// A period: first minor, or `[first minor, first minor no longer]`.
    pub(super) fn period(&mut self, key: &str, life: Life) -> Result<Option<Period>, Error> {
        let Some(value) = self.rest.remove(key) else { return Ok(None) };
        let period = period(&value).ok_or_else(|| self.error(&format!("`{key}` must be a minor or [from, until]")))?;
        if !life.holds(period.0) || period.1.is_some_and(|end| !life.holds(end)) {
            return Err(self.error(&format!("`{key}` lies outside the life of the row")));
        }
        Ok(Some(period))
    }

    /// A table of periods by name.
    pub(super) fn periods(&mut self, key: &str) -> Result<Vec<(String, Period)>, Error> {
        let Some(Value::Table(table)) = self.rest.remove(key) else {
            return Err(self.error(&format!("`{key}` must be a table of name = period")));
        };
        let read = |(name, value)| match period(&value) {
            Some(found) => Ok((name, found)),
            None => Err(self.error(&format!("`{key}`: {name} must be a minor or [from, until]"))),
        };
        table.into_iter().map(read).collect()
    }

    /// Nothing may be left that nobody asked for.
    pub(super) fn done(self) -> Result<(), Error> {
        match self.rest.keys().next() {
            None => Ok(()),
            Some(key) => Err(self.error(&format!("unknown key `{key}`"))),
        }
    }
}

/// A minor: a small whole number.
fn minor(value: &Value) -> Option<u16> {
    value.as_integer().and_then(|number| u16::try_from(number).ok()).filter(|number| *number < 1000)
}

fn period(value: &Value) -> Option<Period> {
    if let Some(from) = minor(value) {
        return Some((from, None));
    }
    match value.as_array().map(Vec::as_slice) {
        Some([from, until]) => Some((minor(from)?, Some(minor(until)?))).filter(|(from, until)| Some(*from) < *until),
        _ => None,
    }
}
