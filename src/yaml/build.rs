//! Events to trees: scalars resolved, keys named, merge keys applied, aliases copied within a budget.

use std::{borrow::Cow, collections::BTreeMap, mem};

use crate::diag::{Diagnostic, Place, Problem, Source, Span};

use super::{
    Style,
    diagnostics::{LimitReached, NotYaml, ResolvedKey, UnusableAlias, UnusableKey, UnusableValue},
    events::{Event, Tag, is_name},
    limits::{MAX_COPIES, MAX_DEPTH, MAX_NODES, MAX_PROBLEMS},
    map::{self, Part},
    scalar::{self, Plain, ScalarError},
    spans,
    tree::{Entry, Node, Value},
};

/// How far a fault reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The rest of the document is skipped.
    Document,
    /// Nothing after it is read: a budget of the whole file is used up.
    Stream,
}

/// A node with what its parents have to know.
struct Built {
    node: Node,
    /// Collections inside each other, itself included.
    height: usize,
}

/// An anchored node: what an alias copies.
struct Anchored {
    node: Node,
    height: usize,
    count: usize,
}

/// A collection whose end has not come yet.
struct Frame {
    kind: Kind,
    flow: bool,
    anchor: usize,
    /// First byte of the collection.
    start: usize,
    /// End of the last child.
    end: usize,
    height: usize,
    /// `Builder::nodes` before the collection.
    nodes_before: usize,
}

enum Kind {
    List(Vec<Node>),
    Map { parts: Vec<Part>, key: Option<Key> },
}

/// A key that waits for its value.
enum Key {
    Named {
        key: String,
        place: Place,
        style: Style,
    },
    Merge(Place),
    /// Unquoted text in a flow collection with a `:` right before `,`, `]` or `}`: kubectl takes the `:` into the text.
    Glued {
        text: String,
        place: Place,
    },
    /// Reported already; its value is dropped.
    Broken,
}

/// Builds the tree of one document after the other; the budgets are those of the whole stream.
pub(super) struct Builder<'s> {
    source: &'s Source,
    text: &'s str,
    stack: Vec<Frame>,
    root: Option<Built>,
    anchors: BTreeMap<usize, Anchored>,
    problems: Vec<Diagnostic>,
    nodes: usize,
    copies: usize,
    /// End of the last event.
    reached: usize,
}

impl<'s> Builder<'s> {
    pub(super) fn new(source: &'s Source, text: &'s str) -> Self {
        Builder {
            source,
            text,
            stack: Vec::new(),
            root: None,
            anchors: BTreeMap::new(),
            problems: Vec::new(),
            nodes: 0,
            copies: 0,
            reached: 0,
        }
    }

    /// The byte that reading has reached.
    pub(super) fn reached(&self) -> usize {
        self.reached
    }

    /// Takes the document as it is and makes ready for the next.
    pub(super) fn finish(&mut self) -> (Option<Node>, Vec<Diagnostic>) {
        self.stack.clear();
        self.anchors.clear();
        let root = self.root.take().map(|built| built.node);
        // An empty document is no value.
        let root = root.filter(|node| !(node.is_null() && node.raw().is_some_and(str::is_empty)));
        (root, mem::take(&mut self.problems))
    }

    /// Gives the current document up; no problem where another check reports the cause.
    pub(super) fn abandon(&mut self, problem: Option<Diagnostic>) {
        self.stack.clear();
        self.root = None;
        self.problems.extend(problem);
    }

    fn limit(&mut self, what: String, help: &'static str, place: Place) {
        self.abandon(Some(LimitReached { what, help, place }.into()));
    }

