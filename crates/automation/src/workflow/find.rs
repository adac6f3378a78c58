//! Finding a workflow by its key, and checking that what it names exists.

use agent::{Agent, Command};
use base::OrganisationId;
use engine::definition::{Action, Known, Problem};
use engine::{Definition, Plan, definition};
use store::Tx;
use web::{Error, FieldError, Result, not_found};

use super::sql;
use crate::{Automation, text};

/// A workflow ready to be executed.
pub(crate) struct Source {
    pub slug: String,
    pub name: String,
    pub revision: Option<i64>,
    pub text: String,
    pub plan: Plan,
}

/// The workflow with this key: an organisation's own, or one that comes with the program.
pub(crate) async fn find(
    automation: &Automation,
    tx: &mut Tx,
    organisation: OrganisationId,
    slug: &str,
) -> Result<Source> {
    if let Some(row) = sql::latest(tx, organisation, slug).await? {
        let plan = check(automation, &row.definition).map_err(refused)?;
        return Ok(Source {
            slug: row.slug,
            name: row.name,
            revision: Some(row.revision),
            text: row.definition,
            plan,
        });
    }
    let built_in = automation.workflows.get(slug).ok_or_else(|| not_found("workflow", slug))?;
    Ok(Source {
        slug: built_in.slug.clone(),
        name: built_in.plan.definition().name.clone(),
        revision: None,
        text: built_in.text.clone(),
        plan: built_in.plan.clone(),
    })
}

/// A definition ready to run, or everything that is wrong with it.
pub(crate) fn check(
    automation: &Automation,
    written: &str,
) -> std::result::Result<Plan, Vec<Problem>> {
    let definition = definition::parse(written)?;
    let mut problems = not_text(&definition);
    problems.extend(unknown(automation, &definition));
    if problems.is_empty() { Ok(Plan::new(definition)) } else { Err(problems) }
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

fn unknown(automation: &Automation, definition: &Definition) -> Vec<Problem> {
    let agents = automation.library.agents();
    let commands = automation.library.commands();
    let known = Known {
        agents: agents.flat_map(agent_names).collect(),
        commands: commands.flat_map(command_names).collect(),
        tools: automation.procedures.tools().collect(),
    };
    definition.unknown_names(&known)
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
