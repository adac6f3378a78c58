//! The live stream of an execution: every fact of its journal, numbered and replayable,
//! and in between what is only live (streamed text, calls that begin and end).

use axum::http::HeaderMap;
use axum::response::Response;
use base::{ExecutionId, OrganisationId};
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::{Value, json};
use store::Signal;
use utoipa_axum::routes;
use web::socket::Upgrade;
use web::stream::{Batch, Source, StreamEvent, Wake, respond, seen};
use web::{Access, App, Ctx, Path, Permission, Problem, Query, Result, Routes, not_found};

use super::model::JournalEntry;
use super::sql;
use crate::Automation;

/// How many facts are read at a time, and how many bytes of them.
const PAGE: i64 = 500;
const PAGE_BYTES: i64 = 64 * 1024;

pub(super) fn routes() -> Routes<Automation> {
    let view = Access::Permission(Permission::ViewWorkflows);
    Routes::new().add(view, routes!(stream)).add(view, routes!(socket))
}

/// Where a stream starts.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct StreamQuery {
    /// Only facts after this number; the header `Last-Event-ID` wins.
    after: Option<i64>,
}

/// Watch an execution (server-sent events). It ends after the last fact.
#[utoipa::path(get, path = "/api/v1/executions/{id}/events", operation_id = "watch_execution", tag = "executions",
    params(("id" = ExecutionId, Path, description = "The execution's id"), StreamQuery),
    responses((status = 200, description = "Events; each stored one has its number as `id:`", content_type = "text/event-stream", body = String),
        (status = 404, description = "There is no such execution", body = Problem)))]
async fn stream(
    ctx: Ctx,
    headers: HeaderMap,
    Path(id): Path<ExecutionId>,
    Query(query): Query<StreamQuery>,
) -> Result<Response> {
    let source = Journal::open(&ctx, id).await?;
    Ok(respond(&ctx, source, seen(&headers, query.after)))
}

/// Watch an execution over a WebSocket: the same events as texts `{"seq", "kind", "data"}`.
/// It closes after the last fact.
#[utoipa::path(get, path = "/api/v1/executions/{id}/socket", operation_id = "watch_execution_socket", tag = "executions",
    params(("id" = ExecutionId, Path, description = "The execution's id"), StreamQuery),
    responses((status = 101, description = "The connection is a WebSocket from now on"),
        (status = 403, description = "Another site's page asks for it", body = Problem),
        (status = 404, description = "There is no such execution", body = Problem),
        (status = 426, description = "The request does not ask for a WebSocket", body = Problem)))]
async fn socket(
    ctx: Ctx,
    headers: HeaderMap,
    Path(id): Path<ExecutionId>,
    Query(query): Query<StreamQuery>,
    upgrade: Upgrade,
) -> Result<Response> {
    let source = Journal::open(&ctx, id).await?;
    web::socket::respond(&ctx, &headers, upgrade, source, query.after.unwrap_or(0))
}

/// The steps' ids by position, so that events name steps as people do.
fn step_ids(definition: Option<&str>) -> Vec<String> {
    let parsed = definition.and_then(|text| engine::definition::parse(text).ok());
    parsed.map_or_else(Vec::new, |definition| {
        definition.steps.into_iter().map(|step| step.id).collect()
    })
}

struct Journal {
    app: App,
    organisation: OrganisationId,
    id: ExecutionId,
    step_ids: Vec<String>,
}

impl Source for Journal {
    fn after(&mut self, number: i64) -> BoxFuture<'_, Result<Batch>> {
        Box::pin(async move {
            let mut tx = self.app.db.read().await?;
            // Whether it is over is asked first: the end may be committed between the two.
            let execution = sql::get(&mut tx, self.organisation, self.id).await?;
            let is_over = execution.is_none_or(|execution| execution.finished_at.is_some());
            let (organisation, id) = (self.organisation, self.id);
            let entries =
                sql::journal_within(&mut tx, organisation, id, number, PAGE, PAGE_BYTES).await?;
            let is_last = entries.last().map_or(is_over, |last| is_final(&last.kind));
            let events = entries.into_iter().map(|entry| self.event(entry)).collect();
            Ok(Batch { events, is_last })
        })
    }

    fn wake(&self, signal: &Signal) -> Wake {
        match signal {
            Signal::Journal { organisation, execution }
                if *organisation == self.organisation && *execution == self.id =>
            {
                Wake::Look
            }
            Signal::Live { organisation, execution, kind, data }
                if *organisation == self.organisation && *execution == self.id =>
            {
                Wake::Pass(StreamEvent {
                    id: None,
                    name: (*kind).to_owned(),
                    data: Value::clone(data),
                })
            }
            Signal::Journal { .. }
            | Signal::Live { .. }
            | Signal::Outbox { .. }
            | Signal::Rights { .. } => Wake::Ignore,
        }
    }
}

impl Journal {
    async fn open(ctx: &Ctx, id: ExecutionId) -> Result<Self> {
        let organisation = ctx.organisation()?;
        let mut tx = ctx.read().await?;
        sql::get(&mut tx, organisation, id).await?.ok_or_else(|| not_found("execution", id))?;
        let step_ids = step_ids(sql::definition(&mut tx, organisation, id).await?.as_deref());
        Ok(Self { app: ctx.app().clone(), organisation, id, step_ids })
    }

    /// A fact as an event: its fields, with the step by its id.
    fn event(&self, entry: JournalEntry) -> StreamEvent {
        let mut data = entry.body;
        if let Value::Object(fields) = &mut data {
            fields.remove("kind");
            if let Some(id) = fields
                .get("step")
                .and_then(Value::as_u64)
                .and_then(|at| self.step_ids.get(at as usize))
            {
                fields.insert("step".to_owned(), json!(id));
            }
            fields.insert("seq".to_owned(), json!(entry.seq));
            fields.insert("at".to_owned(), json!(entry.at));
        }
        StreamEvent { id: Some(entry.seq), name: entry.kind, data }
    }
}

fn is_final(kind: &str) -> bool {
    matches!(
        kind,
        "execution_completed"
            | "execution_failed"
            | "execution_cancelled"
            | "execution_rolled_back"
    )
}
