//! Carrying out orders, once the facts that gave them are durable.

use base::ExecutionId;
use engine::{AgentOrder, AttemptKey, Effect, Failure, Input, Order};
use serde_json::Value as Json;

use super::dispatch;
use super::handle::{Message, ResultNote};
use super::machine::Machine;
use super::perform::{self, Assignment, Payer, ToolCall};

/// The tool whose output is its input: for shaping values between steps, and for measuring.
pub(crate) const SET: &str = "set";
/// The tool that calls an address that the configuration allows.
pub(crate) const HTTP: &str = "http";

impl Machine {
    pub(super) fn carry_out(&mut self, id: ExecutionId, effect: Effect) {
        if let Effect::StartAttempt { key, .. } | Effect::ChooseAgent { key, .. } = &effect {
            if self.live.get(&id).is_some_and(|live| live.state.is_held(*key)) {
                return self.suspects.hold(id, *key, effect);
            }
            // Another execution's work needs no place of this one.
            let is_own =
                !matches!(&effect, Effect::StartAttempt { order: Order::Workflow { .. }, .. });
            if is_own && self.queue.rests(id) {
                return self.postpone(id, effect, self.app.now());
            }
        }
        match effect {
            Effect::WakeAt(_) => {}
            Effect::CancelAttempt { key } => self.stop_attempt(id, key),
            Effect::ChooseAgent { key, capabilities, strategy, exclude } => {
                let wanted = dispatch::Wanted { capabilities, strategy, exclude };
                self.choose_agent(id, key, wanted);
            }
            Effect::StartAttempt { key, order: Order::Tool { tool, with } } => {
                self.start_tool(id, key, tool, with);
            }
            Effect::StartAttempt { key, order: Order::Agent(order) } => {
                if let Some(order) = self.slots.take((id, key), order) {
                    self.start_agent(id, key, *order);
                }
            }
            Effect::StartAttempt { key, order: Order::Workflow { workflow, inputs } } => {
                self.start_child(id, key, workflow, inputs);
            }
        }
    }

    fn start_tool(&mut self, id: ExecutionId, key: AttemptKey, tool: String, with: Json) {
        match tool.as_str() {
            SET => {
                let note = Box::new(ResultNote::default());
                self.local.push(Message::Completed { id, key, output: with, note });
            }
            HTTP => {
                let Some(live) = self.live.get_mut(&id) else { return };
                let call = ToolCall { execution: id, step: live.step_id(key), key, with };
                let (desk, task) = (self.desk(), self.task(id, key));
                self.app.spawn(async move {
                    tokio::select! {
                        biased;
                        () = task.cancelled() => {}
                        () = perform::http(&desk, &call) => {}
                    }
                });
            }
            _ => self.procedures.push_back((id, key, tool, with)),
        }
    }

    fn start_agent(&mut self, id: ExecutionId, key: AttemptKey, order: AgentOrder) {
        let agent = self.dependencies.library.agent(&order.agent);
        let department = agent.and_then(|agent| agent.department.clone());
        let Some(live) = self.live.get_mut(&id) else { return };
        let payer = Payer { department, ..live.payer(key) };
        let assignment = Assignment {
            organisation: live.organisation,
            execution: id,
            step: live.step_id(key),
            key,
            agent: order.agent,
            task: order.task,
            tools: order.tools,
            model: order.model.or_else(|| live.model.clone()),
            payer,
            lease: self.lease.clone(),
        };
        let (desk, task) = (self.desk(), self.task(id, key));
        self.app.spawn(async move {
            tokio::select! {
                biased;
                () = task.cancelled() => {}
                () = perform::agent(&desk, &assignment) => {}
            }
        });
    }

    /// The attempt is over: what works on it stops, and its agent is free for the next one.
    pub(super) fn stop_attempt(&mut self, id: ExecutionId, key: AttemptKey) {
        if let Some(task) = self.live.get_mut(&id).and_then(|live| live.tasks.remove(&key)) {
            task.cancel();
        }
        self.cancel_child(id, key);
        self.free_agent(id, key);
    }

    pub(super) fn free_agent(&mut self, id: ExecutionId, key: AttemptKey) {
        let live = &self.live;
        let is_wanted = |(id, key): (ExecutionId, AttemptKey)| {
            live.get(&id).is_some_and(|live| live.state.is_running(key))
        };
        if let Some(((next, key), order)) = self.slots.give_back((id, key), is_wanted) {
            let now = self.app.now();
            self.advance(next, Input::AttemptBegan { key }, None, now);
            self.start_agent(next, key, *order);
        }
    }

    pub(super) fn fail(&mut self, id: ExecutionId, key: AttemptKey, failure: Failure) {
        self.local.push(Message::Failed { id, key, failure });
    }
}
