//! Asking the dispatcher for an agent. What it chose is recorded before the agent begins.

use std::collections::HashMap;

use agent::Agent;
use base::ExecutionId;
use engine::definition::Priority;
use engine::{AttemptKey, Failure, Input};

use super::handle::Message;
use super::machine::Machine;
use super::perform::{Desk, Stopped, until_ended};
use crate::dispatch::{Candidate, Choice, History, choose, read};

pub(super) use crate::dispatch::Wanted;

impl Machine {
    /// Reads what agents have done so far, so that one can be chosen.
    pub(super) fn choose_agent(&mut self, id: ExecutionId, key: AttemptKey, wanted: Wanted) {
        let Some(live) = self.live.get(&id) else { return };
        let (organisation, step) = (live.organisation, live.step_id(key));
        let (desk, task) = (self.desk(), self.task(id, key));
        self.app.spawn(async move {
            tokio::select! {
                biased;
                () = task.cancelled() => {}
                histories = until_ended(id, &step, || histories(&desk, organisation)) => {
                    desk.handle.tell(Message::Histories { id, key, wanted, histories }).await;
                }
            }
        });
    }

    /// Chooses an agent, and keeps a place of its for the attempt: who is chosen next sees it.
    pub(super) fn chosen(
        &mut self,
        id: ExecutionId,
        key: AttemptKey,
        wanted: &Wanted,
        histories: Result<HashMap<String, History>, Failure>,
    ) -> Input {
        let choice = histories.and_then(|histories| {
            let candidates = self.candidates(id, key, &histories);
            choose(&candidates, wanted, self.urgency(id)).ok_or_else(|| nobody(wanted))
        });
        match choice {
            Ok(Choice { agent, explanation }) => {
                if self.live.get(&id).is_some_and(|live| live.state.is_running(key)) {
                    self.slots.promise((id, key), &agent);
                }
                Input::AgentChosen { key, agent, explanation }
            }
            Err(failure) => Input::AttemptFailed { key, failure },
        }
    }

    fn candidates(
        &self,
        id: ExecutionId,
        key: AttemptKey,
        histories: &HashMap<String, History>,
    ) -> Vec<Candidate> {
        let Some(live) = self.live.get(&id) else { return Vec::new() };
        let (models, wanted) = (&self.dependencies.models, live.model_of(key));
        let user = live.payer(key).user;
        let is_down = |agent: &Agent| {
            let model = wanted.or_else(|| agent.model.prefer.first().map(String::as_str));
            models.is_down(live.organisation, user, model)
        };
        let agents = self.dependencies.library.agents().map(|agent| Candidate {
            is_down: is_down(agent),
            slug: agent.slug.clone(),
            capabilities: agent.capabilities.clone(),
            load: self.slots.load(&agent.slug),
            most: self.slots.most(),
            history: histories.get(&agent.slug).copied().unwrap_or_default(),
        });
        agents.collect()
    }

    fn urgency(&self, id: ExecutionId) -> Priority {
        match self.live.get(&id).map_or("", |live| live.priority.as_str()) {
            "critical" => Priority::Critical,
            "high" => Priority::High,
            "low" => Priority::Low,
            _ => Priority::Medium,
        }
    }
}

async fn histories(
    desk: &Desk,
    organisation: base::OrganisationId,
) -> Result<HashMap<String, History>, Stopped> {
    let mut tx = desk.app.db.read().await?;
    Ok(read(&mut tx, organisation).await?)
}

fn nobody(wanted: &Wanted) -> Failure {
    let wants = wanted.capabilities.join(", ");
    let message = if wanted.exclude.is_empty() {
        format!("no agent can do {wants}; add one with these capabilities")
    } else {
        format!("no other agent can do {wants}; {} were excluded", wanted.exclude.join(", "))
    };
    Failure::permanent("no_agent", message)
}
