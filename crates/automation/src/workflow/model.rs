//! What the API tells of a workflow.

use std::collections::BTreeMap;

use base::Timestamp;
use engine::definition::ChangeKind;
use engine::{Definition, Plan};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::graph::Graph;
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
    /// The department whose work it is.
    pub department: Option<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Whether it can be started.
    pub status: WorkflowStatus,
}

/// Whether a workflow can be started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum WorkflowStatus {
    /// It can.
    Active,
    /// It was put away: it stays readable, and nothing starts it.
    Archived,
}

impl WorkflowStatus {
    /// The status of a row.
    pub(super) const fn of(archived_at: Option<Timestamp>) -> Self {
        if archived_at.is_some() { Self::Archived } else { Self::Active }
    }
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
    /// The values that it may have; `null` when any of its type will do.
    #[schema(value_type = Option<Vec<Object>>)]
    options: Option<Vec<Json>>,
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
    /// Whether it can be saved and executed.
    pub valid: bool,
    /// What is wrong.
    pub problems: Vec<DefinitionProblem>,
    /// What it wants to know before it starts; `null` when it cannot be read.
    pub inputs: Option<BTreeMap<String, WorkflowInput>>,
    /// Its steps and how they follow each other; `null` when it cannot be read.
    pub graph: Option<Graph>,
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
            inputs: inputs(definition),
            steps: steps.collect(),
            source,
            definition: None,
            created_at: None,
            department: Some(definition.department.clone()).filter(|name| !name.is_empty()),
            tags: definition.tags.clone(),
            status: WorkflowStatus::Active,
        }
    }
}

/// What a definition wants to know before it starts.
pub(super) fn inputs(definition: &Definition) -> BTreeMap<String, WorkflowInput> {
    let inputs = definition.inputs.iter().map(|(name, spec)| {
        let kind = serde_json::to_value(spec.kind);
        let kind = kind.ok().and_then(|kind| kind.as_str().map(str::to_owned));
        let input = WorkflowInput {
            kind: kind.unwrap_or_default(),
            description: spec.description.clone(),
            required: spec.required,
            default: spec.default.clone(),
            options: Some(spec.options.clone()).filter(|options| !options.is_empty()),
        };
        (name.clone(), input)
    });
    inputs.collect()
}

/// One revision of a workflow.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = WorkflowRevision)]
pub(super) struct Revision {
    /// Its number, from 1.
    #[serde(rename = "revision")]
    pub number: i64,
    /// What the workflow was called in it.
    pub name: String,
    /// When it was saved.
    pub created_at: Timestamp,
    /// Who saved it.
    pub created_by: String,
    /// Its definition as it is written; only when one revision is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
}

/// How one revision differs from another.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = WorkflowDiff)]
pub(super) struct Diff {
    /// What changed in meaning, place by place.
    pub changes: Vec<Change>,
    /// The first text.
    pub text_before: String,
    /// The second text.
    pub text_after: String,
}

/// One thing that is different.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = WorkflowChange)]
pub(super) struct Change {
    /// `added`, `removed`, `changed` or `moved` (a step that stands elsewhere).
    #[schema(value_type = String)]
    kind: ChangeKind,
    /// Where: `steps.review.gate.on-fail.max`, `inputs.title`.
    path: String,
    /// What it was; `null` when it is new.
    #[schema(value_type = Option<Object>)]
    before: Option<Json>,
    /// What it is; `null` when it is gone.
    #[schema(value_type = Option<Object>)]
    after: Option<Json>,
}

impl From<engine::definition::Change> for Change {
    fn from(change: engine::definition::Change) -> Self {
        let engine::definition::Change { kind, path, before, after } = change;
        Self { kind, path, before, after }
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
