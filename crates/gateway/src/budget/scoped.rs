//! What a budget is for must be there: a typing error would make a cap that nothing ever meets.

use store::Tx;
use web::{Ctx, Result, Thing, invalid, unknown};

use super::Scope;
use crate::{Gateway, virtual_key};

/// The form of the id that a scope has.
pub(super) fn check(scope: Scope, id: &str) -> Result<()> {
    match (scope, id.trim().is_empty()) {
        (Scope::Organisation, false) => {
            Err(invalid("scope_id", "leave it out: there is one organisation"))
        }
        (Scope::Organisation, true) => Ok(()),
        (_, true) => Err(invalid("scope_id", format!("name the {scope} that the budget is for"))),
        (_, false) if id.len() > 200 => Err(invalid("scope_id", "use at most 200 characters")),
        (Scope::Step, false) if !id.contains('/') => {
            Err(invalid("scope_id", "write the execution's id, a slash and the step"))
        }
        (_, false) => Ok(()),
    }
}

/// The id as the scope's own feature writes it, under which calls are booked. Departments
/// and sprints are names that nobody keeps, so any may be capped; a step is taken as given
/// in an execution that must be there.
pub(super) async fn find(
    tx: &mut Tx,
    ctx: &Ctx,
    gateway: &Gateway,
    scope: Scope,
    id: &str,
) -> Result<String> {
    let organisation = ctx.organisation()?;
    let things = &ctx.app().things;
    let found = match scope {
        Scope::Organisation | Scope::Department | Scope::Sprint => Some(id.to_owned()),
        Scope::Project => things.find(tx, organisation, Thing::Project, id).await?,
        Scope::Epic => things.find(tx, organisation, Thing::Epic, id).await?,
        Scope::Item => things.find(tx, organisation, Thing::WorkItem, id).await?,
        Scope::Execution => things.find(tx, organisation, Thing::Execution, id).await?,
        Scope::Step => {
            let (execution, step) = id.split_once('/').unwrap_or((id, ""));
            let found = things.find(tx, organisation, Thing::Execution, execution).await?;
            found.map(|execution| format!("{execution}/{step}"))
        }
        Scope::User => things.find(tx, organisation, Thing::User, id).await?,
        Scope::Key => virtual_key::find(tx, organisation, id).await?,
        Scope::Provider => gateway.picture(organisation).platform(id).map(|_| id.to_owned()),
    };
    found.ok_or_else(|| {
        let fix = "create it first, or name one that is there";
        unknown("scope_id", format!("there is no {scope} \"{id}\"; {fix}"))
    })
}
