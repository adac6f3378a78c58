//! One step of a definition: what it waits for, when it runs, what it does.

use std::time::Duration;

use serde_json::Value as Json;
use serde_saphyr::{Location, Spanned};

use super::model::{Action, Matrix, Retry, StepDefinition};
use super::near::suggestion;
use super::parse::{MAX_PROBLEMS, Reader};
use super::raw::{RawDefaults, RawRetry, RawStep, RawStrategy};
use crate::expression::{Expression, Template, parse as parse_expression};

/// How long an attempt of an agent may take when nothing else is said.
const AGENT_TIMEOUT: Duration = Duration::from_secs(30 * 60);
/// How long an attempt of a tool may take when nothing else is said (catalogue 5.7).
const TOOL_TIMEOUT: Duration = Duration::from_secs(300);

impl Reader {
    pub(super) fn step(
        &mut self,
        position: usize,
        id: String,
        raw: Spanned<RawStep>,
        is_flat: bool,
        defaults: &RawDefaults,
    ) -> StepDefinition {
        let place = raw.referenced;
        let mut step = raw.value;
        let needs = match step.needs.take() {
            Some(needs) => self.needs(&id, &needs),
            None if is_flat && position > 0 => vec![position - 1],
            None => Vec::new(),
        };
        let when = step.when.take().and_then(|when| self.condition(&id, &when));
        let matrix = step.strategy.take().and_then(|strategy| self.matrix(&id, strategy));
        let retry = self.retry(&place, &id, step.retry.as_ref().or(defaults.retry.as_ref()));
        let minutes = step.timeout_minutes.or(defaults.timeout_minutes);
        let name = step.name.clone().unwrap_or_else(|| id.replace(['_', '-'], " "));
        let continue_on_error = step.continue_on_error;
        let action = self.action(&place, &id, step, defaults);
        let fallback = match action {
            Action::Agent { .. } => AGENT_TIMEOUT,
            Action::Tool { .. } => TOOL_TIMEOUT,
        };
        let timeout = match minutes {
            None => fallback,
            Some(minutes) if minutes > 0.0 && minutes <= 60.0 * 24.0 * 30.0 => {
                Duration::from_secs_f64(minutes * 60.0)
            }
            Some(_) => {
                self.at(
                    &place,
                    Some(&id),
                    "timeout-minutes has to be above 0 and at most 43200",
                    "change it",
                );
                fallback
            }
        };
        StepDefinition {
            id,
            name,
            needs,
            when,
            matrix,
            action,
            retry,
            timeout,
            continue_on_error,
            line: place.line(),
            column: place.column(),
        }
    }

    fn action(
        &mut self,
        place: &Location,
        id: &str,
        step: RawStep,
        defaults: &RawDefaults,
    ) -> Action {
        match (step.agent, step.tool) {
            (Some(agent), None) => {
                let Some(command) = step.command else {
                    self.at(
                        &agent.referenced,
                        Some(id),
                        "an agent step needs a command",
                        "add \"command: NAME\"",
                    );
                    return Action::Agent {
                        agent: agent.value,
                        command: String::new(),
                        params: constant(),
                        model: None,
                    };
                };
                if step.with.is_some() {
                    self.at(
                        place,
                        Some(id),
                        "\"with\" belongs to tool steps",
                        "write \"params\" for an agent's command",
                    );
                }
                let params = step
                    .params
                    .and_then(|params| self.template(&params, Some(id)))
                    .unwrap_or_else(constant);
                let model = step.model.or_else(|| defaults.model.clone());
                Action::Agent { agent: agent.value, command: command.value, params, model }
            }
            (None, Some(tool)) => {
                if step.params.is_some() || step.command.is_some() || step.model.is_some() {
                    let message = "\"command\", \"params\" and \"model\" belong to agent steps";
                    self.at(place, Some(id), message, "write \"with\" for a tool's input");
                }
                let with = step
                    .with
                    .and_then(|with| self.template(&with, Some(id)))
                    .unwrap_or_else(constant);
                Action::Tool { tool: tool.value, with }
            }
            (agent, _) => {
                let message =
                    if agent.is_some() { "has both an agent and a tool" } else { "does nothing" };
                self.at(
                    place,
                    Some(id),
                    message,
                    "give it either \"agent\" and \"command\", or \"tool\"",
                );
                Action::Tool { tool: String::new(), with: constant() }
            }
        }
    }

