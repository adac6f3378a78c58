//! Evaluation, limited by fuel.

use serde_json::{Number, Value as Json};

use super::ast::{Access, Expression, Operator};
use super::fuel::Fuel;
use super::functions;
use super::parser::number_json;

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvalError {
    /// A path leads nowhere. `default(path, value)` covers this.
    #[error("\"{0}\" has no value here")]
    Missing(String),
    /// A value has the wrong type.
    #[error("{0}")]
    Type(String),
    /// It would take too long.
    #[error("the expression does too much work; make its lists shorter")]
    OutOfFuel,
    /// It would take too much memory.
    #[error("the values that it reads or makes are too large together; pass fewer or shorter ones")]
    TooLarge,
}

/// The values that expressions can read, by root name.
pub trait Scope {
    /// The value of a root name.
    fn root(&self, name: &str) -> Option<Json>;

    /// The value of a name inside a root, when that is cheaper than building the whole root.
    /// The default builds it.
    fn member(&self, _root: &str, _name: &str) -> Option<Json> {
        None
    }

    /// The value of a path that starts with a root and two names, when that is cheaper than
    /// building the whole root. The default builds it.
    fn path(&self, _root: &str, _name: &str, _field: &str) -> Option<Json> {
        None
    }
}

impl Scope for Json {
    fn root(&self, name: &str) -> Option<Json> {
        self.get(name).cloned()
    }
}

impl Expression {
    /// The expression's value in a scope.
    pub fn eval(&self, scope: &dyn Scope) -> Result<Json, EvalError> {
        self.eval_with(scope, &mut Fuel::full())
    }

    /// The same with what is left of the fuel of something larger.
    pub(super) fn eval_with(&self, scope: &dyn Scope, fuel: &mut Fuel) -> Result<Json, EvalError> {
        Evaluator { scope, fuel }.eval(self)
    }

    /// The expression's truth: only `false` and `null` are false, and a text or number here
    /// is an error rather than a surprise.
    pub fn is_true(&self, scope: &dyn Scope) -> Result<bool, EvalError> {
        truth(&self.eval(scope)?)
    }
}

struct Evaluator<'a> {
    scope: &'a dyn Scope,
    fuel: &'a mut Fuel,
}

