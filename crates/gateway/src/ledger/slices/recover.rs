//! After a server died: what its slices held is booked as used, once.

use std::time::Duration;

use base::{CallId, Micros, Timestamp};
use store::{Result, Tx};

use super::Entry;
use super::bank::Bank;
use super::sql::{self, Left};
use crate::budget;

/// A server that was not seen for this long is dead.
const DEAD: Duration = Duration::from_secs(120);

impl Bank {
    /// Books the slices that an earlier life of this server left behind, and those of
    /// servers that are gone. Call it before the doors open.
    pub(crate) async fn recover(&self) -> Result<usize> {
        let (node, now) = (self.0.node.clone(), self.0.now());
        let random = self.0.app.random.clone();
        let booked = self
            .0
            .db
            .write(move |tx| {
                Box::pin(async move {
                    let all = sql::left(tx, &node, now.minus(DEAD)).await?;
                    let mut entries = Vec::new();
                    for left in &all {
                        let id = CallId::new(now, random.as_ref());
                        entries.extend(settle(tx, left, id, now).await?);
                    }
                    sql::insert(tx, &entries).await?;
                    Ok::<_, store::Error>(entries.len())
                })
            })
            .await?;
        if booked > 0 {
            tracing::warn!(
                "a server ended without giving its slices back; {booked} estimates are in the ledger for what it may have spent"
            );
        }
        Ok(booked)
    }
}

/// Books one slice; gives the ledger's row for the one that bounds the ledger.
async fn settle(tx: &mut Tx, left: &Left, id: CallId, now: Timestamp) -> Result<Option<Entry>> {
    if !sql::remove(tx, left).await? {
        return Ok(None);
    }
    if let Some(budget) = left.budget {
        let amount = Micros(left.amount.micros);
        budget::book(tx, left.organisation, budget, (amount, amount), now).await?;
        return Ok(None);
    }
    let amount = left.amount;
    if amount.is_zero() {
        return Ok(None);
    }
    Ok(Some(Entry {
        organisation: left.organisation,
        id,
        model: String::new(),
        provider: String::new(),
        scripted: false,
        outcome: "interrupted",
        error: Some(format!("server \"{}\" ended before its calls were recorded", left.node)),
        input_tokens: amount.input.max(0),
        output_tokens: amount.output.max(0),
        cost_micros: amount.micros.max(0),
        estimated: true,
        duration_ms: 0,
        started_at: now.as_millis(),
        finished_at: now.as_millis(),
        door: "",
        key: None,
        user: None,
        project: None,
        calls: amount.calls.max(0),
        cached_input_tokens: 0,
        cost_known: true,
        is_cached: false,
    }))
}