    /// Takes an event of the current document.
    pub(super) fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Stop> {
        let before = self.reached;
        self.reached = self.reached.max(span.end);
        match event {
            Event::Scalar { text, style, anchor, tag } => {
                let span = spans::scalar(self.text, span, style, before);
                self.reached = self.reached.max(span.end);
                self.count(span)?;
                if style == Style::Plain
                    && (text.contains('?') || text.starts_with(':'))
                    && self.stack.last().is_some_and(|f| f.flow)
                {
                    self.report(indicator(self.source.place(span)));
                }
                self.scalar(text, style, anchor, tag, span)
            }
            Event::ListStart { flow, anchor } => {
                let span = if flow { span } else { spans::list(self.text, span, before) };
                self.open(Kind::List(Vec::new()), flow, anchor, span)
            }
            Event::MapStart { flow, anchor } => self.open(Kind::Map { parts: Vec::new(), key: None }, flow, anchor, span),
            Event::ListEnd | Event::MapEnd => self.close(span),
            Event::Alias(id) => self.alias(id, span),
            Event::OddAnchor => {
                self.report(odd_name(self.source.place(span)));
                Ok(())
            }
            Event::UnknownAlias => {
                self.report(UnusableAlias {
                    what: "an alias without an anchor before it",
                    help: "define the anchor earlier in the same document, or quote the text",
                    place: self.source.place(span),
                });
                self.count(span)?;
                self.node(Built { node: Node::new(Value::Null, self.source.place(span)), height: 0 })
            }
            Event::DocumentStart | Event::DocumentEnd => Ok(()),
        }
    }

