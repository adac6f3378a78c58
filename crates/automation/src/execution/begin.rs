//! Making an execution of what has been checked, whoever wants it: a person, a schedule, a
//! webhook, an event or another execution.

use base::{ExecutionId, OrganisationId, Random};
use engine::Plan;
use engine::expression::Scope;
use serde_json::Value;

use crate::runner::{Beside, Charge, Group, Link, NewExecution, Starter};
use crate::workflow::Source;

/// What an execution is made of.
pub(crate) struct Beginning {
    pub organisation: OrganisationId,
    pub id: ExecutionId,
    pub source: Source,
    /// The inputs as the workflow accepted them.
    pub inputs: Value,
    pub project: Option<String>,
    pub charge: Charge,
    pub model: Option<String>,
    /// The workflow's own when absent.
    pub priority: Option<String>,
    /// The workflow's name when absent.
    pub title: Option<String>,
    pub starter: Starter,
    /// `manual`, `api`, `schedule`, `webhook`, `event`, `retry`, …
    pub trigger: &'static str,
    pub link: Option<Box<Link>>,
    /// How many executions stand above it.
    pub depth: i64,
    /// What becomes durable together with it.
    pub beside: Option<Beside>,
    /// What becomes durable together with it, if it is new.
    pub audit: Option<Beside>,
}

impl Beginning {
    /// The execution, ready for the runner; an error when its group cannot be told.
    pub(crate) fn execution(self, random: &dyn Random) -> Result<NewExecution, String> {
        let plan = self.source.plan;
        let group = group_of(&plan, &self.inputs)?;
        let own = plan.definition().priority.unwrap_or_default();
        let mut seed = [0; 8];
        random.fill(&mut seed);
        Ok(NewExecution {
            organisation: self.organisation,
            id: self.id,
            definition: self.source.text,
            workflow_slug: self.source.slug,
            workflow_revision: self.source.revision,
            project: self.project,
            charge: self.charge,
            title: self.title.unwrap_or_else(|| self.source.name.clone()),
            workflow_name: self.source.name,
            inputs: self.inputs,
            model: self.model,
            priority: self.priority.unwrap_or_else(|| own.as_str().to_owned()),
            starter: self.starter,
            seed: u64::from_le_bytes(seed),
            trigger: self.trigger,
            parent: None,
            link: self.link,
            group,
            depth: self.depth,
            beside: self.beside,
            audit: self.audit,
            plan,
        })
    }
}

/// The concurrency group of an execution with these inputs.
pub(crate) fn group_of(plan: &Plan, inputs: &Value) -> Result<Option<Group>, String> {
    let definition = plan.definition();
    let Some(concurrency) = &definition.concurrency else { return Ok(None) };
    let scope = GroupScope { inputs, env: &definition.env };
    let name = concurrency
        .group
        .eval(&scope)
        .map_err(|error| format!("its concurrency group cannot be evaluated: {error}"))?;
    let name = match name {
        Value::String(name) => name,
        // As inside a text.
        Value::Null => String::new(),
        other => other.to_string(),
    };
    if name.trim().is_empty() {
        // Everybody whose group says nothing would wait for everybody else.
        return Err("its concurrency group is empty; look at what it reads".to_owned());
    }
    Ok(Some(Group { name, limit: concurrency.limit, cancels: concurrency.cancel_in_progress }))
}

/// What a group's name can read.
struct GroupScope<'a> {
    inputs: &'a Value,
    env: &'a Value,
}

impl Scope for GroupScope<'_> {
    fn root(&self, name: &str) -> Option<Value> {
        match name {
            "inputs" => Some(self.inputs.clone()),
            "env" => Some(self.env.clone()),
            _ => None,
        }
    }
}