    fn needs(&mut self, id: &str, needs: &Spanned<Json>) -> Vec<usize> {
        let names: Option<Vec<&str>> = match &needs.value {
            Json::String(name) => Some(vec![name]),
            Json::Array(names) => names.iter().map(Json::as_str).collect(),
            _ => None,
        };
        let Some(names) = names else {
            self.at(
                &needs.referenced,
                Some(id),
                "\"needs\" has to be a step's id or a list of them",
                "write \"needs: ID\" or \"needs: [ID, ID]\"",
            );
            return Vec::new();
        };
        let mut positions = Vec::new();
        for name in names {
            match self.positions.get(name) {
                Some(position) if !positions.contains(position) => positions.push(*position),
                Some(_) => {}
                // Looking for what was meant takes time, so it is not done without an end.
                None if self.problems.len() >= MAX_PROBLEMS => break,
                None => {
                    let known: Vec<&str> = self.positions.keys().map(String::as_str).collect();
                    let fix = suggestion(name, &known, "name a step of this workflow");
                    let message = format!("needs the unknown step \"{name}\"");
                    self.at(&needs.referenced, Some(id), &message, &fix);
                }
            }
        }
        positions
    }

    fn matrix(&mut self, id: &str, strategy: RawStrategy) -> Option<Matrix> {
        let place = strategy.matrix.referenced;
        let mut axes = strategy.matrix.value.into_iter();
        let (Some((name, items)), None) = (axes.next(), axes.next()) else {
            self.at(
                &place,
                Some(id),
                "a matrix has exactly one name with a list",
                "combine the lists beforehand",
            );
            return None;
        };
        let max_parallel = strategy.max_parallel.unwrap_or(16);
        if max_parallel == 0 || max_parallel > 1000 {
            self.at(&place, Some(id), "max-parallel has to be 1 to 1000", "change it");
        }
        let items = match Template::parse(&items) {
            Ok(items) => items,
            Err(error) => {
                self.syntax(&place, Some(id), &error);
                return None;
            }
        };
        let may_be_list = match &items {
            Template::Constant(value) => value.is_array(),
            Template::Whole(_) | Template::List(_) => true,
            Template::Text(_) | Template::Object(_) => false,
        };
        if !may_be_list {
            let fix = "write a list, or one expression that gives a list";
            self.at(&place, Some(id), &format!("\"matrix.{name}\" is not a list"), fix);
            return None;
        }
        Some(Matrix {
            name,
            items,
            max_parallel: max_parallel.max(1),
            fail_fast: strategy.fail_fast.unwrap_or(true),
        })
    }

    fn condition(&mut self, id: &str, when: &Spanned<Json>) -> Option<Expression> {
        let text = match &when.value {
            Json::Bool(value) => value.to_string(),
            Json::String(text) => text.trim().to_owned(),
            _ => {
                self.at(
                    &when.referenced,
                    Some(id),
                    "\"if\" has to be an expression",
                    "write it as a text",
                );
                return None;
            }
        };
        // `if: ${{ a }}` and `if: a` mean the same, as people know it.
        let inner =
            text.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")).unwrap_or(&text);
        match parse_expression(inner.trim()) {
            Ok(expression) => Some(expression),
            Err(error) => {
                self.syntax(&when.referenced, Some(id), &error);
                None
            }
        }
    }

    fn retry(&mut self, place: &Location, id: &str, raw: Option<&RawRetry>) -> Retry {
        let mut retry = Retry::default();
        let Some(raw) = raw else { return retry };
        retry.max_attempts = raw.max_attempts.unwrap_or(retry.max_attempts);
        retry.multiplier = raw.multiplier.unwrap_or(retry.multiplier);
        retry.jitter = raw.jitter.unwrap_or(retry.jitter);
        let first = raw.first_wait_seconds.unwrap_or(2.0);
        let longest = raw.max_wait_seconds.unwrap_or(60.0);
        let is_sound = (1..=100).contains(&retry.max_attempts)
            && (1.0..=100.0).contains(&retry.multiplier)
            && (0.0..=86_400.0).contains(&first)
            && (0.0..=86_400.0).contains(&longest);
        if !is_sound {
            let message = "retry wants max-attempts 1 to 100, multiplier 1 to 100 and waits of 0 to 86400 seconds";
            self.at(place, Some(id), message, "change it");
            return Retry::default();
        }
        retry.first_wait = Duration::from_secs_f64(first);
        retry.max_wait = Duration::from_secs_f64(longest);
        retry
    }
}

fn constant() -> Template {
    Template::Constant(Json::Object(serde_json::Map::new()))
}
