//! Shell files: a template of data rows with quoted values, then an engine that is written by hand.

use std::{
    fmt,
    sync::{Arc, LazyLock},
};

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};

use crate::base::{Lines, Origin};

/// What turns every value into one single-quoted word.
static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Custom("shell".into()));
    // A template is its own name, so that each is read once.
    environment.set_loader(|text| Ok(Some(text.to_owned())));
    environment.set_formatter(|out, _, value| match value.as_str() {
        Some(text) => Ok(quote(out, text)?),
        None => Ok(quote(out, &value.to_string())?),
    });
    environment
});

/// Renders data rows; every value becomes one single-quoted word. An undefined name is our own bug.
pub(super) fn rows(template: &str, values: Value, origin: &Arc<Origin>) -> Lines {
    let text = ENVIRONMENT
        .get_template(template)
        .and_then(|template| template.render(values))
        .expect("internal error: a template names what it is not given");
    Lines::of(text, origin)
}

/// The lines of a text that is the same for every cluster.
pub(super) fn lines(text: &str, origin: &Arc<Origin>) -> Lines {
    Lines::of(text.to_owned(), origin)
}

/// Writes one word of the shell, whatever stands in the text.
fn quote(out: &mut impl fmt::Write, text: &str) -> fmt::Result {
    out.write_char('\'')?;
    for (n, piece) in text.split('\'').enumerate() {
        if n > 0 {
            out.write_str(r"'\''")?;
        }
        out.write_str(piece)?;
    }
    out.write_char('\'')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::targets::origins;

    #[test]
    fn values_stay_one_word() {
        let values = minijinja::context! { name => "$(reboot); 'x' \"y\" `z`\\" };
        let rows = rows("readonly name={{ name }}\n", values, &origins::form("test"));
        assert_eq!(rows.text(), "readonly name='$(reboot); '\\''x'\\'' \"y\" `z`\\'\n");
    }
}
