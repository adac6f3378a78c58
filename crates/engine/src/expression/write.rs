//! Expressions and templates back into text: what is written parses to the same again.

use std::fmt::{self, Write as _};

use serde_json::{Map, Value as Json};

use super::ast::{Access, Expression, Operator};
use super::template::{Part, Template};

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(value) => literal(f, value),
            Self::Root(name) => f.write_str(name),
            Self::Field(base, name) => {
                inside(f, base, Level::Path)?;
                write!(f, ".{name}")
            }
            Self::Index(base, index) => {
                inside(f, base, Level::Path)?;
                write!(f, "[{index}]")
            }
            Self::Each(base, accesses) => {
                inside(f, base, Level::Path)?;
                f.write_str("[*]")?;
                accesses.iter().try_for_each(|access| match access {
                    Access::Field(name) => write!(f, ".{name}"),
                    Access::Index(index) => write!(f, "[{index}]"),
                    Access::Each => f.write_str("[*]"),
                })
            }
            Self::Call(name, items) => {
                write!(f, "{name}(")?;
                list(f, items)?;
                f.write_char(')')
            }
            Self::List(items) => {
                f.write_char('[')?;
                list(f, items)?;
                f.write_char(']')
            }
            Self::Not(inner) => {
                f.write_str("not ")?;
                inside(f, inner, Level::Unary)
            }
            Self::Negate(inner) => {
                f.write_char('-')?;
                inside(f, inner, Level::Unary)
            }
            Self::Binary(operator, left, right) => {
                let level = level_of(*operator);
                // Comparisons do not stand in a row, so both sides bind tighter.
                let left_level = if level == Level::Comparison { Level::Sum } else { level };
                inside(f, left, left_level)?;
                write!(f, " {} ", operator.as_str())?;
                inside(f, right, level.tighter())
            }
        }
    }
}

/// How tight an expression binds, as the parser sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Comparison,
    Sum,
    Unary,
    Path,
}

impl Level {
    const fn tighter(self) -> Self {
        match self {
            Self::Or => Self::And,
            Self::And => Self::Comparison,
            Self::Comparison => Self::Sum,
            Self::Sum => Self::Unary,
            Self::Unary => Self::Path,
            Self::Path => Self::Path,
        }
    }
}

const fn level_of(operator: Operator) -> Level {
    match operator {
        Operator::Or => Level::Or,
        Operator::And => Level::And,
        Operator::Equal
        | Operator::NotEqual
        | Operator::Less
        | Operator::LessOrEqual
        | Operator::Greater
        | Operator::GreaterOrEqual => Level::Comparison,
        Operator::Plus | Operator::Minus => Level::Sum,
    }
}

fn inside(f: &mut fmt::Formatter<'_>, inner: &Expression, least: Level) -> fmt::Result {
    let level = match inner {
        Expression::Binary(operator, ..) => level_of(*operator),
        Expression::Not(_) | Expression::Negate(_) => Level::Unary,
        // What follows would be taken for a part of what is done with each element, or of
        // the number.
        Expression::Each(..) | Expression::Literal(Json::Number(_)) if least == Level::Path => {
            Level::Or
        }
        _ => Level::Path,
    };
    if level < least { write!(f, "({inner})") } else { write!(f, "{inner}") }
}

fn list(f: &mut fmt::Formatter<'_>, items: &[Expression]) -> fmt::Result {
    for (position, item) in items.iter().enumerate() {
        f.write_str(if position == 0 { "" } else { ", " })?;
        write!(f, "{item}")?;
    }
    Ok(())
}

fn literal(f: &mut fmt::Formatter<'_>, value: &Json) -> fmt::Result {
    match value {
        Json::String(text) => write!(f, "'{}'", text.replace('\'', "''")),
        // Without an exponent, which expressions do not know.
        Json::Number(number) if number.as_i64().is_none() => {
            write!(f, "{}", number.as_f64().unwrap_or_default())
        }
        other => write!(f, "{other}"),
    }
}

impl Template {
    /// The value as people write it: texts with `${{ … }}` inside.
    pub fn written(&self) -> Json {
        match self {
            Self::Constant(value) => value.clone(),
            Self::Whole(expression) => Json::String(format!("${{{{ {expression} }}}}")),
            Self::Text(parts) => {
                let part = |part: &Part| match part {
                    Part::Literal(text) => text.clone(),
                    Part::Expression(expression) => format!("${{{{ {expression} }}}}"),
                };
                Json::String(parts.iter().map(part).collect())
            }
            Self::List(items) => Json::Array(items.iter().map(Self::written).collect()),
            Self::Object(fields) => {
                let fields = fields.iter().map(|(key, value)| (key.clone(), value.written()));
                Json::Object(fields.collect::<Map<_, _>>())
            }
        }
    }
}
