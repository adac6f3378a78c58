//! What the fields of a key may be.

use store::Tx;
use web::{Ctx, Result, Thing, invalid, unknown};

use super::KeyScope;

/// The name without spaces around it.
pub(super) fn name(text: &str) -> Result<String> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(invalid("name", "use 1 to 100 visible characters"));
    }
    Ok(name.to_owned())
}

/// A limit: for each minute, each hour or each request.
pub(crate) fn limit(field: &str, value: Option<i64>) -> Result<()> {
    if value.is_some_and(|value| !(1..=1_000_000_000).contains(&value)) {
        return Err(invalid(field, "use 1 to 1000000000, or leave it out for no limit"));
    }
    Ok(())
}

/// The models that a key may ask.
pub(crate) fn models(models: &[String]) -> Result<()> {
    if models.len() > 500 {
        return Err(invalid("models", "name at most 500; a * at the end stands for many"));
    }
    for (index, model) in models.iter().enumerate() {
        if model.is_empty() || model.len() > 200 {
            return Err(invalid(format!("models[{index}]"), "use 1 to 200 characters"));
        }
    }
    Ok(())
}

/// What a key may do.
pub(super) fn scopes(scopes: &[KeyScope]) -> Result<()> {
    if scopes.is_empty() {
        return Err(invalid("scopes", "name at least one, or leave the field out for all"));
    }
    Ok(())
}

/// The project as its feature writes its key; calls are booked under that.
pub(super) async fn project(tx: &mut Tx, ctx: &Ctx, key: &str) -> Result<String> {
    if key.is_empty() || key.len() > 100 {
        return Err(invalid("project", "use the project's key, or leave it out"));
    }
    let found = ctx.app().things.find(tx, ctx.organisation()?, Thing::Project, key).await?;
    found.ok_or_else(|| {
        let fix = "create it or leave the field out";
        unknown("project", format!("there is no project \"{key}\"; {fix}"))
    })
}
