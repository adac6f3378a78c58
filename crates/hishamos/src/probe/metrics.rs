//! `/metrics` for Prometheus.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use base::Clock;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use subtle::ConstantTimeEq as _;
use tokio_util::sync::CancellationToken;
use web::{Ctx, Permission, Problem, Result};

use crate::config::Telemetry;
use crate::failure::Failure;
use crate::measure::{Measures, Post, Recorder};

/// How often old samples are folded while nobody asks.
const UPKEEP: Duration = Duration::from_secs(1);
/// Seconds; requests are quick, model calls are not.
const BUCKETS: [f64; 9] = [0.005, 0.025, 0.1, 0.25, 1.0, 2.5, 10.0, 30.0, 120.0];

/// The recorder of this process.
#[derive(Clone)]
pub struct Metrics {
    prometheus: PrometheusHandle,
    measures: Measures,
}

impl Metrics {
    /// Installs the recorder; once in a process.
    pub fn install() -> Result<Self, Failure> {
        let builder = PrometheusBuilder::new().set_buckets(&BUCKETS).map_err(Failure::failed)?;
        let (recorder, measures) = (builder.build_recorder(), Measures::default());
        let prometheus = recorder.handle();
        ::metrics::set_global_recorder(Recorder::new(recorder, measures.clone()))
            .map_err(Failure::failed)?;
        Ok(Self { prometheus, measures })
    }

    /// A recorder that nobody writes to, for looking at routes without a server.
    #[cfg(test)]
    pub fn detached() -> Self {
        let prometheus = PrometheusBuilder::new().build_recorder().handle();
        Self { prometheus, measures: Measures::default() }
    }

    /// What sends histograms to a collector, where one is configured and wants them.
    pub fn post(&self, telemetry: &Telemetry, clock: Arc<dyn Clock>) -> Option<Post> {
        let (endpoint, every) = (telemetry.otlp_endpoint.as_deref()?, telemetry.metrics_every?);
        Some(Post::new(endpoint, every, self.measures.clone(), clock))
    }

    fn text(&self) -> String {
        self.prometheus.render() + &self.measures.text()
    }

    /// Folds samples, or they pile up when nobody scrapes.
    pub async fn keep_up(self, shutdown: CancellationToken) {
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(UPKEEP) => self.prometheus.run_upkeep(),
            }
        }
    }
}

/// Print all counts in Prometheus' text format.
#[utoipa::path(get, path = "/metrics", tag = "program", operation_id = "metrics",
    responses(
        (status = 200, description = "The counts", body = String, content_type = "text/plain"),
        (status = 401, description = "Neither signed in nor the token on loopback", body = Problem),
        (status = 403, description = "The role lacks `manage_settings`", body = Problem),
    ))]
pub(super) async fn metrics(
    ctx: Ctx,
    State(state): State<super::State>,
    headers: HeaderMap,
) -> Result<Response> {
    let token = state.metrics_token.as_ref().map(|token| token.reveal().as_str());
    if !is_scraper(ctx.ip(), &headers, token) {
        ctx.require(Permission::ManageSettings)?;
    }
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    Ok((kind, state.metrics.text()).into_response())
}

/// A scraper on this machine that knows the token.
fn is_scraper(ip: &str, headers: &HeaderMap, token: Option<&str>) -> bool {
    let is_loopback =
        ip.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback());
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    match (given, token) {
        (Some(given), Some(token)) => {
            is_loopback && bool::from(given.as_bytes().ct_eq(token.as_bytes()))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn only_loopback_with_the_right_token_is_a_scraper() {
        let check = |ip: &str, given: &str, token: Option<&str>, expected: bool| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, format!("Bearer {given}").parse().unwrap());
            assert_eq!(is_scraper(ip, &headers, token), expected, "{ip} {given} {token:?}");
        };
        check("127.0.0.1", "t", Some("t"), true);
        check("::1", "t", Some("t"), true);
        check("::ffff:127.0.0.1", "t", Some("t"), true);
        check("127.0.0.1", "x", Some("t"), false);
        check("127.0.0.1", "t", None, false);
        check("10.0.0.1", "t", Some("t"), false);
        check("local", "t", Some("t"), false);
        assert!(!is_scraper("127.0.0.1", &HeaderMap::new(), Some("t")));
    }
}
