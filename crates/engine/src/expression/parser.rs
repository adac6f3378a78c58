//! Tokens into an expression, by precedence: or, and, comparison, sum, unary, path.

use serde_json::Value as Json;

use super::ast::{Access, Expression, Operator};
use super::brief::brief;
use super::functions;
use super::lexer::{Kind, Token, lex};

/// The longest expression, in bytes.
const MAX_LENGTH: usize = 8 * 1024;
/// The deepest nesting.
const MAX_DEPTH: usize = 48;
/// The most operators and accesses in a row: each makes the tree one deeper.
const MAX_LINKS: usize = 400;

/// Why a text is not an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at character {})", .at + 1)]
pub struct SyntaxError {
    /// Where, in characters from the start.
    pub at: usize,
    /// What, and the fix.
    pub message: String,
}

impl SyntaxError {
    pub(super) fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into() }
    }
}

/// Parses what stands between `${{` and `}}`.
pub fn parse(text: &str) -> Result<Expression, SyntaxError> {
    if text.len() > MAX_LENGTH {
        return Err(SyntaxError::new(
            0,
            format!("the expression is longer than {MAX_LENGTH} bytes; split it"),
        ));
    }
    let mut parser =
        Parser { tokens: lex(text)?, next: 0, depth: 0, links: 0, end: text.chars().count() };
    let expression = parser.or()?;
    match parser.peek() {
        None => Ok(expression),
        Some(token) => {
            Err(SyntaxError::new(token.at, format!("unexpected {}", describe(&token.kind))))
        }
    }
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
    links: usize,
    end: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn at(&self) -> usize {
        self.peek().map_or(self.end, |token| token.at)
    }

    /// Takes the sign if it is next.
    fn sign(&mut self, sign: &str) -> bool {
        let is_next =
            matches!(self.peek(), Some(Token { kind: Kind::Sign(next), .. }) if *next == sign);
        self.next += usize::from(is_next);
        is_next
    }

    fn word(&mut self, word: &str) -> bool {
        let is_next =
            matches!(self.peek(), Some(Token { kind: Kind::Name(next), .. }) if next == word);
        self.next += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, sign: &str) -> Result<(), SyntaxError> {
        if self.sign(sign) {
            Ok(())
        } else {
            Err(SyntaxError::new(self.at(), format!("expected \"{sign}\"")))
        }
    }

    /// One more operator or access.
    fn link(&mut self) -> Result<(), SyntaxError> {
        self.links += 1;
        if self.links > MAX_LINKS {
            let message =
                format!("more than {MAX_LINKS} operators and accesses; split the expression");
            return Err(SyntaxError::new(self.at(), message));
        }
        Ok(())
    }

    fn or(&mut self) -> Result<Expression, SyntaxError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(SyntaxError::new(
                self.at(),
                format!("nested deeper than {MAX_DEPTH}; split the expression"),
            ));
        }
        let mut left = self.and()?;
        while self.sign("||") || self.word("or") {
            self.link()?;
            left = Expression::Binary(Operator::Or, Box::new(left), Box::new(self.and()?));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn and(&mut self) -> Result<Expression, SyntaxError> {
        let mut left = self.comparison()?;
        while self.sign("&&") || self.word("and") {
            self.link()?;
            left = Expression::Binary(Operator::And, Box::new(left), Box::new(self.comparison()?));
        }
        Ok(left)
    }

    fn comparison(&mut self) -> Result<Expression, SyntaxError> {
        let left = self.sum()?;
        let operators = [
            ("==", Operator::Equal),
            ("!=", Operator::NotEqual),
            ("<=", Operator::LessOrEqual),
            (">=", Operator::GreaterOrEqual),
            ("<", Operator::Less),
            (">", Operator::Greater),
        ];
        for (sign, operator) in operators {
            if self.sign(sign) {
                return Ok(Expression::Binary(operator, Box::new(left), Box::new(self.sum()?)));
            }
        }
        Ok(left)
    }

    fn sum(&mut self) -> Result<Expression, SyntaxError> {
        let mut left = self.unary()?;
        loop {
            let operator = if self.sign("+") {
                Operator::Plus
            } else if self.sign("-") {
                Operator::Minus
            } else {
                return Ok(left);
            };
            self.link()?;
            left = Expression::Binary(operator, Box::new(left), Box::new(self.unary()?));
        }
    }

    fn unary(&mut self) -> Result<Expression, SyntaxError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(SyntaxError::new(
                self.at(),
                format!("nested deeper than {MAX_DEPTH}; split the expression"),
            ));
        }
        let expression = if self.sign("!") || self.word("not") {
            Expression::Not(Box::new(self.unary()?))
        } else if self.sign("-") {
            Expression::Negate(Box::new(self.unary()?))
        } else {
            self.path()?
        };
        self.depth -= 1;
        Ok(expression)
    }

    fn path(&mut self) -> Result<Expression, SyntaxError> {
        let mut base = self.primary()?;
        loop {
            match self.access()? {
                None => return Ok(base),
                Some(Access::Field(name)) => base = Expression::Field(Box::new(base), name),
                Some(Access::Index(index)) => {
                    base = Expression::Index(Box::new(base), Box::new(index));
                }
                Some(Access::Each) => {
                    let mut rest = Vec::new();
                    while let Some(access) = self.access()? {
                        rest.push(access);
                    }
                    return Ok(Expression::Each(Box::new(base), rest));
                }
            }
        }
    }

    fn access(&mut self) -> Result<Option<Access>, SyntaxError> {
        if self.sign(".") {
            self.link()?;
            if self.sign("*") {
                return Ok(Some(Access::Each));
            }
            return match self.peek().map(|token| token.kind.clone()) {
                Some(Kind::Name(name)) => {
                    self.next += 1;
                    Ok(Some(Access::Field(name)))
                }
                _ => Err(SyntaxError::new(self.at(), "expected a name after \".\"")),
            };
        }
        if !self.sign("[") {
            return Ok(None);
        }
        self.link()?;
        if self.sign("*") {
            self.expect("]")?;
            return Ok(Some(Access::Each));
        }
        let index = self.or()?;
        self.expect("]")?;
        Ok(Some(Access::Index(index)))
    }

    fn primary(&mut self) -> Result<Expression, SyntaxError> {
        let Some(Token { kind, at }) = self.peek().cloned() else {
            return Err(SyntaxError::new(self.end, "the expression ends too early"));
        };
        self.next += 1;
        match kind {
            Kind::Number(number) => Ok(Expression::Literal(number_json(number))),
            Kind::Text(text) => Ok(Expression::Literal(Json::String(text))),
            Kind::Sign("(") => {
                let inner = self.or()?;
                self.expect(")")?;
                Ok(inner)
            }
            Kind::Sign("[") => Ok(Expression::List(self.items("]")?)),
            Kind::Sign(sign) => Err(SyntaxError::new(at, format!("unexpected \"{sign}\""))),
            Kind::Name(name) => match name.as_str() {
                "true" => Ok(Expression::Literal(Json::Bool(true))),
                "false" => Ok(Expression::Literal(Json::Bool(false))),
                "null" => Ok(Expression::Literal(Json::Null)),
                _ if self.sign("(") => self.call(&name, at),
                _ => Ok(Expression::Root(name)),
            },
        }
    }

    fn call(&mut self, name: &str, at: usize) -> Result<Expression, SyntaxError> {
        let Some((known, arity)) = functions::find(name) else {
            let all = functions::NAMES.join(", ");
            return Err(SyntaxError::new(
                at,
                format!("there is no function \"{}\"; there are {all}", brief(name)),
            ));
        };
        let items = self.items(")")?;
        if !arity.contains(&items.len()) {
            let (least, most) = (arity.start(), arity.end());
            let wanted =
                if least == most { least.to_string() } else { format!("{least} to {most}") };
            return Err(SyntaxError::new(
                at,
                format!("{known} takes {wanted} arguments, not {}", items.len()),
            ));
        }
        Ok(Expression::Call(known, items))
    }

    fn items(&mut self, close: &str) -> Result<Vec<Expression>, SyntaxError> {
        let mut items = Vec::new();
        if self.sign(close) {
            return Ok(items);
        }
        loop {
            items.push(self.or()?);
            if self.sign(close) {
                return Ok(items);
            }
            self.expect(",")?;
        }
    }
}

fn describe(kind: &Kind) -> String {
    match kind {
        Kind::Name(name) => format!("name \"{}\"", brief(name)),
        Kind::Number(number) => format!("number {number}"),
        Kind::Text(text) => format!("text \"{}\"", brief(text)),
        Kind::Sign(sign) => format!("\"{sign}\""),
    }
}

/// Whole numbers stay whole in JSON.
pub(super) fn number_json(number: f64) -> Json {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        Json::from(number as i64)
    } else {
        serde_json::Number::from_f64(number).map_or(Json::Null, Json::Number)
    }
}
