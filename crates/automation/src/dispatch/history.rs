//! What an agent's work was like so far.

use std::collections::HashMap;

use base::OrganisationId;
use store::{Result, Tx};

use super::sql;

/// How many of the newest results are looked at.
const LATEST: i64 = 500;

/// How an agent's results were on average.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct History {
    /// 0 to 10.
    pub quality: f64,
    /// What a step cost, in micro-dollars.
    pub cost_micros: f64,
    /// How long a step took, in milliseconds.
    pub duration_ms: f64,
}

impl Default for History {
    /// What a new agent is credited with (catalogue 6.3).
    fn default() -> Self {
        Self { quality: 7.0, cost_micros: 0.0, duration_ms: 60_000.0 }
    }
}

/// Sums over an agent's results.
#[derive(Debug, Default)]
struct Sums {
    count: f64,
    cost: f64,
    duration: f64,
    scored: f64,
    score: f64,
}

/// The history of every agent that has worked for an organisation, from its newest results.
pub(crate) async fn read(
    tx: &mut Tx,
    organisation: OrganisationId,
) -> Result<HashMap<String, History>> {
    let mut sums: HashMap<String, Sums> = HashMap::new();
    for row in sql::latest(tx, organisation, LATEST).await? {
        let sum = sums.entry(row.agent).or_default();
        sum.count += 1.0;
        sum.cost += row.cost_micros as f64;
        sum.duration += row.duration_ms as f64;
        let score = row.output.get("quality_score").or_else(|| row.output.get("score"));
        if let Some(score) = score.and_then(serde_json::Value::as_f64) {
            sum.scored += 1.0;
            sum.score += score;
        }
    }
    let histories = sums.into_iter().map(|(agent, sum)| {
        let history = History {
            quality: if sum.scored > 0.0 { sum.score / sum.scored } else { 7.0 },
            cost_micros: sum.cost / sum.count,
            duration_ms: sum.duration / sum.count,
        };
        (agent, history)
    });
    Ok(histories.collect())
}
