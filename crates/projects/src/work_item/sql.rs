//! The table of work items.

use base::{ExecutionId, OrganisationId, ProjectId, WorkItemId};
use store::{Result, Row, Tx, params, sql};

use super::{Kind, Origin, Points, WorkItem};
use crate::project::Locked;

/// Which items to list.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    pub(super) kind: Option<Kind>,
    pub(super) column: Option<String>,
    pub(super) parent: Option<String>,
    pub(super) after_number: i64,
    pub(super) limit: i64,
}

/// The item with this key.
pub(crate) async fn find(
    tx: &mut Tx,
    organisation: OrganisationId,
    key: &str,
) -> Result<Option<WorkItem>> {
    let row = tx
        .fetch_optional(
            sql!("select w.*, e.key as parent_key from work_items w left join work_items e on e.organisation_id = w.organisation_id and e.id = w.parent_id where w.organisation_id = $1 and w.key = $2"),
            params![organisation, key.to_ascii_uppercase()],
        )
        .await?;
    row.as_ref().map(item).transpose()
}

/// Items of a project by number, one more than the limit.
pub(super) async fn list(
    tx: &mut Tx,
    organisation: OrganisationId,
    project: ProjectId,
    filter: &Filter,
) -> Result<Vec<WorkItem>> {
    let rows = tx
        .fetch_all(
            sql!("select w.*, e.key as parent_key from work_items w left join work_items e on e.organisation_id = w.organisation_id and e.id = w.parent_id where w.organisation_id = $1 and w.project_id = $2 and (w.kind = $3 or $3 is null) and (w.board_column = $4 or $4 is null) and (e.key = $5 or $5 is null) and w.number > $6 order by w.number limit $7"),
            params![
                organisation,
                project,
                filter.kind.map(|kind| kind.as_str().to_owned()),
                filter.column.clone(),
                filter.parent.as_ref().map(|key| key.to_ascii_uppercase()),
                filter.after_number,
                filter.limit + 1
            ],
        )
        .await?;
    rows.iter().map(item).collect()
}

/// All items of a project in the order of the board: by rank, whatever the column.
pub(crate) async fn board(
    tx: &mut Tx,
    organisation: OrganisationId,
    project: ProjectId,
) -> Result<Vec<WorkItem>> {
    let rows = tx
        .fetch_all(
            sql!("select w.*, e.key as parent_key from work_items w left join work_items e on e.organisation_id = w.organisation_id and e.id = w.parent_id where w.organisation_id = $1 and w.project_id = $2 order by w.rank, w.number"),
            params![organisation, project],
        )
        .await?;
    rows.iter().map(item).collect()
}

/// The items that an execution made in a project, by number.
pub(super) async fn made_by_execution(
    tx: &mut Tx,
    project: &Locked,
    execution: ExecutionId,
) -> Result<Vec<WorkItem>> {
    let rows = tx
        .fetch_all(
            sql!("select w.*, e.key as parent_key from work_items w left join work_items e on e.organisation_id = w.organisation_id and e.id = w.parent_id where w.organisation_id = $1 and w.project_id = $2 and w.origin_execution_id = $3 order by w.number"),
            params![project.organisation, project.id, execution],
        )
        .await?;
    rows.iter().map(item).collect()
}

/// The items that a step of an execution made, in whatever project, by number.
pub(crate) async fn made_by_step(
    tx: &mut Tx,
    organisation: OrganisationId,
    execution: ExecutionId,
    step: &str,
) -> Result<Vec<WorkItem>> {
    let rows = tx
        .fetch_all(
            sql!("select w.*, e.key as parent_key from work_items w left join work_items e on e.organisation_id = w.organisation_id and e.id = w.parent_id where w.organisation_id = $1 and w.origin_execution_id = $2 and w.origin_step = $3 order by w.number"),
            params![organisation, execution, step],
        )
        .await?;
    rows.iter().map(item).collect()
}

/// The items of an epic.
pub(super) async fn children(
    tx: &mut Tx,
    project: &Locked,
    epic: WorkItemId,
) -> Result<Vec<WorkItem>> {
    let rows = tx
        .fetch_all(
            sql!("select w.*, e.key as parent_key from work_items w join work_items e on e.organisation_id = w.organisation_id and e.id = w.parent_id where w.organisation_id = $1 and w.parent_id = $2 order by w.number"),
            params![project.organisation, epic],
        )
        .await?;
    rows.iter().map(item).collect()
}

/// Every item of a project that has an epic, with that epic.
pub(super) async fn parents(
    tx: &mut Tx,
    project: &Locked,
) -> Result<Vec<(WorkItemId, WorkItemId)>> {
    let rows = tx
        .fetch_all(
            sql!("select id, parent_id from work_items where organisation_id = $1 and project_id = $2 and parent_id is not null"),
            params![project.organisation, project.id],
        )
        .await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("parent_id")?))).collect()
}

