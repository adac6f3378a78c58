//! The main job: an idea becomes epics and stories on a project's board.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa_axum::routes;
use web::{Access, Ctx, Error, Json, Path, Permission, Problem, Result, Routes, invalid};

use super::model::Execution;
use super::start::{Wanted, start};
use crate::Automation;
use crate::workflow::find;

/// The workflow that does it.
const WORKFLOW: &str = "idea_to_backlog";
/// The longest idea, in characters.
const MAX_IDEA: usize = 20_000;
/// How much of the idea is the execution's title.
const TITLE: usize = 80;

pub(super) fn routes() -> Routes<Automation> {
    Routes::new().add(Access::Permission(Permission::ExecuteWorkflow), routes!(generate_stories))
}

/// An idea.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Idea {
    /// What should be built, in a sentence or a page.
    idea: String,
    /// The model, when a certain one is wanted.
    model: Option<String>,
}

/// Turn an idea into epics and stories on the project's board.
#[utoipa::path(post, path = "/api/v1/projects/{key}/generate-stories", operation_id = "generate_stories", tag = "executions",
    params(("key" = String, Path, description = "The project's key"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated request harmless")), request_body = Idea,
    responses((status = 202, description = "The execution that does it, accepted and durable", body = Execution),
        (status = 200, description = "The execution, which has ended; only with `Prefer: wait=N`", body = Execution),
        (status = 400, description = "The idea cannot be used", body = Problem),
        (status = 404, description = "There is no such project", body = Problem),
        (status = 409, description = "No model is connected", body = Problem),
        (status = 429, description = "Too many are being started, or have not ended; `Retry-After` says when to come again", body = Problem)))]
async fn generate_stories(
    ctx: Ctx,
    State(automation): State<Automation>,
    headers: HeaderMap,
    Path(key): Path<String>,
    Json(body): Json<Idea>,
) -> Result<(StatusCode, Json<Execution>)> {
    let idea = check_idea(&body.idea)?;
    let place = automation.runner.admit()?;
    let mut tx = ctx.read().await?;
    let source = find(&automation, &mut tx, ctx.organisation()?, WORKFLOW).await?;
    drop(tx);
    let title: String = idea.split_whitespace().collect::<Vec<_>>().join(" ");
    let title = if title.chars().count() > TITLE {
        title.chars().take(TITLE).chain("…".chars()).collect()
    } else {
        title
    };
    let wanted = Wanted {
        source,
        inputs: json!({ "idea": idea, "project": key }),
        project: Some(key),
        item: None,
        sprint: None,
        model: body.model,
        priority: None,
        title: Some(title),
    };
    start(&ctx, &automation, &headers, wanted, place).await
}

/// The idea without outer space, or one sentence about what is wrong with it.
fn check_idea(idea: &str) -> Result<&str, Error> {
    let idea = idea.trim();
    if idea.is_empty() {
        return Err(invalid("idea", "is empty; describe in a sentence what should be built"));
    }
    let length = idea.chars().count();
    if length > MAX_IDEA {
        return Err(invalid(
            "idea",
            format!("has {length} characters, more than {MAX_IDEA}; shorten it"),
        ));
    }
    let is_strange = |letter: char| {
        letter == '\u{fffd}' || (letter.is_control() && !matches!(letter, '\n' | '\r' | '\t'))
    };
    if idea.chars().any(is_strange) {
        return Err(invalid("idea", "has characters that are not text; describe it in words"));
    }
    if !idea.chars().any(char::is_alphanumeric) {
        return Err(invalid("idea", "has no words; describe in a sentence what should be built"));
    }
    Ok(idea)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ideas_are_words_of_a_sensible_length() {
        let check = |idea: &str, expected: Option<&str>| match (check_idea(idea), expected) {
            (Ok(_), None) => {}
            (Err(error), Some(part)) => {
                assert!(error.detail().contains(part), "{}", error.detail());
            }
            (other, _) => panic!("{idea:?}: {other:?}"),
        };
        check("A clinic needs booking", None);
        check("عيادة تحتاج إلى حجز المواعيد", None);
        check("two\nlines", None);
        check("", Some("is empty"));
        check("  \n ", Some("is empty"));
        check("?!…", Some("has no words"));
        check("PK\u{3}\u{4}", Some("not text"));
        check("caf\u{fffd}", Some("not text"));
        check(&"x".repeat(100_000), Some("has 100000 characters"));
    }
}
