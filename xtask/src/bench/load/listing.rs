//! Executions as the API lists them.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::bench::engine::client::Client;
use crate::bench::load::moment;
use crate::interrupt;

/// What is under way.
const UNDER_WAY: &str = "status=queued&status=running&status=waiting_approval&status=paused";

/// All executions that a query finds, newest first.
pub fn all(client: &mut Client, query: &str) -> Result<Vec<Value>> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        interrupt::check()?;
        let mut page = client.get(&format!("/api/v1/executions?limit=200&{query}{cursor}"))?;
        let items = page["items"].as_array_mut().context("a list without items")?;
        found.append(items);
        let Some(next) = page["next"].as_str() else { return Ok(found) };
        cursor = format!("&cursor={next}");
    }
}

/// Whether nothing that a query finds is under way.
pub fn is_quiet(client: &mut Client, query: &str) -> Result<bool> {
    let page = client.get(&format!("/api/v1/executions?limit=1&{UNDER_WAY}&{query}"))?;
    Ok(page["items"].as_array().context("a list without items")?.is_empty())
}

/// How many of so many executions of a workflow are not there, or did not complete.
pub fn lost(client: &mut Client, workflow: &str, count: usize) -> Result<usize> {
    let completed = all(client, &format!("status=completed&workflow={workflow}"))?;
    Ok(count.saturating_sub(completed.len()))
}

/// A moment of an execution, in milliseconds since 1970.
pub fn moment_of(execution: &Value, field: &str) -> Option<i64> {
    execution[field].as_str().and_then(moment::read)
}

/// Whether an execution has ended.
pub fn is_over(execution: &Value) -> bool {
    !execution["finished_at"].is_null()
}
