//! What kind of value an expression gives, as far as that is certain before it is
//! evaluated. The checker is conservative: what it refuses would fail, or would always be
//! the same, whenever it is evaluated.

use std::fmt;

use serde_json::Value as Json;

use super::ast::{Expression, Operator, Path};

/// A kind of value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Not known, or of several kinds.
    Any,
    /// Nothing.
    Null,
    /// True or false.
    Boolean,
    /// A number.
    Number,
    /// A text.
    Text,
    /// A list.
    List,
    /// An object.
    Object,
}

impl Kind {
    /// The kind of a value.
    pub const fn of(value: &Json) -> Self {
        match value {
            Json::Null => Self::Null,
            Json::Bool(_) => Self::Boolean,
            Json::Number(_) => Self::Number,
            Json::String(_) => Self::Text,
            Json::Array(_) => Self::List,
            Json::Object(_) => Self::Object,
        }
    }

    /// Whether a value of this kind may be of one of these.
    pub fn may_be(self, kinds: &[Self]) -> bool {
        self == Self::Any || kinds.contains(&self)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => "any value",
            Self::Null => "null",
            Self::Boolean => "true or false",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::List => "a list",
            Self::Object => "an object",
        })
    }
}

/// Knows the kinds of paths.
pub trait Kinds {
    /// The kind of what a path leads to.
    fn path(&self, path: &Path) -> Kind;
}

impl Expression {
    /// The kind of its value, or what is certainly wrong with it.
    pub fn kind(&self, kinds: &dyn Kinds) -> Result<Kind, String> {
        match self {
            Self::Literal(value) => Ok(Kind::of(value)),
            Self::Root(_) => Ok(Kind::Any),
            Self::Field(base, name) => {
                let kind = base.kind(kinds)?;
                if !kind.may_be(&[Kind::Object]) {
                    return Err(format!("reads \".{name}\" of {base}, which is {kind}"));
                }
                Ok(self.whole_path().map_or(Kind::Any, |path| kinds.path(&path)))
            }
            Self::Index(base, index) => {
                let (kind, index) = (base.kind(kinds)?, index.kind(kinds)?);
                if !kind.may_be(&[Kind::Object, Kind::List]) {
                    return Err(format!("takes an element of {base}, which is {kind}"));
                }
                if !index.may_be(&[Kind::Number, Kind::Text]) {
                    return Err(format!("takes an element of {base} by {index}"));
                }
                Ok(self.whole_path().map_or(Kind::Any, |path| kinds.path(&path)))
            }
            Self::Each(base, _) => {
                let kind = base.kind(kinds)?;
                if !kind.may_be(&[Kind::List]) {
                    return Err(format!("reads {base}[*], but {base} is {kind}"));
                }
                Ok(Kind::List)
            }
            Self::Call(name, items) => call(name, items, kinds),
            Self::List(items) => {
                items.iter().try_for_each(|item| item.kind(kinds).map(drop))?;
                Ok(Kind::List)
            }
            Self::Not(inner) => truth(inner, kinds),
            Self::Negate(inner) => number(inner, kinds),
            Self::Binary(operator, left, right) => binary(*operator, left, right, kinds),
        }
    }

    /// The path when all of this expression is one and is known.
    fn whole_path(&self) -> Option<Path> {
        match self {
            Self::Root(name) => Some(vec![name.clone()]),
            Self::Field(base, name) => {
                let mut path = base.whole_path()?;
                path.push(name.clone());
                Some(path)
            }
            Self::Index(base, index) => match index.as_ref() {
                Self::Literal(Json::String(name)) => {
                    let mut path = base.whole_path()?;
                    path.push(name.clone());
                    Some(path)
                }
                _ => None,
            },
            _ => None,
        }
    }
}

fn truth(inner: &Expression, kinds: &dyn Kinds) -> Result<Kind, String> {
    let kind = inner.kind(kinds)?;
    if kind.may_be(&[Kind::Boolean, Kind::Null]) {
        Ok(Kind::Boolean)
    } else {
        Err(format!("asks whether {inner} is true, but it is {kind}"))
    }
}

fn number(inner: &Expression, kinds: &dyn Kinds) -> Result<Kind, String> {
    let kind = inner.kind(kinds)?;
    if kind.may_be(&[Kind::Number]) {
        Ok(Kind::Number)
    } else {
        Err(format!("calculates with {inner}, which is {kind}"))
    }
}

fn binary(
    operator: Operator,
    left: &Expression,
    right: &Expression,
    kinds: &dyn Kinds,
) -> Result<Kind, String> {
    match operator {
        Operator::And | Operator::Or => {
            truth(left, kinds)?;
            truth(right, kinds)
        }
        Operator::Plus | Operator::Minus => {
            number(left, kinds)?;
            number(right, kinds)
        }
        Operator::Equal | Operator::NotEqual => {
            let (first, second) = (left.kind(kinds)?, right.kind(kinds)?);
            let may_match =
                first == second || [first, second].iter().any(|kind| kind.may_be(&[Kind::Null]));
            if may_match {
                return Ok(Kind::Boolean);
            }
            let always = if operator == Operator::Equal { "never" } else { "always" };
            Err(format!(
                "compares {left}, which is {first}, with {right}, which is {second}: that is {always} true"
            ))
        }
        Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
            let (first, second) = (left.kind(kinds)?, right.kind(kinds)?);
            let can_order = [Kind::Number, Kind::Text]
                .iter()
                .any(|kind| first.may_be(&[*kind]) && second.may_be(&[*kind]));
            if can_order {
                return Ok(Kind::Boolean);
            }
            Err(format!(
                "asks which of {left}, which is {first}, and {right}, which is {second}, is larger"
            ))
        }
    }
}

fn call(name: &str, items: &[Expression], kinds: &dyn Kinds) -> Result<Kind, String> {
    let given = items.iter().map(|item| item.kind(kinds)).collect::<Result<Vec<_>, _>>()?;
    let (first, answer): (&[Kind], Kind) = match name {
        "always" | "exists" => (&[], Kind::Boolean),
        "all" | "any" => (&[Kind::List], Kind::Boolean),
        "contains" => (&[Kind::List, Kind::Text], Kind::Boolean),
        "compact" | "flatten" | "unique" | "zip" => (&[Kind::List], Kind::List),
        "join" => (&[Kind::List], Kind::Text),
        "len" => (&[Kind::List, Kind::Object, Kind::Text], Kind::Number),
        "lower" => (&[Kind::Text], Kind::Text),
        "sum" => (&[Kind::List], Kind::Number),
        // They are null when the list is empty.
        "max" | "min" => (&[Kind::List], Kind::Any),
        "default" => match given[..] {
            [Kind::Null, second] => (&[], second),
            [first, second] if first == second => (&[], first),
            _ => (&[], Kind::Any),
        },
        _ => (&[], Kind::Any),
    };
    if let (Some(kind), Some(item)) = (given.first(), items.first())
        && !first.is_empty()
        && !kind.may_be(first)
    {
        return Err(format!("calls {name} with {item}, which is {kind}"));
    }
    Ok(answer)
}
