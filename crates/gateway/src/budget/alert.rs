//! Alerts at 80, 90 and 100 percent of a cap, each once in a period.

use base::{BudgetId, OrganisationId, Timestamp};
use serde_json::json;
use store::outbox::{self, Draft};
use store::{Result, Tx};

use super::{Budget, Scope, TOPIC, sql};

const LEVELS: [i64; 3] = [80, 90, 100];

/// Looks at a budget on which something was just spent, and tells of each level that it
/// has reached for the first time in this period.
pub(super) async fn spent(
    tx: &mut Tx,
    organisation: OrganisationId,
    id: BudgetId,
    now: Timestamp,
) -> Result<()> {
    let Some(budget) = sql::find(tx, organisation, id).await? else { return Ok(()) };
    let drafts: Vec<Draft> =
        due(&budget).into_iter().map(|percent| draft(&budget, percent)).collect();
    let Some(highest) = due(&budget).last().copied() else { return Ok(()) };
    if sql::alerted(tx, organisation, id, highest).await? {
        outbox::append(tx, organisation, &drafts, now).await?;
    }
    Ok(())
}

/// The levels that are reached and were not told of.
fn due(budget: &Budget) -> Vec<i64> {
    let spent = i128::from(budget.spent_micros.0) * 100;
    let reached = |percent: &i64| {
        *percent > budget.alerted_percent
            && spent >= i128::from(budget.cap_micros.0) * i128::from(*percent)
    };
    LEVELS.into_iter().filter(reached).collect()
}

fn draft(budget: &Budget, percent: i64) -> Draft {
    Draft {
        topic: TOPIC.to_owned(),
        kind: "budget.alert",
        body: json!({
            "budget_id": budget.id, "scope": budget.scope, "scope_id": budget.scope_id,
            "period": budget.period, "percent": percent, "cap_micros": budget.cap_micros,
            "spent_micros": budget.spent_micros, "project": project(budget),
        }),
    }
}

/// The key of the project that a budget is about, if it is about one: those who work for it
/// hear of it.
fn project(budget: &Budget) -> Option<&str> {
    match budget.scope {
        Scope::Project => Some(&budget.scope_id),
        // An item's key begins with its project's.
        Scope::Epic | Scope::Item => budget.scope_id.rsplit_once('-').map(|(project, _)| project),
        Scope::Organisation
        | Scope::Department
        | Scope::Sprint
        | Scope::Execution
        | Scope::Step
        | Scope::User
        | Scope::Key
        | Scope::Provider => None,
    }
}

#[cfg(test)]
mod tests {
    use base::Micros;

    use super::super::{OnExceeded, Period};
    use super::*;

    fn budget(spent: i64, alerted_percent: i64) -> Budget {
        Budget {
            id: BudgetId::from_u128(1),
            scope: Scope::Organisation,
            scope_id: String::new(),
            scope_name: None,
            period: Period::Day,
            cap_micros: Micros(1_000),
            on_exceeded: OnExceeded::Stop,
            is_active: true,
            spent_micros: Micros(spent),
            reserved_micros: Micros::ZERO,
            period_at: Timestamp::EPOCH,
            alerted_percent,
            version: 1,
            created_at: Timestamp::EPOCH,
            updated_at: Timestamp::EPOCH,
        }
    }

    #[test]
    fn an_alert_says_which_project_it_is_about() {
        let check = |scope: Scope, scope_id: &str, expected: Option<&str>| {
            let about = Budget { scope, scope_id: scope_id.to_owned(), ..budget(800, 0) };
            assert_eq!(draft(&about, 80).body["project"], json!(expected), "{scope_id}");
        };
        check(Scope::Project, "DEMO", Some("DEMO"));
        check(Scope::Item, "DEMO-12", Some("DEMO"));
        check(Scope::Epic, "DEMO-1", Some("DEMO"));
        check(Scope::Department, "two-words", None);
        check(Scope::Organisation, "", None);
    }

    #[test]
    fn each_level_is_due_once() {
        let check = |spent: i64, alerted: i64, expected: &[i64]| {
            assert_eq!(due(&budget(spent, alerted)), expected, "{spent} {alerted}");
        };
        check(799, 0, &[]);
        check(800, 0, &[80]);
        check(800, 80, &[]);
        check(950, 0, &[80, 90]);
        check(1_000, 90, &[100]);
        check(1_200, 100, &[]);
    }
}
