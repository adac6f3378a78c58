//! What the API tells of a workflow.

use std::collections::BTreeMap;

use base::Timestamp;
use engine::Plan;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::step_kind::StepKind;

/// A workflow.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(super) struct Workflow {
    /// Its key.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: String,
    /// Its newest revision; `null` for one that comes with the program.
    pub revision: Option<i64>,
    /// What it wants to know before it starts.
    pub inputs: BTreeMap<String, WorkflowInput>,
    /// Its steps, in the order written.
    pub steps: Vec<WorkflowStep>,
    /// Where it comes from.
    pub source: WorkflowSource,
    /// Its definition as it is written; only when one workflow is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// When its newest revision was saved; `null` for one that comes with the program.
    pub created_at: Option<Timestamp>,
}

/// Where a workflow comes from.
#[derive(Debug, Clone, Copy, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum WorkflowSource {
    /// It comes with the program.
    Library,
    /// The organisation made it.
    Organisation,
}

/// One input of a workflow.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(super) struct WorkflowInput {
    /// `string`, `number`, `integer`, `boolean`, `list` or `object`.
    #[serde(rename = "type")]
    kind: String,
    /// What to put in.
    description: String,
    /// Whether it must be given.
    required: bool,
    /// Its value when it is not given.
    #[schema(value_type = Option<Object>)]
    default: Option<Json>,
}

/// One step of a workflow.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(super) struct WorkflowStep {
    /// Its key.
    id: String,
    /// Its name.
    name: String,
    /// `agent` or `tool`.
    kind: String,
    /// The steps that it waits for.
    needs: Vec<String>,
    /// The agent that works on it.
    agent: Option<String>,
    /// The command that the agent carries out.
    command: Option<String>,
    /// The tool that it calls.
    tool: Option<String>,
    /// Whether it fans out over a list.
    fan_out: bool,
}

/// A definition to save or to check.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DefinitionText {
    /// YAML or JSON.
    pub definition: String,
}

/// What a check of a definition found.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(super) struct Validation {
    /// Whether it can be saved and run.
    pub ok: bool,
    /// What is wrong.
    pub errors: Vec<DefinitionProblem>,
}

/// One thing that is wrong with a definition.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(super) struct DefinitionProblem {
    line: u64,
    column: u64,
    step: Option<String>,
    message: String,
    fix: String,
}

impl From<engine::Problem> for DefinitionProblem {
    fn from(problem: engine::Problem) -> Self {
        let engine::Problem { line, column, step, message, fix } = problem;
        Self { line, column, step, message, fix }
    }
}

impl Workflow {
    pub(super) fn new(slug: &str, plan: &Plan, source: WorkflowSource) -> Self {
        let definition = plan.definition();
        let inputs = definition.inputs.iter().map(|(name, spec)| {
            let kind = serde_json::to_value(spec.kind)
                .ok()
                .and_then(|kind| kind.as_str().map(str::to_owned));
            let input = WorkflowInput {
                kind: kind.unwrap_or_default(),
                description: spec.description.clone(),
                required: spec.required,
                default: spec.default.clone(),
            };
            (name.clone(), input)
        });
        let steps = definition.steps.iter().map(|step| {
            let StepKind { kind, agent, command, tool } = StepKind::of(&step.action);
            WorkflowStep {
                id: step.id.clone(),
                name: step.name.clone(),
                kind: kind.to_owned(),
                needs: step.needs.iter().map(|need| plan.step(*need).id.clone()).collect(),
                agent,
                command,
                tool,
                fan_out: step.matrix.is_some(),
            }
        });
        Self {
            slug: slug.to_owned(),
            name: definition.name.clone(),
            description: definition.description.clone(),
            revision: None,
            inputs: inputs.collect(),
            steps: steps.collect(),
            source,
            definition: None,
            created_at: None,
        }
    }
}

/// A key made of a name: lower-case letters, digits and `_`.
pub(super) fn slug(name: &str) -> String {
    let mut slug = String::new();
    for letter in name.trim().to_lowercase().chars() {
        if letter.is_alphanumeric() {
            slug.push(letter);
        } else if !slug.ends_with('_') && !slug.is_empty() {
            slug.push('_');
        }
    }
    slug.trim_end_matches('_').chars().take(64).collect()
}
