//! How every platform of an organisation is, put together from what is known.

use std::collections::HashMap;

use base::{Micros, OrganisationId, PlatformId, Timestamp};
use serde::Serialize;
use store::Tx;

use super::sql;
use super::status::{Facts, Status, status};
use crate::Gateway;
use crate::platform::{Backend, Platform, PlatformKind};

/// How a platform is.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub(crate) struct PlatformHealth {
    /// The platform's id; absent when it was not set up in the database.
    pub(crate) id: Option<PlatformId>,
    /// The platform's name.
    pub(crate) platform: String,
    /// What it speaks.
    pub(crate) kind: PlatformKind,
    /// How it is.
    pub(crate) status: Status,
    /// The same in a sentence; empty when all is well.
    pub(crate) detail: String,
    /// When it was last looked at: the newest of its answers, failures and probes.
    pub(crate) last_check: Option<Timestamp>,
    /// How long its first words take, as a moving average.
    pub(crate) latency_ms: Option<u64>,
    /// How many calls are under way.
    pub(crate) in_flight: u32,
    /// Requests of the last minute.
    pub(crate) requests_last_minute: u64,
    /// Requests a minute that it takes.
    pub(crate) requests_per_minute: Option<i64>,
    /// Tokens of the last minute.
    pub(crate) tokens_last_minute: u64,
    /// Tokens a minute that it takes.
    pub(crate) tokens_per_minute: Option<i64>,
    /// The larger part of both that is used; 1 is all of it.
    pub(crate) rate_usage: f64,
    /// What it cost today.
    pub(crate) cost_today_micros: Micros,
    /// What may be spent there in a day.
    pub(crate) daily_budget_micros: Option<Micros>,
    /// The part of it that is used; 1 is all of it.
    pub(crate) budget_usage: f64,
    /// When it last answered.
    pub(crate) last_answer_at: Option<Timestamp>,
    /// When it last failed.
    pub(crate) last_failure_at: Option<Timestamp>,
    /// Why it last failed.
    pub(crate) last_failure: Option<String>,
}

const DAY_MS: i64 = 86_400_000;

impl Gateway {
    /// How every platform of the organisation is; those that nobody set up and that are
    /// not there are left out.
    pub(crate) async fn health(
        &self,
        tx: &mut Tx,
        organisation: OrganisationId,
        now: Timestamp,
    ) -> Result<Vec<PlatformHealth>, store::Error> {
        let midnight = Timestamp::from_millis(now.as_millis().div_euclid(DAY_MS) * DAY_MS);
        let costs: HashMap<String, Micros> =
            sql::costs_since(tx, organisation, midnight).await?.into_iter().collect();
        let picture = self.picture(organisation);
        let set_up = picture.platforms.iter().filter(|platform| !platform.is_detected);
        let cost = |name: &str| costs.get(name).copied().unwrap_or_default();
        Ok(set_up.map(|platform| of(platform, cost(&platform.name), self.uptime_ms())).collect())
    }
}

/// Whether a platform cannot answer at the moment, as far as anybody knows.
pub(crate) fn is_down(platform: &Platform, uptime_ms: u64) -> bool {
    of(platform, Micros::ZERO, uptime_ms).status.is_down()
}

fn of(platform: &Platform, cost_today: Micros, uptime_ms: u64) -> PlatformHealth {
    let state = &platform.state;
    let last = state.last();
    let (requests, tokens) = state.last_minute(uptime_ms);
    let part = |used: u64, limit: Option<i64>| match limit {
        Some(limit) if limit > 0 => used as f64 / limit as f64,
        _ => 0.0,
    };
    let rate_usage = part(requests, platform.limits.requests_per_minute)
        .max(part(tokens, platform.limits.tokens_per_minute));
    let spent = u64::try_from(cost_today.0).unwrap_or(0);
    let budget_usage = part(spent, platform.daily_budget.map(|micros| micros.0));
    let (is_open, is_held) = state.shut(uptime_ms);
    let answered_at = last.answered.max(
        last.probed.as_ref().filter(|(_, _, trouble)| trouble.is_none()).map(|(at, _, _)| *at),
    );
    let is_newest = |at: &Timestamp| answered_at.is_none_or(|answered| *at > answered);
    let facts = Facts {
        broken: match &platform.backend {
            Backend::Broken(reason) => Some(reason.clone()),
            Backend::Fixed(_) | Backend::Local(_) => None,
        },
        lacks: lacks(platform),
        failing: last
            .failed
            .clone()
            .filter(|(at, _, _)| is_newest(at))
            .map(|(_, code, message)| (code, message)),
        probe: last.probed.clone().and_then(|(at, _, trouble)| {
            trouble.filter(|_| is_newest(&at) || last.answered.is_none())
        }),
        is_open,
        is_held,
        rate_usage,
        budget_usage,
    };
    let (status, detail) = status(&facts);
    let failed_at = last.failed.as_ref().map(|(at, _, _)| *at);
    let probed_at = last.probed.as_ref().map(|(at, _, _)| *at);
    PlatformHealth {
        id: platform.stored.map(|(id, _)| id),
        platform: platform.name.to_string(),
        kind: platform.kind,
        status,
        detail,
        last_check: last.answered.max(failed_at).max(probed_at),
        latency_ms: state.latency.ms(),
        in_flight: state.in_flight(),
        requests_last_minute: requests,
        requests_per_minute: platform.limits.requests_per_minute,
        tokens_last_minute: tokens,
        tokens_per_minute: platform.limits.tokens_per_minute,
        rate_usage,
        cost_today_micros: cost_today,
        daily_budget_micros: platform.daily_budget,
        budget_usage,
        last_answer_at: last.answered,
        last_failure_at: failed_at,
        last_failure: last.failed.map(|(_, _, message)| message),
    }
}

/// What a platform lacks before it can be called.
fn lacks(platform: &Platform) -> Option<&'static str> {
    match &platform.backend {
        Backend::Local(local) if local.installed().is_empty() => {
            Some("no model is installed; run `hishamos model install default`")
        }
        Backend::Fixed(_) if platform.lacks_key => Some("it has no key; enter one"),
        Backend::Fixed(_) | Backend::Local(_) | Backend::Broken(_) => None,
    }
}