impl Evaluator<'_> {
    fn eval(&mut self, expression: &Expression) -> Result<Json, EvalError> {
        self.fuel.burn(1)?;
        match expression {
            Expression::Literal(value) => Ok(value.clone()),
            Expression::Root(name) => {
                let value = self.scope.root(name);
                self.fuel.made(value.ok_or_else(|| EvalError::Missing(name.clone()))?)
            }
            Expression::Field(base, name) => self.field(base, name),
            Expression::Index(base, index) => {
                let (base_value, index) = (self.eval(base)?, self.eval(index)?);
                let value = element(&base_value, &index);
                let missing = || EvalError::Missing(format!("{}[{index}]", show(base)));
                self.fuel.made(value.ok_or_else(missing)?)
            }
            Expression::Each(base, accesses) => {
                let value = self.eval(base)?;
                self.each(&value, accesses, &show(base))
            }
            Expression::Call(name, arguments) => self.call(name, arguments),
            Expression::List(items) => items
                .iter()
                .map(|item| self.eval(item))
                .collect::<Result<Vec<_>, _>>()
                .map(Json::Array),
            Expression::Not(inner) => Ok(Json::Bool(!truth(&self.eval(inner)?)?)),
            Expression::Negate(inner) => match self.eval(inner)?.as_f64() {
                Some(number) => Ok(number_json(-number)),
                None => Err(EvalError::Type(format!("-{} needs a number", show(inner)))),
            },
            Expression::Binary(operator, left, right) => self.binary(*operator, left, right),
        }
    }

    fn field(&mut self, base: &Expression, name: &str) -> Result<Json, EvalError> {
        // `steps.x.outputs` is asked of the scope at once, which spares it building all steps.
        if let Expression::Field(root, middle) = base
            && let Expression::Root(root) = root.as_ref()
            && let Some(value) = self.scope.path(root, middle, name)
        {
            return self.fuel.made(value);
        }
        if let Expression::Root(root) = base
            && let Some(value) = self.scope.member(root, name)
        {
            return self.fuel.made(value);
        }
        let value = self.eval(base)?;
        let missing = || EvalError::Missing(format!("{}.{name}", show(base)));
        self.fuel.made(value.get(name).cloned().ok_or_else(missing)?)
    }

    fn each(&mut self, value: &Json, accesses: &[Access], shown: &str) -> Result<Json, EvalError> {
        let items = match value {
            Json::Array(items) => items,
            // As with every path: what a skipped step did not give leads nowhere.
            Json::Null => return Err(EvalError::Missing(format!("{shown}[*]"))),
            _ => return Err(EvalError::Type(format!("{shown}[*] needs a list"))),
        };
        self.fuel.burn(items.len())?;
        items
            .iter()
            .map(|item| self.follow(item, accesses, shown))
            .collect::<Result<Vec<_>, _>>()
            .map(Json::Array)
    }

    fn follow(&mut self, item: &Json, accesses: &[Access], shown: &str) -> Result<Json, EvalError> {
        let Some((first, rest)) = accesses.split_first() else {
            return self.fuel.made(item.clone());
        };
        let next = match first {
            Access::Each => return self.each(item, rest, shown),
            Access::Field(name) => item.get(name).cloned(),
            Access::Index(index) => {
                let index = self.eval(index)?;
                element(item, &index)
            }
        };
        let next =
            next.ok_or_else(|| EvalError::Missing(format!("{shown}[*]{}", access_text(first))))?;
        let next = self.fuel.made(next)?;
        self.follow(&next, rest, shown)
    }

    fn call(&mut self, name: &'static str, arguments: &[Expression]) -> Result<Json, EvalError> {
        // These two look at paths that may lead nowhere.
        if name == "default" {
            return match self.eval(&arguments[0]) {
                Ok(Json::Null) | Err(EvalError::Missing(_)) => self.eval(&arguments[1]),
                other => other,
            };
        }
        if name == "exists" {
            return match self.eval(&arguments[0]) {
                Ok(value) => Ok(Json::Bool(!value.is_null())),
                Err(EvalError::Missing(_)) => Ok(Json::Bool(false)),
                Err(other) => Err(other),
            };
        }
        let values = arguments.iter().map(|item| self.eval(item)).collect::<Result<Vec<_>, _>>()?;
        self.fuel.burn(values.iter().map(|value| value.as_array().map_or(1, Vec::len)).sum())?;
        // what a function gives is never longer than what it gets, but for a separator
        if let ("join", [Json::Array(items), Json::String(separator)]) = (name, &values[..]) {
            self.fuel.hold(items.len().saturating_mul(separator.len()))?;
        }
        let value = functions::call(name, &values)?;
        self.fuel.made(value)
    }

    fn binary(
        &mut self,
        operator: Operator,
        left: &Expression,
        right: &Expression,
    ) -> Result<Json, EvalError> {
        let first = self.eval(left)?;
        match operator {
            Operator::And => return Ok(Json::Bool(truth(&first)? && truth(&self.eval(right)?)?)),
            Operator::Or => return Ok(Json::Bool(truth(&first)? || truth(&self.eval(right)?)?)),
            _ => {}
        }
        let second = self.eval(right)?;
        let answer = match operator {
            Operator::Equal => same(&first, &second),
            Operator::NotEqual => !same(&first, &second),
            Operator::Less => order(&first, &second)?.is_lt(),
            Operator::LessOrEqual => order(&first, &second)?.is_le(),
            Operator::Greater => order(&first, &second)?.is_gt(),
            Operator::GreaterOrEqual => order(&first, &second)?.is_ge(),
            Operator::Plus => return sum(&first, &second, 1.0),
            Operator::Minus => return sum(&first, &second, -1.0),
            Operator::And | Operator::Or => false,
        };
        Ok(Json::Bool(answer))
    }
}

