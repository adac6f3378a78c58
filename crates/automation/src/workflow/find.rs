//! Finding a workflow by its key, and checking that what it names exists.

use agent::{Agent, Command};
use base::OrganisationId;
use engine::definition::{Action, Known, Problem};
use engine::{Definition, Plan, definition};
use store::Tx;
use web::{Error, FieldError, Result, invalid_state, not_found};

use super::plans::Read;
use super::{Workflows, sql};
use crate::runner::{HTTP, SET};
use crate::{Automation, text, trigger};

/// A workflow ready to be executed.
pub(crate) struct Source {
    pub slug: String,
    pub name: String,
    pub revision: Option<i64>,
    pub text: String,
    pub plan: Plan,
    /// Whether it was put away, so that nothing starts it.
    pub is_archived: bool,
}

/// The workflow with this key: an organisation's own, or one that comes with the program.
pub(crate) async fn find(
    automation: &Automation,
    tx: &mut Tx,
    organisation: OrganisationId,
    slug: &str,
) -> Result<Source> {
    let Some((source, read)) = saved(&automation.workflows, tx, organisation, slug).await? else {
        return built_in(&automation.workflows, slug).ok_or_else(|| not_found("workflow", slug));
    };
    if source.is_archived {
        return Err(invalid_state(format!(
            "the workflow \"{slug}\" is archived; activate it first"
        )));
    }
    if !read.is_known() {
        // What it names may have gone since it was saved.
        let problems =
            unknown(automation, tx, organisation, (&source.text, source.plan.definition()), None)
                .await?;
        if !problems.is_empty() {
            return Err(refused(problems));
        }
        read.found_all();
    }
    Ok(source)
}

/// The workflow with this key, archived or not, as far as its definition can be read.
pub(crate) async fn find_plan(
    workflows: &Workflows,
    tx: &mut Tx,
    organisation: OrganisationId,
    slug: &str,
) -> store::Result<Option<Source>> {
    let found = saved(workflows, tx, organisation, slug).await?;
    Ok(found.map(|(source, _)| source).or_else(|| built_in(workflows, slug)))
}

/// An organisation's own workflow, read at most once a revision.
async fn saved(
    workflows: &Workflows,
    tx: &mut Tx,
    organisation: OrganisationId,
    slug: &str,
) -> store::Result<Option<(Source, Read)>> {
    let Some(row) = sql::latest(tx, organisation, slug).await? else { return Ok(None) };
    let read = if let Some(read) = workflows.plans.get(&row.content_hash) {
        read
    } else {
        let definition = definition::parse(&row.definition).map_err(|problems| {
            let first = problems.first().map(ToString::to_string).unwrap_or_default();
            store::Error::Corrupt {
                column: "definition".to_owned(),
                value: slug.to_owned(),
                reason: first,
            }
        })?;
        workflows.plans.keep(row.content_hash, Plan::new(definition))
    };
    let source = Source {
        slug: row.slug,
        name: row.name,
        revision: Some(row.revision),
        text: row.definition,
        plan: read.plan.clone(),
        is_archived: row.archived_at.is_some(),
    };
    Ok(Some((source, read)))
}

/// A workflow that comes with the program.
fn built_in(workflows: &Workflows, slug: &str) -> Option<Source> {
    workflows.get(slug).map(|built_in| Source {
        slug: built_in.slug.clone(),
        name: built_in.plan.definition().name.clone(),
        revision: None,
        text: built_in.text.clone(),
        plan: built_in.plan.clone(),
        is_archived: false,
    })
}

/// A definition ready to run, or everything that is wrong with it.
pub(crate) async fn check(
    automation: &Automation,
    tx: &mut Tx,
    organisation: OrganisationId,
    written: &str,
) -> Result<std::result::Result<Plan, Vec<Problem>>> {
    let definition = match definition::parse(written) {
        Ok(definition) => definition,
        Err(problems) => return Ok(Err(problems)),
    };
    let mut problems = not_text(&definition);
    problems.extend(trigger::check(&definition));
    let roles = if definition.roles().is_empty() {
        Vec::new()
    } else {
        sql::roles(tx, organisation).await?
    };
    let people = Some(roles.as_slice());
    problems.extend(unknown(automation, tx, organisation, (written, &definition), people).await?);
    Ok(if problems.is_empty() { Ok(Plan::new(definition)) } else { Err(problems) })
}

/// Names with characters that are not text.
fn not_text(definition: &Definition) -> Vec<Problem> {
    let problem = |step: Option<&str>, what: &str| Problem {
        line: 0,
        column: 0,
        step: step.map(str::to_owned),
        message: format!("the {what} has characters that are not text"),
        fix: "write it in plain words".to_owned(),
    };
    let mut problems = Vec::new();
    if !text::is_line(&definition.name) {
        problems.push(problem(None, "name"));
    }
    if !text::is_text(&definition.description) {
        problems.push(problem(None, "description"));
    }
    for step in &definition.steps {
        if matches!(&step.action, Action::Agent { model: Some(model), .. } if !text::is_line(model))
        {
            problems.push(problem(Some(&step.id), "model"));
        }
    }
    problems
}

/// What it names that does not exist. What would wait for ever is looked for where a definition
/// is written, with the `roles` that there are: one that is saved goes on as it did.
async fn unknown(
    automation: &Automation,
    tx: &mut Tx,
    organisation: OrganisationId,
    (text, definition): (&str, &Definition),
    roles: Option<&[String]>,
) -> Result<Vec<Problem>> {
    // Most definitions name no other workflow, and need not know them all.
    let saved = if definition.workflows().is_empty() {
        Vec::new()
    } else {
        sql::slugs(tx, organisation).await?
    };
    let built_in = automation.workflows.iter().map(|workflow| workflow.slug.as_str());
    let agents = automation.library.agents();
    let commands = automation.library.commands();
    let mut tools: Vec<&str> = vec![SET, HTTP];
    for name in automation.procedures.tools() {
        tools.push(name);
    }
    tools.extend(automation.tools.specs().map(tool_name));
    let known = Known {
        agents: agents.flat_map(agent_names).collect(),
        commands: commands.flat_map(command_names).collect(),
        tools,
        workflows: built_in.chain(saved.iter().map(String::as_str)).collect(),
        capabilities: automation.library.agents().flat_map(capabilities).collect(),
        roles: roles.unwrap_or_default().iter().map(String::as_str).collect(),
        events: roles.map_or_else(Vec::new, |_| trigger::KINDS.to_vec()),
    };
    Ok(definition.unknown_names(text, &known))
}

fn tool_name(tool: &agent::tool::ToolSpec) -> &str {
    &tool.name
}

fn capabilities(agent: &Agent) -> impl Iterator<Item = &str> {
    agent.capabilities.iter().map(String::as_str)
}

fn agent_names(agent: &Agent) -> impl Iterator<Item = &str> {
    std::iter::once(agent.slug.as_str()).chain(agent.aliases.iter().map(String::as_str))
}

fn command_names(command: &Command) -> impl Iterator<Item = &str> {
    std::iter::once(command.slug.as_str()).chain(command.aliases.iter().map(String::as_str))
}

/// Problems of a definition as a problem document.
pub(crate) fn refused(problems: Vec<Problem>) -> Error {
    let fields = problems.into_iter().map(|problem| FieldError {
        field: match (&problem.step, problem.line) {
            (Some(step), _) => format!("definition.steps.{step}"),
            (None, 0) => "definition".to_owned(),
            (None, line) => format!("definition:{line}"),
        },
        message: problem.to_string(),
    });
    Error::invalid_fields(fields.collect())
}
