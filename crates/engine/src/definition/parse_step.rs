//! One step of a definition: when it runs, how often, and what its failure means.

use std::time::Duration;

use super::design::Mapping;
use super::keys::{LOOP, STRATEGY};
use super::model::{Action, Axis, Matrix, OnError, Repeat, Retry, StepDefinition, Wait};
use super::parse::{Defaults, is_name};
use super::parse_flow::{Flow, Outline};
use super::problem::brief;
use super::reader::{Fields, MAX_MINUTES, Reader, Reads, Wants};
use super::tree::{Field, Node, Value};
use crate::expression::{Kind, Template};

/// How long an attempt of an agent may take when nothing else is said.
const AGENT_TIMEOUT: Duration = Duration::from_secs(30 * 60);
/// How long an attempt of a tool may take when nothing else is said (catalogue 5.7).
const TOOL_TIMEOUT: Duration = Duration::from_secs(300);
/// How long people, events and other workflows may take when nothing else is said.
const PATIENCE: Duration = Duration::from_secs(MAX_MINUTES as u64 * 60);
/// How many instances of a fan-out run at the same time when nothing else is said.
pub(super) const MAX_PARALLEL: usize = 16;
/// How many rounds a loop makes when nothing else is said.
pub(super) const MAX_ROUNDS: u32 = 10;

/// How long an attempt may take when nothing else is said.
pub(super) const fn patience(action: &Action) -> Duration {
    match action {
        Action::Agent { .. } => AGENT_TIMEOUT,
        Action::Tool { .. } => TOOL_TIMEOUT,
        Action::Workflow { .. } | Action::Wait(_) | Action::Approval(_) | Action::Gate(_) => {
            PATIENCE
        }
    }
}

impl Reader {
    pub(super) fn read_step(
        &mut self,
        position: usize,
        flow: &Flow<'_>,
        defaults: &Defaults,
    ) -> StepDefinition {
        let outline = &flow.outlines[position];
        let Outline { id, fields, .. } = outline;
        let when = fields.get("if");
        let when = when.and_then(|node| self.expression(node, "if", Reads::Once(position)));
        let matrix = fields.get("strategy").and_then(|node| self.matrix(position, node));
        let repeat = fields.get("loop").and_then(|node| self.repeat(position, node));
        let action = self.step_action(position, flow, defaults);
        self.check_company(*fields, &action);
        self.check_rounds(*fields, &action);
        self.output_mapping(*fields, Mapping { position, flow });
        let name = fields.get("name").and_then(|node| self.text(node));
        let retry = fields.get("retry").map(|node| self.retry(node));
        StepDefinition {
            name: name.unwrap_or_else(|| default_name(id)),
            needs: outline.needs.clone(),
            when,
            matrix,
            repeat,
            retry: retry.or_else(|| self.default_retry(&action, defaults)).unwrap_or_default(),
            timeout: self.timeout(*fields, &action, defaults),
            on_error: self.on_error(outline),
            error_of: outline.error_of.clone(),
            checkpoint: fields.get("checkpoint").and_then(|node| self.checkpoint(id, node)),
            compensate: fields.get("compensate").map(|node| self.compensation(position, node)),
            budget: fields.get("budget").and_then(|node| self.budget(node)),
            min_quality: fields
                .get("min-quality-score")
                .and_then(|node| self.between(node, "min-quality-score", 0.0, 10.0)),
            action,
            id: id.clone(),
            line: fields.place.line,
            column: fields.place.column,
        }
    }

