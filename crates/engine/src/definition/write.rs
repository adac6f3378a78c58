//! A checked definition back into the language: one way to say everything, in one order of
//! keys. What is written parses to the same definition again; that is also how two
//! definitions are compared.

use std::time::Duration;

use serde_json::{Map, Value as Json, json};

use super::model::{
    Action, AgentChoice, Approval, Budget, Definition, Gate, InputSpec, OnBudget, OnError,
    OnExpiry, OnFailure, Priority, Retry, Rule, StepDefinition, Task, Triggers, Wait,
};
use super::parse_step::{default_name, patience};
use crate::expression::{Expression, Template};

/// An object of which only what says something is written.
#[derive(Default)]
struct Object(Map<String, Json>);

impl Object {
    fn put(&mut self, key: &str, value: impl Into<Json>) {
        self.0.insert(key.to_owned(), value.into());
    }

    fn put_some(&mut self, key: &str, value: Option<impl Into<Json>>) {
        if let Some(value) = value {
            self.put(key, value);
        }
    }

    /// Writes what is not empty, false or null.
    fn put_full(&mut self, key: &str, value: impl Into<Json>) {
        let value = value.into();
        let is_empty = match &value {
            Json::Null | Json::Bool(false) => true,
            Json::String(text) => text.is_empty(),
            Json::Array(items) => items.is_empty(),
            Json::Object(fields) => fields.is_empty(),
            Json::Bool(true) | Json::Number(_) => false,
        };
        if !is_empty {
            self.put(key, value);
        }
    }
}

impl From<Object> for Json {
    fn from(object: Object) -> Self {
        Self::Object(object.0)
    }
}

impl Definition {
    /// The definition in the language, as a value.
    pub fn to_json(&self) -> Json {
        let mut out = Object::default();
        out.put("name", self.name.clone());
        out.put_full("description", self.description.clone());
        out.put_full("department", self.department.clone());
        out.put_full("tags", self.tags.clone());
        out.put_full("on", triggers(&self.triggers));
        let inputs = self.inputs.iter().map(|(name, spec)| (name.clone(), input(spec)));
        out.put_full("inputs", inputs.collect::<Map<_, _>>());
        out.put_full("env", self.env.clone());
        out.put_some("priority", self.priority.map(Priority::as_str));
        if let Some(group) = &self.concurrency {
            let mut fields = Object::default();
            fields.put("group", group.group.written());
            fields.put("limit", group.limit);
            fields.put_full("cancel-in-progress", group.cancel_in_progress);
            out.put("concurrency", fields);
        }
        out.put_some("max-parallel", self.max_parallel);
        out.put_some("timeout-minutes", self.timeout.map(|time| units(time, 60.0)));
        if self.on_failure == OnFailure::Rollback {
            out.put("on-failure", "rollback");
        }
        out.put_some("budget", self.budget.map(budget));
        let steps = self.steps.iter().map(|step| self.step(step));
        out.put("steps", steps.collect::<Vec<_>>());
        out.put_some("outputs", self.outputs.as_ref().map(Template::written));
        out.into()
    }

