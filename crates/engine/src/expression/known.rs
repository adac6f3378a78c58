//! What an expression reads of that is known before the rest is.

use serde_json::{Map, Value as Json};

use super::ast::Expression;
use super::eval::{EvalError, Scope};
use super::fuel::Fuel;

impl Expression {
    /// The values that it reads, as a scope of their own, but for those of one root name
    /// that are known later. A path that leads nowhere is left out, so that it leads nowhere
    /// in that scope as well.
    pub fn known(&self, scope: &dyn Scope, later: &str) -> Result<Json, EvalError> {
        let mut known = Json::Object(Map::new());
        let mut fuel = Fuel::full();
        for path in self.paths() {
            let Some((root, fields)) = path.split_first() else { continue };
            if root == later {
                continue;
            }
            let read = fields.iter().fold(Self::Root(root.clone()), |base, name| {
                Self::Field(Box::new(base), name.clone())
            });
            match read.eval_with(scope, &mut fuel) {
                Ok(value) => put(&mut known, &path, value),
                Err(EvalError::Missing(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(known)
    }
}

/// Puts a value where a path leads to. What is no object stands there for longer paths, too.
fn put(place: &mut Json, path: &[String], value: Json) {
    match (path.split_first(), place) {
        (None, place) => *place = value,
        (Some((name, rest)), Json::Object(fields)) => {
            let next = fields.entry(name.clone()).or_insert_with(|| Json::Object(Map::new()));
            put(next, rest, value);
        }
        (Some(_), _) => {}
    }
}
