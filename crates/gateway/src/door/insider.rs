//! Agents and workflows that answer in place of a model.

use agent::port::{Insider, Question};
use futures::StreamExt as _;
use llm::chat::{Delta, Request};
use llm::door::{Failure, Kind};
use llm::tokens::estimate_input;
use llm::{DeltaStream, Error};

use super::Doors;
use crate::limit::Admission;
use crate::virtual_key::{Holder, KeyScope};

/// Who a name means, when it means no model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Who(Insider);

/// Who answers to this name, if it is no model's.
pub(super) fn of(model: &str) -> Option<(Who, &str)> {
    let agent = model.strip_prefix("agent:").map(|slug| (Who(Insider::Agent), slug));
    agent.or_else(|| model.strip_prefix("workflow:").map(|slug| (Who(Insider::Workflow), slug)))
}

impl Who {
    /// Whether it is an agent or a workflow.
    pub(super) const fn kind(self) -> Insider {
        self.0
    }

    /// What a key needs to ask.
    pub(super) const fn scope(self) -> KeyScope {
        match self.0 {
            Insider::Agent => KeyScope::Agents,
            Insider::Workflow => KeyScope::Workflows,
        }
    }
}

impl Doors {
    /// Asks an agent or a workflow.
    pub(super) async fn ask_insider(
        &self,
        holder: &Holder,
        (who, slug): (Who, &str),
        request: Request,
    ) -> Result<DeltaStream, Failure> {
        let Some(insiders) = &self.insiders else {
            let message = format!("nobody answers as \"{}\" on this server", request.model);
            return Err(Failure::new(Kind::NotFound, "model_not_found", message));
        };
        self.let_in_to(holder, who.0, slug).await?;
        let tokens = i64::try_from(estimate_input(&request)).unwrap_or(i64::MAX);
        // what it asks models counts for the user and the organisation when it asks them
        let pass = self.pass_key(holder, tokens).await?.map(Admission::goes);
        let question = Question {
            organisation: holder.organisation,
            user: holder.key.user_id,
            key: holder.key.id,
            project: holder.key.project.clone(),
            kind: who.0,
            slug: slug.to_owned(),
            request,
        };
        let deltas = insiders.ask(question).await.map_err(|error| failure(&error))?;
        Ok(counted(deltas, pass))
    }
}

/// Why an agent or a workflow gave no answer. The credit that it lacks is ours: a budget's.
pub(super) fn failure(error: &Error) -> Failure {
    match error {
        Error::OutOfCredit { message } => {
            Failure::new(Kind::OutOfCredit, "budget_exceeded", message.clone())
        }
        other => Failure::from(other),
    }
}

/// The pieces of an answer, whose tokens count against the limits once they are known.
fn counted(deltas: DeltaStream, pass: Option<Admission>) -> DeltaStream {
    let Some(mut pass) = pass else { return deltas };
    let count = move |delta: &Result<Delta, Error>| {
        if let Ok(Delta::Usage(usage)) = delta {
            let tokens = usage.input.saturating_add(usage.output);
            pass.used(i64::try_from(tokens).unwrap_or(i64::MAX));
        }
    };
    deltas.inspect(count).boxed()
}