    fn report(&mut self, problem: impl Into<Diagnostic>) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem.into());
        }
    }

    fn count(&mut self, span: Span) -> Result<(), Stop> {
        self.nodes += 1;
        if self.nodes <= MAX_NODES {
            return Ok(());
        }
        let what = format!("the file holds more than {MAX_NODES} values");
        self.limit(what, "split it into several files", self.source.place(span));
        Err(Stop::Stream)
    }

    fn scalar(&mut self, text: Cow<'_, str>, style: Style, anchor: usize, tag: Option<Tag>, span: Span) -> Result<(), Stop> {
        if matches!(self.stack.last(), Some(Frame { kind: Kind::Map { key: None, .. }, .. })) {
            if anchor != 0 {
                let value = scalar::value(text.clone(), style, tag).unwrap_or(Value::Null);
                self.keep(anchor, Node { value, place: self.source.place(span), style: Some(style), alias: None }, 0, 1)?;
            }
            let key = self.key(&text, style, tag, span);
            self.set_key(key, span);
            return Ok(());
        }
        let place = self.source.place(span);
        let value = scalar::value(text, style, tag).unwrap_or_else(|error| {
            self.report(unusable(error, place.clone()));
            Value::Null
        });
        let node = Node { value, place, style: Some(style), alias: None };
        if anchor != 0 {
            self.keep(anchor, node.clone(), 0, 1)?;
        }
        self.node(Built { node, height: 0 })
    }

    fn key(&mut self, text: &str, style: Style, tag: Option<Tag>, span: Span) -> Key {
        let place = self.source.place(span);
        if text == "<<" && (tag == Some(Tag::Merge) || tag == Some(Tag::NonSpecific) || (tag.is_none() && style == Style::Plain))
        {
            return Key::Merge(place);
        }
        let flow = self.stack.last().is_some_and(|f| f.flow);
        if let Some(end) = spans::glued(self.text, span.end).filter(|_| flow && style == Style::Plain && !text.is_empty()) {
            return self.glued_key(text, Span::new(span.start, end), span.end);
        }
        match scalar::plain(text, style, tag) {
            Ok(Plain::Text) if tag == Some(Tag::Binary) => match scalar::value(text.into(), style, tag) {
                Ok(Value::Str(key)) => Key::Named { key, place, style },
                _ => self.broken_key("not the base64 that its tag promises", place),
            },
            Ok(plain) => self.named_key(text, plain, style, place),
            Err(error) => {
                self.report(unusable(error, place));
                Key::Broken
            }
        }
    }

    fn glued_key(&mut self, text: &str, span: Span, text_end: usize) -> Key {
        let place = self.source.place(span);
        let tail = &self.text[text_end..span.end];
        if tail.contains(['\n', '\r']) {
            self.report(NotYaml {
                what: "a `:` right before a bracket or comma, which kubectl takes into the text before it".to_owned(),
                help: "quote the text, or put a blank after the `:`",
                place,
            });
            return Key::Broken;
        }
        Key::Glued { text: format!("{text}{tail}"), place }
    }

    fn named_key(&mut self, text: &str, plain: Plain, style: Style, place: Place) -> Key {
        let key = match plain {
            Plain::Text => text.to_owned(),
            Plain::Bool(value) => value.to_string(),
            Plain::Int(value) => value.to_string(),
            Plain::Float(value) => scalar::float_key(value),
            Plain::Null => return self.broken_key("null", place),
            Plain::UInt(_) => return self.broken_key("a number beyond 63 bits", place),
        };
        if key != text {
            self.report(ResolvedKey { raw: text.to_owned(), key: key.clone(), place: place.clone() });
        }
        Key::Named { key, place, style }
    }

    fn broken_key(&mut self, kind: &'static str, place: Place) -> Key {
        self.report(UnusableKey { kind, place });
        Key::Broken
    }

    fn set_key(&mut self, key: Key, span: Span) {
        if let Some(frame) = self.stack.last_mut() {
            frame.end = frame.end.max(span.end);
            if let Kind::Map { key: slot, .. } = &mut frame.kind {
                *slot = Some(key);
            }
        }
    }

    fn open(&mut self, kind: Kind, flow: bool, anchor: usize, span: Span) -> Result<(), Stop> {
        if self.stack.len() >= MAX_DEPTH {
            self.abandon(Some(too_deep(self.source.place(Span::new(span.start, span.start + 1))).into()));
            return Err(Stop::Document);
        }
        let nodes_before = self.nodes;
        self.count(span)?;
        self.stack.push(Frame { kind, flow, anchor, start: span.start, end: span.end, height: 0, nodes_before });
        Ok(())
    }

    fn close(&mut self, span: Span) -> Result<(), Stop> {
        let Some(frame) = self.stack.pop() else { return Ok(()) };
        let end = if frame.flow { span.end.max(frame.end) } else { frame.end };
        let place = self.source.place(Span::new(frame.start, end));
        let height = frame.height + 1;
        let count = self.nodes - frame.nodes_before;
        let node = match frame.kind {
            Kind::List(items) => Node::new(Value::Seq(items), place),
            Kind::Map { mut parts, .. } => {
                match lone_text(&mut parts, frame.flow && !self.text[frame.start..].starts_with(['{', '?'])) {
                    Some(text) => text,
                    None => {
                        let room = MAX_PROBLEMS.saturating_sub(self.problems.len());
                        let mut found = Vec::new();
                        let entries = map::entries(parts, &mut found);
                        self.problems.extend(found.into_iter().take(room));
                        Node::new(Value::Map(entries), place)
                    }
                }
            }
        };
        if frame.anchor != 0 {
            self.keep(frame.anchor, node.clone(), height, count)?;
        }
        self.node(Built { node, height })
    }

    /// A finished node goes into the collection around it, or is the document.
    fn node(&mut self, built: Built) -> Result<(), Stop> {
        let Some(frame) = self.stack.last_mut() else {
            self.root = Some(built);
            return Ok(());
        };
        frame.height = frame.height.max(built.height);
        frame.end = frame.end.max(built.node.used_at().span.end);
        let mut broken = None;
        match &mut frame.kind {
            Kind::List(items) => items.push(built.node),
            Kind::Map { parts, key } => match key.take() {
                None => {
                    broken = Some((built.node.kind_name(), built.node.used_at().clone()));
                    *key = Some(Key::Broken);
                }
                Some(Key::Broken) => {}
                Some(Key::Merge(place)) => parts.push(Part::Merge(place, built.node)),
                Some(Key::Glued { text, place }) => parts.push(Part::Glued(text, place, built.node)),
                Some(Key::Named { key, place, style }) => {
                    parts.push(Part::Entry(Entry { key, key_place: place, key_style: style, value: built.node }));
                }
            },
        }
        if let Some((kind, place)) = broken {
            // `{{ x }}: y` is a map as key of a map as key: the outer one says enough.
            let inside = |d: &mut Diagnostic| {
                d.code == UnusableKey::CODE && d.labels.iter().all(|l| l.place.span.start > place.span.start)
            };
            while self.problems.pop_if(inside).is_some() {}
            self.report(UnusableKey { kind, place });
        }
        Ok(())
    }

    fn keep(&mut self, anchor: usize, node: Node, height: usize, count: usize) -> Result<(), Stop> {
        self.spend(count, node.place.span)?;
        self.anchors.insert(anchor, Anchored { node, height, count });
        Ok(())
    }

    fn alias(&mut self, id: usize, span: Span) -> Result<(), Stop> {
        let place = self.source.place(span);
        if !is_name(self.text[span.start..span.end].trim_start_matches('*')) {
            self.report(odd_name(place.clone()));
        }
        let Some(anchored) = self.anchors.get(&id) else {
            self.report(UnusableAlias {
                what: "an alias inside the value that it stands for",
                help: "write the value out",
                place: place.clone(),
            });
            self.count(span)?;
            return self.node(Built { node: Node::new(Value::Null, place), height: 0 });
        };
        let (count, height) = (anchored.count, anchored.height);
        if self.stack.len() + height > MAX_DEPTH {
            self.abandon(Some(too_deep(place).into()));
            return Err(Stop::Document);
        }
        self.spend(count, span)?;
        self.nodes += count - 1;
        self.count(span)?;
        let Some(anchored) = self.anchors.get(&id) else { return Ok(()) };
        if height == 0 && matches!(self.stack.last(), Some(Frame { kind: Kind::Map { key: None, .. }, .. })) {
            let node = anchored.node.clone();
            let key = self.alias_key(&node, place);
            self.set_key(key, span);
            return Ok(());
        }
        let node = Node { alias: Some(place), ..anchored.node.clone() };
        self.node(Built { node, height })
    }

    fn alias_key(&mut self, node: &Node, place: Place) -> Key {
        let style = node.style.unwrap_or(Style::Plain);
        match &node.value {
            Value::Str(key) => Key::Named { key: key.clone(), place, style },
            Value::Null | Value::Seq(_) | Value::Map(_) => self.broken_key(node.kind_name(), place),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) => {
                let text = node.raw().unwrap_or("").trim_matches(['"', '\'']);
                self.named_key(text, scalar::resolve(text), style, place)
            }
        }
    }

    fn spend(&mut self, count: usize, span: Span) -> Result<(), Stop> {
        self.copies += count;
        if self.copies <= MAX_COPIES {
            return Ok(());
        }
        let what = format!("aliases expand to more than {MAX_COPIES} values");
        self.limit(what, "write the values out instead of nesting aliases", self.source.place(span));
        Err(Stop::Stream)
    }
}

