//! Values with expressions inside: any JSON whose texts may hold `${{ … }}`.

use serde_json::{Map, Value as Json};

use super::fuel::{Fuel, LARGEST_VALUE, size};
use super::{EvalError, Expression, Scope, SyntaxError, parse};

/// A value with expressions inside.
#[derive(Debug, Clone, PartialEq)]
pub enum Template {
    /// No expression inside.
    Constant(Json),
    /// The whole text is one expression: its value keeps its type.
    Whole(Expression),
    /// A text with expressions in it; their values become text.
    Text(Vec<Part>),
    /// A list.
    List(Vec<Template>),
    /// An object.
    Object(Vec<(String, Template)>),
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// As it stands.
    Literal(String),
    /// An expression.
    Expression(Expression),
}

impl Template {
    /// Parses every `${{ … }}` in a value.
    pub fn parse(value: &Json) -> Result<Self, SyntaxError> {
        match value {
            Json::String(text) => Self::parse_text(text),
            Json::Array(items) => {
                let items = items.iter().map(Self::parse).collect::<Result<Vec<_>, _>>()?;
                Ok(Self::constant_or(items, Self::List, |items| Json::Array(items.collect())))
            }
            Json::Object(fields) => {
                let (keys, values): (Vec<_>, Vec<_>) =
                    fields.iter().map(|(key, value)| (key.clone(), value)).unzip();
                let values = values.into_iter().map(Self::parse).collect::<Result<Vec<_>, _>>()?;
                if let Some(constants) = constants(&values) {
                    return Ok(Self::Constant(Json::Object(
                        keys.into_iter().zip(constants).collect(),
                    )));
                }
                Ok(Self::Object(keys.into_iter().zip(values).collect()))
            }
            other => Ok(Self::Constant(other.clone())),
        }
    }

    fn constant_or(
        items: Vec<Self>,
        otherwise: impl Fn(Vec<Self>) -> Self,
        build: impl Fn(std::vec::IntoIter<Json>) -> Json,
    ) -> Self {
        match constants(&items) {
            Some(values) => Self::Constant(build(values.into_iter())),
            None => otherwise(items),
        }
    }

    fn parse_text(text: &str) -> Result<Self, SyntaxError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find("${{") {
            if start > 0 {
                parts.push(Part::Literal(rest[..start].to_owned()));
            }
            let inside = &rest[start + 3..];
            // Where a problem is, counted in characters from the start of the whole text.
            let before = |part: &str| text[..text.len() - part.len()].chars().count();
            let end = end_of_expression(inside).ok_or_else(|| {
                let message = "\"${{\" is not closed with \"}}\"";
                SyntaxError::new(before(&rest[start..]), message)
            })?;
            let expression = inside[..end].trim_start();
            let expression = parse(expression.trim_end()).map_err(|error| {
                let skipped = inside[..end].len() - expression.len();
                SyntaxError::new(before(&inside[skipped..]) + error.at, error.message)
            })?;
            parts.push(Part::Expression(expression));
            rest = &inside[end + 2..];
        }
        if !rest.is_empty() {
            parts.push(Part::Literal(rest.to_owned()));
        }
        Ok(match <[Part; 1]>::try_from(parts) {
            Ok([Part::Expression(expression)]) => Self::Whole(expression),
            Ok([Part::Literal(text)]) => Self::Constant(Json::String(text)),
            Err(parts) if parts.is_empty() => Self::Constant(Json::String(String::new())),
            Err(parts) => Self::Text(parts),
        })
    }

    /// The value in a scope, which has at most [`LARGEST_VALUE`] bytes.
    pub fn eval(&self, scope: &dyn Scope) -> Result<Json, EvalError> {
        let value = self.eval_with(scope, &mut Fuel::full())?;
        if size(&value) > LARGEST_VALUE { Err(EvalError::TooLarge) } else { Ok(value) }
    }

    fn eval_with(&self, scope: &dyn Scope, fuel: &mut Fuel) -> Result<Json, EvalError> {
        match self {
            Self::Constant(value) => Ok(value.clone()),
            Self::Whole(expression) => expression.eval_with(scope, fuel),
            Self::Text(parts) => {
                let mut out = String::new();
                for part in parts {
                    match part {
                        Part::Literal(literal) => out.push_str(literal),
                        Part::Expression(expression) => {
                            let value = text(&expression.eval_with(scope, fuel)?);
                            fuel.hold(value.len())?;
                            out.push_str(&value);
                        }
                    }
                }
                Ok(Json::String(out))
            }
            Self::List(items) => items
                .iter()
                .map(|item| item.eval_with(scope, fuel))
                .collect::<Result<_, _>>()
                .map(Json::Array),
            Self::Object(fields) => {
                let mut object = Map::new();
                for (key, value) in fields {
                    object.insert(key.clone(), value.eval_with(scope, fuel)?);
                }
                Ok(Json::Object(object))
            }
        }
    }

    /// Every expression inside, for validation.
    pub fn expressions(&self) -> Vec<&Expression> {
        match self {
            Self::Constant(_) => Vec::new(),
            Self::Whole(expression) => vec![expression],
            Self::Text(parts) => parts
                .iter()
                .filter_map(|part| match part {
                    Part::Literal(_) => None,
                    Part::Expression(expression) => Some(expression),
                })
                .collect(),
            Self::List(items) => items.iter().flat_map(Self::expressions).collect(),
            Self::Object(fields) => {
                fields.iter().flat_map(|(_, value)| value.expressions()).collect()
            }
        }
    }
}

/// Where the `}}` is that closes an expression; those inside quotes are text.
fn end_of_expression(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (None, '}') if text[at..].starts_with("}}") => return Some(at),
            (None, '\'' | '"') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            _ => {}
        }
    }
    // Perhaps a quote is not closed, which is told better by the expression's parser.
    text.find("}}")
}

fn constants(items: &[Template]) -> Option<Vec<Json>> {
    items
        .iter()
        .map(|item| match item {
            Template::Constant(value) => Some(value.clone()),
            _ => None,
        })
        .collect()
}

/// A value as it appears inside a text.
pub(super) fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        other => other.to_string(),
    }
}
