//! The shape of a parsed expression.

use serde_json::Value as Json;

/// A parsed expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A constant.
    Literal(Json),
    /// A root name: `inputs`, `steps`, `matrix`, `env` …
    Root(String),
    /// A field: `base.name`.
    Field(Box<Expression>, String),
    /// An element: `base[index]`, by number or by key.
    Index(Box<Expression>, Box<Expression>),
    /// Everything behind `[*]`, applied to each element of a list.
    Each(Box<Expression>, Vec<Access>),
    /// A function's answer.
    Call(&'static str, Vec<Expression>),
    /// `[a, b]`
    List(Vec<Expression>),
    /// `not a`, `!a`
    Not(Box<Expression>),
    /// `-a`
    Negate(Box<Expression>),
    /// `a and b`, `a or b`, `a == b` …
    Binary(Operator, Box<Expression>, Box<Expression>),
}

/// One step of a path behind `[*]`.
#[derive(Debug, Clone, PartialEq)]
pub enum Access {
    /// `.name`
    Field(String),
    /// `[index]`
    Index(Expression),
    /// `[*]`
    Each,
}

/// An operator between two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `or`, `||`
    Or,
    /// `and`, `&&`
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `+`
    Plus,
    /// `-`
    Minus,
}

impl Operator {
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Plus => "+",
            Self::Minus => "-",
        }
    }
}

/// The first names of a path, as far as they are written out: `["steps", "code", "outputs"]`.
pub type Path = Vec<String>;

impl Expression {
    /// Every path that this expression reads, for validation.
    pub fn paths(&self) -> Vec<Path> {
        let mut paths = Vec::new();
        self.collect(&mut paths);
        paths
    }

    /// Visits this expression and every one inside it.
    pub fn walk<'e>(&'e self, visit: &mut dyn FnMut(&'e Self)) {
        visit(self);
        self.each_inside(&mut |inner| inner.walk(visit));
    }

    /// Visits the expressions right inside this one.
    fn each_inside<'e>(&'e self, visit: &mut dyn FnMut(&'e Self)) {
        match self {
            Self::Literal(_) | Self::Root(_) => {}
            Self::Field(base, _) => visit(base),
            Self::Index(base, index) => {
                visit(base);
                visit(index);
            }
            Self::Each(base, accesses) => {
                visit(base);
                for access in accesses {
                    if let Access::Index(index) = access {
                        visit(index);
                    }
                }
            }
            Self::Call(_, items) | Self::List(items) => items.iter().for_each(visit),
            Self::Not(inner) | Self::Negate(inner) => visit(inner),
            Self::Binary(_, left, right) => {
                visit(left);
                visit(right);
            }
        }
    }

    fn collect(&self, paths: &mut Vec<Path>) {
        paths.extend(self.path());
        self.collect_inside(paths);
    }

    /// Collects what is inside, without listing a path's shorter prefixes as paths.
    fn collect_inside(&self, paths: &mut Vec<Path>) {
        match self {
            Self::Field(base, _) => base.collect_inside(paths),
            Self::Index(base, index) => {
                base.collect_inside(paths);
                index.collect(paths);
            }
            Self::Literal(_)
            | Self::Root(_)
            | Self::Each(..)
            | Self::Call(..)
            | Self::List(_)
            | Self::Not(_)
            | Self::Negate(_)
            | Self::Binary(..) => self.each_inside(&mut |inner| inner.collect(paths)),
        }
    }

    fn path(&self) -> Option<Path> {
        self.open_path().map(|(path, _)| path)
    }

    /// The path, and whether it may go on: what follows an index that is only known at
    /// evaluation is not part of it.
    fn open_path(&self) -> Option<(Path, bool)> {
        let (base, name) = match self {
            Self::Root(name) => return Some((vec![name.clone()], true)),
            Self::Field(base, name) => (base, Some(name)),
            Self::Index(base, index) => match index.as_ref() {
                Self::Literal(Json::String(name)) => (base, Some(name)),
                _ => (base, None),
            },
            _ => return None,
        };
        let (mut path, is_open) = base.open_path()?;
        let name = name.filter(|_| is_open);
        path.extend(name.cloned());
        Some((path, name.is_some()))
    }
}