fn truth(value: &Json) -> Result<bool, EvalError> {
    match value {
        Json::Bool(value) => Ok(*value),
        Json::Null => Ok(false),
        other => Err(EvalError::Type(format!("{} is not true or false; compare it", brief(other)))),
    }
}

/// Whether two values are the same, numbers by what they are and not by how they are written:
/// `8` and `8.0` are one number, wherever they stand.
pub(super) fn same(first: &Json, second: &Json) -> bool {
    match (first, second) {
        (Json::Number(first), Json::Number(second)) => {
            // Whole numbers exactly: an id may have more digits than a fraction can hold.
            match (whole(first), whole(second)) {
                (Some(first), Some(second)) => first == second,
                _ => decimal(first).total_cmp(&decimal(second)).is_eq(),
            }
        }
        (Json::Array(first), Json::Array(second)) => {
            first.len() == second.len()
                && first.iter().zip(second).all(|(first, second)| same(first, second))
        }
        (Json::Object(first), Json::Object(second)) => {
            first.len() == second.len()
                && first
                    .iter()
                    .all(|(key, value)| second.get(key).is_some_and(|other| same(value, other)))
        }
        _ => first == second,
    }
}

fn whole(number: &Number) -> Option<i128> {
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

/// A number with a fraction; there is but one zero.
fn decimal(number: &Number) -> f64 {
    number.as_f64().unwrap_or_default() + 0.0
}

fn order(first: &Json, second: &Json) -> Result<std::cmp::Ordering, EvalError> {
    match (first, second) {
        (Json::Number(first), Json::Number(second)) => Ok(match (whole(first), whole(second)) {
            (Some(first), Some(second)) => first.cmp(&second),
            _ => decimal(first).total_cmp(&decimal(second)),
        }),
        (Json::String(first), Json::String(second)) => Ok(first.cmp(second)),
        _ => Err(EvalError::Type(format!(
            "{} and {} cannot be ordered",
            brief(first),
            brief(second)
        ))),
    }
}

fn sum(first: &Json, second: &Json, sign: f64) -> Result<Json, EvalError> {
    match (first.as_f64(), second.as_f64()) {
        (Some(first), Some(second)) => Ok(number_json(first + sign * second)),
        _ => Err(EvalError::Type(format!(
            "{} and {} are not two numbers; join texts by writing ${{{{ … }}}} twice",
            brief(first),
            brief(second)
        ))),
    }
}

fn element(base: &Json, index: &Json) -> Option<Json> {
    match (base, index) {
        (Json::Array(items), Json::Number(number)) => {
            let number = number.as_i64()?;
            let position = if number < 0 { number + items.len() as i64 } else { number };
            items.get(usize::try_from(position).ok()?).cloned()
        }
        (Json::Object(fields), Json::String(name)) => fields.get(name).cloned(),
        _ => None,
    }
}

/// A value short enough for an error message.
pub(super) fn brief(value: &Json) -> String {
    let text = value.to_string();
    if text.chars().count() > 40 {
        text.chars().take(40).chain("…".chars()).collect()
    } else {
        text
    }
}

fn show(expression: &Expression) -> String {
    match expression {
        Expression::Root(name) => name.clone(),
        Expression::Field(base, name) => format!("{}.{name}", show(base)),
        Expression::Index(base, _) => format!("{}[…]", show(base)),
        Expression::Each(base, _) => format!("{}[*]", show(base)),
        Expression::Call(name, _) => format!("{name}(…)"),
        _ => "(…)".to_owned(),
    }
}

fn access_text(access: &Access) -> String {
    match access {
        Access::Field(name) => format!(".{name}"),
        Access::Index(_) => "[…]".to_owned(),
        Access::Each => "[*]".to_owned(),
    }
}
