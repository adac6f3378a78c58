//! Agents and workflows that answer in place of a model.

use agent::port::{Insider, Question};
use llm::DeltaStream;
use llm::chat::Request;
use llm::door::{Failure, Kind};

use super::Doors;
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
        let question = Question {
            organisation: holder.organisation,
            user: holder.key.user_id,
            project: holder.key.project.clone(),
            kind: who.0,
            slug: slug.to_owned(),
            request,
        };
        insiders.ask(question).await.map_err(|error| Failure::from(&error))
    }
}
