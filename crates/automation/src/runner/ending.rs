//! What the end of an execution means to the ledger: calls that were under way will not be
//! heard to their end, so they are closed in the same commit.

use std::sync::Arc;

use base::{Random, Timestamp, Usage};
use engine::definition::Action;
use store::procedure::{CallContext, ProcedureError};
use store::{Error, Procedures, Tx};

use super::change::Change;
use super::sql;

/// Closes the calls of every execution that ends by these changes.
pub(super) async fn close_calls(
    tx: &mut Tx,
    procedures: &Procedures,
    changes: &[Change],
    now: Timestamp,
    random: &Arc<dyn Random>,
) -> Result<(), Error> {
    let Some(procedure) = procedures.get("close_calls") else { return Ok(()) };
    for change in changes.iter().filter(|change| has_calls(change)) {
        let context = CallContext {
            organisation: change.organisation,
            execution: Some(change.id),
            step: None,
            result: None,
            actor: "engine".to_owned(),
            model: None,
            scripted: false,
            now,
            random: random.clone(),
        };
        let input = serde_json::json!({ "execution_id": change.id });
        let usage: Usage = match procedure.call(tx, &context, input).await {
            Ok(done) => serde_json::from_value(done.output).unwrap_or_default(),
            Err(ProcedureError::Store(error)) => return Err(error),
            Err(
                ProcedureError::Invalid(message)
                | ProcedureError::NotFound(message)
                | ProcedureError::Refused { message, .. },
            ) => {
                tracing::error!(execution.id = %change.id, "the ledger refused to close calls: {message}");
                continue;
            }
        };
        if usage != Usage::default() {
            sql::add_usage(tx, change.organisation, change.id, usage).await?;
        }
    }
    Ok(())
}

/// Whether it ends an execution that may have called models.
pub(super) fn has_calls(change: &Change) -> bool {
    let mut steps = change.plan.definition().steps.iter();
    change.head.status.is_final() && steps.any(|step| matches!(step.action, Action::Agent { .. }))
}
