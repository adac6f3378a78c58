//! `Prefer: wait=N` (RFC 7240): a client that would rather be answered when the execution
//! has ended, so that it need not ask again and again.

use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use base::ExecutionId;
use web::{Ctx, Json, Result};

use super::model::Execution;
use super::sql;
use crate::Automation;
use crate::runner::End;

/// How long an answer is kept back at most; the client may ask again with its key.
const MOST_SECONDS: u64 = 60;

/// A client that waits for an end.
pub(super) struct Patience {
    end: End,
    time: Duration,
}

impl Patience {
    /// What the client prefers; nothing when it wants its answer at once. Has to be asked
    /// before the execution is made, or its end could be missed.
    pub(super) fn of(
        headers: &HeaderMap,
        automation: &Automation,
        id: ExecutionId,
    ) -> Option<Self> {
        let seconds = preferred(headers).filter(|seconds| *seconds > 0)?;
        let time = Duration::from_secs(seconds.min(MOST_SECONDS));
        Some(Self { end: automation.runner.ends().of(id), time })
    }

    /// Keeps the answer back until the execution has ended or the time is over.
    pub(super) async fn answer(
        mut self,
        ctx: &Ctx,
        accepted: Execution,
    ) -> Result<(StatusCode, Json<Execution>)> {
        if accepted.finished_at.is_some() {
            return Ok((StatusCode::OK, Json(accepted)));
        }
        // Whether it was reached or not, the answer tells how the execution stands now.
        let _ = tokio::time::timeout(self.time, self.end.reached()).await;
        let mut tx = ctx.glance().await?;
        let now = sql::get(&mut tx, ctx.organisation()?, accepted.id).await?.unwrap_or(accepted);
        let has_ended = now.finished_at.is_some();
        Ok((if has_ended { StatusCode::OK } else { StatusCode::ACCEPTED }, Json(now)))
    }
}

/// The seconds of `wait=N` among the preferences; what else is preferred is not known here,
/// and RFC 7240 wants that ignored.
fn preferred(headers: &HeaderMap) -> Option<u64> {
    let values = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    let mut preferences = values.flat_map(|value| value.split([',', ';']));
    preferences.find_map(|preference| {
        let (name, value) = preference.split_once('=')?;
        let is_wait = name.trim().eq_ignore_ascii_case("wait");
        is_wait.then(|| value.trim().trim_matches('"').parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn reads_the_preference() {
        let check = |values: &[&'static str], expected: Option<u64>| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append("prefer", HeaderValue::from_static(value));
            }
            assert_eq!(preferred(&headers), expected, "{values:?}");
        };
        check(&[], None);
        check(&["wait=10"], Some(10));
        check(&["respond-async, Wait = \"5\""], Some(5));
        check(&["handling=lenient", "wait=100"], Some(100));
        check(&["wait=soon"], None);
        check(&["wait"], None);
    }
}