    /// One step in the language, as a value.
    pub(super) fn step(&self, step: &StepDefinition) -> Json {
        let id = |position: usize| self.steps[position].id.clone();
        let mut out = Object::default();
        out.put("id", step.id.clone());
        if step.name != default_name(&step.id) {
            out.put("name", step.name.clone());
        }
        out.put("needs", step.needs.iter().map(|need| id(*need)).collect::<Vec<_>>());
        out.put_some("if", step.when.as_ref().map(expression));
        if let Some(matrix) = &step.matrix {
            let axes = matrix.axes.iter();
            let axes: Map<_, _> =
                axes.map(|axis| (axis.name.clone(), axis.items.written())).collect();
            out.put(
                "strategy",
                json!({
                    "matrix": axes, "max-parallel": matrix.max_parallel,
                    "fail-fast": matrix.fail_fast,
                }),
            );
        }
        if let Some(repeat) = &step.repeat {
            let word = if repeat.until { "until" } else { "while" };
            let fields = [(word, expression(&repeat.condition)), ("max", repeat.max.into())];
            out.put(
                "loop",
                fields
                    .map(|(key, value)| (key.to_owned(), value))
                    .into_iter()
                    .collect::<Map<_, _>>(),
            );
        }
        self.action(&mut out, &step.action);
        if step.retry != Retry::default() {
            out.put("retry", retry(&step.retry));
        }
        if step.timeout != patience(&step.action) {
            out.put("timeout-minutes", units(step.timeout, 60.0));
        }
        match step.on_error {
            OnError::Stop => {}
            OnError::Continue => out.put("on-error", "continue"),
            OnError::SkipDependants => out.put("on-error", "skip-dependants"),
            OnError::Branch(position) => out.put("on-error", json!({ "goto": id(position) })),
        }
        out.put_some("checkpoint", step.checkpoint.clone());
        if let Some(action) = &step.compensate {
            let mut fields = Object::default();
            self.action(&mut fields, action);
            out.put("compensate", fields);
        }
        out.put_some("budget", step.budget.map(budget));
        out.put_some("min-quality-score", step.min_quality.map(number));
        out.into()
    }

    fn action(&self, out: &mut Object, action: &Action) {
        match action {
            Action::Agent { agent, task, model, tools } => {
                agent_choice(out, agent);
                match task {
                    Task::Command { command, params } => {
                        out.put("command", command.clone());
                        out.put_full("params", params.written());
                    }
                    Task::Prompt(prompt) => out.put("prompt", prompt.written()),
                }
                out.put_some("model", model.clone());
                out.put_some("tools", tools.clone());
            }
            Action::Tool { tool, with } => {
                out.put("tool", tool.clone());
                given(out, with);
            }
            Action::Workflow { workflow, with } => {
                out.put("workflow", workflow.clone());
                given(out, with);
            }
            Action::Wait(wait) => out.put("wait", written_wait(wait)),
            Action::Approval(it) => out.put("approval", approval(it)),
            Action::Gate(it) => out.put("gate", self.gate(it)),
        }
    }

    fn gate(&self, gate: &Gate) -> Json {
        let mut out = Object::default();
        out.put("if", expression(&gate.condition));
        if let Some(back) = &gate.back {
            let mut fields = Object::default();
            fields.put("goto", self.steps[back.goto].id.clone());
            fields.put("max", back.max);
            fields.put_some("feedback", back.feedback.as_ref().map(Template::written));
            fields.put_some("ask", back.ask.as_ref().map(approval));
            out.put("on-fail", fields);
        }
        out.into()
    }
}

/// A tool's input may be any value, null included; without any it is an empty object.
fn given(out: &mut Object, with: &Template) {
    let value = with.written();
    if value != json!({}) {
        out.put("with", value);
    }
}

fn expression(expression: &Expression) -> Json {
    expression.to_string().into()
}

/// A time in units of so many seconds; whole numbers stay whole.
fn units(time: Duration, unit: f64) -> Json {
    number(time.as_secs_f64() / unit)
}

fn number(number: f64) -> Json {
    if number.fract() == 0.0 { Json::from(number as i64) } else { Json::from(number) }
}

fn budget(budget: Budget) -> Json {
    let mut out = Object::default();
    out.put("usd", number(budget.cap.0 as f64 / 1e6));
    if budget.on_exceeded == OnBudget::Fail {
        out.put("on-exceeded", "fail");
    }
    out.into()
}

fn retry(retry: &Retry) -> Json {
    let mut out = Object::default();
    out.put("max-attempts", retry.max_attempts);
    out.put("first-wait-seconds", units(retry.first_wait, 1.0));
    out.put("multiplier", number(retry.multiplier));
    out.put("max-wait-seconds", units(retry.max_wait, 1.0));
    out.put("jitter", retry.jitter);
    out.put_full("on", retry.on.clone());
    out.into()
}