    /// What does not go together with what the step does.
    fn check_company(&mut self, fields: Fields<'_>, action: &Action) {
        let (what, wrong): (&str, &[&str]) = match action {
            Action::Agent { .. } | Action::Tool { .. } => return,
            // Its calls of models are those of another execution.
            Action::Workflow { .. } => ("a sub-workflow", &["budget"]),
            Action::Wait(Wait::Event { .. }) => {
                ("a wait", &["min-quality-score", "output_mapping", "budget"])
            }
            Action::Wait(Wait::For { .. } | Wait::Until(_)) => (
                "a wait",
                &[
                    "min-quality-score",
                    "output_mapping",
                    "budget",
                    "timeout-minutes",
                    "timeout_seconds",
                ],
            ),
            Action::Approval(_) => (
                "an approval",
                &[
                    "min-quality-score",
                    "loop",
                    "budget",
                    "retry",
                    "timeout-minutes",
                    "timeout_seconds",
                ],
            ),
            Action::Gate(_) => (
                "a gate",
                &[
                    "min-quality-score",
                    "loop",
                    "strategy",
                    "budget",
                    "retry",
                    "timeout-minutes",
                    "timeout_seconds",
                ],
            ),
        };
        let keys = fields.keys().filter(|(key, _)| wrong.contains(key));
        for (key, place) in keys {
            let message = format!("\"{key}\" has no meaning for {what}");
            let fix = if matches!(action, Action::Workflow { .. }) {
                "write it in that workflow"
            } else if matches!(action, Action::Approval(_)) && key.starts_with("timeout") {
                "write \"expires-minutes\" in the approval"
            } else {
                "take it out, or put it on a step that does work"
            };
            self.at(place, message, fix);
        }
    }

    /// A fan-out's elements and a loop's rounds are the same instances, so a step has one of them.
    fn check_rounds(&mut self, fields: Fields<'_>, action: &Action) {
        // Approvals and gates have no rounds anyway.
        if matches!(action, Action::Approval(_) | Action::Gate(_)) {
            return;
        }
        let repeat = fields.keys().find(|(key, _)| *key == "loop");
        if let (Some((_, place)), Some(_)) = (repeat, fields.get("strategy")) {
            let message = "has both \"strategy\" and \"loop\"";
            self.at(place, message, "let each element start a workflow whose step loops");
        }
    }

    /// Defaults are about work: people and conditions are not asked again.
    #[allow(clippy::unused_self, reason = "it stands beside what reads a step's own retry")]
    fn default_retry(&self, action: &Action, defaults: &Defaults) -> Option<Retry> {
        match action {
            Action::Agent { .. } | Action::Tool { .. } | Action::Workflow { .. } => {
                defaults.retry.clone()
            }
            Action::Wait(_) | Action::Approval(_) | Action::Gate(_) => None,
        }
    }

    fn timeout(&mut self, fields: Fields<'_>, action: &Action, defaults: &Defaults) -> Duration {
        let given = match self.either(fields, &["timeout-minutes", "timeout_seconds"]) {
            Some(node) if fields.get("timeout-minutes").is_some() => {
                self.minutes(node, "timeout-minutes")
            }
            Some(node) => self.duration(node, "timeout_seconds", 1.0),
            None => None,
        };
        let works = matches!(action, Action::Agent { .. } | Action::Tool { .. });
        let default = defaults.timeout.filter(|_| works);
        given.or(default).unwrap_or_else(|| patience(action))
    }

    fn on_error(&mut self, outline: &Outline<'_>) -> OnError {
        let fields = outline.fields;
        let continues = fields.get("continue-on-error");
        let continues = continues.and_then(|node| self.boolean(node)).unwrap_or_default();
        let Some(node) = fields.get("on-error") else {
            return if continues { OnError::Continue } else { OnError::Stop };
        };
        let on_error = match (&node.value, outline.branch) {
            (Value::Map(_), Some(position)) => OnError::Branch(position),
            (Value::Map(_), None) => OnError::Stop,
            _ => {
                let words = &[
                    ("stop", OnError::Stop),
                    ("continue", OnError::Continue),
                    ("skip-dependants", OnError::SkipDependants),
                ];
                self.word(node, words).unwrap_or_default()
            }
        };
        if continues && on_error != OnError::Continue {
            let message = "\"continue-on-error\" says something else than \"on-error\"";
            self.at(node.place, message, "keep one of them");
        }
        on_error
    }

