//! Agents and workflows that answer in place of a model.

use agent::port::{Insider, Question};
use llm::DeltaStream;
use llm::chat::Request;
use llm::door::{Failure, Kind};
use llm::tokens::estimate_input;

use super::quote::subjects;
use super::{Doors, Part, failure};
use crate::budget::{Scope, target};
use crate::limit::Pass;
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
    /// Lets a question pass the limits of its key, user and organisation.
    async fn pass_insider(
        &self,
        holder: &Holder,
        request: &Request,
    ) -> Result<Option<Pass>, Failure> {
        if !self.does(Part::Limits) {
            return Ok(None);
        }
        let set = self.limits.set(holder.organisation).await;
        let set = set.map_err(|error| failure::store(&error))?;
        let tokens = i64::try_from(estimate_input(request)).unwrap_or(i64::MAX);
        let passed = self.limits.pass(holder.organisation, &subjects(holder, &set), tokens).await;
        passed.map_err(|reached| failure::too_much(&reached))
    }

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
        let _pass = self.pass_insider(holder, &request).await?;
        let key = [target(Scope::Key, &holder.key.id.to_string())];
        let key: Vec<&str> = key.iter().map(String::as_str).collect();
        let has_budget = self.bank.is_limited(holder.organisation, &key).await;
        if has_budget.map_err(|refusal| failure::refused(&refusal))? {
            // the calls of an execution are booked on its user and project, not on a key
            return Err(failure::forbidden(
                "model_not_allowed",
                "a key with a budget of its own may ask models only; put the budget on its user or project",
            ));
        }
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
