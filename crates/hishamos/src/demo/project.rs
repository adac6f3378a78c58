//! Which execution and project the idea has, or gets.

use serde_json::{Value as Json, json};

use super::command::Wish;
use crate::client::{Client, part};
use crate::failure::{Exit, Result};

const WORKFLOW: &str = "idea_to_backlog";

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    /// It was done before: show the board.
    Show(Json),
    /// It is under way: watch it.
    Watch(Json),
    /// Start it, in this project when there is one already.
    Start(Option<String>),
}

/// Looks for the idea among the executions, the newest first.
pub async fn plan(client: &Client, wish: &Wish) -> Result<Plan> {
    let executions = client.all(&format!("/api/v1/executions?workflow={WORKFLOW}")).await?;
    Ok(choose(executions, wish))
}

fn choose(executions: Vec<Json>, wish: &Wish) -> Plan {
    let is_same = |execution: &Json| {
        let project = wish.project.as_deref();
        execution["inputs"]["idea"] == wish.idea.text()
            && project.is_none_or(|key| {
                execution["project"].as_str().is_some_and(|own| own.eq_ignore_ascii_case(key))
            })
    };
    let Some(found) = executions.into_iter().find(is_same) else {
        return Plan::Start(wish.project.clone());
    };
    match found["status"].as_str().unwrap_or_default() {
        _ if wish.again => Plan::Start(wish.project.clone()),
        "completed" => Plan::Show(found),
        // What failed left nothing on the board, so its project is used again.
        "failed" | "cancelled" | "rolled_back" => {
            Plan::Start(found["project"].as_str().map(str::to_owned))
        }
        _ => Plan::Watch(found),
    }
}

/// Starts it; gives the execution.
pub async fn start(client: &Client, wish: &Wish, project: Option<String>) -> Result<Json> {
    let key = match project {
        Some(key) => ensure(client, wish, &key).await?,
        None => create(client, wish, None).await?,
    };
    let body = json!({ "idea": wish.idea.text() });
    client.post(&format!("/api/v1/projects/{key}/generate-stories"), &body).await
}

async fn ensure(client: &Client, wish: &Wish, key: &str) -> Result<String> {
    match client.get(&format!("/api/v1/projects/{}", part(key)?)).await {
        Ok(project) => Ok(project["key"].as_str().unwrap_or(key).to_owned()),
        Err(failure) if failure.exit == Exit::NotFound => create(client, wish, Some(key)).await,
        Err(failure) => Err(failure),
    }
}

async fn create(client: &Client, wish: &Wish, key: Option<&str>) -> Result<String> {
    let body = json!({ "name": wish.idea.name(), "key": key, "description": wish.idea.text() });
    let project = client.post("/api/v1/projects", &body).await?;
    Ok(project["key"].as_str().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::ffi::OsStr;

    use super::*;
    use crate::demo::idea;

    #[test]
    fn same_idea_is_shown_watched_or_done_anew() {
        let wish = |project: Option<&str>, again: bool| Wish {
            idea: idea::check(Some(OsStr::new("a shop"))).unwrap(),
            project: project.map(str::to_owned),
            again,
        };
        let execution = |status: &str| json!({"status": status, "project": "SHOP", "inputs": {"idea": "a shop"}});
        let other = json!({"status": "completed", "project": "X", "inputs": {"idea": "a zoo"}});
        let check = |status: &str, wish: &Wish, expected: Plan| {
            assert_eq!(choose(vec![other.clone(), execution(status)], wish), expected, "{status}");
        };
        check("completed", &wish(None, false), Plan::Show(execution("completed")));
        check("completed", &wish(Some("shop"), false), Plan::Show(execution("completed")));
        check("completed", &wish(Some("ZOO"), false), Plan::Start(Some("ZOO".to_owned())));
        check("completed", &wish(None, true), Plan::Start(None));
        check("running", &wish(None, false), Plan::Watch(execution("running")));
        check("failed", &wish(None, false), Plan::Start(Some("SHOP".to_owned())));
        assert_eq!(choose(vec![other.clone()], &wish(None, false)), Plan::Start(None));
    }
}
