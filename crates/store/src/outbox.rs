//! The outbox: events written in the same transaction as the change they tell of.
//! Their numbers follow the order of commits, without holes that fill later, because the
//! counter's row is locked until the transaction ends; so a stream can resume by number.

use base::{OrganisationId, Timestamp};
use serde_json::Value as Json;

use crate::{Result, Row, Rows, Sql, Tx, params, sql};

/// An event in the outbox.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its number: larger is later.
    pub number: i64,
    /// What it is about, such as `project/prj_…`.
    pub topic: String,
    /// What happened, such as `work_item.moved`.
    pub kind: String,
    /// The details.
    pub body: Json,
    /// When.
    pub at: Timestamp,
}

/// An event to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// What it is about.
    pub topic: String,
    /// What happened.
    pub kind: &'static str,
    /// The details.
    pub body: Json,
}

/// Writes events; returns the number of the last one.
pub async fn append(
    tx: &mut Tx,
    organisation: OrganisationId,
    drafts: &[Draft],
    now: Timestamp,
) -> Result<i64> {
    append_all(tx, drafts.iter().map(|draft| (organisation, draft)), now).await
}

/// Writes events of several organisations; returns the number of the last one.
pub async fn append_all<'a>(
    tx: &mut Tx,
    drafts: impl ExactSizeIterator<Item = (OrganisationId, &'a Draft)>,
    now: Timestamp,
) -> Result<i64> {
    let count = drafts.len() as i64;
    let row = tx
        .fetch_one(
            sql!("update counters set value = value + $1 where name = 'outbox' returning value"),
            params![count],
        )
        .await?;
    let last: i64 = row.get("value")?;
    let mut rows = Rows::default();
    for (number, (organisation, draft)) in (last - count + 1..).zip(drafts) {
        rows.push(params![organisation, number, &draft.topic, draft.kind, &draft.body, now]);
    }
    tx.execute_rows(
        sql!("insert into outbox (organisation_id, number, topic, kind, body, created_at) values ($1, $2, $3, $4, $5, $6)"),
        rows,
    )
    .await?;
    Ok(last)
}

/// The same as rows that [`crate::lease::write_all`] writes, to be put next to each other at
/// the end; `None` when they are too many or too large for one statement.
pub fn parts<'a>(
    drafts: impl ExactSizeIterator<Item = (OrganisationId, &'a Draft)>,
    now: Timestamp,
) -> Option<Vec<(Sql, Rows)>> {
    const COUNT: Sql = sql!(
        "update counters set value = value + more.column1 from (values (cast($1 as bigint))) as more where name = 'outbox' returning value"
    );
    const EVENTS: Sql = sql!(
        sqlite: "insert into outbox (organisation_id, number, topic, kind, body, created_at) values ($1, (select value from counters where name = 'outbox') - $2, $3, $4, $5, $6)",
        postgres: "insert into outbox (organisation_id, number, topic, kind, body, created_at) values ($1, (select value from {before}) - $2, $3, $4, $5, $6)"
    );
    let count = drafts.len() as i64;
    if count == 0 {
        return Some(Vec::new());
    }
    let (mut counter, mut events) = (Rows::default(), Rows::default());
    counter.push(params![count]);
    for (later, (organisation, draft)) in (0..count).rev().zip(drafts) {
        events.push(params![organisation, later, &draft.topic, draft.kind, &draft.body, now]);
    }
    events.is_one_statement().then(|| vec![(COUNT, counter), (EVENTS, events)])
}

/// The events of a topic after a number, oldest first.
pub async fn after(
    tx: &mut Tx,
    organisation: OrganisationId,
    topic: &str,
    number: i64,
    limit: i64,
) -> Result<Vec<Message>> {
    let rows = tx
        .fetch_all(
            sql!("select number, topic, kind, body, created_at from outbox where organisation_id = $1 and topic = $2 and number > $3 order by number limit $4"),
            params![organisation, topic, number, limit],
        )
        .await?;
    rows.iter().map(message).collect()
}

/// The number of the newest event: where a listener that has just read everything starts.
pub async fn position(tx: &mut Tx) -> Result<i64> {
    tx.fetch_one(sql!("select value from counters where name = 'outbox'"), params![])
        .await?
        .get("value")
}

fn message(row: &Row) -> Result<Message> {
    Ok(Message {
        number: row.get("number")?,
        topic: row.get("topic")?,
        kind: row.get("kind")?,
        body: row.json("body")?,
        at: row.get("created_at")?,
    })
}