fn agent_choice(out: &mut Object, agent: &AgentChoice) {
    match agent {
        AgentChoice::Named(agent) => out.put("agent", agent.clone()),
        AgentChoice::Capable { capabilities, strategy, exclude } => {
            out.put("capability", capabilities.clone());
            let mut fields = Object::default();
            if *strategy != super::model::DispatchStrategy::default() {
                fields.put("strategy", serde_json::to_value(strategy).unwrap_or_default());
            }
            fields.put_full("exclude", exclude.clone());
            out.put_full("dispatch", fields);
        }
    }
}

fn written_wait(wait: &Wait) -> Json {
    let (key, value) = match wait {
        Wait::For { amount, unit_seconds: 60 } => ("minutes", amount),
        Wait::For { amount, unit_seconds: 3600 } => ("hours", amount),
        Wait::For { amount, unit_seconds: 86_400 } => ("days", amount),
        Wait::For { amount, .. } => ("seconds", amount),
        Wait::Until(moment) => ("until", moment),
        Wait::Event { name, .. } => ("event", name),
    };
    let mut out = Object::default();
    out.put(key, value.written());
    if let Wait::Event { when, .. } = wait {
        out.put_some("if", when.as_ref().map(expression));
    }
    out.into()
}

fn approval(approval: &Approval) -> Json {
    let mut out = Object::default();
    out.put_some("title", approval.title.as_ref().map(Template::written));
    out.put_some("message", approval.message.as_ref().map(Template::written));
    out.put_full("people", approval.people.clone());
    out.put_full("roles", approval.roles.clone());
    match approval.rule {
        Rule::Any => {}
        Rule::All => out.put("rule", "all"),
        Rule::Quorum(quorum) => out.put("rule", json!({ "quorum": quorum })),
    }
    out.put_some("expires-minutes", approval.expires.map(|time| units(time, 60.0)));
    match approval.on_expiry {
        OnExpiry::Fail => {}
        OnExpiry::Approve => out.put("on-expiry", "approve"),
        OnExpiry::Reject => out.put("on-expiry", "reject"),
    }
    if let Some(escalate) = &approval.escalate {
        let mut fields = Object::default();
        fields.put("after-minutes", units(escalate.after, 60.0));
        fields.put_full("people", escalate.people.clone());
        fields.put_full("roles", escalate.roles.clone());
        out.put("escalate", fields);
    }
    let form = approval.form.iter().map(|(name, field)| {
        let mut fields = Object::default();
        fields.put("type", serde_json::to_value(field.kind).unwrap_or_default());
        fields.put_full("description", field.description.clone());
        fields.put_full("required", field.required);
        fields.put_full("options", field.options.clone());
        (name.clone(), fields.into())
    });
    out.put_full("form", form.collect::<Map<_, _>>());
    out.put_full("requester-may-approve", approval.requester_may_approve);
    out.into()
}

fn input(spec: &InputSpec) -> Json {
    let mut out = Object::default();
    out.put("type", serde_json::to_value(spec.kind).unwrap_or_default());
    out.put_full("description", spec.description.clone());
    out.put_full("required", spec.required);
    out.put_some("default", spec.default.clone());
    out.put_full("options", spec.options.clone());
    out.into()
}

fn triggers(triggers: &Triggers) -> Json {
    let mut out = Object::default();
    let schedules = triggers.schedules.iter().map(|schedule| {
        let mut fields = Object::default();
        fields.put("cron", schedule.cron.clone());
        fields.put_some("timezone", schedule.timezone.clone());
        fields.put_full("inputs", schedule.inputs.clone());
        fields.into()
    });
    out.put_full("schedule", schedules.collect::<Vec<Json>>());
    let events = triggers.events.iter().map(|event| {
        let mut fields = Object::default();
        fields.put("event", event.event.clone());
        fields.put_some("if", event.when.as_ref().map(expression));
        fields.put_some("inputs", event.inputs.as_ref().map(Template::written));
        fields.into()
    });
    out.put_full("event", events.collect::<Vec<Json>>());
    out.into()
}
