//! Looking at every platform once a minute, and writing down what changed.

use std::sync::Arc;
use std::time::Duration;

use base::{OrganisationId, Timestamp};
use futures::future::join_all;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::sql::{self, HealthChange};
use crate::Gateway;
use crate::platform::{Answer, Backend, Platform, PlatformKind, Probe};

/// How often platforms are looked at.
const EVERY: Duration = Duration::from_mins(1);
/// A platform that answered a call so lately needs no probe.
const FRESH_MS: i64 = 60_000;
/// How long the history is kept.
const KEPT_MS: i64 = 30 * 86_400_000;

impl Gateway {
    /// Probes every platform each minute and keeps the history of their statuses. Spawn it
    /// once, on the program's task tracker, after [`Gateway::attach`].
    pub async fn watch_health(self, shutdown: CancellationToken) {
        let probe = match Probe::new() {
            Ok(probe) => probe,
            Err(error) => return tracing::error!("the platforms cannot be probed: {error}"),
        };
        let work = async {
            loop {
                if let Err(error) = self.look_at_platforms(&probe).await {
                    tracing::warn!("the history of the platforms' health was not written: {error}");
                }
                tokio::time::sleep(EVERY).await;
            }
        };
        shutdown.run_until_cancelled(work).await;
    }

    /// Probes every platform once and writes down the statuses that changed.
    pub(crate) async fn look_at_platforms(&self, probe: &Probe) -> Result<(), store::Error> {
        let directory = self.directory().load_full();
        // shared platforms stand in every picture, but are probed once
        let pictures = directory.organisations.values().chain([&directory.shared]);
        let mut platforms: Vec<&Arc<Platform>> =
            pictures.flat_map(|picture| &picture.platforms).collect();
        platforms.sort_by_key(|platform| Arc::as_ptr(platform).addr());
        platforms.dedup_by_key(|platform| Arc::as_ptr(platform).addr());
        let now = self.clock().now();
        join_all(platforms.into_iter().map(|platform| self.probe(probe, platform, now))).await;
        let Some(db) = self.db() else { return Ok(()) };
        let organisations = {
            let mut tx = db.read().await?;
            sql::organisations(&mut tx).await?
        };
        for organisation in organisations {
            self.note_changes(organisation).await?;
        }
        Ok(())
    }

    async fn probe(&self, probe: &Probe, platform: &Platform, now: Timestamp) {
        let Backend::Fixed(provider) = &platform.backend else { return };
        let answered = platform.state.last().answered;
        let is_fresh = answered.is_some_and(|at| now.as_millis() - at.as_millis() < FRESH_MS);
        let is_remote = platform.kind != PlatformKind::Scripted && !platform.is_detected;
        if is_fresh || !is_remote {
            return;
        }
        let began = Instant::now();
        let answer = probe.ask(provider, false).await;
        let latency_ms = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
        let trouble = match answer {
            Answer::Serves(_) | Answer::There => None,
            Answer::Trouble(reason) => Some(reason),
        };
        platform.state.probed(self.clock().now(), latency_ms, trouble);
    }

    async fn note_changes(&self, organisation: OrganisationId) -> Result<(), store::Error> {
        let Some(db) = self.db() else { return Ok(()) };
        let now = self.clock().now();
        let (health, known) = {
            let mut tx = db.read().await?;
            let health = self.health(&mut tx, organisation, now).await?;
            (health, sql::newest(&mut tx, organisation).await?)
        };
        let changes: Vec<HealthChange> = health
            .into_iter()
            .filter(|one| {
                let known = known.iter().find(|known| known.platform == one.platform);
                known.is_none_or(|known| known.status != one.status)
            })
            .map(|one| HealthChange {
                platform: one.platform,
                at: now,
                status: one.status,
                detail: one.detail,
                latency_ms: one.latency_ms.and_then(|ms| i64::try_from(ms).ok()),
            })
            .collect();
        if changes.is_empty() {
            return Ok(());
        }
        let too_old = Timestamp::from_millis(now.as_millis() - KEPT_MS);
        db.write(move |tx| {
            Box::pin(async move {
                for change in &changes {
                    sql::insert(tx, organisation, change).await?;
                }
                sql::forget_before(tx, organisation, too_old).await
            })
        })
        .await
    }
}
