//! Reading JSON values as policies do: what is null or of the wrong shape counts as absent.

use serde_json::Value as Json;

use super::Const;

/// A value, or the constant that counts where it is absent.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found<'a> {
    /// It is there.
    Value(&'a Json),
    /// It is not: this counts.
    Absent(Const),
}

/// The value at the end of a way; null counts as absent.
pub(super) fn at<'a>(value: &'a Json, path: &[&str]) -> Option<&'a Json> {
    path.iter().try_fold(value, |value, key| value.as_object()?.get(*key)).filter(|value| !value.is_null())
}

/// The items of a list; none where there is no list.
pub(super) fn items<'a>(value: &'a Json, path: &[&str]) -> &'a [Json] {
    at(value, path).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

/// A text, or the empty one.
pub(super) fn text<'a>(value: &'a Json, path: &[&str]) -> &'a str {
    at(value, path).and_then(Json::as_str).unwrap_or_default()
}

impl<'a> Found<'a> {
    /// The text, where it is one.
    pub(super) fn as_str(self) -> Option<&'a str> {
        match self {
            Found::Value(value) => value.as_str(),
            Found::Absent(Const::Text(text)) => Some(text),
            Found::Absent(Const::Nothing | Const::Bool(_) | Const::Int(_)) => None,
        }
    }

    /// The number, where it is one.
    pub(super) fn as_number(self) -> Option<f64> {
        match self {
            Found::Value(value) => value.as_f64(),
            #[expect(clippy::cast_precision_loss, reason = "constants of policies are small")]
            Found::Absent(Const::Int(number)) => Some(number as f64),
            Found::Absent(Const::Nothing | Const::Bool(_) | Const::Text(_)) => None,
        }
    }

    /// Whether it equals a constant.
    pub(super) fn is(self, constant: Const) -> bool {
        match (self, constant) {
            (_, Const::Nothing) => false,
            (Found::Absent(absent), constant) => absent == constant,
            (Found::Value(value), Const::Bool(wanted)) => value.as_bool() == Some(wanted),
            #[expect(clippy::cast_precision_loss, reason = "constants of policies are small")]
            (Found::Value(value), Const::Int(wanted)) => value.as_f64() == Some(wanted as f64),
            (Found::Value(value), Const::Text(wanted)) => value.as_str() == Some(wanted),
        }
    }

    /// As messages show it.
    pub(super) fn shown(self) -> String {
        match self {
            Found::Absent(Const::Nothing) => String::new(),
            Found::Absent(Const::Bool(value)) => value.to_string(),
            Found::Absent(Const::Int(number)) => number.to_string(),
            Found::Absent(Const::Text(text)) => text.to_owned(),
            Found::Value(Json::String(text)) => text.clone(),
            Found::Value(value @ (Json::Bool(_) | Json::Number(_))) => value.to_string(),
            Found::Value(Json::Null | Json::Array(_) | Json::Object(_)) => "(no plain value)".to_owned(),
        }
    }
}
