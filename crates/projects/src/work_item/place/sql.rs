//! Ranks in the table of work items.

use base::WorkItemId;
use store::{Result, Tx, params, sql};

use crate::project::Locked;

/// Where an item may be put.
pub(super) struct Place<'a> {
    pub(super) project: &'a Locked,
    pub(super) column: &'a str,
    /// The item that is being moved, which is no neighbour of itself.
    pub(super) without: Option<WorkItemId>,
}

/// The rank of an item, when it stands at this place.
pub(super) async fn rank_of(tx: &mut Tx, place: &Place<'_>, key: &str) -> Result<Option<String>> {
    let row = tx
        .fetch_optional(
            sql!("select rank from work_items where organisation_id = $1 and project_id = $2 and board_column = $3 and key = $4"),
            params![place.project.organisation, place.project.id, place.column, key.to_ascii_uppercase()],
        )
        .await?;
    row.map(|row| row.get("rank")).transpose()
}

/// The largest rank of a column.
pub(super) async fn last(tx: &mut Tx, place: &Place<'_>) -> Result<Option<String>> {
    tx.fetch_one(
        sql!("select max(rank) as rank from work_items where organisation_id = $1 and project_id = $2 and board_column = $3 and (id <> $4 or $4 is null)"),
        params![place.project.organisation, place.project.id, place.column, place.without],
    )
    .await?
    .get("rank")
}

/// The largest rank of a column below this one.
pub(super) async fn last_before(
    tx: &mut Tx,
    place: &Place<'_>,
    rank: &str,
) -> Result<Option<String>> {
    tx.fetch_one(
        sql!("select max(rank) as rank from work_items where organisation_id = $1 and project_id = $2 and board_column = $3 and (id <> $4 or $4 is null) and rank < $5"),
        params![place.project.organisation, place.project.id, place.column, place.without, rank],
    )
    .await?
    .get("rank")
}

/// The smallest rank of a column above this one.
pub(super) async fn first_after(
    tx: &mut Tx,
    place: &Place<'_>,
    rank: &str,
) -> Result<Option<String>> {
    tx.fetch_one(
        sql!("select min(rank) as rank from work_items where organisation_id = $1 and project_id = $2 and board_column = $3 and (id <> $4 or $4 is null) and rank > $5"),
        params![place.project.organisation, place.project.id, place.column, place.without, rank],
    )
    .await?
    .get("rank")
}

/// The items of a column, in order.
pub(super) async fn ids_in_order(
    tx: &mut Tx,
    project: &Locked,
    column: &str,
) -> Result<Vec<WorkItemId>> {
    let rows = tx
        .fetch_all(
            sql!("select id from work_items where organisation_id = $1 and project_id = $2 and board_column = $3 order by rank, number"),
            params![project.organisation, project.id, column],
        )
        .await?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// Gives an item another rank in the same order; nobody sees a difference, so the version
/// stays.
pub(super) async fn set_rank(
    tx: &mut Tx,
    project: &Locked,
    id: WorkItemId,
    rank: &str,
) -> Result<()> {
    tx.execute(
        sql!("update work_items set rank = $3 where organisation_id = $1 and id = $2"),
        params![project.organisation, id, rank],
    )
    .await?;
    Ok(())
}
