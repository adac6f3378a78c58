//! What an attempt is to do, with its expressions evaluated. It reads nothing but the
//! inputs and the steps that it waited for, so it is the same after a restart.

use super::advance::Advance;
use crate::definition::{Action, AgentChoice, Task};
use crate::execution::{AgentOrder, AgentTask, Failure, StepScope};
use crate::expression::{EvalError, Template};
use crate::{AttemptKey, InstanceState, Order};

impl Advance<'_> {
    /// What an attempt's expressions can read.
    pub(super) fn scope(&self, key: AttemptKey) -> StepScope<'_> {
        StepScope::of(self.plan, self.state, key)
    }

    /// The order of an attempt at an agent's, a tool's or a workflow's work.
    pub(super) fn order(&self, key: AttemptKey) -> Result<Order, Failure> {
        let scope = self.scope(key);
        let eval = |template: &Template| {
            template.eval(&scope).map_err(|error| expression_failure("its parameters", &error))
        };
        match &self.plan.step(key.step).action {
            Action::Agent { agent, task, model, tools } => {
                let agent = match agent {
                    AgentChoice::Named(agent) => agent.clone(),
                    AgentChoice::Capable { .. } => self.chosen(key)?,
                };
                let task = match task {
                    Task::Command { command, params } => {
                        AgentTask::Command { command: command.clone(), params: eval(params)? }
                    }
                    Task::Prompt(prompt) => {
                        AgentTask::Prompt(self.said(key, prompt, "its prompt")?)
                    }
                };
                let (model, tools) = (model.clone(), tools.clone());
                Ok(Order::Agent(Box::new(AgentOrder { agent, task, model, tools })))
            }
            Action::Tool { tool, with } => {
                Ok(Order::Tool { tool: tool.clone(), with: eval(with)? })
            }
            Action::Workflow { workflow, with } => {
                Ok(Order::Workflow { workflow: workflow.clone(), inputs: eval(with)? })
            }
            Action::Wait(_) | Action::Approval(_) | Action::Gate(_) => {
                Err(Failure::permanent("no_order", "nothing is to be done for it"))
            }
        }
    }

    fn chosen(&self, key: AttemptKey) -> Result<String, Failure> {
        let instance = self.state.instance(key.step, key.instance);
        let chosen = instance.and_then(InstanceState::chosen).map(str::to_owned);
        chosen.ok_or_else(|| Failure::permanent("no_agent", "no agent was chosen for it"))
    }

    /// Whether a step's condition holds.
    pub(super) fn condition(&self, step: usize) -> Result<bool, Failure> {
        let Some(when) = &self.plan.step(step).when else { return Ok(true) };
        let scope = StepScope::step(self.plan, self.state, step);
        when.is_true(&scope).map_err(|error| expression_failure("its condition", &error))
    }
}

pub(super) fn expression_failure(place: &str, error: &EvalError) -> Failure {
    Failure::permanent("expression", format!("{place} cannot be evaluated: {error}"))
}
