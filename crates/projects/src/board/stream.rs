//! The live stream of a project's events, read from the outbox.

use axum::http::HeaderMap;
use axum::response::Response;
use base::OrganisationId;
use futures::future::BoxFuture;
use serde::Deserialize;
use store::outbox::Message;
use store::{Db, Signal, outbox};
use web::stream::{self, Batch, Source, StreamEvent, Wake};
use web::{Ctx, Path, Problem, Query, Result, not_found};

use crate::project;

/// How many events are read at once.
const BATCH: i64 = 200;

/// Where to begin.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FollowQuery {
    /// Events after this cursor; the header `Last-Event-ID` wins. All there are when absent.
    after: Option<i64>,
}

/// Follow what happens to a project's work items, as server-sent events.
///
/// Events are `work_item.created`, `work_item.updated`, `work_item.moved` and
/// `work_item.deleted` with `{item}`, and `project.updated` with `{project}`. Each has an
/// `id`; after a broken connection the stream goes on behind `Last-Event-ID` without gaps.
#[utoipa::path(get, path = "/api/v1/projects/{key}/events", tag = "projects",
    params(
        ("key" = String, Path, description = "The project's key"),
        FollowQuery,
        ("Last-Event-ID" = Option<i64>, Header, description = "The last event that was seen")),
    responses(
        (status = 200, description = "The stream", content_type = "text/event-stream", body = String),
        (status = 404, description = "There is no such project", body = Problem)))]
pub(super) async fn follow(
    ctx: Ctx,
    Path(key): Path<String>,
    Query(query): Query<FollowQuery>,
    headers: HeaderMap,
) -> Result<Response> {
    let organisation = ctx.organisation()?;
    let found = project::sql::find(&mut ctx.read().await?, organisation, &key).await?;
    let project = found.ok_or_else(|| not_found("project", key))?;
    let topic = project::topic(project.id);
    let source = Events { db: ctx.app().db.clone(), organisation, topic };
    Ok(stream::respond(&ctx, source, stream::seen(&headers, query.after)))
}

/// The events of one project.
struct Events {
    db: Db,
    organisation: OrganisationId,
    topic: String,
}

impl Source for Events {
    fn after(&mut self, number: i64) -> BoxFuture<'_, Result<Batch>> {
        Box::pin(async move {
            let mut tx = self.db.read().await?;
            let messages =
                outbox::after(&mut tx, self.organisation, &self.topic, number, BATCH).await?;
            let events = messages.into_iter().map(event).collect();
            Ok(Batch { events, is_last: false })
        })
    }

    fn wake(&self, signal: &Signal) -> Wake {
        match signal {
            Signal::Outbox { organisation, topic }
                if *organisation == self.organisation && *topic == self.topic =>
            {
                Wake::Look
            }
            Signal::Outbox { .. }
            | Signal::Journal { .. }
            | Signal::Live { .. }
            | Signal::Rights { .. } => Wake::Ignore,
        }
    }
}

fn event(message: Message) -> StreamEvent {
    StreamEvent { id: Some(message.number), name: message.kind, data: message.body }
}
