//! Asking the dispatcher for an agent. What it chose is recorded before the agent begins.

use std::collections::HashMap;

use base::ExecutionId;
use engine::definition::Priority;
use engine::{AttemptKey, Failure};

use super::handle::{Choice, Message};
use super::machine::Machine;
use super::perform::{Desk, Stopped, until_ended};
use crate::dispatch::{Candidate, History, choose, read};

pub(super) use crate::dispatch::Wanted;

impl Machine {
    pub(super) fn choose_agent(&mut self, id: ExecutionId, key: AttemptKey, wanted: Wanted) {
        let Some(live) = self.live.get(&id) else { return };
        let agents = self.dependencies.library.agents().map(|agent| Candidate {
            slug: agent.slug.clone(),
            capabilities: agent.capabilities.clone(),
            load: self.slots.load(&agent.slug),
            most: self.slots.most(),
            history: History::default(),
        });
        let agents: Vec<Candidate> = agents.collect();
        let priority = match live.priority.as_str() {
            "critical" => Priority::Critical,
            "high" => Priority::High,
            "low" => Priority::Low,
            _ => Priority::Medium,
        };
        let (organisation, step) = (live.organisation, live.step_id(key));
        let (desk, task) = (self.desk(), self.task(id, key));
        self.app.spawn(async move {
            let choice = async {
                let mut agents = agents;
                let histories = until_ended(id, &step, || histories(&desk, organisation)).await?;
                for agent in &mut agents {
                    if let Some(history) = histories.get(&agent.slug) {
                        agent.history = *history;
                    }
                }
                let chosen = choose(&agents, &wanted, priority).ok_or_else(|| nobody(&wanted))?;
                Ok(Choice { agent: chosen.agent, explanation: chosen.explanation })
            };
            tokio::select! {
                biased;
                () = task.cancelled() => {}
                choice = choice => desk.handle.tell(Message::Chosen { id, key, choice }).await,
            }
        });
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
