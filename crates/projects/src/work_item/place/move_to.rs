//! Moving an item to a place on the board.

use base::Timestamp;
use store::Tx;
use web::{Error, Result, conflict, invalid, invalid_state};

use super::rank;
use super::sql::{self, Place};
use crate::project::Locked;
use crate::work_item::api_change::Move;
use crate::work_item::{Kind, WorkItem};

/// The item at its new place, or `None` when it stands there already.
pub(crate) async fn move_to(
    tx: &mut Tx,
    project: &Locked,
    item: &WorkItem,
    to: &Move,
    now: Timestamp,
) -> Result<Option<WorkItem>> {
    if item.kind == Kind::Epic {
        return Err(invalid_state(format!(
            "{} is an epic, and epics stand in no column; move its stories instead",
            item.key
        )));
    }
    let column = project.column(&to.column).map_err(|reason| invalid("column", reason))?;
    let (low, high) = bounds(tx, project, item, column, to).await?;
    let is_there = item.column == column
        && low.as_ref().is_none_or(|low| *low < item.rank)
        && high.as_ref().is_none_or(|high| item.rank < *high);
    if is_there {
        return Ok(None);
    }
    let mut rank = rank::between(low.as_deref(), high.as_deref());
    if rank.is_none() {
        renumber(tx, project, column).await?;
        let (low, high) = bounds(tx, project, item, column, to).await?;
        rank = rank::between(low.as_deref(), high.as_deref());
    }
    let mut moved = item.clone();
    moved.completed_at = project.is_last(column).then(|| item.completed_at.unwrap_or(now));
    column.clone_into(&mut moved.column);
    moved.rank = rank.ok_or_else(no_room)?;
    Ok(Some(moved))
}

fn no_room() -> Error {
    Error::internal("a column that was numbered anew has no room")
}

/// The ranks that the new one must fall between; the item itself does not count.
async fn bounds(
    tx: &mut Tx,
    project: &Locked,
    item: &WorkItem,
    column: &str,
    to: &Move,
) -> Result<(Option<String>, Option<String>)> {
    let place = Place { project, column, without: Some(item.id) };
    let low = neighbour(tx, &place, item, "after", to.after.as_deref()).await?;
    let high = neighbour(tx, &place, item, "before", to.before.as_deref()).await?;
    Ok(match (low, high) {
        (Some(low), Some(high)) if low >= high => {
            return Err(conflict(
                "the items before and after are no longer in that order; reload the board",
            ));
        }
        (Some(low), Some(high)) => (Some(low), Some(high)),
        (Some(low), None) => {
            let high = sql::first_after(tx, &place, &low).await?;
            (Some(low), high)
        }
        (None, Some(high)) => (sql::last_before(tx, &place, &high).await?, Some(high)),
        (None, None) => (sql::last(tx, &place).await?, None),
    })
}

async fn neighbour(
    tx: &mut Tx,
    place: &Place<'_>,
    item: &WorkItem,
    field: &str,
    key: Option<&str>,
) -> Result<Option<String>> {
    let Some(key) = key else { return Ok(None) };
    if key.eq_ignore_ascii_case(&item.key) {
        return Err(invalid(field, "names the item that is moved; name one of its neighbours"));
    }
    let rank = sql::rank_of(tx, place, key).await?;
    rank.map(Some).ok_or_else(|| {
        let column = place.column;
        invalid(field, format!("\"{key}\" does not stand in column \"{column}\"; reload the board"))
    })
}

/// The rank behind everything in a column.
pub(crate) async fn rank_at_end(
    tx: &mut Tx,
    project: &Locked,
    column: &str,
) -> store::Result<String> {
    let place = Place { project, column, without: None };
    let last = sql::last(tx, &place).await?;
    if let Some(rank) = rank::between(last.as_deref(), None) {
        return Ok(rank);
    }
    Ok(rank::nth(renumber(tx, project, column).await?))
}

/// Gives every item of a column a new rank in the same order; says how many there are.
async fn renumber(tx: &mut Tx, project: &Locked, column: &str) -> store::Result<usize> {
    let ids = sql::ids_in_order(tx, project, column).await?;
    for (index, id) in ids.iter().enumerate() {
        sql::set_rank(tx, project, *id, &rank::nth(index)).await?;
    }
    Ok(ids.len())
}