/// `{?a: b}` and `{!t :a}`: the indicators count for kubectl and belong to the text for YAML 1.2.
fn indicator(place: Place) -> NotYaml {
    NotYaml {
        what: "an unquoted `?` or leading `:` between brackets, where kubectl ends the text".to_owned(),
        help: "quote the text",
        place,
    }
}

fn odd_name(place: Place) -> UnusableAlias {
    UnusableAlias {
        what: "a name of an anchor or alias that kubectl ends earlier",
        help: "use only letters, digits, `_` and `-` in the name, and put a blank after it",
        place,
    }
}

/// `[2001:db8::]`: the map that YAML 1.2 sees is a text for kubectl.
fn lone_text(parts: &mut Vec<Part>, implicit: bool) -> Option<Node> {
    match parts.as_slice() {
        [Part::Glued(text, place, value)] if implicit && value.is_null() => {
            let node = Node { value: Value::Str(text.clone()), place: place.clone(), style: Some(Style::Plain), alias: None };
            parts.clear();
            Some(node)
        }
        _ => None,
    }
}

pub(super) fn too_deep(place: Place) -> LimitReached {
    LimitReached {
        what: format!("lists and maps lie more than {MAX_DEPTH} deep in each other"),
        help: "flatten the structure, or quote the text if the brackets belong to it",
        place,
    }
}

fn unusable(error: ScalarError, place: Place) -> UnusableValue {
    let (what, help) = match error {
        ScalarError::NotFinite => (
            "a number that is infinite or not a number does not exist in JSON".to_owned(),
            "write a finite number, or quote the text",
        ),
        ScalarError::Tag(tag) => {
            (format!("the text is not what its tag `{tag}` promises"), "remove the tag, or write a value of its kind")
        }
        ScalarError::Base64 => ("`!!binary` needs base64".to_owned(), "encode the value as base64, or remove the tag"),
    };
    UnusableValue { what, help, place }
}