    /// `true`, or a name.
    fn checkpoint(&mut self, id: &str, node: &Node) -> Option<String> {
        match node.value {
            Value::Boolean(true) => Some(id.to_owned()),
            Value::Boolean(false) => None,
            Value::Text(_) => self.name(node),
            _ => {
                self.wanted(node, "true or a name");
                None
            }
        }
    }

    fn matrix(&mut self, position: usize, node: &Node) -> Option<Matrix> {
        let fields = self.fields(node, &STRATEGY)?;
        let max_parallel = fields.get("max-parallel");
        let max_parallel = max_parallel.and_then(|node| self.count(node, "max-parallel", 1..=1000));
        let fail_fast = fields.get("fail-fast").and_then(|node| self.boolean(node));
        let Some(matrix) = fields.get("matrix") else {
            self.at(node.place, "the key \"matrix\" is missing", "add \"matrix: …\"");
            return None;
        };
        let Value::Map(axes) = &matrix.value else {
            self.wanted(matrix, "keys with values (\"key: value\")");
            return None;
        };
        if axes.is_empty() {
            let fix = "write a name with a list, like \"matrix: {item: [1, 2]}\"";
            self.at(matrix.place, "the matrix has no list", fix);
            return None;
        }
        let axes: Vec<_> = axes.iter().map(|axis| self.axis(position, axis)).collect();
        Some(Matrix {
            axes: axes.into_iter().collect::<Option<_>>()?,
            max_parallel: max_parallel.map_or(MAX_PARALLEL, |count| count as usize),
            fail_fast: fail_fast.unwrap_or(true),
        })
    }

    fn axis(&mut self, position: usize, axis: &Field) -> Option<Axis> {
        let name = &axis.key;
        if !is_name(name) {
            let message = format!("a matrix cannot be called \"{}\"", brief(name));
            self.at(axis.place, message, "use letters, digits, _ and -, and a letter first");
        }
        let items = self.template_of(&axis.node, Reads::Once(position), Wants::List)?;
        let may_be_list = match &items {
            Template::Constant(value) => value.is_array(),
            Template::Whole(_) | Template::List(_) => true,
            Template::Text(_) | Template::Object(_) => false,
        };
        if !may_be_list {
            let fix = "write a list, or one expression that gives a list";
            self.at(axis.node.place, format!("\"matrix.{}\" is not a list", brief(name)), fix);
            return None;
        }
        Some(Axis { name: name.clone(), items })
    }

    fn repeat(&mut self, position: usize, node: &Node) -> Option<Repeat> {
        let fields = self.fields(node, &LOOP)?;
        let max = fields.get("max").and_then(|node| self.count(node, "max", 1..=1000));
        let until = fields.get("until");
        let (condition, until) = match (until, fields.get("while")) {
            (Some(condition), None) => (condition, true),
            (None, Some(condition)) => (condition, false),
            (both, _) => {
                let what = if both.is_some() { "both" } else { "neither" };
                let message = format!("the loop has {what} \"until\" and \"while\"");
                let message = message.replace("neither \"until\" and", "neither \"until\" nor");
                self.at(node.place, message, "write one of them, like \"until: loop.last.ok\"");
                return None;
            }
        };
        let name = if until { "until" } else { "while" };
        Some(Repeat {
            condition: self.expression(condition, name, Reads::Round(position))?,
            until,
            max: max.map_or(MAX_ROUNDS, |max| max as u32),
        })
    }
}

/// What people call a step that has no name.
pub(super) fn default_name(id: &str) -> String {
    id.replace(['_', '-'], " ")
}

/// Whether a template may give a value of one of these kinds.
pub(super) fn may_be(template: &Template, kinds: &[Kind]) -> bool {
    match template {
        Template::Constant(value) => Kind::of(value).may_be(kinds),
        Template::Whole(_) => true,
        Template::Text(_) => kinds.contains(&Kind::Text),
        Template::List(_) => kinds.contains(&Kind::List),
        Template::Object(_) => kinds.contains(&Kind::Object),
    }
}