/// Writes a new item.
pub(super) async fn insert(
    tx: &mut Tx,
    organisation: OrganisationId,
    item: &WorkItem,
    created_by: &str,
) -> Result<()> {
    let origin = item.origin.as_ref();
    tx.execute(
        sql!("insert into work_items (organisation_id, id, project_id, key, number, kind, title, description, user_role, feature, benefit, acceptance_criteria, points, priority, board_column, rank, parent_id, labels, version, origin_execution_id, origin_step, origin_result_id, origin_agent, origin_model, origin_scripted, created_by, created_at, updated_at, completed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29)"),
        params![
            organisation,
            item.id,
            item.project_id,
            &item.key,
            item.number,
            item.kind.as_str(),
            &item.title,
            &item.description,
            item.user_role.as_deref().unwrap_or_default(),
            item.feature.as_deref().unwrap_or_default(),
            item.benefit.as_deref().unwrap_or_default(),
            serde_json::json!(item.acceptance_criteria),
            item.points.map(Points::get),
            item.priority.as_str(),
            &item.column,
            &item.rank,
            item.parent_id,
            serde_json::json!(item.labels),
            item.version,
            origin.map(|origin| origin.execution_id),
            origin.map(|origin| origin.step.clone()),
            origin.and_then(|origin| origin.result_id),
            origin.and_then(|origin| origin.agent.clone()),
            origin.and_then(|origin| origin.model.clone()),
            origin.is_some_and(|origin| origin.scripted),
            created_by,
            item.created_at,
            item.updated_at,
            item.completed_at
        ],
    )
    .await?;
    Ok(())
}

/// Writes a changed item and makes its version one larger, when `item.version` is still
/// the version in the table.
pub(crate) async fn update(tx: &mut Tx, project: &Locked, item: &WorkItem) -> Result<bool> {
    let changed = tx
        .execute(
            sql!("update work_items set title = $4, description = $5, user_role = $6, feature = $7, benefit = $8, acceptance_criteria = $9, points = $10, priority = $11, board_column = $12, rank = $13, parent_id = $14, labels = $15, updated_at = $16, completed_at = $17, version = version + 1 where organisation_id = $1 and id = $2 and version = $3"),
            params![
                project.organisation,
                item.id,
                item.version,
                &item.title,
                &item.description,
                item.user_role.as_deref().unwrap_or_default(),
                item.feature.as_deref().unwrap_or_default(),
                item.benefit.as_deref().unwrap_or_default(),
                serde_json::json!(item.acceptance_criteria),
                item.points.map(Points::get),
                item.priority.as_str(),
                &item.column,
                &item.rank,
                item.parent_id,
                serde_json::json!(item.labels),
                item.updated_at,
                item.completed_at
            ],
        )
        .await?;
    Ok(changed == 1)
}

/// Deletes an item that still has this version.
pub(super) async fn delete(
    tx: &mut Tx,
    project: &Locked,
    id: WorkItemId,
    version: i64,
) -> Result<bool> {
    let deleted = tx
        .execute(
            sql!("delete from work_items where organisation_id = $1 and id = $2 and version = $3"),
            params![project.organisation, id, version],
        )
        .await?;
    Ok(deleted == 1)
}

fn item(row: &Row) -> Result<WorkItem> {
    let text = |column: &str| {
        let text = row.get::<String>(column)?;
        Ok::<_, store::Error>((!text.is_empty()).then_some(text))
    };
    Ok(WorkItem {
        id: row.get("id")?,
        key: row.get("key")?,
        kind: row.parse("kind")?,
        title: row.get("title")?,
        description: row.get("description")?,
        user_role: text("user_role")?,
        feature: text("feature")?,
        benefit: text("benefit")?,
        acceptance_criteria: row.json("acceptance_criteria")?,
        points: row.get::<Option<i64>>("points")?.and_then(Points::new),
        priority: row.parse("priority")?,
        column: row.get("board_column")?,
        parent: row.get("parent_key")?,
        labels: row.json("labels")?,
        version: row.get("version")?,
        origin: origin(row)?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        completed_at: row.get("completed_at")?,
        project_id: row.get("project_id")?,
        number: row.get("number")?,
        rank: row.get("rank")?,
        parent_id: row.get("parent_id")?,
    })
}

fn origin(row: &Row) -> Result<Option<Origin>> {
    let Some(execution_id) = row.get("origin_execution_id")? else { return Ok(None) };
    Ok(Some(Origin {
        execution_id,
        step: row.get::<Option<String>>("origin_step")?.unwrap_or_default(),
        result_id: row.get("origin_result_id")?,
        agent: row.get("origin_agent")?,
        model: row.get("origin_model")?,
        scripted: row.get("origin_scripted")?,
    }))
}
