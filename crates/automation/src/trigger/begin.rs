//! Starting an execution when nobody waits for the answer: what cannot start is told where
//! the trigger is shown, and what cannot start now is tried again.

use base::{ExecutionId, OrganisationId};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use web::App;

use crate::Automation;
use crate::execution::{Beginning, check_model};
use crate::runner::{Beside, Charge, StartError, Starter};
use crate::workflow::find;

/// How many executions may stand above one another, by steps or by events.
pub(crate) const DEEPEST: i64 = 8;

/// An execution that a trigger wants.
pub(crate) struct Start {
    pub organisation: OrganisationId,
    /// Always the same for the same cause, so that it is made once.
    pub id: ExecutionId,
    /// The workflow's slug.
    pub workflow: String,
    pub inputs: Json,
    pub project: Option<String>,
    pub priority: Option<String>,
    pub starter: Starter,
    /// `schedule`, `webhook` or `event`.
    pub trigger: &'static str,
    /// How many executions stand above it.
    pub depth: i64,
    /// What becomes durable together with it.
    pub beside: Beside,
    /// The line of the audit log, where a person starts it; durable with it, if it is new.
    pub audit: Option<Beside>,
}

/// Why an execution was not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It cannot be made as things are.
    Never(String),
    /// It can be made later.
    NotNow(String),
}

/// The id of the execution of a cause.
pub(crate) fn execution_id(cause: &[&str]) -> ExecutionId {
    let digest = Sha256::digest(cause.join("\u{1f}").as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    ExecutionId::from_u128(u128::from_be_bytes(bytes) >> 1)
}

/// Makes an execution; `false` when it was made before. It is durable, with what stands
/// beside it, when this returns.
pub(crate) async fn start(
    automation: &Automation,
    app: &App,
    start: Start,
) -> Result<bool, Refusal> {
    let refused = |error: web::Error| match error.status().as_u16() {
        503 | 507 => Refusal::NotNow(error.detail().to_owned()),
        _ => Refusal::Never(error.detail().to_owned()),
    };
    let lost = |error: store::Error| Refusal::NotNow(error.to_string());
    if start.depth > DEEPEST {
        return Err(Refusal::Never(format!(
            "it would be the {}th execution in a chain of events; let fewer workflows start one another",
            start.depth + 1
        )));
    }
    let mut tx = app.db.read().await.map_err(lost)?;
    let found = find(automation, &mut tx, start.organisation, &start.workflow).await;
    drop(tx);
    let source = found.map_err(refused)?;
    let inputs = source.plan.definition().accept_inputs(&start.inputs).map_err(|problems| {
        let all: Vec<String> = problems
            .iter()
            .map(|problem| format!("{} {}", problem.field, problem.message))
            .collect();
        Refusal::Never(all.join("; "))
    })?;
    check_model(automation, start.organisation, &source.plan, None).map_err(refused)?;
    let beginning = Beginning {
        organisation: start.organisation,
        id: start.id,
        source,
        inputs,
        project: start.project,
        charge: Charge::default(),
        model: None,
        priority: start.priority,
        title: None,
        starter: start.starter,
        trigger: start.trigger,
        link: None,
        depth: start.depth,
        beside: Some(start.beside),
        audit: start.audit,
    };
    let new = beginning.execution(app.random.as_ref()).map_err(Refusal::Never)?;
    match automation.runner.create(new).await {
        Ok(_) => Ok(true),
        Err(StartError::Exists) => Ok(false),
        Err(error @ StartError::Circle(_)) => Err(Refusal::Never(error.to_string())),
        Err(error @ (StartError::Full(_) | StartError::Unavailable(_))) => {
            Err(Refusal::NotNow(error.to_string()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_has_one_execution() {
        assert_eq!(execution_id(&["a", "1"]), execution_id(&["a", "1"]));
        assert_ne!(execution_id(&["a", "1"]), execution_id(&["a", "2"]));
        assert_ne!(execution_id(&["a", "11"]), execution_id(&["a1", "1"]));
    }
}
